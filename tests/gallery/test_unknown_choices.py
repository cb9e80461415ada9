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


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"template": "9999"}, "the template “9999”, which is unknown or not approved"),
        ({"template": "arcade"}, "the template “arcade”, which is unknown or not approved"),
        ({"template": "free"}, "a free prompt, which you may not write"),
        ({"pack": ["neon", "lost"]}, "the style “lost”, which is unknown or not approved"),
        ({"strength_9999": "0.7"}, "“strength_9999”, a strength of a style that you can't"),
        ({"strength_own": "0.95"}, "is outside 0.5 to 0.8"),
        ({"strength_own": "strong"}, "“strong”"),
    ],
)
def test_create_page_names_what_its_address_asks_in_vain(
    at, marketer, make_template, make_version, channel, asked, said
):
    make_template()
    pack = make_version(slug="neon", strength_min=0.5, strength_max=0.8)
    asked = {name.replace("own", str(pack.pk)): value for name, value in asked.items()}

    answer = at(marketer).get("create", **asked)

    told = [str(message) for message in answer.context["messages"]]
    assert len(told) == 1, told
    assert said in told[0]


def test_create_page_says_nothing_of_an_address_that_it_follows(
    at, marketer, make_template, make_version, channel
):
    template, pack = make_template(), make_version(slug="neon")
    asked = {"template": template.pk, "pack": "neon", f"strength_{pack.pk}": f"{pack.strength:g}"}

    answer = at(marketer).get("create", **asked)

    assert not list(answer.context["messages"])
    assert answer.context["form"].initial["pack"] == [pack.pk]
