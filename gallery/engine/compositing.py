"""The product cut-out: a real product, cut out, stands in a painted scene with its pixels exact.

`compose` places the cut-out on the frame and says what is to be painted around it; the scene is
painted by image-to-image with a mask; `finish` grounds the product and puts its pixels on top.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFilter

from training.engine.data import images
from training.engine.errors import EngineError
from training.engine.tools import ground_shadow

SMALLEST = 64  # px of the product's longer side in the upload
MAX_MEGAPIXELS = 50
RIM = 0.16  # of the product's width: how far its rim reaches
RIM_FREE = 0.5  # the share of the steps for which the rim is free
GROUND = 3.0  # of the product's height: how far below it the ground is kept
GROUND_BESIDE = 1.0  # of the product's width: how far beyond its ends
GROUND_FREE = 0.25  # as RIM_FREE, of the ground

SHADOW = 0.6  # how much of the ground's light the deepest shadow takes
REFLECTION = 0.16  # how strongly the ground mirrors the product just below it
REFLECTION_DEPTH = 0.35  # of the product's height, until the mirror image has faded


@dataclass(frozen=True)
class PlacedProduct:
    """A cut-out and where it stands, as shares of the frame.

    picture: PNG or WebP with transparency. x: centre of the whole picture file, from the left.
    y: its lower edge, from the top. width: its width. Parts may lie outside the frame.
    """

    picture: Path
    x: float = 0.5
    y: float = 0.9
    width: float = 0.6


@dataclass(frozen=True)
class CutoutFacts:
    """An upload that may be used. width, height: px of the file.

    box: what is visible of it, as shares of the file (left, top, right, bottom), so that a page
    may cut its margins off.
    """

    width: int
    height: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Composition:
    """A frame with the product on it.

    picture: RGB, where painting begins: the product on a plain ground with its shadow.
    mask: L, black where the product is opaque, grey around it, white where nothing is known.
    overlay: RGBA, the product's own pixels in their place, transparent elsewhere.
    shadow: L, how much light the product keeps from the ground. reflection: RGBA, premixed.
    """

    picture: Image.Image
    mask: Image.Image
    overlay: Image.Image
    shadow: Image.Image
    reflection: Image.Image


def check_cutout(path: str | Path, name: str = "") -> CutoutFacts:
    """What an uploaded cut-out is. name: how messages call it; "" is the file's own.

    Raises EngineError: image-unreadable, image-too-large, cutout-without-alpha, cutout-empty,
    cutout-too-small, and those of images.check_shape.
    """
    picture = open_cutout(path, name)
    left, top, right, bottom = _visible(picture)
    width, height = picture.size
    return CutoutFacts(width, height, (left / width, top / height, right / width, bottom / height))


def compose(product: PlacedProduct, size: tuple[int, int]) -> Composition:
    """The product on a frame of size (width, height) px. Raises as check_cutout, cutout-outside."""
    overlay = _overlay(product, size)
    alpha = np.asarray(overlay.getchannel("A"), dtype=np.float32) / 255
    ground = ground_shadow.ground_line(alpha)
    shadow = ground_shadow.shadow(alpha.shape, ground)
    reflection = _reflection(overlay, ground)
    plain = Image.new("RGB", size, (128, 128, 128))
    picture = _grounded(plain, overlay, shadow, reflection)
    return Composition(picture, _mask(overlay, ground), overlay, shadow, reflection)


def finish(rendered: Image.Image, composition: Composition) -> Image.Image:
    """The painted scene with the product grounded on it, its opaque pixels exactly the upload's."""
    return _grounded(
        rendered.convert("RGB"), composition.overlay, composition.shadow, composition.reflection
    )


def without(picture: Image.Image, product: PlacedProduct) -> Image.Image:
    """A finished picture with the product taken out again; its shadow and reflection stay.

    Before a picture is enlarged: the product's soft edge would shine out behind its crisp pixels.
    Where less than half of a pixel is the product's, the scene behind is known; the rest is filled
    from around it.
    """
    overlay = np.asarray(_overlay(product, picture.size), np.float32)
    colours, alpha = overlay[..., :3], overlay[..., 3:] / 255
    solid = alpha >= 0.5
    behind = (np.asarray(picture.convert("RGB"), np.float32) - alpha * colours) / (
        1 - alpha * ~solid
    )
    filled = _filled_in(behind.clip(0, 255), ~solid)
    return Image.fromarray(filled.round().astype(np.uint8))


