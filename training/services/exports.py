"""A dataset or snapshot as a zip that other trainers read."""

import io
import json
import zipfile
from pathlib import PurePosixPath

from PIL import Image

from brandstudio.core import blobs
from training.engine.captions import metadata_text
from training.pictures import free_name

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}


def export_zip(rows, target):
    """Write pictures and captions to target, a path or a binary file open for writing.

    rows: dicts with name, sha256 (of the picture blob) and caption, as a snapshot keeps them. The
    zip holds metadata.csv (headerless), metadata.jsonl (diffusers) and a .txt beside each picture
    (kohya).
    """
    names = _names(rows)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for row, name in zip(rows, names, strict=True):
            archive.write(blobs.local(row["sha256"]), name)
            if row["caption"]:
                archive.writestr(str(PurePosixPath(name).with_suffix(".txt")), row["caption"])
        captions = {
            name: row["caption"] for row, name in zip(rows, names, strict=True) if row["caption"]
        }
        archive.writestr("metadata.csv", metadata_text(captions).encode())
        archive.writestr("metadata.jsonl", _json_lines(captions))


def rows_of(dataset):
    """The dataset as it is now, in the shape of a snapshot's rows."""
    return [
        {"name": image.name, "sha256": image.picture_sha256, "caption": image.caption}
        for image in dataset.images.all()
    ]


def _json_lines(captions):
    text = io.StringIO()
    for name, caption in captions.items():
        text.write(json.dumps({"file_name": name, "text": caption}, ensure_ascii=False) + "\n")
    return text.getvalue()


def _names(rows):
    """File names whose endings tell the truth: a HEIC's upright copy is a JPEG."""
    taken, names = set(), []
    for row in rows:
        with Image.open(blobs.local(row["sha256"])) as image:
            suffix = SUFFIXES.get(image.format, PurePosixPath(row["name"]).suffix)
        own = PurePosixPath(row["name"])
        same = own.suffix.lower() in {suffix, ".jpeg" if suffix == ".jpg" else suffix}
        name = free_name(row["name"] if same else f"{own.stem}{suffix}", taken)
        taken.add(name.casefold())
        names.append(name)
    return names
