"""What a run will need, told before it starts: steps, time, memory, disk."""

import shutil
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from brandstudio.core.queue import devices
from training.engine import families
from training.engine.base import base_models
from training.engine.data.buckets import ENLARGEMENT, Bucket, choose_bucket, make_buckets
from training.engine.train.memory_estimate import estimate
from training.rules.run_timing import expected_seconds

SPARE_MB = 500  # that must stay free on the disk beside what the run writes
_STATES_KEPT = 2
_MB_PER_IMAGE = 1  # encoded picture and caption, both mirrored
_MB_PER_SAMPLE = 0.5
_LEAST = {"batch_size": 1, "gradient_checkpointing": True}  # the last rung of the memory ladder


@dataclass(frozen=True)
class RunEstimate:
    """Figures of a run to come. seconds: None until a run on this base has told how fast it goes.

    memory_mb: what it takes as set; least_mb: at the last rung of the memory ladder. device_mb: of
    the largest device known, None where no worker has told. All sizes in 10⁶ bytes.
    """

    images: int
    steps: int
    seconds: float | None
    memory_mb: int
    least_mb: int
    device_mb: int | None
    disk_mb: int
    free_mb: int

    @property
    def must_step_down(self):
        """Whether the run will have to take smaller pieces to fit the largest device."""
        return self.device_mb is not None and self.least_mb <= self.device_mb < self.memory_mb

    @property
    def fits_nowhere(self):
        return self.device_mb is not None and self.least_mb > self.device_mb

    @property
    def lacks_disk(self):
        return self.disk_mb + SPARE_MB > self.free_mb


def estimate_of(config, base, sizes):
    """The RunEstimate of a RunConfig on a BaseModel row. sizes: (width, height) px of each picture.

    Raises EngineError when the base's files can't be read.
    """
    info = described(base.path, base.sha256)
    steps = steps_of(config, info, sizes)
    largest = devices.largest()
    is_gpu = largest is not None and largest["kind"] == "cuda"
    precision = config.precision
    if precision == "auto":
        precision = "bf16" if is_gpu else "fp32"
    numbers = _weight_counts(base.path, base.sha256)
    needed = estimate(config, info, precision, numbers)
    saves = steps // config.save_steps + 1
    adapter_mb = needed.adapter * 4 / 16  # weights alone, of weights, gradients and two moments
    samples = saves * len(config.sample_prompts)
    disk = (
        2 * saves * adapter_mb  # the run's folder, then the store
        + _STATES_KEPT * 3 * adapter_mb
        + len(sizes) * _MB_PER_IMAGE
        + samples * _MB_PER_SAMPLE
    )
    return RunEstimate(
        images=len(sizes),
        steps=steps,
        seconds=expected_seconds(base, config, steps),
        memory_mb=needed.total,
        least_mb=estimate(config.replace(**_LEAST), info, precision, numbers).total,
        device_mb=largest["megabytes"] if largest else None,
        disk_mb=round(disk),
        free_mb=shutil.disk_usage(settings.DATA_DIR).free // 10**6,
    )


def too_small(config, base, sizes):
    """How many pictures the engine would refuse: they would have to be enlarged too much."""
    return sum(
        count
        for bucket, (width, height), count in _shapes(
            config, described(base.path, base.sha256), sizes
        )
        if max(bucket.width / width, bucket.height / height) > ENLARGEMENT
    )


def steps_of(config, info, sizes):
    """How many steps the engine makes of pictures of these sizes: a batch has one shape.

    Which pictures are held back for validation is drawn by lot; they are taken off every shape.
    """
    shapes: Counter[Bucket] = Counter()
    for bucket, _size, count in _shapes(config, info, sizes):
        shapes[bucket] += count
    share = 1 - config.validation_share
    batch = config.batch_size * config.gradient_accumulation
    per_epoch = sum(-(-round(count * share * config.repeats) // batch) for count in shapes.values())
    total = max(1, per_epoch) * config.epochs
    return min(total, config.max_steps or total)


def _shapes(config, info, sizes):
    """(bucket, (width, height), how many pictures have that size), every size looked at once."""
    buckets = make_buckets(config, info)
    return [(choose_bucket(buckets, *size), size, count) for size, count in Counter(sizes).items()]


@lru_cache(maxsize=16)
def described(path, sha256):
    """What the base is; read from its headers once, since its hash names its content."""
    return base_models.describe(Path(path))


@lru_cache(maxsize=16)
def _weight_counts(path, sha256):
    """(of the network, of all others), as `described`."""
    info = described(path, sha256)
    return families.of(info.family).weight_counts(info)
