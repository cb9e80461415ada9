"""Copies without a mark that came into a dataset while their picture was private or waited."""

import io

import pytest
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import Notice
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery import jobs
from gallery.models import Asset, PaintedPhotograph, SoughtPicture
from gallery.services import assets as acts
from gallery.services import lookalikes, photograph_search, recalls
from gallery.services.checklist import all_confirmed
from gallery.services.downstream import figures_of, find_source, fingerprint
from tests.gallery.conftest import MASTER
from tests.gallery.test_painted_photographs import SETTINGS, stopping
from tests.photographs import COPIES, photograph, saved
from training import services as training_services
from training.models import TrainingImage
from training.services.runs import NotReady, check_rights
from training.worker import run_control

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

CHANGES = {"saved anew": lambda image: image, **COPIES}


@pytest.fixture
def waiting(in_state, marketer):
    """A picture, as the bundled base paints them, that waits for its review."""
    asset = in_state("private", size=(224, 288))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put(MASTER), look="")
    asset.refresh_from_db()
    acts.ask_review(asset, marketer)
    lookalikes.note(asset)
    return asset


def copy_of(change="saved anew"):
    """A JPEG of that picture, changed, that says nothing of itself."""
    with Image.open(MASTER) as image:
        return saved(CHANGES[change](image.convert("RGB")).convert("RGB"), quality=70)


def codes(dataset, base):
    return [problem.code for problem in stopping(dataset, base)]


@pytest.mark.parametrize("change", CHANGES)
def test_copy_that_came_in_while_it_waited_is_found_once_it_is_declined(
    copies_in, waiting, brand_admin, designer, base, change
):
    dataset = copies_in(copy_of(change))
    run = training_services.start_run(dataset, base, SETTINGS, designer)
    acts.decline(waiting, brand_admin, "Five wheels.")
    assert codes(dataset, base) == []

    jobs.search_photographs()

    [problem] = stopping(dataset, base)
    assert problem.code == "photographs-painted"
    assert f"sent.png (#{waiting.pk})" in problem.sentence
    with pytest.raises(NotReady):
        training_services.start_run(dataset, base, SETTINGS, designer)
    with pytest.raises(Refused, match="photographs-painted"):
        check_rights(run)


def test_run_in_a_workers_hands_stops(copies_in, waiting, brand_admin, designer, base, monkeypatch):
    run = training_services.start_run(copies_in(copy_of()), base, SETTINGS, designer)
    monkeypatch.setattr(run_control, "RIGHTS_SECONDS", 0)
    control = run_control.RunControl(run, turn=None)
    acts.decline(waiting, brand_admin, "Five wheels.")
    assert not control.should_pause()

    jobs.search_photographs()

    assert control.should_pause()
    assert control.why_paused == "rights-ended"
    assert [code for code, _facts in control.ended] == ["photographs-painted"]


def test_twice_it_keeps_and_tells_nothing_twice(
    copies_in, waiting, brand_admin, make_version, train_on
):
    dataset = copies_in(copy_of("mirrored and turned"))
    version = make_version("harbour", checkpoint=train_on(dataset))
    acts.decline(waiting, brand_admin, "Five wheels.")
    told = Notice.objects.filter(code__in=("dataset-holds-barred", "style-learned-barred"))
    assert not told.exists()

    jobs.search_photographs()

    kept = list(PaintedPhotograph.objects.order_by("pk").values())
    assert told.get(code="dataset-holds-barred").facts["reason"] == "Five wheels."
    assert told.get(code="style-learned-barred").facts["name"] == str(version)
    jobs.search_photographs()
    SoughtPicture.objects.all().delete()  # as if a worker had died before it noted anything
    jobs.search_photographs()
    assert list(PaintedPhotograph.objects.order_by("pk").values()) == kept
    assert told.count() == 2


def test_short_turns_come_to_the_same_end(copies_in, waiting, brand_admin, base, monkeypatch):
    monkeypatch.setattr(photograph_search, "_AT_ONCE", 2)
    dataset = copies_in(copy_of("its left half"))
    acts.decline(waiting, brand_admin, "Five wheels.")

    places = []
    while not SoughtPicture.objects.filter(is_done=True).exists():
        photograph_search.search(seconds=0)
        places.append(SoughtPicture.objects.get().up_to)

    assert len(set(places)) == 3  # nothing yet, two photographs, all
    assert places[-1] == dataset.images.order_by("pk").last().pk
    assert codes(dataset, base) == ["photographs-painted"]


