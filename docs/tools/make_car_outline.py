"""Fit the pattern by which `gallery/engine/car_outline.py` finds cars, and say how well it does.

    python docs/tools/make_car_outline.py            # writes car_outline.safetensors: 10 s
    python docs/tools/make_car_outline.py --measure  # figures alone, on drawings it has not seen

The scene artist draws the bundled base's world, plain and in every style, and knows where its cars
stand. The pattern is a ridge regression: cars on the one side, everything else on the other.
"""

import argparse
import random

import numpy as np
from safetensors.numpy import save_file

from gallery.engine import car_outline, sizes, subject
from training.minibase import artist

SIZES = (256, (224, 288), (352, 192), (192, 352), (288, 224))
FIT, MEASURED = 300, 120  # drawings
_ON, _OFF = 0.71, 1.2  # cells from the car's place: nearer is the car, farther is something else
_OTHERS = 0.06  # share of the other places that are looked at
_RIDGE = 2.0  # of the mean variance


def drawings(seed, count):
    """Yield (picture, box of its car), half of them plain."""
    rng = random.Random(seed)
    for index in range(count):
        spec, size = artist.random_spec(rng), rng.choice(SIZES)
        styles = list(artist.STYLES)
        drawn = (
            artist.draw(spec, size)
            if index % 2
            else artist.draw_style(styles[index // 2 % len(styles)], spec, size)
        )
        yield drawn, artist.vehicle_box(spec, size)


def places(seed, count):
    """(N, values) what the pattern sees at places of drawings, and (N,) whether a car is there."""
    rng = np.random.default_rng(seed)
    seen, is_car = [], []
    for image, box in drawings(seed, count):
        found = car_outline.cells(image, car_outline.DRAWN_UNIT)
        views = car_outline.windows(found)
        high, wide = found.shape[:2]
        (above, beside), (tall, broad) = car_outline.AROUND, car_outline.PATTERN
        row = box[3] * high - (tall - 1) + above
        column = (box[0] + box[2]) / 2 * wide - broad / 2 + beside
        rows, columns = np.indices(views.shape[:2])
        away = np.hypot(rows - row, columns - column)
        chosen = (away < _ON) | (away > _OFF) & (rng.random(away.shape) < _OTHERS)
        seen.append(views[chosen].reshape(chosen.sum(), -1))
        is_car.append(away[chosen] < _ON)
    return np.concatenate(seen).astype(np.float32), np.concatenate(is_car)


def fitted(seen, is_car):
    """The pattern, (DIRECTIONS, *PATTERN) float16: cars and others count half each."""
    share = np.where(is_car, 0.5 / is_car.sum(), 0.5 / (~is_car).sum())[:, None]
    around = seen - seen.mean(0)
    spread = (around * share).T @ around
    spread += _RIDGE * np.trace(spread) / len(spread) * np.eye(len(spread))
    weights = np.linalg.solve(spread, ((is_car - 0.5)[:, None] * share * around).sum(0))
    return weights.astype(np.float16).reshape(car_outline.DIRECTIONS, *car_outline.PATTERN)


def measure(seed, count, find):
    """(mean IoU, its lowest tenth, mean share of the car outside, share of pictures with > 5 %)."""
    overlaps, outside = [], []
    for image, car in drawings(seed, count):
        box = find(image)
        shared = sizes.overlap(box, car)
        areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (box, car))
        overlaps.append(shared / (areas - shared))
        outside.append(sizes.lost_share(box, car))
    lost = np.array(outside)
    return np.mean(overlaps), np.quantile(overlaps, 0.1), lost.mean(), (lost > 0.05).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    if not parser.parse_args().measure:
        save_file({"pattern": fitted(*places(5, FIT))}, car_outline.WEIGHTS)
    for find in (subject.likely_box, subject.salient_box):
        figures = measure(11, MEASURED, find)
        words = "IoU {:.2f}, lowest tenth {:.2f}; outside {:.3f}, more than 5 %: {:.2f}"
        print(f"{find.__name__:12}", words.format(*figures))


if __name__ == "__main__":
    main()
