"""`cut_out`: a car cut out of a photograph, without anybody's help."""

import argparse
from pathlib import Path

from training.engine.commands.outcome import DONE
from training.engine.commands.progress import progress_bar
from training.engine.data import images
from training.engine.files.disk import check_output, whole_file
from training.engine.tools import cutting_out, salience

FORMATS = {".png": "PNG", ".webp": "WEBP", ".tif": "TIFF"}
OPTIONS = {"PNG": {"compress_level": 6}, "WEBP": {"quality": 95}}


def run(options: argparse.Namespace) -> int:
    output = check_output(options.output, "OUT", FORMATS, [options.photo])
    salience.check()
    photo = images.open_rgb(options.photo)
    copy = cutting_out.working_copy(photo)
    outline = cutting_out.draft(copy, Path(options.photo).name)
    with progress_bar("cutting out", "strip", cutting_out.strips(photo)) as bar:
        car = cutting_out.finished(photo, outline, with_shadow=options.shadow, on_strip=bar.update)
    kind = FORMATS[output.suffix.lower()]
    with whole_file(output) as temporary:
        car.save(temporary, kind, **OPTIONS.get(kind, {}))
    print(f"{output}  {car.width} × {car.height}")
    return DONE
