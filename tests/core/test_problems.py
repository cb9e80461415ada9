"""Sentences with a person's words in them read as sentences."""

import pytest
from django.utils.translation import override

from brandstudio.core.problems import closed, filled


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("mush", "mush."),
        ("Five wheels.", "Five wheels."),
        ("Why so dark?", "Why so dark?"),
        ("轮子太多", "轮子太多。"),
        ("轮子太多！ ", "轮子太多！"),
        ("GS8", "GS8."),
        ("", ""),
    ],
)
def test_words_of_a_person_end_like_a_sentence(written, shown):
    assert closed(written) == shown


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("It was declined: {reason} Choose another.", "It was declined: mush. Choose another."),
        ("It was declined: {reason}", "It was declined: mush"),
        ("It can't be read: {reason}. Use another.", "It can't be read: mush. Use another."),
        ("It is no model ({reason}). Use another.", "It is no model (mush). Use another."),
    ],
)
def test_full_stop_stands_only_where_another_sentence_follows(sentence, shown):
    with override("en"):
        assert filled(sentence, {"reason": "mush"}) == shown
