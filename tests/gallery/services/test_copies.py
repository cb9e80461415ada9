"""The same weights under several names: a hold or recall of one reaches all, through every door."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.models import Notice
from brandstudio.core.problems import Refused
from gallery import jobs, problems, services
from gallery.models import AssetState, Download, Recall, ReviewState, Scene, StyleVersion
from gallery.services import assets as asset_acts
from gallery.services import holds, library, recalls, reuse
from gallery.services.checklist import all_confirmed
from gallery.services.downstream import figures_of, find_source, fingerprint
from training.engine.lora import kohya_file
from training.models import Checkpoint, WeightsDownload, WeightsForm
from training.services import weights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def original(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture
def copy(original, make_version, toy_weights, tmp_path):
    """The original's weights in a file from elsewhere, as it came in before that was barred."""
    path = tmp_path / "bought.safetensors"
    kohya_file.rewrite(toy_weights, path, {"ss_output_name": "bought"})
    sha256 = blobs.put(path)
    assert sha256 != original.weights_sha256
    return make_version("copy", weights_sha256=sha256, origin="bought.st", **CLEAR)


CLEAR = {"origin_maker": "Wu", "licence": "contract 9", "commercial_use": "yes"}


@pytest.fixture
def picture(copy, make_ready, marketer, brand_admin):
    """An approved picture that was painted with the copy."""
    [asset] = make_ready(packs=((copy, 0.7),))
    asset_acts.ask_review(asset, marketer)
    asset_acts.approve(asset, brand_admin, all_confirmed())
    return asset


def version_source(version):
    return find_source("version", str(version.pk))


def recall(version, by):
    source = version_source(version)
    return recalls.recall(source, by, "stolen style", fingerprint(source, figures_of(source)))


