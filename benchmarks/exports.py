"""Does any file leave unlabelled, unmarked or unsigned, among ten thousand of every kind?

    python benchmarks/exports.py [--count N] [--first N]

Makes exports of random form, size, shape, corner, covered edges, bleed, wording, colours, limit and
content, as `gallery/services/finishing.py` makes them, and reads each back: size, colours,
resolution, profile, mark, label, credentials, and the marks by ExifTool where the machine has it.
Export number n is the same on every machine. Prints how many of each form were made, what was
refused by name, and every file that failed; ends with 1 if one did.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import io
import random
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from gallery.engine import credentials, file_forms, labelling, readback, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.labelling import LabelPlace
from gallery.engine.readback import Promise
from gallery.engine.xmp import Mark
from training.engine.errors import EngineError

# Channels of docs/labelling.md at half their size, so that ten thousand take minutes.
SHAPES = [(450, 191), (250, 250), (540, 540), (540, 720), (540, 960), (640, 480), (573, 358)]
WORDS = ("AI生成", "人工智能生成", "AI合成")
RESERVED = 8192  # bytes that signing may add, as in finishing.py


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    now = datetime.datetime.now(datetime.UTC)
    signer = credentials.credentials(credentials.self_made("Benchmark", now), now)
    made, refused, failed = collections.Counter(), collections.Counter(), []
    began = time.perf_counter()
    for number in range(options.first, options.first + options.count):
        try:
            form, content, promise = export(number, signer)
        except EngineError as error:
            refused[error.code] += 1
            continue
        made[form] += 1
        fault = fault_of(content, promise)
        if fault:
            failed.append((number, form, fault))
    print(f"{sum(made.values())} files in {time.perf_counter() - began:.0f} s: {dict(made)}")
    print(f"refused by name: {dict(refused)}")
    print(f"failed: {len(failed)}", *failed, sep="\n")
    return 1 if failed else 0


def export(number: int, signer):
    """(form, content, Promise) of export number so and so. Raises EngineError as writing does."""
    chance = random.Random(number)
    size = chance.choice([*SHAPES, (chance.randint(200, 900), chance.randint(200, 900))])
    form = chance.choice(list(file_forms.CONTENT_TYPES))
    bleed = chance.choice((0, 0, 6, 18))
    file_form = FileForm(
        form,
        dpi=chance.choice((72, 150, 300)),
        bleed=bleed,
        max_bytes=chance.choice((0, 0, 40_000, 300_000)),
        reserved=RESERVED,
    )
    insets = tuple(bleed + chance.choice((0, 0, round(0.1 * size[1]))) for _ in range(4))
    place = LabelPlace(chance.choice(labelling.CORNERS), insets, chance.choice(WORDS))
    mark = Mark("DEMO", f"studio-{number}-{chance.getrandbits(64):016x}")
    source_type = chance.choice((xmp.GENERATED, xmp.COMPOSED))
    told = xmp.told(xmp.Origin("a <white> car & 红灯笼", "Lin", "Brand Studio", "1"))
    unsigned, signed = io.BytesIO(), io.BytesIO()
    labelling.write(
        content_of(chance, size),
        unsigned,
        file_form=file_form,
        mark=mark,
        source_type=source_type,
        packet=chance.choice(("", told)),
        watermark=chance.choice(("", "", "样稿 DEMO")),
        place=place,
    )
    unsigned.seek(0)
    credentials.sign(
        unsigned,
        signed,
        file_form.content_type,
        signer,
        title=mark.produce_id,
        source_type=source_type,
    )
    return (
        form,
        signed.getvalue(),
        Promise(size, file_form, mark, source_type, signer.root, place),
    )


def content_of(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    """A picture that is hard for labels in one way or another: flat, noisy, striped, soft."""
    numbers = np.random.default_rng(chance.getrandbits(32))
    kind = chance.choice(("flat", "noise", "stripes", "soft"))
    if kind == "flat":
        grey = chance.choice((0, 20, 128, 235, 255))
        return Image.new("RGB", size, (grey, grey, chance.choice((grey, 255 - grey))))
    if kind == "stripes":
        rows = (np.arange(size[1]) // chance.randint(1, 9)) % 2 * 255
        return Image.fromarray(np.repeat(rows[:, None].astype(np.uint8), size[0], axis=1)).convert(
            "RGB"
        )
    noise = Image.fromarray(numbers.integers(0, 256, (*size[::-1], 3), np.uint8))
    return noise if kind == "noise" else noise.filter(ImageFilter.GaussianBlur(12))


def fault_of(content: bytes, promise: Promise) -> str:
    """What of the file is not as promised; "" where all is."""
    try:
        readback.check(content, promise)
    except EngineError as error:
        return str(error.facts.get("what", error.code))
    return ""


if __name__ == "__main__":
    sys.exit(main())
