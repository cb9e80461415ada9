"""Weights that the studio holds come in no second time: a copy would escape what is decided."""

import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brandstudio.core import blobs
from gallery.models import StylePack, StyleVersion
from gallery.services import bundles, export
from tests.gallery.services.test_studios import added_by, studio_folder  # noqa: F401
from training.engine.lora import kohya_file
from training.models import Checkpoint, TrainingRun

pytestmark = pytest.mark.django_db
NAMES = {"name_zh": "副本", "name_en": "Copy", "slug": "copy"}


@pytest.fixture
def refused(at, designer, base, in_english):
    """refused(path): what the import page says of that file, which it doesn't take."""

    def refused(path, door="version-import"):
        file = SimpleUploadedFile(path.name, path.read_bytes())
        before = StyleVersion.objects.count()
        answer = at(designer).post(door, file=file, base=base.pk, **NAMES)
        assert answer.status_code == 422
        assert StyleVersion.objects.count() == before
        assert not StylePack.objects.filter(slug="copy").exists()
        errors = answer.context["form"].errors.values()
        return " ".join(sentence for sentences in errors for sentence in sentences)

    return refused


def as_it_was(version, folder):
    return blobs.local(version.weights_sha256)


def relabelled(version, folder):
    """The same weights under other metadata."""
    target = folder / "other.safetensors"
    kohya_file.rewrite(as_it_was(version, folder), target, {"ss_output_name": "quite another"})
    return target


def reordered(version, folder):
    """The same tensors, the bytes of the last one first."""
    content = as_it_was(version, folder).read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    table = json.loads(content[8:start])
    entries = {name: entry for name, entry in table.items() if name != "__metadata__"}
    data = b""
    for entry in sorted(entries.values(), key=lambda entry: entry["data_offsets"], reverse=True):
        begin, end = (start + offset for offset in entry["data_offsets"])
        entry["data_offsets"] = [len(data), len(data) + end - begin]
        data += content[begin:end]
    header = json.dumps(entries).encode()
    target = folder / "reordered.safetensors"
    target.write_bytes(len(header).to_bytes(8, "little") + header + data)
    return target


def for_others(version, folder):
    """The file of the zip that a designer has of an approved style."""
    with export.external_zip(version) as file, zipfile.ZipFile(file) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".safetensors")]
        return folder / archive.extract(name, folder)


@pytest.mark.parametrize("make", [as_it_was, relabelled, reordered, for_others])
def test_downloaded_style_is_not_imported_again_as_a_foreign_file(
    make, make_version, refused, tmp_path
):
    path = make(make_version(), tmp_path)

    said = refused(path)

    assert "These weights are here already, as ink pack v1 (approved)" in said


@pytest.mark.parametrize("state", ["draft", "in_review", "retired"])
def test_weights_of_a_version_in_any_state_are_known(state, make_version, refused, tmp_path):
    version = make_version(state="approved" if state == "retired" else state)
    if state == "retired":  # as after the recall of a photograph
        version.retire(version.reviewed_by, "recalled")

    assert "ink pack v1" in refused(as_it_was(version, tmp_path))


def test_bundle_of_weights_that_are_here_is_refused(make_version, refused, tmp_path, brand_admin):
    path = tmp_path / "ink.bundle.zip"
    with bundles.signed_bundle(make_version()) as file:
        path.write_bytes(file.read())

    assert "as ink pack v1 (approved)" in refused(path, "bundle-import")


@pytest.fixture
def checkpoint(train_on, dataset, toy_weights):
    checkpoint = train_on(dataset)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(sha256=blobs.put(toy_weights))
    return checkpoint


def test_checkpoint_is_published_from_its_run_not_imported(checkpoint, refused, toy_weights):
    said = refused(toy_weights)

    assert "step 10 of the run “Ink one”" in said
    assert "Publish them from the page of that run" in said


def test_taste_does_not_come_in_as_a_file(checkpoint, refused, toy_weights):
    TrainingRun.objects.filter(pk=checkpoint.run_id).update(is_taste=True)

    assert "no taste is ever published" in refused(toy_weights)


def test_name_of_a_run_that_one_may_not_see_is_not_told(
    checkpoint, refused, toy_weights, make_user
):
    colleague = make_user("=colleague", is_designer=True)
    TrainingRun.objects.filter(pk=checkpoint.run_id).update(owner=colleague, name="Secret car")

    said = refused(toy_weights)

    assert "in a colleague's run" in said
    assert "Secret" not in said
