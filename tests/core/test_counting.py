"""Messages that count what was done."""

import pytest
from django.utils import translation

from brandstudio.core import notices
from brandstudio.core.ui.counting import count_sentences


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ([(2, "%(n)d added."), (1, "%(n)d changed.")], "2 added. 1 changed."),
        ([(0, "%(n)d added."), (1, "%(n)d changed.")], "1 changed."),
        ([(0, "%(n)d added."), (0, "%(n)d changed.")], "Nothing was changed."),
    ],
)
def test_what_counts_nothing_is_left_out(counted, said):
    with translation.override("en"):
        assert count_sentences(*counted) == said


def test_recall_that_reached_no_picture_speaks_of_none():
    facts = {"name": "Ink v1", "reason": "Its rights ended."}

    with translation.override("en"):
        said = notices.sentence("recalled-alone", facts)

    assert said == (
        "“Ink v1” was recalled. Do not use its files any more. Reason: Its rights ended."
    )