def end_rights(dataset):
    dataset.images.update(rights_expire_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture(params=["the original recalled", "the copy recalled", "rights ended"])
def hold(request, original, copy, picture, dataset, brand_admin):
    """hold(): what is decided of the weights under one of their names."""

    def hold():
        if request.param == "rights ended":
            end_rights(dataset)
        else:
            recall(original if "original" in request.param else copy, brand_admin)

    return hold


def test_no_door_lets_through_a_copy_of_held_weights(
    at, marketer, designer, make_scene, hold, original, copy, picture, form_data
):
    waiting = make_scene(packs=((copy, 0.7),)).assets.get()
    assert f"strength_{copy.pk}" in at(marketer).get("create").text
    scenes = Scene.objects.count()
    hold()
    form_data |= {"pack": [copy.pk], f"strength_{copy.pk}": "0.6"}

    assert {original, copy} & set(library.usable_versions()) == set()
    assert f"strength_{copy.pk}" not in at(marketer).get("create").text
    assert at(marketer).post("create", **form_data).status_code == 422
    with pytest.raises(Refused, match=r"pack-held|pack-recalled"):
        services.compose_scene(reuse.again(picture, marketer), marketer)
    assert Scene.objects.count() == scenes
    assert at(marketer).get("asset-download", picture.pk, form="jpg").status_code == 403
    assert not Download.objects.exists()
    for door in ("version-weights", "version-export", "version-bundle"):
        assert at(designer).get(door, "copy", 1).status_code == 403
    jobs.render(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == (AssetState.FAILED, "painting-held")
    assert not WeightsDownload.objects.exists()


def test_draft_of_held_weights_is_neither_tried_nor_approved(
    original, make_version, designer, brand_admin, dataset
):
    draft = make_version("draft", state="draft", weights_sha256=original.weights_sha256)
    asked = make_version("asked", state="in_review", weights_sha256=original.weights_sha256)
    end_rights(dataset)

    with pytest.raises(Refused, match="pack-held"):
        services.approve(asked, brand_admin, answers=all_confirmed())
    assert draft not in library.versions_for(designer)
    assert holds.holds_of_version(draft)


def test_held_copy_says_by_what_it_is_held(at, original, copy, dataset, designer, brand_admin):
    end_rights(dataset)
    page = at(designer).get("version-detail", "copy", 1).text
    assert "red.png (by ink pack v1, the same weights under another name)" in page

    dataset.images.update(rights_expire_at=None)
    assert holds.holds_of_version(copy) == []
    recalled = recall(original, brand_admin)
    StyleVersion.objects.filter(pk=copy.pk).update(recalled_at=None)  # as of a recall of before
    copy.refresh_from_db()

    said = holds.names_of(holds.holds_of_version(copy))
    assert said == "ink pack v1 (the same weights under another name)"
    recalls.undo(recalled, brand_admin)
    assert holds.holds_of_version(copy) == []


def test_weights_of_an_unpublished_checkpoint_are_held_with_its_photographs(
    dataset, train_on, make_version
):
    version = make_version("copy", origin="bought.st", **CLEAR)
    checkpoint = train_on(dataset)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(sha256=version.weights_sha256)
    assert not StyleVersion.objects.held().exists()

    end_rights(dataset)

    assert list(StyleVersion.objects.held()) == [version]
    assert {hold.name for hold in holds.holds_of_version(version)} == {"red.png", "blue.png"}


def test_other_weights_stay_in_use(original, make_version, brand_admin):
    other = make_version("other")

    recall(original, brand_admin)

    assert library.usable_versions() == [other]


def test_recall_page_lists_copies_by_name_and_takes_them_back(
    at, original, copy, picture, brand_admin, designer, make_user
):
    holder = make_user("holder", is_designer=True)
    WeightsDownload.objects.create(
        person=holder, weights_sha256=copy.weights_sha256, form=WeightsForm.FILE, sha256="0" * 64
    )

    page = at(brand_admin).get("downstream", "version", str(original.pk))
    shown = " ".join(page.text.split())
    assert "These go with it, being the same weights under another name: copy pack v1" in shown
    assert page.context["downstream"].figures["people"] == 1
    seen = page.context["downstream"].seen
    at(brand_admin).post("recall-new", "version", str(original.pk), reason="stolen", seen=seen)

    for version in (original, copy):
        version.refresh_from_db()
        assert version.state == ReviewState.RETIRED
        assert version.recalled_at is not None
    picture.refresh_from_db()
    assert picture.review == "withdrawn"
    row = Recall.objects.get()
    assert row.figures["versions"] == 2
    lines = blobs.local(row.report_sha256).read_bytes().decode("utf-8-sig")
    kinds = {line[2]: line[0] for line in csv.reader(io.StringIO(lines))}
    assert kinds["copy pack v1"] == "style version, the same weights under another name"
    assert kinds["ink pack v1"] == "style version"
    told = Notice.objects.filter(code="recalled", person=holder)
    assert told.exists()

    recalls.undo(row, brand_admin)
    assert set(library.usable_versions()) == {original, copy}


def test_photograph_takes_back_copies_of_what_learned_from_it(
    original, copy, picture, dataset, brand_admin
):
    source = find_source("image", dataset.images.first().image_sha256)

    recalls.recall(source, brand_admin, "asked", fingerprint(source, figures_of(source)))

    copy.refresh_from_db()
    picture.refresh_from_db()
    assert (copy.state, picture.review) == (ReviewState.RETIRED, "withdrawn")


def test_undo_leaves_a_copy_held_that_was_recalled_by_itself(original, copy, brand_admin):
    first = recall(copy, brand_admin)
    Recall.objects.filter(pk=first.pk).update(undone_at=timezone.now())  # by hand, without its rows
    StyleVersion.objects.filter(pk=original.pk).update(recalled_at=None)
    second = recall(original, brand_admin)

    recalls.undo(second, brand_admin)

    original.refresh_from_db()
    assert original.recalled_at is None
    assert set(StyleVersion.objects.held()) == {original, copy}


def test_checkpoint_of_the_same_weights_does_not_leave(original, copy, train_on, dataset):
    twin = train_on(dataset)
    Checkpoint.objects.filter(pk=twin.pk).update(sha256=copy.weights_sha256)
    twin.refresh_from_db()
    StyleVersion.objects.filter(pk=original.pk).update(recalled_at=timezone.now())

    assert holds.recalled_from(twin) == ["ink pack v1"]


def test_equal_weights_are_told_by_their_tensors_alone(copy, original, tmp_path):
    path = tmp_path / "third.safetensors"
    kohya_file.rewrite(blobs.local(copy.weights_sha256), path, {"ss_output_name": "third"})
    sha256 = blobs.put(path)
    weights.note_content(sha256)

    assert set(StyleVersion.objects.with_weights_of([sha256])) == {original, copy}


# What a person is told of a recall
def test_painter_reads_that_the_style_was_recalled_and_why(
    original, copy, brand_admin, marketer, make_scene, make_version
):
    make_version("ink")  # a newer one of the same pack hides nothing

    recall(original, brand_admin)

    for version in (original, copy):
        with pytest.raises(Refused) as caught:
            make_scene(packs=((version, 0.7),))
        told = problems.of(caught.value)
        assert told.startswith(f"{version} may not be used: on ")
        assert "ink pack v1 was recalled, because: stolen style. Choose another" in told


def test_what_was_painted_with_a_copy_names_what_was_recalled(original, copy, picture, brand_admin):
    recall(original, brand_admin)

    [hold] = holds.holds_of_asset(picture)

    assert (hold.row, hold.through) == (original, copy)
    assert hold.name.startswith("ink pack v1 (by copy pack v1")


def test_failed_picture_of_a_recalled_style_offers_no_retry(
    at, original, brand_admin, marketer, make_scene
):
    asset = make_scene(packs=((original, 0.7),)).assets.get()
    asset.fail("worker-lost")
    retry = reverse("gallery:asset-retry", args=[asset.pk])
    browser = at(marketer)
    assert retry in browser.get("results").text
    assert retry in browser.get("asset-detail", asset.pk).text

    row = recall(original, brand_admin)

    assert retry not in browser.get("results").text
    assert retry not in browser.get("asset-detail", asset.pk).text
    recalls.undo(row, brand_admin)
    assert retry in browser.get("results").text
