"""Shapes of training pictures: each keeps nearly its own proportions at nearly the same area."""

import math
from dataclasses import dataclass

from training.engine.config.run_config import RunConfig
from training.engine.families.base_info import BaseInfo

ENLARGEMENT = 1.25
"""A picture may be enlarged by this much to fill its shape; beyond, blur would be learned."""


@dataclass(frozen=True)
class Bucket:
    """A shape in px."""

    width: int
    height: int

    @property
    def smallest_side(self) -> int:
        """The short side a picture needs at least, px."""
        return math.ceil(min(self.width, self.height) / ENLARGEMENT)


def training_size(config: RunConfig, info: BaseInfo) -> tuple[int, int]:
    """(width, height) in px that a run trains around."""
    if config.resolution:
        return config.resolution, config.resolution
    return info.default_width, info.default_height


def make_buckets(config: RunConfig, info: BaseInfo) -> list[Bucket]:
    """The shapes of a run: one when buckets are off, else all that fit the training area.

    A base that names its sizes has those. Else sides are multiples of the step, long/short is
    ≤ bucket_max_ratio and width × height ≤ the area.
    """
    if info.sizes and config.buckets and not config.bucket_step and not config.resolution:
        return [Bucket(*size) for size in sorted(info.sizes)]
    width, height = training_size(config, info)
    step = config.bucket_step or info.bucket_step
    plain = Bucket(_down(width, info.size_multiple), _down(height, info.size_multiple))
    if not config.buckets:
        return [plain]
    area = width * height
    buckets = {plain}
    ratio = max(config.bucket_max_ratio, width / height, height / width)
    side = step
    while side <= math.sqrt(area * ratio):
        other = _down(area // side, step)
        long, short = max(side, other), min(side, other)
        # A shape much smaller than the area would show the network less than it was made for.
        if other >= step and long / short <= ratio and side * other >= 0.7 * area:
            buckets.add(Bucket(side, other))
        side += step
    return sorted(buckets, key=lambda bucket: (bucket.width, bucket.height))


def choose_bucket(buckets: list[Bucket], width: int, height: int) -> Bucket:
    """The shape whose proportions are nearest to a picture's; the larger one of two as near."""
    ratio = width / height

    def distance(bucket):
        return (
            round(abs(math.log(bucket.width / bucket.height / ratio)), 9),
            -bucket.width * bucket.height,
        )

    return min(buckets, key=distance)


def cut_down(bucket: Bucket, share: float, step: int) -> Bucket:
    """The shape at about `share` of its area, sides multiples of step px; itself at share 1."""
    if share >= 1:
        return bucket
    sides = (int(side * math.sqrt(share)) for side in (bucket.width, bucket.height))
    return Bucket(*(_down(side, step) for side in sides))


def _down(length: int, step: int) -> int:
    return max(step, length // step * step)
