"""A style is published with the trigger words that the form shows, none where they were cleared."""

import json
import zipfile

import pytest

from brandstudio.core import blobs
from gallery import services
from gallery.models import EvidenceSheet, StylePack, StyleVersion
from gallery.services import export
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import BAND
from training.engine.files.safetensors_header import read_header
from training.engine.lora import kohya_file
from training.models import Checkpoint, Dataset, Snapshot, TrainingRun


@pytest.fixture
def checkpoint(base, designer, toy_weights, tmp_path):
    """Of a run that learned the trigger lnink, which the file says as well."""
    told = {**read_header(toy_weights).metadata, "modelspec.trigger_phrase": "lnink"}
    kohya_file.rewrite(toy_weights, tmp_path / "lnink.safetensors", told)
    dataset = Dataset.objects.create(name="Ink", owner=designer, trigger_word="lnink")
    snapshot = Snapshot.objects.create(dataset=dataset, sha256="0" * 64)
    run = TrainingRun.objects.create(
        name="Ink", owner=designer, dataset=dataset, base=base, snapshot=snapshot
    )
    sha256 = blobs.put(tmp_path / "lnink.safetensors")
    return Checkpoint.objects.create(run=run, step=10, sha256=sha256, size=1, is_final=True)


@pytest.fixture
def publish(at, designer, checkpoint):
    """publish(trigger_words=…): the version that the form makes of it."""

    def publish(**sent):
        names = {"name_zh": "墨", "name_en": "Ink", "slug": "ink"}
        answer = at(designer).post("publish", checkpoint.pk, **names, **sent)
        assert answer.status_code == 302
        return StyleVersion.objects.get()

    return publish


@pytest.mark.parametrize(
    ("sent", "kept"),
    [({"trigger_words": ""}, ""), ({"trigger_words": "  "}, ""), ({}, "lnink"),
     ({"trigger_words": "lnink"}, "lnink"), ({"trigger_words": "ink wash"}, "ink wash")],
)  # fmt: skip
def test_trigger_is_published_as_the_form_has_it(publish, sent, kept):
    assert publish(**sent).trigger_words == kept


def test_form_shows_the_trigger_that_was_learned(at, designer, checkpoint):
    form = at(designer).get("publish", checkpoint.pk).context["form"]

    assert form["trigger_words"].value() == "lnink"


def test_service_takes_the_learned_trigger_where_none_is_spoken_of(checkpoint, designer):
    pack = StylePack(slug="ink", name_zh="墨", name_en="Ink")

    assert services.publish(checkpoint, designer, pack).trigger_words == "lnink"
    assert services.publish(checkpoint, designer, pack, trigger_words="").trigger_words == ""


@pytest.mark.parametrize("words", ["", "lnink"])
def test_cleared_trigger_is_not_exported(publish, designer, brand_admin, words):
    version = publish(trigger_words=words)
    EvidenceSheet.objects.update(state="done")
    version.edit(designer, **BAND)
    services.submit(version, designer)
    services.approve(version, brand_admin, answers=all_confirmed())

    with export.external_zip(version) as file, zipfile.ZipFile(file) as archive:
        card = json.loads(archive.read("ink-v1.json"))

    assert card["activation text"] == words
