"""Weights that the studio holds come in no second time: a copy would escape what is decided."""

import json
import threading
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from safetensors.torch import load_file, save_file

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import jobs, services
from gallery.models import StylePack, StyleVersion
from gallery.services import bundles, export, known_weights
from gallery.services.style_files import fitting
from tests.engine import lora_disguises
from tests.stored import lose
from training.engine.lora import kohya_file
from training.engine.lora.effect import effect_of
from training.models import Checkpoint, TrainingRun, WeightsContent
from training.services import weights

pytestmark = pytest.mark.django_db
NAMES = {"name_zh": "副本", "name_en": "Copy", "slug": "copy"}


@pytest.fixture
def brought(at, designer, base, in_english):
    """brought(path): the answer to a designer who imports that file."""

    def brought(path, door="version-import"):
        file = SimpleUploadedFile(path.name, path.read_bytes())
        return at(designer).post(door, file=file, base=base.pk, **NAMES)

    return brought


@pytest.fixture
def refused(brought):
    """refused(path): what the import page says of that file, which it doesn't take."""

    def refused(path, door="version-import"):
        before = StyleVersion.objects.count()
        answer = brought(path, door)
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


def disguised(change):
    def make(version, folder):
        path = as_it_was(version, folder)
        return lora_disguises.store(path, folder / f"{change.__name__}.safetensors", change)

    make.__name__ = change.__name__
    return make


def renamed(version, folder):
    """The same layers under the names of diffusers, with their alphas beside them."""
    target = folder / "renamed.safetensors"
    tensors = load_file(as_it_was(version, folder))
    halves = {".lora_down.": ".lora.down.", ".lora_up.": ".lora.up."}
    for old, new in halves.items():
        tensors = {key.replace(old, new): tensor for key, tensor in tensors.items()}
    save_file(tensors, target)
    return target


@pytest.mark.parametrize(
    "make",
    [as_it_was, relabelled, reordered, for_others, renamed, *map(disguised, lora_disguises.SAME)],
    ids=lambda make: make.__name__,
)
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
    sha256 = blobs.put(toy_weights)
    weights.note_content(sha256)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(sha256=sha256)
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


# A studio of before: nobody has noted what its files hold
@pytest.fixture
def unread(make_version, checkpoint):
    """A version and a checkpoint whose files were never read."""
    version = make_version()
    WeightsContent.objects.all().delete()
    return version


def test_import_waits_until_all_files_are_read_and_reads_none_itself(
    unread, refused, brought, weights_of
):
    foreign = weights_of(7)

    said = refused(foreign)

    assert "still reads 1 weight file that it holds" in said  # both rows name one file
    assert not WeightsContent.objects.filter(sha256=unread.weights_sha256).exists()
    jobs.read_weights()
    assert brought(foreign).status_code == 302


def test_copy_is_told_once_the_files_are_read(unread, refused, tmp_path):
    path = relabelled(unread, tmp_path)
    assert "still reads" in refused(path)

    jobs.read_weights()

    assert "as ink pack v1 (approved)" in refused(path)


def test_reading_goes_on_where_it_ended(unread, make_version, weights_of):
    other = make_version("other", weights_sha256=blobs.put(weights_of(3)))
    WeightsContent.objects.all().delete()

    known_weights.read_waiting(seconds=0)
    assert WeightsContent.objects.count() == 1
    known_weights.read_waiting()

    read = {unread.weights_sha256, other.weights_sha256}
    assert set(WeightsContent.objects.values_list("sha256", flat=True)) == read


def test_file_that_is_gone_keeps_nobody_waiting_and_is_read_when_it_is_back(
    unread, brought, weights_of
):
    content = blobs.local(unread.weights_sha256).read_bytes()
    lose(unread.weights_sha256)
    jobs.read_weights()

    assert brought(weights_of(7)).status_code == 302
    row = WeightsContent.objects.get(sha256=unread.weights_sha256)
    assert row.effect == b""
    blobs.put_bytes(content)
    assert weights.note_content(row.sha256).effect == effect_of(blobs.local(row.sha256))


def test_reading_is_ordered_while_something_is_unread(
    unread, queue_redis, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        known_weights.order_reading()
    assert queue_redis.exists("rq:job:read-weights")

    jobs.read_weights()
    queue_redis.flushall()
    with django_capture_on_commit_callbacks(execute=True):
        known_weights.order_reading()
    assert not queue_redis.exists("rq:job:read-weights")


# Two at one moment
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["the same file", "other metadata"])
def test_of_two_imports_at_one_moment_one_comes_in(base, designer, toy_weights, tmp_path, second):
    path = toy_weights
    if second == "other metadata":
        path = tmp_path / "other.safetensors"
        kohya_file.rewrite(toy_weights, path, {"ss_output_name": "quite another"})
    start = threading.Barrier(2)
    said = []

    def bring(path, slug):
        file = fitting(path, path.name, base)
        pack = StylePack(slug=slug, name_zh=slug, name_en=slug)
        start.wait()
        try:
            services.publish_file(file, designer, pack, trigger_words="")
        except Refused as error:
            said.append(error.code)
        else:
            said.append("done")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=bring, args=(toy_weights, "one")),
        threading.Thread(target=bring, args=(path, "two")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(said) == ["done", "weights-known"]
    assert StyleVersion.objects.count() == StylePack.objects.count() == 1
