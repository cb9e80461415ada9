"""Are odd pictures told from sound ones: cars that are missing, too many, or cut off?

Per kind, scenes of the bundled base's artist in five shapes, half of them plain and half in its
styles, with the car left out, a second one beside it, or driven over the edge.

    python -m benchmarks.soundness [--seed 21] [--count 100]     a minute on one core

Prints how many of each kind were told as what; exits 1 where a kind is told rightly in less than
90 of 100, or more than 3 in 100 sound pictures are doubted.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from unittest import mock

from PIL import Image

from gallery.engine import soundness
from training.engine.base.base_models import BUNDLED
from training.minibase import artist
from training.minibase.artist import cars, picture

KINDS = {
    "one car": [],
    "no car": [soundness.NO_VEHICLE],
    "two cars": [soundness.TWO_VEHICLES],
    "a tenth cut off": [soundness.CUT_OFF],
    "more than a quarter cut off": [soundness.NO_VEHICLE],
}
"""{kind: what is to be told of it}."""

_SIZES = (256, (224, 288), (352, 192), (192, 352), (288, 224))
_WIDE = ((352, 192), (400, 200), (448, 192))  # room for two
_NEEDED, _MOST_FALSE = 0.9, 0.03


def drawings(kind: str, seed: int, count: int) -> Iterator[Image.Image]:
    """RGB pictures of one of KINDS, 49,000 to 86,000 px each."""
    rng, styles = random.Random(f"{kind}{seed}"), list(artist.STYLES)
    for index in range(count):
        spec, size = artist.random_spec(rng), rng.choice(_WIDE if kind == "two cars" else _SIZES)
        wide, _high, scale, _ground = picture._frame(size)
        place, with_car = _changed(kind, rng, wide / scale)
        with (
            mock.patch.object(picture, "_car_place", place),
            mock.patch.object(picture, "_with_car", with_car),
        ):
            style = styles[index // 2 % len(styles)]
            drawn = artist.draw_style(style, spec, size) if index % 2 else artist.draw(spec, size)
        yield drawn.convert("RGB")


def _changed(kind, rng, wide):
    """(where the artist puts the car, how it draws it) for this kind; wide: scene units."""
    half, one = cars.HALF_LENGTH, picture._with_car
    if kind == "no car":
        return picture._car_place, lambda image, spec, x, y, scale: image
    if kind == "two cars":
        second = min(wide - half - 2, 3 * half + 10 + rng.uniform(0, 20))

        def two(image, spec, x, y, scale):
            return one(one(image, spec, x, y, scale), spec, second * scale, y, scale)

        return lambda spec, wide, rng: (half + 4, 0.0), two
    if kind == "one car":
        return picture._car_place, one
    lost = 2 * half * (0.1 if kind == "a tenth cut off" else rng.uniform(0.3, 0.5))
    x = rng.choice((half - lost, wide - half + lost))
    return lambda spec, wide, rng: (x, 0.0), one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=21)
    parser.add_argument("--count", type=int, default=100)
    asked = parser.parse_args()
    is_good = True
    for kind, right in KINDS.items():
        told = [
            soundness.doubts_of(image, family=BUNDLED, asks_for_vehicle=True)
            for image in drawings(kind, asked.seed, asked.count)
        ]
        share = sum(found == right for found in told) / len(told)
        is_good &= share >= (_NEEDED if right else 1 - _MOST_FALSE)
        words = Counter(", ".join(found) or "nothing" for found in told)
        print(f"{kind}: {share:.0%} right; told", dict(words.most_common()))
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
