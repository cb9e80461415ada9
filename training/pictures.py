"""From a file that somebody sent to three blobs: original, upright sRGB copy, thumbnail."""

import re
import tempfile
import threading
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from PIL import Image, UnidentifiedImageError

from brandstudio.core import blobs
from training.engine.errors import EngineError
from training.engine.images import open_rgb

THUMB_SIDE = 512  # px, long side: twice the width of a card
# Decoding takes up to 16 bytes a pixel: one picture at a time in each process (docs/operations.md).
_ONE_AT_A_TIME = threading.Lock()
LOSSY = {"JPEG", "HEIF", "AVIF"}


class Refused(Exception):
    """A file that can't be taken in. `code` and `facts` name a sentence of `problems`."""

    def __init__(self, code, **facts):
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}")


@dataclass(frozen=True)
class Picture:
    """A picture in the blob store. width, height: of the upright picture, in px."""

    original_sha256: str
    picture_sha256: str
    thumb_sha256: str
    width: int
    height: int


def take_in(path, name):
    """Store the picture at path. name is how messages call it. Raises Refused.

    The header is looked at before a single pixel is unpacked, so a picture that claims to be
    enormous costs nothing.
    """
    path = Path(path)
    if not path.stat().st_size:
        raise Refused("file-empty", name=name)
    kind, as_it_came = _header(path, name)
    with _ONE_AT_A_TIME:
        return _take_in(path, name, kind, as_it_came)


def _take_in(path, name, kind, as_it_came):
    try:
        with warnings.catch_warnings():
            # The size was judged above, by our own limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            upright = open_rgb(path)
    except EngineError as error:
        raise Refused(error.code, **{**error.facts, "name": name}) from error
    original = blobs.put(path)
    return Picture(
        original_sha256=original,
        picture_sha256=original if as_it_came else _normalised(upright, kind),
        thumb_sha256=_thumbnail(upright),
        width=upright.width,
        height=upright.height,
    )


def safe_name(name):
    """The file's own name without folders, control characters and other traps; CJK stays."""
    name = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    return (stem[:180] + suffix[:12]) or "picture"


def free_name(name, taken):
    """name, or name-2, name-3 … when taken; case does not tell two names apart."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem}-{number}{suffix}"
    return candidate


def _header(path, name):
    """(format, whether the file can be trained on as it came) from the header alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > settings.IMAGE_MAX_PIXELS:
                    raise Refused(
                        "picture-has-too-many-pixels",
                        name=name,
                        width=image.width,
                        height=image.height,
                        limit=round(settings.IMAGE_MAX_PIXELS / 1e6),
                    )
                upright = image.getexif().get(0x0112, 1) == 1
                plain = image.mode == "RGB" and not image.info.get("icc_profile")
                web = image.format in {"JPEG", "PNG", "WEBP"}
                still = getattr(image, "n_frames", 1) == 1
                return image.format, upright and plain and web and still and (
                    "transparency" not in image.info
                )
    except Image.DecompressionBombError as error:
        raise Refused(
            "picture-has-too-many-pixels",
            name=name,
            width="?",
            height="?",
            limit=round(settings.IMAGE_MAX_PIXELS / 1e6),
        ) from error
    except UnidentifiedImageError as error:
        raise Refused("image-unreadable", name=name, reason="not an image") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's plugins raise all of these for damaged files.
        raise Refused("image-unreadable", name=name, reason=str(error)) from error


def _normalised(image, kind):
    """A lossy source gains nothing from a lossless copy ten times its size."""
    if kind in LOSSY:
        return _stored(image, "JPEG", quality=95, subsampling=0)
    return _stored(image, "PNG", compress_level=3)


def _thumbnail(image):
    scale = min(1, THUMB_SIDE / max(image.size))
    size = tuple(max(1, round(side * scale)) for side in image.size)
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _stored(small, "WEBP", quality=80, method=3)


def _stored(image, kind, **options):
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
        image.save(file, kind, **options)
        file.flush()
        return blobs.put(file.name)
