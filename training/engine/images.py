"""Pictures as the networks want them: turned upright, in sRGB, three channels."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from training.engine.errors import EngineError

with contextlib.suppress(ImportError):  # HEIC is read where its plugin is installed
    from pillow_heif import register_heif_opener

    register_heif_opener()

IMAGE_EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic", ".heif"}
)
MAX_MEGAPIXELS = 200

_STRIP = 256  # rows
_SRGB = ImageCms.createProfile("sRGB")


def open_rgb(path: str | Path) -> Image.Image:
    """The picture as a person sees it: EXIF-turned, in sRGB, transparency on white, mode RGB.

    Raises EngineError: image-unreadable, image-too-large.
    """
    with loaded(path) as image:
        return as_rgb(image)


@contextlib.contextmanager
def loaded(path: str | Path, megapixels: int = MAX_MEGAPIXELS) -> Iterator[Image.Image]:
    """The file's picture as it is stored; what fails in the block fails as reading does.

    megapixels: the largest that is read. Raises EngineError: image-unreadable, image-too-large.
    """
    path = Path(path)
    try:
        with Image.open(path) as image:
            found = image.width * image.height / 1e6
            if found > megapixels:
                raise EngineError(
                    "image-too-large", name=path.name, megapixels=round(found), limit=megapixels
                )
            image.load()
            yield image
    except FileNotFoundError as error:
        raise EngineError("image-unreadable", name=path.name, reason="no such file") from error
    except UnidentifiedImageError as error:
        raise EngineError("image-unreadable", name=path.name, reason="not an image") from error
    except Image.DecompressionBombError as error:
        raise EngineError(
            "image-too-large", name=path.name, megapixels=">178", limit=megapixels
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        # Pillow's plugins raise all of these for damaged files.
        raise EngineError("image-unreadable", name=path.name, reason=str(error)) from error


def as_rgb(image: Image.Image, upright: bool = True) -> Image.Image:
    """A loaded picture in sRGB, mode RGB, transparency on white; EXIF-turned if `upright`.

    May be the picture itself, turned in place: a copy of a large one costs hundreds of megabytes.
    """
    if upright:
        ImageOps.exif_transpose(image, in_place=True)
    return _flat(to_srgb(image))


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
