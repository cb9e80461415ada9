"""How surely a copy of a picture is known again, and no other picture taken for it.

    python benchmarks/variants.py [FOLDER …] [--scenes 100]

Each photograph of the folders, and each scene that the bundled base learned from, is changed as
people change pictures, then looked for among all of its kind, as the studio does: once by
`data.variants`, which compares it with every picture that there is, and once by `screening.copies`,
which compares it with those that may not come in again. Then every two different pictures are
compared. Scenes stand for the studio's own pictures: many share a place, a car or both.
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
from gallery.engine import labelling  # after the path
from training.engine.data import variants
from training.engine.screening import copies
from training.minibase.artist import picture, spec

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
LONGEST = 1024  # px: what is larger only takes longer to change


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--scenes", type=int, default=100)
    arguments = parser.parse_args()
    paths = [p for f in arguments.folders for p in sorted(f.iterdir()) if p.suffix in ENDINGS]
    if paths:
        measure("photographs", [(path.name, opened(path)) for path in paths])
    if arguments.scenes:
        generator = random.Random(3)
        specs = [spec.random_spec(generator) for _scene in range(arguments.scenes)]
        measure("scenes", [(_told(one), picture.draw(one, 256)) for one in specs])


def opened(path):
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    upright.thumbnail((LONGEST, LONGEST))
    return upright


def _told(scene):
    return f"{scene.place}-{scene.time}-{scene.vehicle}-{scene.colour}-{scene.seed % 1000}"


def measure(kind, images):
    """Print the figures of these (name, picture)."""
    began = time.process_time()
    features = [copies.features_of(image) for _name, image in images]
    each = (time.process_time() - began) / len(images) * 1000
    print(f"{len(images)} {kind}; features take {each:.0f} ms of processor time")
    words = copies.WordIndex([copies.words_of(one) for one in features])
    fingerprints = [variants.fingerprint(image) for _name, image in images]
    for name, change in CHANGES.items():
        show_known(name, change, images, fingerprints, features, words)
    show_different(images, fingerprints, features)


def show_known(name, change, images, fingerprints, features, words):
    generator = random.Random(7)
    by_variants = by_copies = 0
    seconds, scores = 0.0, []
    for place, (_name, image) in enumerate(images):
        changed = _saved(change(image, generator), 60)
        one = variants.candidates(
            variants.fingerprint(changed), variants.stacked([fingerprints[place]])
        )
        by_variants += bool(one) and variants.are_variants(image, changed)
        began = time.process_time()
        probe = copies.Probe(changed)
        is_candidate = place in probe.candidates(words)
        scores.append(probe.likeness(features[place], image) if is_candidate else -1)
        seconds += time.process_time() - began
        by_copies += scores[-1] >= copies.LEAST_ALIKE
    count = len(images)
    missed = [
        f"{images[place][0]} {score:.2f}"
        for place, score in enumerate(scores)
        if score < copies.LEAST_ALIKE
    ]
    print(
        f"{name}: variants {by_variants}, copies {by_copies} of {count}; "
        f"{seconds / count * 1000:.0f} ms; missed: {', '.join(missed[:4]) or 'none'}",
        flush=True,
    )


def show_different(images, fingerprints, features):
    pairs = 0
    by_variants, by_copies = [], []
    probes = [copies.Probe(image) for _name, image in images]
    for first, second in itertools.combinations(range(len(images)), 2):
        pairs += 1
        (name, image), (other_name, other) = images[first], images[second]
        stacked = variants.stacked([fingerprints[second]])
        if variants.candidates(fingerprints[first], stacked):
            by_variants.append((variants.likeness(image, other), name, other_name))
        by_copies.append((probes[first].likeness(features[second], other), name, other_name))
    for method, scores, least in (
        ("variants", by_variants, variants.LEAST_ALIKE),
        ("copies", by_copies, copies.LEAST_ALIKE),
    ):
        taken = sum(score >= least for score, *_names in scores)
        print(f"{pairs} pairs of two pictures, {method}: {taken} taken for one; the most alike:")
        for score, first, second in sorted(scores, reverse=True)[:6]:
            print(f"  {score:.2f} {first} {second}")


def _saved(image, quality):
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
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


def _middle(image, across, down):
    """What remains in the middle of these shares of its sides."""
    width, height = image.size
    left, top = (1 - across) / 2 * width, (1 - down) / 2 * height
    return image.crop((round(left), round(top), round(width - left), round(height - top)))


def _cut_for_a_channel(image, width, height):
    """The middle in this shape, enlarged to 1080 px, with the studio's visible label."""
    shape, own = width / height, image.width / image.height
    middle = _middle(image, min(1, shape / own), min(1, own / shape))
    side = 1080 / min(width, height)
    return labelling.draw_label(middle.resize((round(width * side), round(height * side))))


