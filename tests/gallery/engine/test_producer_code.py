"""The producer code's structure and its check digit (GB 32100-2015)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.engine import producer_code
from training.engine.errors import EngineError

# The example of GB 32100-2015's users, as python-stdnum tests it.
CREDIT = "91110000600037341L"
CODE = f"0011{CREDIT}1GS80"


def test_right_code_is_let_through():
    producer_code.check(CODE)
    producer_code.check(f"0011{CREDIT}00000")


@pytest.mark.parametrize(
    ("body", "digit"),
    [("91110000600037341", "L"), ("91440101664041243", "T"), ("91350100M000100Y4", "3")],
)
def test_check_digit_is_that_of_the_standard(body, digit):
    assert producer_code.check_digit(body) == digit


@pytest.mark.parametrize(
    ("code", "error", "facts"),
    [
        (CODE[:-1], "producer-code-length", {"count": 26, "length": 27}),
        (CODE.replace("L", "I"), "producer-code-character", {"character": "I", "place": 22}),
        (CODE.replace("GS8", "gs8"), "producer-code-character", {"character": "g", "place": 24}),
        ("0012" + CODE[4:], "producer-code-begin", {"found": "0012", "right": "0011"}),
        (CODE.replace("341L", "342L"), "producer-code-check", {"found": "L", "right": "P"}),
        (f"0011{CREDIT}3GS80", "producer-code-service", {"found": "3"}),
    ],
)
def test_wrong_code_is_refused_by_what_is_wrong(code, error, facts):
    with pytest.raises(EngineError) as refused:
        producer_code.check(code)

    assert (refused.value.code, refused.value.facts) == (error, facts)


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_mistyped_character_is_always_noticed(place, other):
    if other == CREDIT[place]:
        return
    mistyped = CREDIT[:place] + other + CREDIT[place + 1 :]

    with pytest.raises(EngineError):
        producer_code.check(f"0011{mistyped}1GS80")