def test_approval_after_the_decline_frees_it_and_a_later_withdrawal_holds_it_again(
    copies_in, waiting, brand_admin, marketer, base
):
    dataset = copies_in(copy_of())
    acts.decline(waiting, brand_admin, "Five wheels.")
    jobs.search_photographs()
    acts.ask_review(waiting, marketer, "Four of them.")
    acts.approve(waiting, brand_admin, all_confirmed(), "Four, after all.")
    assert codes(dataset, base) == []

    acts.withdraw(waiting, brand_admin, "The light is wrong.")

    assert codes(dataset, base) == ["photographs-painted"]


def test_what_came_in_while_a_recall_was_undone_is_sought_at_the_next(
    copies_in, in_state, make_version, brand_admin, base
):
    version = make_version()
    asset = in_state("private", packs=((version, 0.7),), size=(224, 288))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put(MASTER), look="")

    def recall():
        source = find_source("version", str(version.pk))
        return recalls.recall(
            source, brand_admin, "asked for", fingerprint(source, figures_of(source))
        )

    row = recall()
    jobs.search_photographs()
    recalls.undo(row, brand_admin)
    jobs.search_photographs()
    dataset = copies_in(copy_of("turned by 90°"))

    row = recall()
    jobs.search_photographs()

    assert codes(dataset, base) == ["photographs-painted"]
    told = Notice.objects.get(code="dataset-holds-barred", person=dataset.owner)
    said = "It was made with what may not be used now: ink pack v1."
    assert (told.facts["number"], told.facts["reason"]["en"]) == (asset.pk, said)
    recalls.undo(row, brand_admin)
    assert codes(dataset, base) == []


def test_copy_that_was_taken_out_holds_the_snapshots_it_lies_in(
    copies_in, waiting, brand_admin, designer, base
):
    dataset = copies_in(copy_of())
    run = training_services.start_run(dataset, base, SETTINGS, designer)
    training_services.remove_images(dataset.images.filter(name="sent.png"), designer)
    acts.decline(waiting, brand_admin, "Five wheels.")

    jobs.search_photographs()

    with pytest.raises(Refused, match="photographs-painted"):
        check_rights(run)
    assert codes(dataset, base) == []


def test_strange_photographs_and_copies_of_another_picture_stay_free(
    copies_in, waiting, approved_sister, brand_admin, base, tmp_path
):
    dataset = copies_in(saved(photograph(1), "PNG"))
    with Image.open(blobs.local(approved_sister.image_sha256)) as image:
        (tmp_path / "sister.jpg").write_bytes(saved(image.convert("RGB"), quality=70))
    training_services.add_images(dataset, [tmp_path / "sister.jpg"])
    training_services.set_rights(dataset, dataset.owner, rights_holder="Lin")
    dataset.images.update(caption="a suv", caption_state="checked")
    acts.decline(waiting, brand_admin, "Five wheels.")

    jobs.search_photographs()

    assert codes(dataset, base) == []


@pytest.fixture
def approved_sister(in_state, marketer, brand_admin):
    """An approved picture that differs from the waiting one by its light and a corner alone."""
    asset = in_state("private", size=(224, 288), seed=7)
    with Image.open(MASTER) as image:
        sister = image.convert("RGB").point(lambda level: min(255, level + 6))
    sister.paste((30, 60, 200), (0, 0, 80, 80))
    file = io.BytesIO()
    sister.save(file, "PNG")
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put_bytes(file.getvalue()), look="")
    asset.refresh_from_db()
    acts.ask_review(asset, marketer)
    acts.approve(asset, brand_admin, all_confirmed(), "Another one.")
    lookalikes.note(asset)
    return asset


def test_job_is_ordered_only_while_there_is_something_to_seek(
    copies_in, waiting, brand_admin, queue_redis, django_capture_on_commit_callbacks
):
    dataset = copies_in(copy_of())

    def is_ordered():
        with django_capture_on_commit_callbacks(execute=True):
            photograph_search.order_search()
        return work_queue.is_live(work_queue.BACKGROUND, "search-photographs")

    assert not is_ordered()
    acts.decline(waiting, brand_admin, "Five wheels.")
    TrainingImage.objects.filter(pk=dataset.images.first().pk).update(pixels_sha256="")
    assert not is_ordered()  # what photographs hold is read first
    TrainingImage.objects.filter(pixels_sha256="").update(pixels_sha256="0" * 64)
    assert is_ordered()
