"""Captions of a training folder: which picture each row and each text file speaks of.

A table speaks for its own folder: `red/metadata.csv` names pictures of `red/`. A table that lies
outside the training folder names pictures from that folder on.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from training.engine.data.captions.matching import ImageIndex
from training.engine.data.captions.tables import (
    LARGEST_SIDECAR,
    SIDECARS,
    TABLES,
    caption_bytes,
    decode,
    read_metadata,
    sidecar_caption,
    sidecar_lines,
    table_order,
)
from training.engine.data.image_folder import clean_name, find_images, walk
from training.engine.errors import EngineError


@dataclass
class FolderCaptions:
    """captions: picture (from the folder on) → caption, in the order they were found.

    pictures: all pictures of the folder, with their paths. faults: what could not be read.
    unmatched: captions that mean no picture, or several. remarks: what was read in a way worth
    telling.
    """

    images: dict[str, Path]
    captions: dict[str, str] = field(default_factory=dict)
    faults: list[EngineError] = field(default_factory=list)
    unmatched: list[EngineError] = field(default_factory=list)
    remarks: list[EngineError] = field(default_factory=list)


def folder_captions(folder: Path, metadata: Path, leave_out: Path | None = None) -> FolderCaptions:
    """The captions of a training folder. metadata: a table, or a folder with tables or text files
    beside the pictures. leave_out: a folder inside of which nothing is read.

    Raises EngineError: folder-missing, folder-unreadable, captions-missing-file,
    captions-folder-empty, captions-not-text, captions-encoding, captions-unknown-form,
    captions-too-large.
    """
    images = find_images(folder, "train_data_dir")
    result = FolderCaptions(
        _without(images.files, leave_out), faults=list(images.faults), remarks=list(images.remarks)
    )
    index = ImageIndex(result.images)
    sources: dict[str, str] = {}
    if not metadata.is_dir():
        _take_table(result, index, folder, metadata, sources)
        return result
    files = _files_in(metadata, leave_out)
    tables = [path for path in files if _is_table(path)]
    tables.sort(key=lambda path: table_order(path.relative_to(metadata).as_posix()))
    for path in tables:
        _take_table(result, index, folder, path, sources)
    sidecars = [p for p in files if p.suffix.lower() in SIDECARS]
    for path in sidecars:
        _take_sidecar(result, index, _place(folder, path) / path.stem, path, sources)
    if not tables and not sources:
        raise EngineError("captions-folder-empty", path=str(metadata))
    return result


def _without(files: dict[str, Path], leave_out: Path | None) -> dict[str, Path]:
    return {
        name: path
        for name, path in files.items()
        if leave_out is None or not path.resolve().is_relative_to(leave_out)
    }


def folder_repeats(folder: Path, image: str) -> int:
    """How often kohya's trainer shows a picture an epoch: the number before `_` of its folder."""
    parent = (folder / image).parent.name
    match = re.match(r"(\d{1,4})_", parent)
    return max(1, int(match[1])) if match else 1


def _files_in(folder: Path, leave_out: Path | None) -> list[Path]:
    files = {str(path): path for _, path in walk(folder, [])}  # find_images tells the faults
    return list(_without(files, leave_out).values())


def _is_table(path: Path) -> bool:
    kind = path.suffix.lower()
    # Any other JSON is some tool's own; kohya's captions are called meta_cap.json.
    return kind in TABLES and (kind != ".json" or path.stem.lower().startswith("meta"))


def _place(folder: Path, path: Path) -> PurePosixPath:
    """The folder a file speaks for, from the training folder on."""
    place, whole = path.resolve().parent, folder.resolve()
    if place.is_relative_to(whole):
        return PurePosixPath(place.relative_to(whole).as_posix())
    return PurePosixPath()


def _take_table(result, index, folder, path, sources) -> None:
    table = read_metadata(path)
    result.faults += table.problems
    result.remarks += table.remarks
    place = _place(folder, path)
    refused = {fault.facts.get("name") for fault in result.faults}
    for name, caption in table.rows.items():
        written = clean_name(str(place / name))
        images = index.find(written)
        if not images and os.path.isfile(folder / written):
            images = [written]  # a picture of an unusual ending
            result.images[written] = folder / written
        if not images and (name == table.heading or written in refused):
            continue
        line = table.lines[name]
        if not images:
            result.unmatched.append(EngineError("caption-without-image", name=written, line=line))
        elif len(images) > 1:
            others = ", ".join(images)
            result.unmatched.append(
                EngineError("caption-fits-several", name=name, line=line, others=others)
            )
        else:
            _give(result, sources, images[0], caption, f"{path.name}, {line}")


def _take_sidecar(result, index, stem, path, sources) -> None:
    # A text file beside two pictures of its name speaks of both, as it does to other trainers.
    images = index.find(clean_name(str(stem)))
    if not images:
        return  # notes.txt, LICENSE.txt: text that belongs to no picture
    try:
        text = decode(caption_bytes(path, LARGEST_SIDECAR), path.name)
    except EngineError as fault:
        result.faults.append(fault)
        return
    caption = sidecar_caption(text)
    if (lines := sidecar_lines(text)) > 1:
        result.remarks.append(EngineError("caption-first-line", name=path.name, count=lines))
    for image in images:
        if caption:
            _give(result, sources, image, caption, path.name)


def _give(result, sources, image, caption, source) -> None:
    former = result.captions.setdefault(image, caption)
    first = sources.setdefault(image, source)
    if former != caption:
        result.faults.append(EngineError("caption-second", name=image, first=first, second=source))
