"""The bin under two hands at once."""

import pytest

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview
from gallery.services import assets as acts
from gallery.services.checklist import all_confirmed
from training.models import Dataset

pytestmark = pytest.mark.django_db


def code_of(act, *arguments):
    with pytest.raises(Refused) as refusal:
        act(*arguments)
    return refusal.value.code


def test_picture_approved_while_it_is_discarded_stays_out_of_the_bin(
    make_ready, marketer, brand_admin
):
    [asset] = make_ready()
    acts.ask_review(asset, marketer)
    as_its_owner_sees_it = Asset.objects.get()
    acts.approve(asset, brand_admin, all_confirmed())

    assert code_of(acts.discard, as_its_owner_sees_it, marketer) == "approved-not-binned"
    stored = Asset.objects.get()
    assert (stored.review, stored.deleted_at) == (AssetReview.APPROVED, None)


def test_picture_discarded_while_it_is_approved_stays_in_the_bin(make_ready, marketer, brand_admin):
    [asset] = make_ready()
    acts.ask_review(asset, marketer)
    as_the_admin_sees_it = Asset.objects.get()
    acts.discard(asset, marketer)

    assert (
        code_of(acts.approve, as_the_admin_sees_it, brand_admin, all_confirmed())
        == "binned-already"
    )
    assert Asset.objects.get().review == AssetReview.PRIVATE


@pytest.mark.parametrize(
    ("declined_why", "former"), [("", AssetReview.PRIVATE), ("Five wheels.", AssetReview.DECLINED)]
)
def test_picture_that_waits_for_review_no_longer_does_from_the_bin(
    client, make_ready, marketer, brand_admin, declined_why, former
):
    [asset] = make_ready()
    acts.ask_review(asset, marketer)
    if declined_why:
        acts.decline(asset, brand_admin, declined_why)
        acts.ask_review(asset, marketer, "Four now.")
    client.force_login(marketer)

    in_english = {"headers": {"Accept-Language": "en"}}

    answer = client.post(f"/assets/{asset.pk}/discard/", follow=True, **in_english)

    assert "It no longer waits for review: its request was taken back." in answer.text
    assert not brand_admin.notices.filter(settled_at=None).exists()
    acts.restore(Asset.objects.get(), marketer)
    stored = Asset.objects.get()
    assert (stored.review, stored.review_reason) == (former, declined_why)
    page = client.get(asset.get_absolute_url(), **in_english).text
    assert "took back its request for review" in page


@pytest.mark.parametrize(
    ("act", "code"), [(acts.discard, "binned-already"), (acts.restore, "not-binned")]
)
def test_the_same_twice_leaves_one_line_in_the_history(make_ready, marketer, act, code):
    [asset] = make_ready()
    if act == acts.restore:
        acts.discard(asset, marketer)
    twin = Asset.objects.get()
    before = AuditEntry.objects.about(asset).count()

    act(asset, marketer)

    assert code_of(act, twin, marketer) == code
    assert AuditEntry.objects.about(asset).count() == before + 1


def test_dataset_put_in_the_bin_twice_is_simply_there(client, designer):
    dataset = Dataset.objects.create(owner=designer, name="Ink")
    client.force_login(designer)
    twin = Dataset.objects.get()
    twin.discard(by=designer)

    assert client.post(f"/datasets/{dataset.pk}/bin/").status_code == 404
    assert AuditEntry.objects.about(dataset).count() == 1


def test_way_out_of_the_bin_is_not_called_undo(client, marketer, make_ready):
    [asset] = make_ready()
    acts.discard(asset, marketer)
    client.force_login(marketer)

    page = client.get(asset.get_absolute_url(), headers={"Accept-Language": "zh-hans"}).text

    assert "放回" in page
    assert "撤销" not in page


@pytest.mark.parametrize(("days", "told"), [(7, "7 days"), (1, "1 day")])
def test_bin_of_pictures_tells_the_days_that_are_set(
    client, marketer, make_ready, settings, days, told
):
    settings.BIN_DAYS = days
    [asset] = make_ready()
    client.force_login(marketer)
    in_english = {"headers": {"Accept-Language": "en"}}

    empty = client.get("/assets/?bin=1", **in_english).text
    moved = client.post(f"/assets/{asset.pk}/discard/", follow=True, **in_english).text
    filled = client.get("/assets/?bin=1", **in_english).text

    assert f"What you delete waits here for {told}." in empty
    assert f"In the bin for {told}." in moved
    assert f"Pictures stay here for {told}." in filled
