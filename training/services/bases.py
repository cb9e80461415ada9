"""The base models the studio has: the bundled one, and what stands in BASE_MODELS_DIR."""

import dataclasses
from pathlib import Path

from django.conf import settings

from training.engine.base import base_models, licences
from training.engine.errors import EngineError
from training.models import BaseModel

WEIGHTS = {".safetensors", ".ckpt", ".pt", ".pth", ".bin"}


def sync_base_models():
    """Make the rows match the files: new ones are described and hashed, lost ones marked so.

    Returns {file name: (code, facts)} for what stands in the folder and can't be used. A row never
    goes away, since runs and packs name it. Hashing a large file takes seconds and is done once.
    """
    problems = {}
    present = []
    for path in [base_models.BUNDLED, *_candidates()]:
        try:
            info = base_models.describe(path)
        except EngineError as error:
            problems[Path(path).name] = (error.code, error.facts)
            continue
        present.append(_row(info).pk)
    BaseModel.objects.exclude(pk__in=present).update(is_present=False)
    return problems


def _candidates():
    """What looks like a model; a pickle too, so that its owner learns why it is not listed."""
    folder = Path(settings.BASE_MODELS_DIR)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        is_file = path.suffix in WEIGHTS and path.is_file()
        if is_file or (path / "model_index.json").is_file():
            yield path


def _row(info):
    stamp = _stamp(info.path)
    same_file = BaseModel.objects.filter(path=str(info.path), info__stamp=stamp).first()
    row = same_file or BaseModel.objects.filter(sha256=info.sha256).first()
    facts = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in dataclasses.asdict(info).items()
        if name not in {"name", "path", "family"}
    }
    details = {"path": str(info.path), "family": info.family, "info": {**facts, "stamp": stamp}}
    if row is None:
        licence = _licence_fields(info)
        return BaseModel.objects.create(
            name=_free_name(info), sha256=info.sha256, **licence, **details
        )
    if not row.licence and row.licence_class == licences.UNKNOWN:  # else a person may have said it
        details |= _licence_fields(info)
    # Written again even when the file is known: another version of ours may read more from it.
    BaseModel.objects.filter(pk=row.pk).update(is_present=True, **details)
    return row


def _licence_fields(info):
    """What the base's own files say of its licence."""
    licence = licences.licence_of(info.path)
    return {"licence": licence, "licence_class": licences.class_of(licence)}


def _free_name(info):
    """Other weights under a known name are another base: runs and packs keep naming the old one."""
    if BaseModel.objects.filter(name=info.name).exists():
        return f"{info.name}-{info.sha256[:8]}"
    return info.name


def _stamp(path):
    """Changes when the weights do: sizes and times of the files."""
    path = Path(path)
    files = [path] if path.is_file() else sorted(path.rglob("*.safetensors"))
    return ";".join(f"{f.name}:{f.stat().st_size}:{int(f.stat().st_mtime)}" for f in files)
