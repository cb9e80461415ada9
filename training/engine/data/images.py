"""Pictures as the networks want them: turned upright, in sRGB, three channels.

Every file from outside is opened here and nowhere else (`opened`): only raster formats of FORMATS,
the header judged first, and whatever a plugin of Pillow raises becomes an EngineError.
"""

import contextlib
import ctypes
import io
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageCms, ImageOps, TiffTags, UnidentifiedImageError

from training.engine import fault_reasons
from training.engine.errors import EngineError

with contextlib.suppress(ImportError):  # HEIC is read where its plugin is installed
    from pillow_heif import register_heif_opener

    register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF")
"""Raster formats only: Pillow would hand EPS and the like to programs outside Python. Pillow's
JPEG plugin reads the MPO of cameras too."""

IMAGE_EXTENSIONS = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".bmp"),
        *(".tif", ".tiff", ".gif", ".avif", ".heic", ".heif", ".hif"),
    }
)
MAX_MEGAPIXELS = 200
SMALLEST_SIDE = 32  # px of what a picture is painted from
LONGEST_SHAPE = 10  # its longer side, as a multiple of the shorter

_STRIP = 256  # rows
_LARGE = 4_000_000  # px from which on memory is given back by hand
_SRGB = ImageCms.createProfile("sRGB")
_WITH_EXIF = ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")
_DECODING = threading.RLock()
_decoded = threading.local()  # .pixels: since this thread's turn began


def open_rgb(path: str | Path, name: str = "") -> Image.Image:
    """The picture as a person sees it: EXIF-turned, in sRGB, transparency on white, mode RGB.

    name: how messages call it; "" is the file's own. Raises EngineError: image-unreadable,
    image-too-large.
    """
    with loaded(path, name=name) as image:
        return as_rgb(image)


@contextlib.contextmanager
def loaded(
    path: str | Path | IO[bytes], megapixels: float = MAX_MEGAPIXELS, name: str = ""
) -> Iterator[Image.Image]:
    """As `opened`, with the pixels."""
    with opened(path, megapixels, name) as image:
        _drop_broken_exif(image)
        _decoded.pixels = getattr(_decoded, "pixels", 0) + image.width * image.height
        image.load()
        yield image


@contextlib.contextmanager
def opened(
    path: str | Path | IO[bytes], megapixels: float = MAX_MEGAPIXELS, name: str = ""
) -> Iterator[Image.Image]:
    """The file's picture as it is stored, its header read and no pixel yet.

    What fails in the block fails as reading does. megapixels: the largest that is read. name: how
    messages call it. Raises EngineError: image-unreadable, image-too-large.
    """
    if isinstance(path, str | Path):
        path = Path(path)
        name = name or path.name
    with _explained(path, name, megapixels), warnings.catch_warnings():
        # Of sizes, which are judged below, and of EXIF, which may be as broken as it likes.
        warnings.simplefilter("ignore")
        if isinstance(path, Path) and path.exists() and not path.is_file():
            raise EngineError("image-unreadable", name=name, reason="no-file")
        with Image.open(path, formats=_readable_formats()) as image:
            size = image.width * image.height / 1e6
            if size > megapixels:
                raise EngineError(
                    "image-too-large",
                    name=name,
                    megapixels=round(size),
                    limit=round(megapixels),
                    width=image.width,
                    height=image.height,
                )
            yield image


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Decode pictures and let them go while no other thread of this process does so.

    A web process has many threads; its memory is bounded by one picture, not by their number.
    """
    with _DECODING:
        _decoded.pixels = 0
        try:
            yield
        finally:
            if _decoded.pixels >= _LARGE:
                give_memory_back()


def give_memory_back() -> None:
    """Return what was freed to the system: the C library keeps it for each thread otherwise."""
    with contextlib.suppress(AttributeError, OSError):  # glibc has it, musl and macOS do not
        ctypes.CDLL(None).malloc_trim(0)


@contextlib.contextmanager
def _explained(path: Path | IO[bytes], name: str, megapixels: float) -> Iterator[None]:
    """Raise what goes wrong with a file as an EngineError that names it."""
    try:
        yield
    except EngineError:
        raise
    except Image.DecompressionBombError as error:
        raise EngineError(
            "image-too-large", name=name, megapixels=">178", limit=round(megapixels)
        ) from error
    except Exception as error:
        # For a damaged file Pillow's plugins raise whatever comes up: RuntimeError, TypeError,
        # struct.error, MemoryError … One odd picture must never stop the rest.
        reason = _reason(path, error)
        raise EngineError("image-unreadable", name=name, reason=reason) from error


def _reason(path: Path | IO[bytes], error: Exception) -> str:
    """By name (`fault_reasons`): of a temporary file's path nothing is told."""
    if isinstance(error, UnidentifiedImageError):
        start = _start(path)
        return (fault_reasons.of_start(start) or "not-a-picture") if start else "empty"
    return fault_reasons.of_file(error)


