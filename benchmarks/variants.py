"""How surely a copy of a photograph is known again, and no other picture taken for one.

    python benchmarks/variants.py FOLDER [FOLDER …]

Each picture is saved anew, made smaller, brighter and darker, cropped by up to 10 % of every edge
and mirrored; then every two pictures of the folders are compared.
"""

import argparse
import io
import itertools
import random
import sys
import time
from pathlib import Path

from PIL import Image, ImageEnhance, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from training.engine.data import variants  # after the path

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
ROUNDS = 3  # of what is left to chance


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    arguments = parser.parse_args()
    paths = [p for f in arguments.folders for p in sorted(f.iterdir()) if p.suffix in ENDINGS]
    images = [(path.name, Image.open(path).convert("RGB")) for path in paths]
    began = time.perf_counter()
    fingerprints = [variants.fingerprint(image) for _name, image in images]
    each = (time.perf_counter() - began) / len(images) * 1000
    print(f"{len(images)} pictures; a fingerprint takes {each:.0f} ms")
    for name, change in CHANGES.items():
        show_found(name, change, images, fingerprints)
    show_different(images, fingerprints)


def show_found(name, change, images, fingerprints):
    generator = random.Random(7)
    scores, missed = [], 0
    for _round in range(ROUNDS):
        for (_name, image), known in zip(images, fingerprints, strict=True):
            changed = change(image, generator)
            found = variants.candidates(variants.fingerprint(changed), variants.stacked([known]))
            scores.append(variants.likeness(image, changed))
            missed += not (found and scores[-1] >= variants.LEAST_ALIKE)
    print(f"{name}: {missed} of {len(scores)} missed; least alike {min(scores):.2f}")


def show_different(images, fingerprints):
    pairs = candidates = 0
    alike = []
    for first, second in itertools.combinations(range(len(images)), 2):
        pairs += 1
        if not variants.candidates(fingerprints[first], variants.stacked([fingerprints[second]])):
            continue
        candidates += 1
        score = variants.likeness(images[first][1], images[second][1])
        alike.append((score, images[first][0], images[second][0]))
    taken = [pair for pair in sorted(alike, reverse=True) if pair[0] >= variants.LEAST_ALIKE]
    print(f"{pairs} pairs of two pictures: {candidates} looked at, {len(taken)} taken for one")
    for score, first, second in sorted(alike, reverse=True)[:8]:
        print(f"  {score:.2f} {first} {second}")


def _saved(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def _cropped(image, generator):
    left, top, right, bottom = (generator.uniform(0, 0.1) for _edge in range(4))
    width, height = image.size
    return image.crop(
        (
            round(left * width),
            round(top * height),
            round((1 - right) * width),
            round((1 - bottom) * height),
        )
    )


CHANGES = {
    "saved as JPEG 30": lambda image, _: _saved(image, 30),
    "half as wide": lambda image, _: image.resize((image.width // 2, image.height // 2)),
    "30 % brighter": lambda image, _: ImageEnhance.Brightness(image).enhance(1.3),
    "30 % darker": lambda image, _: ImageEnhance.Brightness(image).enhance(0.7),
    "mirrored": lambda image, _: ImageOps.mirror(image),
    "cropped": _cropped,
    "cropped, mirrored, JPEG 50": lambda image, generator: _saved(
        ImageOps.mirror(_cropped(image, generator)), 50
    ),
    "cropped, 20 % brighter": lambda image, generator: ImageEnhance.Brightness(
        _cropped(image, generator)
    ).enhance(1.2),
}


if __name__ == "__main__":
    main()
