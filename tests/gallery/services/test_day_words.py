"""Days as people write them into a search."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services import day_words

THURSDAY = datetime.date(2026, 11, 26)


def days(*spans):
    return [tuple(datetime.date(2026, 11, day) for day in span) for span in spans]


@pytest.mark.parametrize(
    ("text", "rest", "spans"),
    [
        ("白色GS8 昨天", "白色gs8", days((25, 25))),
        ("前天的海报", "的海报", days((24, 24))),
        ("today", "", days((26, 26))),
        ("上周二白色GS8小红书", "白色gs8小红书", days((17, 17))),
        ("上星期天", "", days((22, 22))),
        ("上周 白色", "白色", days((16, 22))),
        ("white GS8 last week", "white gs8", days((16, 22))),
        ("最近 7 天", "", days((20, 26))),
        ("Last seven days, red", ", red", days((20, 26))),
        # The latest one, and the one of the week before.
        ("white GS8 Last Tuesday", "white gs8", days((24, 24), (17, 17))),
        ("last Friday", "", days((20, 20))),
        ("last thursday", "", days((19, 19))),
        ("White GS8", "White GS8", []),
        ("blast weekend", "blast weekend", []),
    ],
)
def test_words_for_days_are_read_and_the_rest_stays(text, rest, spans):
    assert day_words.read(text, THURSDAY) == (rest, spans)


@given(
    st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 1, 1)),
    st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
)
def test_last_weekday_is_that_weekday_and_lies_before_today(today, name):
    _rest, spans = day_words.read(f"last {name}", today)

    assert 1 <= len(spans) <= 2
    for first, last in spans:
        assert first == last
        assert f"{first:%A}".lower() == name
        assert 1 <= (today - first).days <= 13