def _proof(image):
    """As a page shows it before its approval: 480 px at least, with watermark and label."""
    scale = max(1, 480 / max(image.size))
    shown = image.resize((round(image.width * scale), round(image.height * scale)))
    return labelling.draw_label(labelling.draw_watermark(shown, "样稿 PROOF"))


def _right_half(image):
    return image.crop((image.width // 2, 0, image.width, image.height))


def _upper_half(image):
    return image.crop((0, 0, image.width, image.height // 2))


def _lower_half(image):
    return image.crop((0, image.height // 2, image.width, image.height))


def _turned(image, degrees=12):
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def _declined(image):
    """As its page shows a declined picture, in its own size."""
    return labelling.draw_label(labelling.draw_watermark(image, "未批准 DECLINED"))


def _brighter(image, factor):
    return ImageEnhance.Brightness(image).enhance(factor)


def _framed(image, colour):
    return ImageOps.expand(image, round(0.12 * image.width), colour)


CHANGES = {
    "saved as JPEG 30": lambda image, _: _saved(image, 30),
    "half as wide": lambda image, _: image.resize((image.width // 2, image.height // 2)),
    "30 % brighter": lambda image, _: ImageEnhance.Brightness(image).enhance(1.3),
    "40 % brighter": lambda image, _: ImageEnhance.Brightness(image).enhance(1.4),
    "30 % darker": lambda image, _: ImageEnhance.Brightness(image).enhance(0.7),
    "mirrored": lambda image, _: ImageOps.mirror(image),
    "cropped by up to 10 %": _cropped,
    "cropped, mirrored, JPEG 50": lambda image, generator: _saved(
        ImageOps.mirror(_cropped(image, generator)), 50
    ),
    "middle 70 %": lambda image, _: _middle(image, 0.7, 0.7),
    "middle 50 %": lambda image, _: _middle(image, 0.5, 0.5),
    "left half": lambda image, _: image.crop((0, 0, image.width // 2, image.height)),
    "lower half": lambda image, _: _lower_half(image),
    "turned by 90°": lambda image, _: image.transpose(Image.Transpose.ROTATE_90),
    "upside down": lambda image, _: image.transpose(Image.Transpose.ROTATE_180),
    "turned by 270°": lambda image, _: image.transpose(Image.Transpose.ROTATE_270),
    "turned by 5°, black corners": lambda image, _: image.rotate(
        5, Image.Resampling.BICUBIC, expand=True
    ),
    "turned by 5°, cropped": lambda image, _: _middle(
        image.rotate(-5, Image.Resampling.BICUBIC), 0.84, 0.84
    ),
    "stretched by half": lambda image, _: image.resize((image.width * 3 // 2, image.height)),
    "inverted": lambda image, _: ImageOps.invert(image),
    "white frame": lambda image, _: _framed(image, "white"),
    "black frame, middle 70 %, mirrored": lambda image, _: _framed(
        ImageOps.mirror(_middle(image, 0.7, 0.7)), "black"
    ),
    "16:9, labelled": lambda image, _: _cut_for_a_channel(image, 16, 9),
    "3:4, labelled": lambda image, _: _cut_for_a_channel(image, 3, 4),
    "9:16, labelled": lambda image, _: _cut_for_a_channel(image, 9, 16),
    "1:1, labelled": lambda image, _: _cut_for_a_channel(image, 1, 1),
    "right half": lambda image, _: _right_half(image),
    "upper half": lambda image, _: _upper_half(image),
    "turned by 12°, white corners": lambda image, _: _turned(image),
    "labelled, right half": lambda image, _: _right_half(labelling.draw_label(image)),
    "labelled, lower half": lambda image, _: _lower_half(labelling.draw_label(image)),
    "labelled, turned by 12°": lambda image, _: _turned(labelling.draw_label(image)),
    "proof": lambda image, _: _proof(image),
    "proof, middle two thirds": lambda image, _: _middle(_proof(image), 2 / 3, 2 / 3),
    "proof, right half": lambda image, _: _right_half(_proof(image)),
    "proof, upper half": lambda image, _: _upper_half(_proof(image)),
    "proof, lower half": lambda image, _: _lower_half(_proof(image)),
    "3:4, labelled, turned by 3°": lambda image, _: _turned(_cut_for_a_channel(image, 3, 4), 3),
    "3:4, labelled, 80 % brighter": lambda image, _: _brighter(
        _cut_for_a_channel(image, 3, 4), 1.8
    ),
    "declined": lambda image, _: _declined(image),
    "declined, turned by 3°": lambda image, _: _turned(_declined(image), 3),
    "declined, 60 % brighter": lambda image, _: _brighter(_declined(image), 1.6),
}


if __name__ == "__main__":
    main()
