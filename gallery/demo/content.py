"""Demo content as files: rows as a fixture, blobs beside it, and the base they were made with."""

import json
import shutil
from itertools import chain
from pathlib import Path

from django.core import serializers
from django.core.management import call_command
from django.db import transaction

from brandstudio.core import blobs, demo_accounts
from brandstudio.core.models import AuditEntry, Campaign, GlossaryTerm, Vehicle
from gallery import models as gallery
from gallery.services import reference
from training import models as training
from training.engine import base_models
from training.services import bases

FOLDER = Path(__file__).parent / "content"
# In an order in which every row comes after those it names.
TABLES = (
    Vehicle,
    Campaign,
    GlossaryTerm,
    training.BaseModel,
    training.Dataset,
    training.TrainingImage,
    training.Snapshot,
    training.TrainingRun,
    training.LossPoint,
    training.RunSample,
    training.Checkpoint,
    gallery.Channel,
    gallery.StylePack,
    gallery.StyleVersion,
    gallery.EvidenceSheet,
    gallery.EvidencePicture,
    gallery.PromptTemplate,
    gallery.Scene,
    gallery.ScenePack,
    gallery.Asset,
    AuditEntry,
)
HASHES = ("original_sha256", "picture_sha256", "thumb_sha256", "weights_sha256", "cover_sha256")


class WrongBase(Exception):
    """The demo content was made with another base model than the bundled one."""


def bundled_sha256():
    return base_models.describe(base_models.BUNDLED).sha256


def export(folder=FOLDER):
    """Write all rows and the blobs they name. Returns the bytes written.

    People are left out: the three demo accounts are made anew, and rows name them by user name.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "blobs").mkdir(parents=True)
    rows = list(chain.from_iterable(table.objects.order_by("pk") for table in TABLES))
    fixture = serializers.serialize(
        "json", rows, use_natural_foreign_keys=True, ensure_ascii=False, indent=0
    )
    told = json.loads(fixture)
    for row in told:
        if row["model"] == "training.basemodel":
            # Set again from the files at import: they lie elsewhere on every machine.
            row["fields"].update(path="", info={})
        row["fields"].pop("worker", None)
    (folder / "rows.json").write_text(json.dumps(told, ensure_ascii=False, indent=0) + "\n")
    for sha256 in sorted(_named_blobs(told)):
        shutil.copyfile(blobs.local(sha256), folder / "blobs" / sha256)
    made_with = {"base": "studio-mini", "base_sha256": bundled_sha256()}
    (folder / "made-with.json").write_text(json.dumps(made_with, indent=2) + "\n")
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _named_blobs(rows):
    wanted = set()
    for row in rows:
        if row["model"] == "training.basemodel":
            continue
        fields = row["fields"]
        names = [*HASHES, "sha256"] if row["model"] != "training.snapshot" else []
        wanted.update(fields[name] for name in names if fields.get(name))
    return wanted


def load(folder=FOLDER):
    """Bring the demo content into an empty studio. Returns whether there was anything to do.

    A studio that has datasets or packs of its own is left as it is. Raises WrongBase.
    """
    designer, _marketer, admin = demo_accounts.make_demo_accounts()
    if training.Dataset.objects.exists() or gallery.StylePack.objects.exists():
        return False
    told = folder / "rows.json"
    if told.exists():
        made_with = json.loads((folder / "made-with.json").read_text())
        if made_with["base_sha256"] != bundled_sha256():
            raise WrongBase("The demo content belongs to another base: run `make demo-content`.")
        for path in sorted((folder / "blobs").iterdir()):
            blobs.put(path)
        with transaction.atomic():
            call_command("loaddata", str(told), verbosity=0)
    bases.sync_base_models()
    reference.seed_reference()
    reference.seed_templates(maker=designer, approver=admin)
    return told.exists()
