"""Sentences that count: one picture is told as one."""

import pytest
from django.utils.translation import override

from gallery import problems as of_gallery
from training import problems as of_training


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 picture has been withdrawn. Take it out, or clear its rights again."),
        (2, "2 pictures have been withdrawn. Take them out, or clear their rights again."),
    ],
)
def test_one_withdrawn_picture_is_told_in_the_singular(count, words):
    with override("en"):
        assert of_training.sentence("pictures-withdrawn", {"count": count}) == words


def test_chinese_has_one_form_for_both():
    with override("zh-hans"):
        said = [of_training.sentence("captions-missing", {"count": n}) for n in (1, 2)]
    assert said[0].replace("1", "2") == said[1]


def test_last_picture_of_the_day_is_told_in_the_singular():
    with override("en"):
        said = of_gallery.sentence("quota-day", {"left": 1, "limit": 20})
    assert said.startswith("You may paint 1 more picture today, of 20.")


def test_sentence_of_an_older_row_without_its_count_still_stands():
    with override("en"):
        said = of_training.sentence("pictures-withdrawn", {})
    assert said.startswith("? pictures have been withdrawn.")
