"""One picture, opened once, in the three sizes the checks look at."""

import contextlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from training.engine.data.images import as_rgb, loaded, orientation
from training.engine.screening.settings import ScreenSettings

WINDOW = 1024  # px; compression shows anywhere, so one window at full size is enough
OVERVIEW = 512  # px; short side of the copy for everything coarse
LONGEST = 4096  # px; keeps the copies of very long panoramas small


@dataclass(frozen=True)
class ScreenedImage:
    """What the checks are given.

    name: as shown to people. width, height: upright, in px.
    window: RGB, up to 1024 × 1024 px from the middle at full size, not turned: the pixels as
    they were stored. overview: upright sRGB with a short side of at most
    max(512, training resolution) px. tables: the JPEG's luma quantisation table, (64,), or None.
    clues: lower-case words from the file's metadata.
    """

    name: str
    width: int
    height: int
    window: Image.Image
    overview: Image.Image
    tables: tuple[int, ...] | None
    clues: str

    @cached_property
    def luma(self) -> np.ndarray:
        """(h, w) float32 grey levels 0..255 of the window."""
        return np.asarray(self.window.convert("L"), dtype=np.float32)

    @cached_property
    def colours(self) -> np.ndarray:
        """(h, w, 3) uint8 sRGB of the overview."""
        return np.asarray(self.overview)

    def shrunk(self, longest: int) -> Image.Image:
        """The overview with its long side at most `longest` px."""
        scale = longest / max(self.overview.size)
        return self.overview if scale >= 1 else _resized(self.overview, scale)

    def at_short_side(self, side: int) -> Image.Image:
        """The overview with its short side at most `side` px."""
        scale = side / min(self.overview.size)
        return self.overview if scale >= 1 else _resized(self.overview, scale)


def open_screened(
    path: str | Path, settings: ScreenSettings, name: str | None = None
) -> ScreenedImage:
    """Decode the file once. The header is judged first, so that a bomb is never unpacked.

    Memory: decoder and copies need up to 12 bytes per pixel of the file, see docs/screening.md.
    Raises EngineError: image-unreadable, image-too-large.
    """
    with loaded(path, settings.max_megapixels, name or "") as image:
        return _read(image, name or Path(path).name, settings)


def _read(image: Image.Image, name: str, settings: ScreenSettings) -> ScreenedImage:
    tables = getattr(image, "quantization", None)
    clues = _clues(image)
    if image.mode in ("1", "P"):  # palette indices can't be averaged
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    side = max(OVERVIEW, settings.resolution)
    scale = min(1.0, side / min(image.size), LONGEST / max(image.size))
    overview = as_rgb(_resized(image, scale))
    turned = orientation(image) in (5, 6, 7, 8)
    width, height = image.size[::-1] if turned else image.size
    return ScreenedImage(
        name=name,
        width=width,
        height=height,
        window=as_rgb(_middle(image), upright=False),
        overview=overview,
        tables=tuple(tables[0]) if tables and 0 in tables else None,
        clues=clues,
    )


def _resized(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image.copy()
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _middle(image: Image.Image) -> Image.Image:
    """The window, cut on multiples of 8 px so that a JPEG's own block grid keeps its place."""
    width, height = min(WINDOW, image.width), min(WINDOW, image.height)
    left = (image.width - width) // 2 // 8 * 8
    top = (image.height - height) // 2 // 8 * 8
    window = image.crop((left, top, left + width, top + height))
    window.info.pop("icc_profile", None)  # converted values would no longer show their JPEG steps
    return window


def _clues(image: Image.Image) -> str:
    """Software and description fields, lower case; binary values are left out."""
    texts = [value for value in image.info.values() if isinstance(value, str)]
    with contextlib.suppress(Exception):  # EXIF that can't be read gives no clue
        exif = image.getexif()
        texts += [value for value in exif.values() if isinstance(value, str)]
        comment = exif.get_ifd(0x8769).get(0x9286)  # UserComment: where iOS writes "Screenshot"
        if isinstance(comment, bytes):
            texts.append(comment.decode("ascii", errors="ignore"))
        elif isinstance(comment, str):
            texts.append(comment)
    return " ".join(texts)[:4000].lower()
