"""What a bad or huge file costs the process that takes it in: measured, in a real process.

The bound is the one that docs/operations.md states: 16 bytes for each pixel of a picture, one
picture at a time, whatever the file claims; a zip adds nothing to it.
"""

import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from django.conf import settings
from PIL import Image

from tests.training.test_uploads import png_header

BYTES_PER_PIXEL = 16
SLACK = 40_000_000  # what Python itself asks for meanwhile: modules, buffers
TAKE_IN = """
import json, sys
import django
django.setup()
from django.conf import settings
from training.models import Dataset
from training.services import add_images

settings.ZIP_MAX_BYTES, settings.FILE_UPLOAD_TEMP_DIR = 100_000_000, sys.argv[2]
settings.STORAGE_URL = f"file://{sys.argv[2]}/blobs"

def peak():
    # The kernel's own mark of this program; getrusage would count its parent's too.
    line = next(one for one in open("/proc/self/status") if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024

dataset = Dataset.objects.get(pk=sys.argv[1])
before = peak()
report = add_images(dataset, sys.argv[3:])
said = {"codes": [line.code for line in report.lines], "grown": peak() - before}
print(json.dumps(said))
"""

SIX_AT_ONCE = """
import json, sys, threading
import django
django.setup()
from django.conf import settings
from training.services.image_store import take_in

settings.FILE_UPLOAD_TEMP_DIR, settings.STORAGE_URL = sys.argv[1], f"file://{sys.argv[1]}/blobs"

def memory(what):
    line = next(one for one in open("/proc/self/status") if one.startswith(what))
    return int(line.split()[1]) * 1024

def take_all(paths):
    threads = [threading.Thread(target=take_in, args=(one, one[-5:])) for one in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

take_all(sys.argv[2:3])  # what the first picture loads for good
before = memory("VmRSS")
take_all(sys.argv[2:])
print(json.dumps({"grown": memory("VmHWM") - before, "kept": memory("VmRSS") - before}))
"""


@pytest.fixture
def take_in(make_dataset, worker_environment, tmp_path):
    """take_in(path, …): codes of the report, and bytes by which the process grew at its peak."""

    def take_in(*paths):
        dataset = make_dataset()
        command = [sys.executable, "-c", TAKE_IN, str(dataset.pk), str(tmp_path), *map(str, paths)]
        ended = subprocess.run(
            command,
            cwd=settings.ROOT,
            env={**os.environ, **worker_environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    return take_in


def test_large_pictures_take_no_more_than_the_bound(take_in, tmp_path):
    side = 4000
    pictures = {
        "rgba.png": Image.new("RGBA", (side, side), (9, 99, 199, 128)),
        "grey16.png": Image.fromarray(np.full((side, side), 3000, np.uint16)),
        "rgb.webp": Image.new("RGB", (side, side), "teal"),
        "cmyk.tif": Image.new("CMYK", (side, side), (9, 99, 199, 12)),
    }
    for name, picture in pictures.items():
        picture.save(tmp_path / name, **({"method": 0} if name.endswith("webp") else {}))

    said = take_in(*(tmp_path / name for name in pictures))

    assert said["codes"] == ["picture-added"] * 4
    assert said["grown"] <= BYTES_PER_PIXEL * side * side + SLACK


def test_six_large_uploads_at_once_take_the_memory_of_one_and_give_it_back(
    worker_environment, tmp_path
):
    side = 4000
    exif = Image.Exif()
    exif[0x0112] = 6
    paths = [tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg", "d.png", "e.png", "f.png")]
    for path in paths:
        mode = "RGB" if path.suffix == ".jpg" else "RGBA"
        options = {"exif": exif} if path.suffix == ".jpg" else {}
        Image.linear_gradient("L").resize((side, side)).convert(mode).save(path, **options)

    ended = subprocess.run(
        [sys.executable, "-c", SIX_AT_ONCE, str(tmp_path), *map(str, paths)],
        cwd=settings.ROOT,
        env={**os.environ, **worker_environment},
        capture_output=True,
        text=True,
        check=True,
    )

    said = json.loads(ended.stdout)
    assert said["grown"] <= BYTES_PER_PIXEL * side * side + SLACK
    assert said["kept"] <= SLACK


def test_headers_and_bombs_cost_next_to_nothing(take_in, tmp_path, make_picture):
    header = tmp_path / "header.png"
    header.write_bytes(png_header(50_000, 50_000))
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(make_picture("good.jpg", size=(400, 300)).read_bytes()[:600])
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(make_picture("first.jpg", seed=3), "first.jpg")
        with archive.open("bomb.png", "w", force_zip64=True) as entry:
            for _ in range(120):  # 120 MB of nothing, in 120 kB
                entry.write(bytes(1_000_000))

    said = take_in(header, cut, empty, bomb)

    assert said["codes"] == [
        "picture-is-far-too-large",
        "image-unreadable",
        "file-empty",
        "picture-added",
        "zip-too-large",
    ]
    assert said["grown"] <= SLACK
