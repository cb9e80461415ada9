"""Pictures that look like a declined or withdrawn one: the reviewer sees both, and writes why."""

import io
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import jobs
from gallery.models import Asset
from gallery.services import assets as acts
from gallery.services import lookalikes, sources
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import CHECKED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def drawing(number, noise=0.0):
    """A PNG of soft spots: another picture for each number, nearly the same with a little noise."""
    numbers = np.random.default_rng(number)
    coarse = Image.fromarray(numbers.integers(0, 255, (6, 6, 3), dtype=np.uint8))
    values = np.asarray(coarse.resize((192, 128), Image.Resampling.BICUBIC), dtype=np.float32)
    values = values + np.random.default_rng(99).normal(0, 255 * noise, values.shape)
    file = io.BytesIO()
    Image.fromarray(values.clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def painted(in_state):
    """painted(1, "asked"): a picture in that state, with that drawing as its master."""

    def painted(number, state, noise=0.0, seed=5):
        asset = in_state("private", seed=seed)
        sha256 = blobs.put_bytes(drawing(number, noise))
        Asset.objects.filter(pk=asset.pk).update(image_sha256=sha256, look="")
        asset.refresh_from_db()
        maker = asset.scene.owner
        if state != "private":
            acts.ask_review(asset, maker)
        return asset

    return painted


@pytest.fixture
def declined(painted, brand_admin):
    asset = painted(1, "asked")
    acts.decline(asset, brand_admin, "Five wheels.")
    return asset


def test_near_picture_is_shown_beside_the_earlier_decision(at, declined, painted, brand_admin):
    near, other = painted(1, "asked", noise=0.02, seed=6), painted(2, "asked", seed=7)

    found = lookalikes.earlier([near, other, declined])

    assert {pk: [like.decision.asset for like in likes] for pk, likes in found.items()} == {
        near.pk: [declined],
        other.pk: [],
        declined.pk: [],
    }
    [like] = found[near.pk]
    assert (like.decision.what, like.decision.reason) == ("declined", "Five wheels.")
    assert like.decision.by == brand_admin
    for page in (
        at(brand_admin).get("review", item=f"asset-{near.pk}"),
        at(brand_admin).get("review-pictures"),
    ):
        assert page.text.count("Earlier decisions on the same picture") == 1
        assert "Five wheels." in page.text
        assert f"/assets/{declined.pk}/thumb" in page.text


def test_approving_it_takes_a_written_reason_that_is_kept(at, declined, painted, brand_admin):
    near = painted(1, "asked", noise=0.02, seed=6)
    browser = at(brand_admin)

    refused = browser.decide("review", decision="approve", reason=".", **CHECKED)

    assert refused.status_code == 422
    assert "against which a decision stands" in refused.text
    near.refresh_from_db()
    assert near.review == "asked"
    browser.decide("review", decision="approve", reason="The wheel is a bin.", **CHECKED)
    near.refresh_from_db()
    assert (near.review, near.review_reason) == ("approved", "The wheel is a bin.")
    entry = AuditEntry.objects.about(near).first()
    assert (entry.target, entry.why) == ("approved", "The wheel is a bin.")
    assert entry.facts["in_spite_of"] == [declined.pk]


def test_several_at_once_pass_over_it_without_a_reason(at, declined, painted, brand_admin):
    near, other = painted(1, "asked", noise=0.02, seed=6), painted(2, "asked", seed=7)
    chosen = {"pick": [near.pk, other.pk], "decision": "approve", **CHECKED}

    told = at(brand_admin).decide("review-pictures", **chosen)

    assert told.status_code == 302
    near.refresh_from_db()
    other.refresh_from_db()
    assert (near.review, other.review) == ("asked", "approved")
    assert other.review_reason == ""
    at(brand_admin).decide("review-pictures", **chosen | {"pick": [near.pk], "reason": "A bin."})
    near.refresh_from_db()
    assert (near.review, near.review_reason) == ("approved", "A bin.")


def test_same_pixels_count_even_where_a_picture_is_too_plain_to_compare(
    in_state, brand_admin, marketer
):
    declined, plain = in_state("declined"), in_state("private", seed=6)
    Asset.objects.filter(pk=plain.pk).update(image_sha256=declined.image_sha256)
    plain.refresh_from_db()
    acts.ask_review(plain, marketer)

    with pytest.raises(Refused) as caught:
        acts.approve(plain, brand_admin, all_confirmed())
    assert (caught.value.code, caught.value.facts["number"]) == ("decided-before", declined.pk)


def test_withdrawn_and_binned_ones_are_found_and_shown(
    at, settings, declined, painted, brand_admin
):
    acts.discard(declined, declined.scene.owner)
    Asset.objects.filter(pk=declined.pk).update(
        deleted_at=timezone.now() - timedelta(days=settings.BIN_DAYS + 1)
    )
    acts.empty_bin()
    withdrawn = painted(2, "asked", seed=6)
    acts.approve(withdrawn, brand_admin, all_confirmed())
    acts.withdraw(withdrawn, brand_admin, "The light is wrong.")
    first, second = painted(1, "asked", 0.02, seed=7), painted(2, "asked", 0.02, seed=8)

    found = lookalikes.earlier([first, second])

    assert [like.decision.asset for like in found[first.pk]] == [declined]
    assert [like.decision.reason for like in found[second.pk]] == ["The light is wrong."]
    assert at(brand_admin).get("asset-thumb", declined.pk).status_code == 200


def test_approved_one_bars_nothing_any_more(declined, painted, brand_admin):
    near = painted(1, "asked", noise=0.02, seed=6)
    acts.ask_review(declined, declined.scene.owner, "Look again.")
    acts.approve(declined, brand_admin, all_confirmed())

    assert lookalikes.earlier([near]) == {near.pk: []}


@pytest.fixture
def order(make_ready, marketer):
    """order(2, **fields): so many sisters of one order, alike, each with its seed, all asked."""

    def order(count, **fields):
        assets = list(make_ready(count=count, seed=40, **fields))
        for n, asset in enumerate(assets):
            sha256 = blobs.put_bytes(drawing(1, noise=0.01 + n / 100))
            Asset.objects.filter(pk=asset.pk).update(image_sha256=sha256, look="")
            asset.refresh_from_db()
            acts.ask_review(asset, marketer)
        return assets

    return order


def test_sisters_of_one_order_with_other_seeds_are_other_pictures(at, order, brand_admin):
    first, *sisters = order(4)
    acts.decline(first, brand_admin, "Five wheels.")

    assert lookalikes.earlier(sisters) == {sister.pk: [] for sister in sisters}
    page = at(brand_admin).get("review", item=f"asset-{sisters[0].pk}").text
    assert "Earlier decisions on the same picture" not in page
    for sister in sisters:
        acts.approve(sister, brand_admin, all_confirmed())


def test_sister_with_the_same_pixels_or_the_same_seed_is_the_same_picture(order, brand_admin):
    first, copy, steps_more = order(3)
    acts.decline(first, brand_admin, "Five wheels.")
    Asset.objects.filter(pk=copy.pk).update(image_sha256=first.image_sha256)
    Asset.objects.filter(pk=steps_more.pk).update(seed=first.seed)
    for sister in (copy, steps_more):
        sister.refresh_from_db()

    found = lookalikes.earlier([copy, steps_more])

    assert [like.decision.asset for like in found[copy.pk]] == [first]
    assert [like.decision.asset for like in found[steps_more.pk]] == [first]


def test_sisters_painted_over_one_start_picture_are_the_same_picture(
    order, in_state, brand_admin, marketer
):
    start = sources.init_image_of(in_state("private", seed=90))
    first, sister = order(2, init_image=start, denoising_strength=0.3)
    acts.decline(first, brand_admin, "Five wheels.")

    assert [like.decision.asset for like in lookalikes.earlier([sister])[sister.pk]] == [first]


def test_of_equally_near_decisions_the_latest_is_named_first(painted, brand_admin):
    first, second = (painted(1, "asked", seed=seed) for seed in (6, 7))
    acts.decline(second, brand_admin, "Six wheels.")
    acts.decline(first, brand_admin, "Five wheels.")
    near = painted(1, "asked", noise=0.02, seed=8)

    assert [like.decision.asset for like in lookalikes.earlier([near])[near.pk]] == [first, second]
    with pytest.raises(Refused) as caught:
        acts.approve(near, brand_admin, all_confirmed())
    assert caught.value.facts["number"] == first.pk


def test_looks_of_before_are_read_in_the_background(declined, painted):
    Asset.objects.update(look="")

    jobs.read_looks()

    assert not Asset.objects.filter(look="").exists()
    declined.refresh_from_db()
    assert declined.look.count("-") == 19


def test_review_asks_as_much_for_many_as_for_one(painted, declined, django_assert_num_queries):
    asked = [painted(1, "asked", noise=0.02, seed=6 + n) for n in range(3)]
    lookalikes.earlier(asked)

    for some in (asked[:1], asked):
        with django_assert_num_queries(
            6
        ):  # looks, starts (2), what is near, its title, its decisions
            lookalikes.earlier(some)
