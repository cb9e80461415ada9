"""`enlarge`: a picture made larger."""

import argparse
from pathlib import Path

from training.engine.commands.outcome import DONE
from training.engine.commands.progress import progress_bar
from training.engine.data import images
from training.engine.errors import EngineError
from training.engine.files.disk import check_output, whole_file
from training.engine.tools import enlarging, super_resolution, upscaler

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF"}
OPTIONS = {"JPEG": {"quality": 95}, "WEBP": {"quality": 95}}
TRANSPARENT = (".png", ".webp", ".tif")
MOST_FACTOR = 16


def run(options: argparse.Namespace) -> int:
    if not 1 < options.factor <= MOST_FACTOR:
        raise EngineError("enlarge-factor", factor=f"{options.factor:g}", most=MOST_FACTOR)
    picture, weights = options.picture, options.weights or upscaler.BUNDLED
    output = check_output(options.output, "OUT", FORMATS, [picture, weights])
    network = super_resolution.load(weights) if options.weights else super_resolution.bundled()
    image = _read(picture, output)
    size = tuple(round(side * options.factor) for side in image.size)
    enlarging.check_size(image.size, size)
    if options.factor > enlarging.FINEST:
        print(
            f"warning: beyond {enlarging.FINEST} times its size a picture gets no new detail; "
            "a larger original would be better"
        )
    count = len(list(enlarging.strips((0, 0, *image.size), size, network)))
    with progress_bar("enlarging", "strip", count) as bar:
        larger = enlarging.enlarge(image, size, network, bar.update)
    kind = FORMATS[output.suffix.lower()]
    with whole_file(output) as temporary:
        larger.save(temporary, kind, **OPTIONS.get(kind, {}))
    print(f"{output}  {larger.width} × {larger.height}")
    return DONE


def _read(picture: str, output: Path):
    """The picture, upright, in sRGB; its transparency stays where the file written can hold it."""
    if output.suffix.lower() not in TRANSPARENT:
        return images.open_rgb(picture)
    with images.loaded(picture) as image:
        if image.mode == "P" and "transparency" in image.info:
            image = image.convert("RGBA")
        if image.mode not in ("RGBA", "LA"):
            return images.as_rgb(image)
        images.turn_upright(image)
        image = images.to_srgb(image)
        image = image.convert("RGBA")
        image.info = {}
        return image
