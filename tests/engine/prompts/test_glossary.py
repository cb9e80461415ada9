"""Chinese prompts put into English by a glossary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.prompts.glossary import to_english

PHRASES = {
    "骑楼": "arcade",
    "骑楼街": "qilou arcade street",
    "夜里": "at night",
    "白色": "white",
    "车": "car",
    "GS8": "never: no Chinese in it",
}


@pytest.mark.parametrize(
    ("typed", "english"),
    [
        ("骑楼街", "qilou arcade street"),
        ("骑楼", "arcade"),
        ("骑楼街，夜里", "qilou arcade street, at night"),
        ("一辆白色的车", "a white car"),
        ("白色车和骑楼", "white car and arcade"),
        ("a red suv, 骑楼街 at night", "a red suv, qilou arcade street at night"),
        ("({车}:1.2), (骑楼:1.3)", "({car}:1.2), (arcade:1.3)"),
        ("{colour}车{weather}", "{colour} car {weather}"),
        ("白色 的士", "white 的士"),
        ("夜里 花轿。", "at night 花轿"),
        ("a red café,  naïve，2×", "a red café,  naïve，2×"),
        ("", ""),
    ],
)
def test_chinese_becomes_english_by_the_longest_terms(typed, english):
    assert to_english(typed, PHRASES).text == english


def test_terms_that_acted_are_told_longest_first():
    assert to_english("白色骑楼街，夜里", PHRASES).used == (
        ("骑楼街", "qilou arcade street"),
        ("夜里", "at night"),
        ("白色", "white"),
    )


@given(st.text("骑楼街夜里白色车的 ,abc", max_size=20))
def test_english_is_not_translated_again(typed):
    once = to_english(typed, PHRASES).text

    assert to_english(once, PHRASES).text == once