def put_on(picture: Image.Image, product: PlacedProduct) -> Image.Image:
    """A picture of the scene `without` its product, with the product's own pixels on it."""
    car, (left, top) = _placed(product, picture.size)
    whole = picture.convert("RGB")
    # A poster is large, and most of it isn't the product.
    behind = whole.crop((left, top, left + car.width, top + car.height)).convert("RGBA")
    whole.paste(Image.alpha_composite(behind, car).convert("RGB"), (left, top))
    return whole


def open_cutout(path: str | Path, name: str = "") -> Image.Image:
    """The cut-out in RGBA, turned upright, in sRGB; pixels that are sRGB already stay equal.

    Raises as check_cutout.
    """
    name = name or Path(path).name
    with images.loaded(path, MAX_MEGAPIXELS, name) as image:
        if not image.has_transparency_data:
            raise EngineError("cutout-without-alpha", name=name)
        images.turn_upright(image)
        picture = image.convert("RGBA")
        if not _is_srgb(picture):
            picture = images.to_srgb(picture)
    alpha = np.asarray(picture.getchannel("A"))
    if alpha.min() > 250:
        raise EngineError("cutout-without-alpha", name=name)
    if alpha.max() < 128:
        raise EngineError("cutout-empty", name=name)
    left, top, right, bottom = _visible(picture)
    if max(right - left, bottom - top) < SMALLEST:
        raise EngineError(
            "cutout-too-small",
            name=name,
            side=max(right - left, bottom - top),
            needed=SMALLEST,
        )
    images.check_shape(right - left, bottom - top, name, smallest=1)
    return picture


def _is_srgb(picture: Image.Image) -> bool:
    """Whether its profile is sRGB's own, so that carrying it out could only round the values."""
    profile = picture.info.get("icc_profile")
    if not profile:
        return True
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" in ImageCms.getProfileDescription(source).lower()
    except (ImageCms.PyCMSError, OSError):
        return True  # a damaged profile: the plain values are the better guess


def _visible(picture: Image.Image) -> tuple[int, int, int, int]:
    return _box(picture.getchannel("A").point(lambda value: 255 if value >= 128 else 0))


