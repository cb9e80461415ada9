"""What a platform covers of a picture is drawn where the picture is ordered, shown and reviewed."""

import pytest

from gallery.models import Channel
from gallery.pages import placement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

NOTE = "The dark parts are covered by this platform's buttons and words."


@pytest.fixture
def story(channel):
    """The channel, 20 % of it covered below and 10 % on the right."""
    Channel.objects.filter(pk=channel.pk).update(
        width=200, height=400, covered_bottom=20, covered_right=10
    )
    return Channel.objects.get(pk=channel.pk)


def test_zones_are_drawn_in_px_of_what_is_seen(story):
    story.bleed_mm, story.dpi = 3, 72

    assert story.bleed == 9
    assert story.covered_path == "M187 -9H209V409H187zM-9 325H209V409H-9z"


def test_channel_that_covers_nothing_draws_nothing(channel):
    assert (channel.covered, channel.covered_path) == ([], "")


def test_room_is_what_the_channel_leaves_free(story):
    [framed] = placement.framed([story], None)

    assert framed.room == "0.0000 0.0000 0.9000 0.8000"


@pytest.mark.parametrize("covers", [True, False])
def test_picture_and_its_review_tell_what_its_channel_covers(
    at, brand_admin, in_state, story, covers
):
    if not covers:
        Channel.objects.update(covered_bottom=0, covered_right=0)
    asset = in_state("asked", channel=story)
    browser = at(brand_admin)

    pages = [
        browser.get("asset-detail", asset.pk).text,
        browser.get("review", item=f"asset-{asset.pk}").text,
        browser.get("review-pictures").text,
    ]

    assert [NOTE in page for page in pages] == [covers] * 3
    assert ["channel__covered" in page for page in pages] == [covers] * 3
