"""How well is a car cut out of a photograph, at once and after two strokes?

    python benchmarks/cutting_out.py [--cars N] [--photos FOLDER] [--save FOLDER]

Puts the demo's rendered cars, whose outlines are known, on painted streets in three sizes of
picture and three of car. With --photos it takes besides those photographs of a folder whose
outlines stand in cutting_out_masks.json: polygons drawn by hand over photographs of the DreamBooth
dataset (google/dreambooth, CC BY 4.0), as shares of width and height.
Prints the share of points in which cut-out and truth agree (intersection over union) of the first
draft, after one stroke and after two, and the seconds of each step. A stroke goes along the largest
piece that is wrong, as a person would draw it, half as wide as that piece. --save keeps the
cut-outs. docs/picture-tools.md has the figures.
"""

import argparse
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from training.engine.data import images
from training.engine.tools import cutting_out
from training.engine.tools.cutting_out import Kind, Stroke
from training.minibase import artist

CARS = Path(__file__).resolve().parents[1] / "gallery/demo/vehicles/pictures"
WIDTHS = (640, 1024, 1600)  # px of the pictures
SHARES = (0.45, 0.65, 0.85)  # of a picture's width: the car
STROKES = 2
LEAST_RADIUS = 0.004  # of the longer side: no finger or mouse draws thinner


@dataclass(frozen=True)
class Case:
    """A picture (RGB) and where its car is, (H, W) bool."""

    name: str
    image: Image.Image
    truth: np.ndarray


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cars", type=int, default=24)
    parser.add_argument("--photos", type=Path, help="a folder of photographs")
    parser.add_argument("--save", type=Path, help="a folder for the cut-outs")
    arguments = parser.parse_args()
    sets = [("rendered cars", rendered(arguments.cars))]
    if arguments.photos:
        sets.append(("photographs", photographs(arguments.photos)))
    print("| Pictures | Draft | One stroke | Two strokes | Least | Seconds: draft, stroke, file |")
    print("|---|---|---|---|---|---|")
    for name, cases in sets:
        lines = [measured(case, arguments.save) for case in cases]
        tell(name, lines)


def tell(name, lines):
    agreed = [statistics.mean(line[0][n] for line in lines) for n in range(STROKES + 1)]
    least = min(line[0][-1] for line in lines)
    seconds = ", ".join(f"{statistics.mean(line[1][n] for line in lines):.2f}" for n in range(3))
    figures = " | ".join(f"{value:.3f}" for value in (*agreed, least))
    print(f"| {len(lines)} {name} | {figures} | {seconds} |", flush=True)


def rendered(count, seed=5):
    """So many Cases of the demo's cars on painted streets, always the same."""
    rng = random.Random(seed)
    files = sorted(CARS.glob("*.webp"))
    for number, path in enumerate(rng.sample(files, count)):
        with Image.open(path) as file:
            car = file.convert("RGBA")
        width = WIDTHS[number % len(WIDTHS)]
        share = SHARES[number // len(WIDTHS) % len(SHARES)]
        yield composed(path.stem, car, street(rng, (width, width * 3 // 4)), share, rng)


def street(rng, size):
    """A painted street without a car: the edge of one five times as wide."""
    wide = artist.draw(artist.random_spec(rng), (5 * size[0], size[1]))
    return wide.crop((0, 0, *size))


def composed(name, car, ground, share, rng):
    """A Case of a car (RGBA), as wide as a share of the ground, on it with its shadow."""
    width = round(ground.width * share)
    height = car.height * width // car.width
    layer = Image.new("RGBA", ground.size)
    place = (
        round((ground.width - width) * rng.uniform(0.1, 0.9)),
        round(0.94 * ground.height) - height,
    )
    layer.paste(car.resize((width, height), Image.Resampling.LANCZOS), place)
    image = Image.alpha_composite(ground.convert("RGBA"), layer).convert("RGB")
    return Case(name, image, np.asarray(layer.getchannel("A")) >= 128)


def photographs(folder):
    """The Cases of a folder's photographs whose outlines are known."""
    masks = json.loads(Path(__file__).with_name("cutting_out_masks.json").read_text())
    for name, pieces in masks.items():
        image = images.open_rgb(folder / name)
        truth = Image.new("L", image.size)
        pen = ImageDraw.Draw(truth)
        for piece in pieces:
            places = [(x * image.width, y * image.height) for x, y in piece["points"]]
            pen.polygon(places, fill=0 if piece.get("hole") else 255)
        yield Case(Path(name).stem, image, np.asarray(truth) > 0)


def measured(case, folder=None):
    """([agreement at first, after one stroke …], [seconds: draft, a stroke, the finished file])."""
    start = time.perf_counter()
    copy = cutting_out.working_copy(case.image)
    outline = cutting_out.draft(copy, case.name)
    seconds = [time.perf_counter() - start]
    truth = smaller(case.truth, outline.car.shape)
    agreed = [agreement(outline.car, truth)]
    start = time.perf_counter()
    for _ in range(STROKES):
        stroke = mending_stroke(outline.car, truth)
        outline = cutting_out.mended(copy, outline, [stroke])
        cutting_out.opacity(copy, outline)
        agreed.append(agreement(outline.car, truth))
    seconds.append((time.perf_counter() - start) / STROKES)
    start = time.perf_counter()
    car = cutting_out.finished(case.image, outline)
    seconds.append(time.perf_counter() - start)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        car.save(folder / f"{case.name}.png")
    return agreed, seconds


def agreement(mask, truth):
    """Intersection over union of two (H, W) masks, 0 to 1."""
    return float((mask & truth).sum() / (mask | truth).sum())


def smaller(truth, shape):
    """A mask at the shape (H, W) of a working copy."""
    values = cv2.resize(truth.astype(np.uint8) * 255, shape[::-1], interpolation=cv2.INTER_AREA)
    return values >= 128


def mending_stroke(mask, truth):
    """The Stroke that a person would draw over the largest piece in which a mask is wrong."""
    best = max((piece_of(truth & ~mask, Kind.CAR), piece_of(mask & ~truth, Kind.GROUND)), key=depth)
    wrong, kind = best
    far = cv2.distanceTransform(wrong.astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(int(far.argmax()), far.shape)
    rows, columns = np.nonzero(wrong)
    spread = np.stack([columns - x, rows - y]).astype(float)
    axis = np.linalg.eigh(spread @ spread.T)[1][:, -1]
    ends = [(x, y)]
    for turn in (1, -1):
        at = 0
        while inside(wrong, x + turn * (at + 1) * axis[0], y + turn * (at + 1) * axis[1]):
            at += 1
        end = (x + turn * at * axis[0], y + turn * at * axis[1])
        ends = [*ends, end] if turn == 1 else [end, *ends]
    height, width = mask.shape
    points = tuple(((left + 0.5) / width, (top + 0.5) / height) for left, top in ends)
    return Stroke(kind, max(LEAST_RADIUS, far.max() / 2 / max(mask.shape)), points)


def piece_of(wrong, kind):
    """(the largest connected piece of a mask, kind)."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8))
    if len(stats) == 1:
        return wrong, kind
    return pieces == 1 + stats[1:, cv2.CC_STAT_AREA].argmax(), kind


def depth(piece):
    return piece[0].sum()


def inside(mask, x, y):
    row, column = round(y), round(x)
    return 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1] and mask[row, column]


if __name__ == "__main__":
    main()
