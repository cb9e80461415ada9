"""From a file that somebody sent to three blobs: original, upright sRGB copy, thumbnail."""

import contextlib
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from django.conf import settings
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.blobs import disk
from brandstudio.core.problems import Refused
from brandstudio.core.queue import housekeeping
from training.engine.data import images, variants
from training.engine.data.image_folder import clean_name
from training.engine.errors import EngineError

THUMB_SIDE = 512  # px, long side: twice the width of a card
LOSSY = {"JPEG", "MPO", "HEIF", "AVIF"}
WEB = {"JPEG", "MPO", "PNG", "WEBP"}  # an MPO begins with a whole JPEG, which is what readers show
NAME_BYTES = 200  # of a stem: with ending, number and a temporary mark it fits every disk
JPEG_SIDE = 65_500  # px: no JPEG is longer
_STRIP = 256  # rows


@dataclass(frozen=True)
class StoredImage:
    """A picture in the blob store. width, height: of the upright picture, in px.

    pixels_sha256, fingerprint: of what it shows (`pixels_of`), whatever file it is.
    """

    original_sha256: str
    image_sha256: str
    thumb_sha256: str
    width: int
    height: int
    pixels_sha256: str
    fingerprint: bytes

    def discard(self):
        """Forget its blobs again, save those that a row names."""
        housekeeping.discard_unnamed([self.original_sha256, self.image_sha256, self.thumb_sha256])


def pixels_of(image):
    """(SHA-256 of the pixels of an upright RGB picture and its size, its fingerprint)."""
    digest = sha256(f"{image.width}x{image.height}:".encode())
    for top in range(0, image.height, _STRIP):  # a copy of a large one costs hundreds of megabytes
        strip = (0, top, image.width, min(top + _STRIP, image.height))
        digest.update(image.crop(strip).tobytes())
    return digest.hexdigest(), variants.fingerprint(image)


def take_in(path, name, check=None):
    """Store the picture at path. name is how messages call it. Raises Refused.

    check: called with width, height and name; raises EngineError for a picture of no use.

    The header is looked at before a single pixel is unpacked, so a picture that claims to be
    enormous costs nothing. Decoding takes up to 16 bytes a pixel, so that each process takes in
    one picture at a time (docs/operations.md).
    """
    path = Path(path)
    if not path.stat().st_size:
        raise Refused("file-empty", name=name)
    with images.one_at_a_time(), as_refusals(name):
        if check:
            with images.opened(path, settings.IMAGE_MAX_PIXELS / 1e6, name) as image:
                check(*image.size, name)
        return _take_in(path, name)


@contextlib.contextmanager
def as_refusals(name):
    """Turn what the engine says of a picture that was sent into a Refused that names it."""
    try:
        yield
    except EngineError as error:
        raise Refused(_code(error), **{**error.facts, "name": name}) from error


def _code(error):
    if error.code != "image-too-large":
        return error.code
    # Of a picture far beyond every limit Pillow does not tell the sides.
    has_size = "width" in error.facts
    return "picture-has-too-many-pixels" if has_size else "picture-is-far-too-large"


def _take_in(path, name):
    kind, as_it_came, upright = _decoded(path, name)
    original = blobs.put(path)
    pixels, fingerprint = pixels_of(upright)
    return StoredImage(
        original_sha256=original,
        image_sha256=original if as_it_came else _normalised(upright, kind),
        thumb_sha256=_thumbnail(upright),
        width=upright.width,
        height=upright.height,
        pixels_sha256=pixels,
        fingerprint=fingerprint,
    )


def safe_name(name):
    """The file's own name without folders, control characters and other traps; CJK stays."""
    name = PurePosixPath(clean_name(name)).name
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    name = re.sub(r'[<>:"|?*]', "_", name)
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    stem = stem.strip(" .")[:180].encode()[:NAME_BYTES].decode(errors="ignore").rstrip()
    return (stem or "picture") + suffix[:12]


def free_name(name, names_in_use):
    """name, or name-2, name-3 … when taken; case does not tell two names apart."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    candidate, number = name, 1
    while candidate.casefold() in names_in_use:
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate


def _decoded(path, name):
    """(format, whether the file itself can be shown, the picture upright in sRGB)."""
    with images.loaded(path, settings.IMAGE_MAX_PIXELS / 1e6, name) as image:
        return image.format, _can_stay(image), images.as_rgb(image)


def _can_stay(image):
    """Whether the file can be shown and trained on as it came."""
    plain = image.mode == "RGB" and not image.info.get("icc_profile")
    still = image.format == "MPO" or not getattr(image, "is_animated", False)
    upright = images.orientation(image) == 1
    return image.format in WEB and plain and still and upright and "transparency" not in image.info


def _normalised(image, kind):
    """A lossy source gains nothing from a lossless copy ten times its size."""
    if kind in LOSSY and max(image.size) <= JPEG_SIDE:
        return _stored(image, "JPEG", quality=95, subsampling=0)
    return _stored(image, "PNG", compress_level=3)


def _thumbnail(image):
    scale = min(1, THUMB_SIDE / max(image.size))
    size = tuple(max(1, round(side * scale)) for side in image.size)
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _stored(small, "WEBP", quality=80, method=3)


def _stored(image, kind, **options):
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        try:
            image.save(file, kind, **options)
        except Exception as error:  # an encoder that won't take the picture, as odd as a plugin
            if getattr(error, "errno", None) or disk.is_full(error):
                raise
            raise EngineError("image-unreadable", name="", reason="not-storable") from error
        file.flush()
        return blobs.put(file.name)
