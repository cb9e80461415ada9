"""The training set: images with captions, every fault of the folder found before the start."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from training.engine.config.run_config import RunConfig
from training.engine.data.buckets import ENLARGEMENT, Bucket, choose_bucket, cut_down, make_buckets
from training.engine.data.captions.folders import folder_captions, folder_repeats
from training.engine.data.image_facts import KnownImages
from training.engine.errors import EngineError, raise_faults
from training.engine.families.base_info import BaseInfo
from training.engine.prompts.checks import check_samples
from training.engine.prompts.trigger_words import has_placeholder, with_trigger


@dataclass(frozen=True)
class Example:
    """One image of the set. pixels: sha256 of its upright sRGB pixels, hex. repeats: how often it
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


def check_dataset(
    config: RunConfig, info: BaseInfo, known_images: KnownImages | None = None
) -> DatasetCheck:
    """Read captions and look at every image, gathering all faults instead of stopping at one.

    Raises EngineError only where there is nothing to look at: folder-missing,
    folder-unreadable, captions-missing-file, captions-not-text, captions-encoding,
    captions-folder-empty, output-holds-input. known_images: those that need not be decoded again.
    """
    folder = Path(config.train_data_dir)
    own = Path(config.output_dir).resolve()
    _refuse_own_output(config, own)
    captioned = folder_captions(folder, Path(config.metadata_path), own)
    known_images = known_images or KnownImages()
    faults = list(captioned.faults)
    buckets = make_buckets(config, info)
    examples = []
    for name, caption in captioned.captions.items():
        try:
            path = captioned.images[name]
            examples.append(_example(name, path, caption, config, buckets, known_images))
        except EngineError as fault:
            faults.append(fault)
    faults += captioned.unmatched
    faults += [
        EngineError("image-without-caption", name=name)
        for name in captioned.images
        if name not in captioned.captions
    ]
    return DatasetCheck(examples, faults, captioned.remarks + _repeat_remarks(folder, examples))


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


def load_dataset(
    config: RunConfig,
    info: BaseInfo,
    skip_bad: bool = False,
    known_images: KnownImages | None = None,
) -> DatasetCheck:
    """The examples of a run; its faults are those that were passed over.

    Raises every fault together (EngineErrors) unless skip_bad; in any case raises dataset-empty,
    dataset-one-image, batch-larger-than-dataset, those of checks.check_samples.
    """
    check_samples(config.sample_prompts)
    config.check_early_stop()
    check = check_dataset(config, info, known_images)
    if check.faults and not skip_bad:
        raise_faults(check.faults)
    count = len(check.examples)
    if not count:
        raise EngineError("dataset-empty", path=config.train_data_dir)
    if count == 1:
        raise EngineError("dataset-one-image")
    images = sum(example.repeats for example in check.examples)
    if config.batch_size > images:
        raise EngineError("batch-larger-than-dataset", batch_size=config.batch_size, images=images)
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


def _example(name, path, caption, config, buckets, known_images: KnownImages) -> Example:
    image = known_images.facts_of(path, name)
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
