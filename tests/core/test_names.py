"""What may stand in the name of a thing, and in a line that others read."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.input.names import (
    odd_sign,
    refuse_odd_sign,
    refuse_unseen_sign,
    unseen_sign,
    without_unseen,
)

WELL_WRITTEN = [
    "Little Red Book",
    "小红书（封面）",
    "M8 & GS8: 3/4",
    "Café",
    "Cafe\u0301",
    "早茶　开市",
    "新年🧨",
    "家人👨\u200d👩\u200d👧",
    "爱❤\ufe0f\u200d🔥",
    "1\ufe0f\u20e3 号",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 队",
    "می\u200cخواهم",
    "क्\u200dष",
    "葛\U000e0100飾",
    "‼\ufe0f 好",
    "ᠠ\u180b",
]


@pytest.mark.parametrize("name", WELL_WRITTEN)
def test_ordinary_names_are_taken(name):
    refuse_odd_sign(name)
    refuse_unseen_sign(name)

    assert odd_sign(name) == ""
    assert without_unseen(name) == name


UNSEEN = [
    ("\u200b", "U+200B"),
    ("a\x07b", "U+0007"),
    ("a\u202eb", "U+202E"),
    ("a\u2028b", "U+2028"),
    ("中\u200d国", "U+200D"),
    ("\u200d", "U+200D"),
    ("a\u200cb", "U+200C"),
    ("\ufeffa", "U+FEFF"),
    ("\ufe0f", "U+FE0F"),
    ("\U000e0100", "U+E0100"),
    ("\u3164", "U+3164"),
    ("a\u2800", "U+2800"),
    ("\U000e0041", "U+E0041"),
    ("a\u2066b\u2069", "U+2066"),
    ("a\u00adb", "U+00AD"),
    ("GS8\ufe0f", "U+FE0F"),
    ("早茶\ufe0f", "U+FE0F"),
    ("早\U000e0100\U000e0101茶", "U+E0101"),
    ("a\U000e0100", "U+E0100"),
    ("🧨\ufe0f\ufe0f", "U+FE0F"),
    ("🏴 a\U000e0067\U000e007f", "U+E0067"),
    ("🏴\U000e0067", "U+E0067"),
]


@pytest.mark.parametrize(("name", "told"), [("<b>x", "<"), ("x>", ">"), *UNSEEN])
def test_markup_and_unseen_signs_are_refused_by_name(name, told):
    with pytest.raises(ValidationError, match=told.replace("+", r"\+")):
        refuse_odd_sign(name)


@pytest.mark.parametrize(("line", "told"), UNSEEN)
def test_lines_refuse_unseen_signs_and_take_markup(line, told):
    assert unseen_sign(line) == told
    assert unseen_sign(f"GS8 <3 {line}") == told
    assert unseen_sign("GS8 <3") == ""


SIGNS = st.sampled_from("a1中👩⚕🏴\u20e3 \n\u200b\u200d\ufe0f\U000e0067\U000e007f\U000e0100\u3164")


@given(text=st.text(max_size=40) | st.text(SIGNS, max_size=12))
def test_text_without_unseen_signs_holds_none(text):
    clean = without_unseen(text)

    assert set(clean) <= set(text)
    assert [unseen_sign(line) for line in re.split("[\n\r\t]", clean) if unseen_sign(line)] == []


def test_very_long_text_of_unseen_signs_is_read_in_one_pass():
    assert without_unseen("🏴" + "\U000e0067" * 300_000) == "🏴"