def _box(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.getbbox()
    assert box, "an empty cut-out is refused before it is measured"
    return box


def _overlay(product: PlacedProduct, size: tuple[int, int]) -> Image.Image:
    """The product on a transparent frame of size (width, height) px. Raises as `compose`."""
    car, place = _placed(product, size)
    frame = Image.new("RGBA", size)
    frame.paste(car, place)
    return frame


def _placed(product: PlacedProduct, size: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """(what of the product lies within a frame of size px; its left and top there, px)."""
    picture = open_cutout(product.picture)
    width = max(1, round(product.width * size[0]))
    height = max(1, round(picture.height * width / picture.width))
    if width > 8 * size[0] or height > 8 * size[1]:
        raise EngineError("cutout-outside")
    # Pillow weighs colours by their alpha while scaling, so no dark fringe appears.
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
    left, top = round(product.x * size[0] - width / 2), round(product.y * size[1]) - height
    inside = (max(0, left), max(0, top), min(size[0], left + width), min(size[1], top + height))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise EngineError("cutout-outside")
    car = picture.crop((inside[0] - left, inside[1] - top, inside[2] - left, inside[3] - top))
    if np.asarray(car.getchannel("A")).max() < 128:
        raise EngineError("cutout-outside")
    return car, inside[:2]


def _mask(overlay: Image.Image, ground: np.ndarray) -> Image.Image:
    """What is painted when: a rim around the product waits until the scene has taken shape.

    Left free from the start, the network likes to paint a second product into the first; and where
    the product stands higher than the network is used to, a second one on the ground before it.
    So that ground waits longest. ground: of `ground_shadow.ground_line`.
    """
    opaque = np.asarray(overlay.getchannel("A")) == 255
    left, top, right, _ = _box(overlay)
    reach = RIM * (right - left)
    near = np.clip(4 * ground_shadow.blurred(opaque.astype(np.float64), reach), 0, 1)
    before = ground_shadow.blurred(_ground_before(opaque.shape, ground, top), reach / 2)
    kept = (1 - GROUND_FREE) * np.clip(1.5 * before, 0, 1)
    free = np.minimum(1 - (1 - RIM_FREE) * near, 1 - kept)
    return ground_shadow.grey(np.where(opaque, 0, free))


def _ground_before(shape: tuple[int, int], ground: np.ndarray, top: int) -> np.ndarray:
    """`shape` float, 1 on the ground just before the product and below it, as the viewer sees it.

    top: the product's first row.
    """
    columns = np.flatnonzero(~np.isnan(ground))
    beside = GROUND_BESIDE * len(columns)
    across = np.arange(len(ground))
    line = np.interp(across, columns, ground[columns])
    tall = float(np.nanmax(ground)) - top
    below = np.arange(shape[0])[:, None] - line
    is_under = (across >= columns[0] - beside) & (across <= columns[-1] + beside)
    return ((below > 0) & (below < GROUND * tall) & is_under).astype(np.float64)


def _reflection(overlay: Image.Image, ground: np.ndarray) -> Image.Image:
    """The product mirrored at the ground line, fading downwards."""
    pixels = np.asarray(overlay, dtype=np.float32)
    height, width = pixels.shape[:2]
    line = np.nan_to_num(ground, nan=-1e6)
    top = np.flatnonzero(pixels[..., 3].any(axis=1))[0]
    deep = max(2.0, REFLECTION_DEPTH * float(np.nanmax(ground) - top))
    rows = np.arange(height, dtype=np.float32)[:, None]
    below = rows - line[None]
    source = np.clip(np.round(2 * line[None] - rows), 0, height - 1).astype(int)
    mirrored = pixels[source, np.arange(width)[None]]
    fade = np.clip(1 - below / deep, 0, 1) ** 1.5 * (below > 0) * ~np.isnan(ground)[None]
    mirrored[..., 3] *= fade * REFLECTION
    picture = Image.fromarray(mirrored.round().astype(np.uint8), "RGBA")
    return picture.filter(ImageFilter.GaussianBlur(max(0.6, deep / 40)))


def _grounded(scene, overlay, shadow, reflection) -> Image.Image:
    light = 1 - SHADOW * np.asarray(shadow, dtype=np.float32)[..., None] / 255
    darkened = Image.fromarray((np.asarray(scene) * light).round().astype(np.uint8))
    grounded = Image.alpha_composite(darkened.convert("RGBA"), reflection)
    return Image.alpha_composite(grounded, overlay).convert("RGB")


def _filled_in(values: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """(H, W, C) values, the unknown ones filled in from the edge inwards, smoothly.

    is_known: (H, W, 1) of bool. Pull and push: means of ever coarser levels, of which the finest
    that knows a place counts (Gortler et al. 1996, section 3.4,
    https://doi.org/10.1145/237170.237200).
    """
    if is_known.all() or not is_known.any():
        return values
    height, width = values.shape[:2]
    count = _halved(is_known.astype(np.float32))
    means = _halved(np.where(is_known, values, 0)) / np.maximum(count, 1)
    coarse = _filled_in(means, count > 0).astype(np.float32)
    grown = _doubled(coarse)[:height, :width]
    return np.where(is_known, values, grown)


def _doubled(values: np.ndarray) -> np.ndarray:
    """Twice the size, linear in between: each px from the nearest four, 9 3 3 1."""
    padded = np.pad(values, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = np.stack([padded[:-2] + 3 * padded[1:-1], 3 * padded[1:-1] + padded[2:]], 1)
    rows = rows.reshape(-1, *rows.shape[2:])
    both = np.stack([rows[:, :-2] + 3 * rows[:, 1:-1], 3 * rows[:, 1:-1] + rows[:, 2:]], 2)
    return both.reshape(rows.shape[0], -1, values.shape[2]) / 16


def _halved(values: np.ndarray) -> np.ndarray:
    """Sums of 2 x 2 px; the last row or column counts alone where there is an odd one."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    return even.reshape(-1, 2, even.shape[1] // 2, 2, values.shape[2]).sum((1, 3))
