"""A picture made with what may not be used now is neither sent for review nor shown to others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from brandstudio.core.models import Notice
from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview, StyleVersion
from gallery.services import assets, sources
from gallery.services.checklist import all_confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def version(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture(params=["the style recalled", "the photograph's rights ended"])
def hold(request, version, dataset):
    """hold(): what is decided of the style; let_go(): taken back."""

    def hold(is_held=True):
        moment = timezone.now() - timedelta(seconds=1) if is_held else None
        if "recalled" in request.param:
            StyleVersion.objects.filter(pk=version.pk).update(recalled_at=moment)
        else:
            dataset.images.update(rights_expire_at=moment)

    return hold


@pytest.fixture(params=["made with it", "started from what was made with it"])
def picture(request, version, make_ready):
    [asset] = make_ready(packs=((version, 0.7),))
    if "started" in request.param:
        [asset] = make_ready(init_image=sources.init_image_of(asset))
    return asset


def test_held_picture_is_not_sent_for_review(picture, hold, at, marketer):
    hold()

    for door in ({}, {"next": "create"}):
        at(marketer).post("asset-ask", picture.pk, **door)
        picture.refresh_from_db()
        assert picture.review == AssetReview.PRIVATE
    with pytest.raises(Refused, match="asset-held"):
        assets.ask_review(picture, marketer)
    assert not Notice.objects.filter(code="asset-asked").exists()

    hold(is_held=False)
    assets.ask_review(picture, marketer)
    assert picture.review == AssetReview.ASKED


def test_held_picture_that_was_declined_is_not_asked_for_again(
    picture, hold, marketer, brand_admin
):
    assets.ask_review(picture, marketer)
    assets.decline(picture, brand_admin, "Five wheels.")
    hold()

    with pytest.raises(Refused, match="asset-held"):
        assets.ask_review(picture, marketer, "The fifth wheel is gone.")


def test_held_picture_is_approved_neither_alone_nor_together(picture, hold, marketer, brand_admin):
    assets.ask_review(picture, marketer)
    hold()

    with pytest.raises(Refused, match="asset-held"):
        assets.approve(picture, brand_admin, all_confirmed())
    decided = assets.decide_together([picture], brand_admin, approves=True, answers=all_confirmed())
    assert [error.code for _asset, error in decided.refused] == ["asset-held"]


def test_held_picture_is_not_shared_but_taken_back(picture, hold, at, marketer):
    scene = picture.scene

    def shared():
        scene.refresh_from_db()
        return scene.is_shared

    at(marketer).post("asset-share", picture.pk, share="on")
    assert shared()
    hold()
    at(marketer).post("asset-share", picture.pk, share="off")
    assert not shared()

    at(marketer).post("asset-share", picture.pk, share="on")
    assert not shared()


@pytest.mark.parametrize("decided", ["declined", "withdrawn"])
def test_picture_that_was_decided_against_is_not_shared(picture, decided, at, marketer):
    Asset.objects.filter(pk=picture.pk).update(review=decided)

    answer = at(marketer).post("asset-share", picture.pk, share="on")

    assert answer.status_code == 403
    picture.scene.refresh_from_db()
    assert not picture.scene.is_shared
    assert f"/assets/{picture.pk}/share/" not in at(marketer).get("asset-detail", picture.pk).text


def test_two_tabs_that_share_a_picture_leave_it_shared(picture, at, marketer):
    for _tab in range(2):
        at(marketer).post("asset-share", picture.pk, share="on")

    picture.scene.refresh_from_db()
    assert picture.scene.is_shared


def test_page_of_a_held_picture_offers_no_review(picture, hold, at, marketer):
    assert at(marketer).get("asset-detail", picture.pk).context["may_ask"]

    hold()

    assert not at(marketer).get("asset-detail", picture.pk).context["may_ask"]
