"""Datasets in the bin: out of sight, back for BIN_DAYS, then gone unless a run needs them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from training import services
from training.models import Dataset, Snapshot

pytestmark = pytest.mark.django_db


def test_binned_dataset_is_out_of_sight_and_comes_back(at_desk, make_dataset):
    dataset = make_dataset(1)

    at_desk.post(f"/datasets/{dataset.pk}/bin/")
    gone = at_desk.get(f"/datasets/{dataset.pk}/").status_code
    picture = at_desk.get(f"/images/{dataset.images.get().pk}/thumb/").status_code
    listed = at_desk.get("/datasets/").content.decode()
    at_desk.post(f"/datasets/{dataset.pk}/restore/")

    assert (gone, picture) == (404, 404)
    assert f"/datasets/{dataset.pk}/restore/" in listed
    assert at_desk.get(f"/datasets/{dataset.pk}/").status_code == 200


def test_dataset_that_a_run_trains_on_stays(at_desk, make_run):
    run = make_run()

    at_desk.post(f"/datasets/{run.dataset_id}/bin/")

    assert Dataset.objects.not_binned().filter(pk=run.dataset_id).exists()


def test_bin_is_emptied_after_thirty_days_but_for_what_packs_are_traced_through(
    make_dataset, designer
):
    fresh, stale, traced = (make_dataset(1, name=name) for name in ("fresh", "stale", "traced"))
    Snapshot.freeze(traced)
    for dataset in (fresh, stale, traced):
        dataset.discard(by=designer)
    long_ago = timezone.now() - timedelta(days=31)
    Dataset.objects.filter(pk__in=[stale.pk, traced.pk]).update(deleted_at=long_ago)

    services.empty_bin()

    assert {dataset.name for dataset in Dataset.objects.all()} == {"fresh", "traced"}
    assert set(Dataset.objects.binned_by(designer)) == {fresh, traced}


@pytest.mark.parametrize(("days", "told"), [(7, "7 days"), (1, "1 day")])
def test_bin_of_datasets_tells_the_days_that_are_set(at_desk, make_dataset, settings, days, told):
    settings.BIN_DAYS = days
    dataset = make_dataset()
    in_english = {"headers": {"Accept-Language": "en"}}

    listed = at_desk.post(f"/datasets/{dataset.pk}/bin/", follow=True, **in_english).text

    assert f"In the bin for {told}." in listed
    assert f", for {told}\n" in listed
