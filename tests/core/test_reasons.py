"""Whether a reason says anything to whoever reads it later."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.input import lengths, reasons
from brandstudio.core.input.names import without_unseen


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        ".",
        "。",
        "---",
        "？！",
        "x",
        "错。",
        "👍👍",
        "\u200b\u200b",
        "\u3164\u3164\u3164",
    ],
)
def test_reason_that_says_nothing_counts_as_none(text):
    assert reasons.written(text) == reasons.in_one_line(text) == ""


@pytest.mark.parametrize("text", ["no", "轮子歪了。", "涉权", "نعم", "#12", "５つ"])
def test_reason_of_any_script_is_one(text):
    assert reasons.written(f" {text}\n") == text


def test_reason_is_kept_without_signs_that_nobody_sees():
    assert reasons.written("a\u202e wrong\u200b car\n\n👨\u200d👩") == "a wrong car\n\n👨\u200d👩"
    assert reasons.in_one_line("wrong\u202e car") == "wrong car"


@given(text=st.text(max_size=400))
def test_reason_in_one_line_is_whole_or_refused_and_counts_again(text):
    line = without_unseen(" ".join(text.split())).strip()
    if len(" ".join(text.split())) > reasons.LONGEST:
        with pytest.raises(lengths.TooLong):
            reasons.in_one_line(text)
        return

    said = reasons.in_one_line(text)

    assert said in ("", line)
    assert said == reasons.in_one_line(said)


def test_reason_of_more_lines_may_be_longer_but_not_endless():
    assert reasons.written("因" * reasons.LONGEST_TEXT) == "因" * reasons.LONGEST_TEXT
    with pytest.raises(lengths.TooLong):
        reasons.written("因" * (reasons.LONGEST_TEXT + 1))
