"""What a start needs to know of an image, found by decoding it once and known from then on."""

import dataclasses
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import PIL
from PIL import Image

from training.engine.data.images import open_rgb
from training.engine.files import json_table
from training.engine.files.disk import UnfitFile, read_bounded, write_json
from training.engine.files.safetensors_header import hash_file

MOST_IMAGES = 20_000  # that are remembered
MOST_TABLE_BYTES = 10_000_000
MOST_IMAGE_BYTES = 500_000_000  # of what is read only to be hashed
_SETTLED = 10**8  # ns: file systems count time in steps of some milliseconds


@dataclass(frozen=True)
class ImageFacts:
    """pixels: sha256 of the size and RGB values. width, height: of the upright image, px."""

    pixels: str
    width: int
    height: int


# (device, inode, size, time) of a file → its ImageFacts, for the runs of one process.
_BY_STATUS: dict[tuple[int, int, int, int], ImageFacts] = {}


class KnownImages:
    """The facts of images by the bytes of their files: a file that was decoded is only hashed.

    table: the file that keeps them between runs; None is none. It is of one version of the
    library that decodes, since another may round otherwise. Nothing is written before `save`.
    """

    def __init__(self, table: Path | None = None):
        self.table = table
        self._by_hash = self._read()
        self._is_changed = False

    def facts_of(self, path: Path, name: str) -> ImageFacts:
        """name: how messages call it. Raises EngineError of open_rgb."""
        status = _status(path)
        if status in _BY_STATUS:
            return _BY_STATUS[status]
        key = self._hash(path)
        facts = self._by_hash.get(key) or _decoded(path, name)
        if key and key not in self._by_hash:
            self._by_hash[key] = facts
            self._is_changed = True
        if status:
            if len(_BY_STATUS) >= MOST_IMAGES:
                _BY_STATUS.clear()
            _BY_STATUS[status] = facts
        return facts

    def save(self) -> None:
        """Keep what is known, with what other runs have kept. Raises disk-full, …"""
        if not self.table or not self._is_changed:
            return
        newest = list((self._read() | self._by_hash).items())[-MOST_IMAGES:]
        images = {key: dataclasses.astuple(facts) for key, facts in newest}
        write_json(self.table, {"pillow": PIL.__version__, "images": images})
        self._is_changed = False

    def _read(self) -> dict[str, ImageFacts]:
        if not self.table:
            return {}
        try:
            table = json_table.read_table(
                read_bounded(self.table, MOST_TABLE_BYTES), MOST_TABLE_BYTES
            )
            if table["pillow"] != PIL.__version__:
                return {}
            return {key: ImageFacts(*facts) for key, facts in table["images"].items()}
        except (OSError, UnfitFile, ValueError, TypeError, KeyError, AttributeError):
            return {}  # none yet, or damaged: made again

    def _hash(self, path: Path) -> str:
        """Of a file's bytes; "" where nothing keeps it, or open_rgb must say what is the matter."""
        try:
            if self.table and path.is_file() and path.stat().st_size <= MOST_IMAGE_BYTES:
                return hash_file(path)
        except OSError:
            pass
        return ""


def pixel_hash(image: Image.Image) -> str:
    """sha256 of an image's size and RGB values, hex: equal for equal images in any file."""
    return hashlib.sha256(f"{image.width}x{image.height}:".encode() + image.tobytes()).hexdigest()


def _decoded(path: Path, name: str) -> ImageFacts:
    image = open_rgb(path, name)
    return ImageFacts(pixel_hash(image), image.width, image.height)


def _status(path: Path) -> tuple[int, int, int, int] | None:
    """What tells the file from another; None where a further write might not show in its time."""
    try:
        status = path.stat()
    except OSError:
        return None  # open_rgb says what is the matter
    if time.time_ns() - status.st_mtime_ns < _SETTLED:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
