"""Addresses that ask for what isn't on the list: refused by name, and nothing stands in for it."""

import pytest

from gallery.models import Download

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.mark.parametrize(
    ("name", "value", "choices"),
    [
        ("rendition", "original", "proof, publication"),
        ("rendition", "Proof", "proof, publication"),
        ("form", "webp", "png, jpg"),
    ],
)
def test_unknown_file_of_a_picture_is_refused_by_name(at, marketer, in_state, name, value, choices):
    asset = in_state("approved")

    answer = at(marketer).get("asset-download", asset.pk, **{name: value})

    assert answer.status_code == 400
    assert f"“{value}” is none of the values that “{name}” takes in this address" in answer.text
    assert f": {choices}." in answer.text
    assert not Download.objects.exists()


def test_empty_choice_is_the_usual_one(at, marketer, in_state):
    asset = in_state("approved")

    answer = at(marketer).get("asset-download", asset.pk, rendition="", form="")

    assert answer["Content-Type"] == "image/png"
    assert Download.objects.get().rendition == "publication"


def test_unknown_state_of_review_does_not_show_all_pictures(at, marketer, in_state):
    in_state("approved")
    browser = at(marketer)

    answer = browser.get("asset-list", review="lost")

    assert answer.status_code == 400
    assert "“lost” is none of the values that “review” takes in this address" in answer.text
    assert len(browser.get("asset-list", review="declined").context["page"].object_list) == 0
