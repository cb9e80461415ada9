"""The drift guard over rows: read once, judged when something changes, let pass with a reason."""

import io

import numpy as np
import pytest
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, Campaign, Vehicle, WrongState
from gallery import jobs
from gallery.models import Asset, AssetReview, DriftCheck
from gallery.services import campaigns, drift_guard
from training.minibase import artist


@pytest.fixture
def campaign(marketer):
    gs8 = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")
    Vehicle.objects.create(slug="m8", name_zh="M8", name_en="M8", phrase="M8 mpv")
    campaign = Campaign.objects.create(
        slug="spring", name_zh="春节", name_en="Spring", made_by=marketer
    )
    campaign.vehicles.add(gs8)
    return campaign


@pytest.fixture(scope="session")
def drawn():
    """{cast: PNGs} of twelve porcelain scenes; "usual" as drawn, "blue" and "green" in a cast."""
    casts = {"usual": (1, 1, 1), "blue": (0.4, 0.6, 1.3), "green": (0.5, 1.2, 0.5)}
    kept = {name: [] for name in casts}
    for seed in range(12):
        scene = artist.draw_style("porcelain", artist.SceneSpec("arcade", seed=seed), 96)
        values = np.asarray(scene.convert("RGB"), np.float64)
        for name, cast in casts.items():
            file = io.BytesIO()
            Image.fromarray((values * cast).clip(0, 255).astype(np.uint8)).save(file, "PNG")
            kept[name].append(file.getvalue())
    return kept


@pytest.fixture
def paint(drawn):
    """paint(asset, "blue"): give a picture a drawn one."""

    def paint(asset, cast="usual"):
        sha256 = blobs.put_bytes(drawn[cast][asset.pk % 12])
        Asset.objects.filter(pk=asset.pk).update(image_sha256=sha256)
        return asset

    return paint


@pytest.fixture
def pictures(campaign, make_ready, paint):
    """Ten usual ones of the campaign, then a blue one."""
    rows = [*make_ready(campaign=campaign, count=8), *make_ready(campaign=campaign, count=3)]
    return [paint(row, "usual" if n < 10 else "blue") for n, row in enumerate(rows)]


def reasons():
    return {check.asset_id: set(check.reasons) for check in DriftCheck.objects.exclude(reasons={})}


def test_job_marks_the_stray_and_leaves_the_others(pictures, campaign):
    jobs.guard_campaigns()

    assert set(reasons()) == {pictures[10].pk}
    assert DriftCheck.objects.filter(campaign=campaign).count() == 11
    assert not drift_guard.stale_campaigns().exists()


def test_picture_that_joins_or_is_withdrawn_has_its_campaign_judged_anew(
    pictures, campaign, make_ready, paint
):
    jobs.guard_campaigns()
    [late] = make_ready(campaign=campaign)
    paint(late, "green")
    Asset.objects.filter(pk=pictures[10].pk).update(review=AssetReview.WITHDRAWN)
    was_stale = drift_guard.stale_campaigns().exists()

    jobs.guard_campaigns()

    assert was_stale
    assert set(reasons()) == {late.pk}
    assert not drift_guard.stale_campaigns().exists()


def test_picture_of_another_vehicle_is_marked_until_the_campaign_takes_it(
    pictures, campaign, make_ready, paint
):
    values = {"vehicle": "M8 mpv", "weather": ""}
    [other] = make_ready(campaign=campaign, slot_values=values)
    paint(other)
    jobs.guard_campaigns()
    before = reasons()[other.pk]

    campaign.vehicles.add(Vehicle.objects.get(slug="m8"))
    drift_guard.compare_again(campaign)
    jobs.guard_campaigns()

    assert before == {"vehicle"}
    assert other.pk not in reasons()


def test_stray_that_was_let_pass_stays_so_until_it_strays_otherwise(
    pictures, campaign, marketer, make_ready, paint
):
    jobs.guard_campaigns()
    check = DriftCheck.objects.get(asset=pictures[10])
    drift_guard.dismiss(check, marketer, " Blue on purpose. ")
    paint(*make_ready(campaign=campaign))
    jobs.guard_campaigns()
    kept = DriftCheck.objects.get(asset=pictures[10])
    DriftCheck.objects.filter(pk=check.pk).update(reasons={"style": 9.0}, campaign=None)
    jobs.guard_campaigns()

    assert (kept.dismissed_why, kept.dismissed_by) == ("Blue on purpose.", marketer)
    assert not DriftCheck.objects.marked().filter(asset__in=pictures[:10]).exists()
    assert DriftCheck.objects.marked().get().asset == pictures[10]
    [entry] = AuditEntry.objects.filter(target="dismissed")
    assert (entry.actor, entry.why) == (marketer, "Blue on purpose.")


def test_letting_pass_needs_words_and_a_stray(pictures, campaign, marketer):
    jobs.guard_campaigns()
    stray, even = (DriftCheck.objects.get(asset=pictures[n]) for n in (10, 0))

    with pytest.raises(ValueError, match="needs a reason"):
        drift_guard.dismiss(stray, marketer, "-")
    with pytest.raises(WrongState):
        drift_guard.dismiss(even, marketer, "Fine.")
    drift_guard.dismiss(stray, marketer, "Fine.")
    with pytest.raises(WrongState):
        drift_guard.dismiss(DriftCheck.objects.get(pk=stray.pk), marketer, "Fine.")


def test_picture_whose_file_is_gone_keeps_no_other_from_being_judged(pictures, campaign):
    Asset.objects.filter(pk=pictures[0].pk).update(image_sha256="a" * 64)

    jobs.guard_campaigns()

    assert set(reasons()) == {pictures[10].pk}
    assert not drift_guard.stale_campaigns().exists()


def test_picture_taken_out_is_forgotten_of_its_campaign(pictures, campaign, marketer):
    jobs.guard_campaigns()
    campaigns.take_out([pictures[10]], marketer)

    jobs.guard_campaigns()

    assert reasons() == {}
    assert DriftCheck.objects.get(asset=pictures[10]).campaign is None


def test_page_shows_the_stray_to_its_keeper_who_lets_it_pass(
    at, pictures, campaign, marketer, make_user
):
    jobs.guard_campaigns()
    browser = at(marketer)
    shown = browser.get("campaign-detail", "spring").context["strays"]
    pk = pictures[10].pk

    empty = browser.post("stray-pass", pk, why=".")
    passed = browser.post("stray-pass", pk, why="Blue on purpose.")
    after = browser.get("campaign-detail", "spring").context["strays"]
    stranger = at(make_user("other", is_brand_admin=False, is_marketer=True))

    assert [stray.asset.pk for stray in shown] == [pk]
    assert (empty.status_code, passed.status_code) == (302, 302)
    assert [stray.why for stray in after] == ["Blue on purpose."]
    assert stranger.post("stray-pass", pk, why="Mine.").status_code == 404


def test_reviewer_is_told_that_a_picture_strays(at, pictures, campaign, marketer, brand_admin):
    jobs.guard_campaigns()
    Asset.objects.get(pk=pictures[10].pk).ask_review(marketer)
    Asset.objects.get(pk=pictures[0].pk).ask_review(marketer)

    page = at(brand_admin).get("review-pictures")
    one = at(brand_admin).get("review", item=f"asset-{pictures[10].pk}")

    assert {a.pk: bool(a.stray) for a in page.context["page"]} == {
        pictures[10].pk: True,
        pictures[0].pk: False,
    }
    assert one.context["item"].row.stray.words
