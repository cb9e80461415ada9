"""A decline stands until an admin approves: asking again takes words and opens no door."""

import pytest

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import Download
from gallery.services import assets as acts
from gallery.services import policy, sources
from gallery.services.checklist import all_confirmed

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(in_state, marketer):
    """A picture that was declined and asked for again, with words."""
    asset = in_state("declined")
    acts.ask_review(asset, marketer, "The fifth wheel is gone.")
    return asset


@pytest.mark.parametrize("words", [{}, {"reason": " \n"}, {"reason": "..."}])
def test_decline_is_not_undone_by_its_maker_in_one_press(at, marketer, in_state, words):
    asset = in_state("declined")

    at(marketer).post("asset-ask", asset.pk, **words)

    asset.refresh_from_db()
    assert (asset.review, asset.declined_why) == ("declined", "Five wheels.")
    with pytest.raises(Refused) as caught:
        acts.ask_review(asset, marketer, " ")
    assert caught.value.code == "ask-again-reason"


def test_declined_picture_asked_for_again_leaves_in_no_form(at, marketer, brand_admin, again):
    for person in (marketer, brand_admin):
        for rendition in ("", "proof", "publication"):
            answer = at(person).get("asset-download", again.pk, rendition=rendition)
            assert answer.status_code == 403
            assert answer.context["why"] == problems.sentence("picture-declined")
    assert not Download.objects.exists()


def test_nothing_starts_from_a_declined_picture_that_is_asked_for_again(at, marketer, again):
    init_image = sources.init_image_of(again)

    with pytest.raises(Refused) as caught:
        sources.check_init_image(init_image, marketer)
    assert caught.value.code == "picture-declined"
    assert sources.recent_images(marketer) == []
    page = at(marketer).get("asset-detail", again.pk).text
    assert "mode=picture" not in page
    at(marketer).post("asset-enlarge", again.pk)
    assert again.continued.count() == 0


def test_approval_alone_lifts_a_decline(brand_admin, marketer, again):
    again.refresh_from_db()
    assert again.barred == "declined"

    acts.approve(again, brand_admin, all_confirmed())

    again.refresh_from_db()
    assert (again.barred, again.declined_why) == (None, "")
    assert policy.best_for(again, marketer) == "publication"


def test_second_decline_stands_with_its_own_reason(brand_admin, again):
    acts.decline(again, brand_admin, "Still five.")

    again.refresh_from_db()
    assert (again.review, again.declined_why) == ("declined", "Still five.")


def test_reviewer_reads_the_former_decline_beside_what_is_different(at, brand_admin, again):
    browser = at(brand_admin)

    for page in (browser.get("review", item=f"asset-{again.pk}"), browser.get("review-pictures")):
        assert "Five wheels." in page.text
        assert "The fifth wheel is gone." in page.text


def test_maker_is_asked_for_words_where_the_decline_is_told(at, marketer, in_state):
    asset = in_state("declined")
    browser = at(marketer)

    for page in (
        browser.get("asset-detail", asset.pk),
        browser.get("asset-download", asset.pk, rendition="proof"),
    ):
        assert 'id="ask-again"' in page.text
    browser.post("asset-ask", asset.pk, reason=" The fifth wheel is gone. ")

    asset.refresh_from_db()
    assert (asset.review, asset.review_reason) == ("asked", "The fifth wheel is gone.")
