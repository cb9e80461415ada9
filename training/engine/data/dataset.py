"""The training set: pictures with captions, every fault of the folder found before the start."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from training.engine.config.run_config import RunConfig
from training.engine.data.buckets import ENLARGEMENT, Bucket, choose_bucket, cut_down, make_buckets
from training.engine.data.captions.folders import folder_captions, folder_repeats
from training.engine.data.images import open_rgb
from training.engine.errors import EngineError, raise_faults
from training.engine.families.base_info import BaseInfo
from training.engine.prompts.checks import check_samples
from training.engine.prompts.trigger_words import has_placeholder, with_trigger


@dataclass(frozen=True)
class Example:
    """One picture of the set. pixels: sha256 of its upright sRGB pixels, hex. repeats: how often it
    is seen an epoch."""

    name: str
    path: Path
    caption: str
    pixels: str
    bucket: Bucket
    repeats: int = 1


@dataclass(frozen=True)
class DatasetCheck:
    """What a look at the whole folder found: usable examples, one fault per bad thing, and remarks
    on what was read in a way worth telling."""

    examples: list[Example]
    faults: list[EngineError]
    remarks: list[EngineError] = field(default_factory=list)


def check_dataset(config: RunConfig, info: BaseInfo) -> DatasetCheck:
    """Read captions and open every picture, gathering all faults instead of stopping at one.

    Raises EngineError only where there is nothing to look at: folder-missing,
    folder-unreadable, captions-missing-file, captions-not-text, captions-encoding,
    captions-folder-empty, output-holds-input.
    """
    folder = Path(config.train_data_dir)
    own = Path(config.output_dir).resolve()
    _refuse_own_output(config, own)
    told = folder_captions(folder, Path(config.metadata_path), own)
    faults = list(told.faults)
    buckets = make_buckets(config, info)
    examples = []
    for name, caption in told.captions.items():
        try:
            examples.append(_example(name, told.pictures[name], caption, config, buckets))
        except EngineError as fault:
            faults.append(fault)
    faults += told.unmatched
    faults += [
        EngineError("image-without-caption", name=name)
        for name in told.pictures
        if name not in told.captions
    ]
    return DatasetCheck(examples, faults, told.remarks + _repeat_remarks(folder, examples))


def _refuse_own_output(config: RunConfig, own: Path) -> None:
    """A folder that is read must not be one that the run writes into; the other way round is fine,
    since what lies in the output folder is left out."""
    for key in ("train_data_dir", "metadata_path"):
        path = Path(getattr(config, key))
        if path.is_dir() and path.resolve().is_relative_to(own):
            raise EngineError("output-holds-input", key=key, path=str(path))


def _repeat_remarks(folder: Path, examples: list[Example]) -> list[EngineError]:
    places = {
        (folder / example.name).parent.name: folder_repeats(folder, example.name)
        for example in examples
    }
    return [
        EngineError("folder-repeats", name=place, repeats=repeats)
        for place, repeats in places.items()
        if repeats > 1
    ]


def load_dataset(config: RunConfig, info: BaseInfo, skip_bad: bool = False) -> DatasetCheck:
    """The examples of a run; its faults are those that were passed over.

    Raises every fault together (EngineErrors) unless skip_bad; in any case raises dataset-empty,
    dataset-one-image, batch-larger-than-dataset, those of prompt_checks.check_samples.
    """
    check_samples(config.sample_prompts)
    check = check_dataset(config, info)
    if check.faults and not skip_bad:
        raise_faults(check.faults)
    count = len(check.examples)
    if not count:
        raise EngineError("dataset-empty", path=config.train_data_dir)
    if count == 1:
        raise EngineError("dataset-one-image")
    shown = sum(example.repeats for example in check.examples)
    if config.batch_size > shown:
        raise EngineError("batch-larger-than-dataset", batch_size=config.batch_size, images=shown)
    return check


def fingerprint(examples: list[Example]) -> str:
    """sha256 over names, pixels, shapes and captions: equal when a run would see the same."""
    digest = hashlib.sha256()
    for e in examples:
        line = "\0".join([e.name, e.pixels, f"{e.bucket.width}x{e.bucket.height}", e.caption])
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def at_share(examples: list[Example], share: float, step: int) -> list[Example]:
    """The examples with shapes of about `share` of their area, sides multiples of step px."""
    return [replace(e, bucket=cut_down(e.bucket, share, step)) for e in examples]


def pixel_hash(image: Image.Image) -> str:
    """sha256 of a picture's size and RGB values, hex: equal for equal pictures in any file."""
    return hashlib.sha256(f"{image.width}x{image.height}:".encode() + image.tobytes()).hexdigest()


@dataclass(frozen=True)
class _Looks:
    """What a start needs to know of a picture. width, height: of the upright picture, px."""

    pixels: str
    width: int
    height: int


# (device, inode, size, time) of a file → its _Looks. A resumed run, and the next one on the same
# pictures, need not decode a hundred of them only to find that they are the same.
_SEEN: dict[tuple[int, int, int, int], _Looks] = {}
_MOST_SEEN = 20_000
_SETTLED = 10**8  # ns: file systems count time in steps of some milliseconds


def _looks_of(path: Path, name: str) -> _Looks:
    """Raises EngineError of open_rgb."""
    key = _key(path)
    if key in _SEEN:
        return _SEEN[key]
    image = open_rgb(path, name)
    looks = _Looks(pixel_hash(image), image.width, image.height)
    if key:
        if len(_SEEN) >= _MOST_SEEN:
            _SEEN.clear()
        _SEEN[key] = looks
    return looks


def _key(path: Path) -> tuple[int, int, int, int] | None:
    """What tells the file from another; None where a further write might not show in its time."""
    try:
        status = path.stat()
    except OSError:
        return None  # open_rgb says what is the matter
    if time.time_ns() - status.st_mtime_ns < _SETTLED:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _example(name, path, caption, config, buckets) -> Example:
    image = _looks_of(path, name)
    bucket = choose_bucket(buckets, image.width, image.height)
    # What counts is how far the picture must be enlarged to cover its shape.
    if max(bucket.width / image.width, bucket.height / image.height) > ENLARGEMENT:
        raise EngineError(
            "image-too-small",
            name=name,
            side=min(image.width, image.height),
            needed=bucket.smallest_side,
        )
    caption = with_trigger(caption, config.trigger_words)
    if has_placeholder(caption):
        raise EngineError("caption-placeholder", name=name)
    repeats = config.repeats * folder_repeats(Path(config.train_data_dir), name)
    return Example(name, path, caption, image.pixels, bucket, repeats)
