"""Does the drift guard find the strays of a campaign, and only those?

Per style, a campaign of 200 pictures of the bundled base's scene artist: three places, two
vehicles, day and sunset. Twenty are planted: seven in other colours, seven in another style, three
with the body of another car, three that name a vehicle which is not the campaign's.

    python -m benchmarks.drift [--seed 11] [style …]     a minute or two a style on one CPU

Prints found, missed and falsely marked per style; exits 1 where precision or recall is below 0.9.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from gallery.engine import drift
from gallery.engine.drift_reader import DriftReader
from training.engine.base.base_models import BUNDLED
from training.minibase import artist

COUNT = 200
PLANTED = {"colours": 7, "style": 7, "body": 3, "named": 3}
PLACES, BODIES, OTHER_BODY = ("arcade", "teahouse", "garden"), ("suv", "mpv"), "sedan"
CASTS = ((0.7, 1.1, 0.6), (1.15, 0.65, 1.1), (0.75, 0.9, 1.35))  # factors of R, G, B
NEEDED = 0.9


@dataclass(frozen=True)
class Drawn:
    """A picture of the campaign. body: that it should show. planted: a key of PLANTED, or ""."""

    image: Image.Image
    body: str
    planted: str


def campaign(style: str, seed: int) -> Iterator[Drawn]:
    """The pictures of a campaign in a style, strays among them in any order."""
    rng = random.Random(f"{style}{seed}")
    kinds = [kind for kind, count in PLANTED.items() for _one in range(count)]
    kinds += [""] * (COUNT - len(kinds))
    rng.shuffle(kinds)
    others = [name for name in artist.STYLES if name != style]
    for kind in kinds:
        spec = replace(
            artist.random_spec(rng),
            place=rng.choice(PLACES),
            vehicle=rng.choice(BODIES),
            time=rng.choice(("day", "day", "sunset")),
        )
        seen = replace(spec, vehicle=OTHER_BODY) if kind == "body" else spec
        image = artist.draw_style(rng.choice(others) if kind == "style" else style, seen)
        if kind == "colours":
            values = np.asarray(image.convert("RGB"), np.float64) * rng.choice(CASTS)
            image = Image.fromarray(values.clip(0, 255).astype(np.uint8))
        yield Drawn(image.convert("RGB"), spec.vehicle, kind)


def members_of(drawn: list[Drawn], reader: DriftReader) -> list[drift.Member]:
    features = []
    for start in range(0, len(drawn), 20):
        images = [one.image for one in drawn[start : start + 20]]
        features += reader.read(images, [BUNDLED] * len(images))
    return [
        drift.Member(key, features[key], one.body, one.planted == "named")
        for key, one in enumerate(drawn)
    ]


def measure(style: str, seed: int, reader: DriftReader) -> tuple[float, float]:
    """(precision, recall) of the guard on one campaign, printed with what was missed."""
    begin = time.monotonic()
    drawn = list(campaign(style, seed))
    read_from = time.monotonic()
    marked = drift.strays(members_of(drawn, reader))
    right = {key for key in marked if drawn[key].planted}
    missed = Counter(
        one.planted for key, one in enumerate(drawn) if one.planted and key not in marked
    )
    precision, recall = len(right) / max(1, len(marked)), len(right) / sum(PLANTED.values())
    print(
        f"{style:14} precision {precision:.2f}  recall {recall:.2f}  "
        f"marked {len(marked):3}  missed {dict(missed) or '-'}  "
        f"falsely {[marked[key] for key in marked if key not in right] or '-'}  "
        f"drawn in {read_from - begin:.0f} s, read and judged in "
        f"{time.monotonic() - read_from:.1f} s",
        flush=True,
    )
    return precision, recall


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("styles", nargs="*", default=list(artist.STYLES))
    options = parser.parse_args()
    reader = DriftReader()
    figures = [measure(style, options.seed, reader) for style in options.styles]
    return 0 if min(min(pair) for pair in figures) >= NEEDED else 1


if __name__ == "__main__":
    sys.exit(main())