def _start(path: Path | IO[bytes]) -> bytes:
    if isinstance(path, Path):
        with path.open("rb") as file:
            return file.read(fault_reasons.START)
    path.seek(0)
    return path.read(fault_reasons.START)


def _readable_formats() -> list[str]:
    Image.init()  # registers the plugins; some Pillow builds lack one
    return [one for one in FORMATS if one in Image.OPEN]


def as_rgb(image: Image.Image, upright: bool = True) -> Image.Image:
    """A loaded picture in sRGB, mode RGB, transparency on white; EXIF-turned if `upright`.

    May be the picture itself, turned in place: a copy of a large one costs hundreds of megabytes.
    What the file said beside its pixels (places, comments, profiles) is not in it.
    """
    if upright:
        turn_upright(image)
    flat = _flat(to_srgb(image))
    flat.info = {}
    return flat


def check_shape(width: int, height: int, name: str, smallest: int = SMALLEST_SIDE) -> None:
    """Whether there is enough in a picture to start from, to mask with or to place.

    Raises EngineError: picture-too-small, picture-too-long.
    """
    facts = {"name": name, "width": width, "height": height}
    if min(width, height) < smallest:
        raise EngineError("picture-too-small", needed=smallest, **facts)
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise EngineError("picture-too-long", limit=LONGEST_SHAPE, **facts)


def orientation(image: Image.Image) -> int:
    """How EXIF says the picture is to be turned, 1 to 8; 1 where nothing can be read there."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # as many kinds as plugins raise; the picture itself may be sound
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _drop_broken_exif(image: Image.Image) -> None:
    """Make a TIFF forget the parts of its EXIF that can't be read: loading it would read them."""
    if image.format != "TIFF":
        return
    orientation(image)  # reads the whole, as far as it can be read
    exif = image.getexif()
    for part in TiffTags.TAGS_V2_GROUPS:
        try:
            exif.get_ifd(part)
        except Exception:  # as in `orientation`
            exif.pop(part, None)


def turn_upright(image: Image.Image) -> None:
    """Turn a picture in place as its EXIF says; EXIF that can't be read is ignored."""
    if orientation(image) == 1:
        return
    for key in _WITH_EXIF:  # Pillow would write it anew, and fail where it is odd
        image.info.pop(key, None)
    ImageOps.exif_transpose(image, in_place=True)


def fit_crop(image: Image.Image, width: int, height: int) -> tuple[Image.Image, tuple[int, int]]:
    """The picture scaled to cover width × height px and cut around its centre.

    Returns the cut picture and the (left, top) of the cut in the scaled picture.
    """
    scale = max(width / image.width, height / image.height)
    size = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    scaled = image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return scaled.crop((left, top, left + width, top + height)), (left, top)


def to_srgb(image: Image.Image) -> Image.Image:
    """The picture with its colour profile carried out; transparency stays."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image.convert("RGB") if alpha else image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(plain, source, _SRGB, outputMode="RGB")
        assert converted, "None comes only of inPlace"
    except (ImageCms.PyCMSError, OSError):
        return image  # a damaged profile: the plain values are the better guess
    if alpha:
        converted.putalpha(alpha)
    return converted


def _flat(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = _eight_bit(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """A 16-bit grey picture in 8 bits; Pillow's own conversion would clip all but the darkest."""
    values = np.asarray(image)
    white = 1 if image.mode == "F" and values.max(initial=0) <= 1 else 65535
    grey = np.empty(values.shape, np.uint8)
    for top in range(
        0, len(values), _STRIP
    ):  # in strips: as floats, all would be eight times as much
        strip = values[top : top + _STRIP].astype(np.float64) / white
        grey[top : top + _STRIP] = (strip.clip(0, 1) * 255).round()
    return Image.fromarray(grey, "L")
