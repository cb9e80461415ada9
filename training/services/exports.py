"""A dataset or snapshot as a zip or folder, laid out as other trainers read it."""

import json
import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from training.engine.data.captions.tables import metadata_text
from training.engine.data.images import opened
from training.engine.files import disk
from training.models import TrainingImage
from training.services import photographs
from training.services.image_store import free_name
from training.services.preflight import ended_rights_of

SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png", "WEBP": ".webp"}


class Layout(models.TextChoices):
    """studio: metadata.csv without a header, as `train_lora` reads it. imagefolder:
    metadata.jsonl, as 🤗 datasets and with it the diffusers examples read it; a second metadata
    file would make that loader refuse the folder. kohya: a folder 1_trigger with a .txt beside
    each picture and a dataset.toml that says so, as kohya's sd-scripts read it.
    """

    STUDIO = "studio", _("metadata.csv (this studio)")
    IMAGEFOLDER = "imagefolder", _("metadata.jsonl (diffusers)")
    KOHYA = "kohya", _("text files and dataset.toml (kohya)")


# What kohya's trainer must be told: by default it looks for .caption and passes over .txt.
KOHYA_FLAGS = "--dataset_config dataset.toml (or --train_data_dir with --caption_extension .txt)"


def export_zip(images, target, layout=Layout.STUDIO, trigger=""):
    """Write pictures and captions as a zip to target, a path or a binary file open for writing.

    images: SnapshotImages, such as `Snapshot.images_of` gives of a dataset.
    trigger: the trigger words, which name kohya's folder and stand for captions that are missing.
    Raises Refused, with nothing written, for pictures that no run here may learn from either.
    """
    _check_rights(images)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _files(images, layout, trigger):
            if isinstance(content, Path):
                archive.write(content, name)
            else:
                archive.writestr(name, content.encode())


def export_folder(images, folder, layout=Layout.STUDIO, trigger=""):
    """As export_zip, into a folder that is empty or not there yet, whole or not at all.

    Raises FileExistsError and NotADirectoryError for another place, too.
    """
    _check_rights(images)
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(str(folder))
    with disk.refilled_folder(folder) as temporary:
        for name, content in _files(images, layout, trigger):
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path):
                shutil.copyfile(content, path)
            else:
                path.write_bytes(content.encode())


def _check_rights(images):
    rows = TrainingImage.with_removed.filter(pk__in=[image.image_number for image in images])
    photographs.read_painted(rows)
    for code, facts in ended_rights_of(rows):
        raise Refused(code, **facts)


def _files(images, layout, trigger):
    """(name, path of a blob or text) of every file of the layout."""
    # Kohya's trainer shows the words of the folder where a picture has no caption.
    place = f"1_{file_stem(trigger) or 'style'}/" if layout == Layout.KOHYA else ""
    captions = {}
    for image, name in zip(images, _names(images), strict=True):
        yield f"{place}{name}", blobs.local(image.sha256, image.name)
        captions[name] = image.caption
        if layout == Layout.KOHYA and image.caption:
            yield f"{place}{PurePosixPath(name).with_suffix('.txt')}", image.caption + "\n"
    if layout == Layout.KOHYA:
        yield "dataset.toml", _kohya_settings(place.rstrip("/"), " ".join(trigger.split()))
    elif layout == Layout.IMAGEFOLDER:
        yield "metadata.jsonl", _json_lines(captions)
    elif layout == Layout.STUDIO:
        yield "metadata.csv", metadata_text({n: text for n, text in captions.items() if text})


def _kohya_settings(folder, trigger):
    """What tells kohya's trainer where the captions are, and what stands for missing ones."""
    lines = [
        "# For kohya's sd-scripts, started in this folder:",
        "#   train_network.py --dataset_config dataset.toml --resolution 512 …",
        "# Without this file, with --train_data_dir, add --caption_extension .txt: by default",
        "# .caption is looked for, and all captions here would be passed over.",
        "",
        "[[datasets]]",
        "",
        "[[datasets.subsets]]",
        f"image_dir = {_toml(folder)}",
        'caption_extension = ".txt"',
        "num_repeats = 1",
    ]
    if trigger:
        lines.append(f"class_tokens = {_toml(trigger)}  # where a picture has no caption")
    return "\n".join([*lines, ""])


def _toml(text):
    """A basic string of TOML, which JSON's strings are but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def file_stem(text):
    """Words as the stem of a file or a folder: what no disk takes becomes a hyphen."""
    return re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', "-", " ".join(text.split())).strip(" .-")[:80]


def _json_lines(captions):
    """A line for every picture: the loader refuses a folder that holds others."""
    return "".join(
        json.dumps({"file_name": name, "text": caption}, ensure_ascii=False) + "\n"
        for name, caption in captions.items()
    )


def _names(images):
    """File names whose endings tell the truth: a HEIC's upright copy is a JPEG."""
    used_names: set[str] = set()
    names = []
    for image in images:
        with opened(blobs.local(image.sha256, image.name), name=image.name) as file:
            suffix = SUFFIXES.get(file.format or "", PurePosixPath(image.name).suffix)
        own = PurePosixPath(image.name)
        same = own.suffix.lower() in {suffix, ".jpeg" if suffix == ".jpg" else suffix}
        names.append(_free(image.name if same else f"{own.stem}{suffix}", used_names))
    return names


def _free(name, used_names):
    """The name, changed until neither it nor its stem is in use: a .txt goes by the stem."""
    name = free_name(name, used_names)
    while PurePosixPath(name).stem.casefold() in used_names:
        own = PurePosixPath(name)
        name = free_name(f"{own.stem}-2{own.suffix}", used_names)
    used_names |= {name.casefold(), PurePosixPath(name).stem.casefold()}
    return name
