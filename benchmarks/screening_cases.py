"""Photographs spoilt in known ways, for benchmarks/screening.py.

Every case is a file's picture and what is true of it: check -> True, False, or None where a person
could say either. What a case doesn't name stays as true as it was of the untouched photograph.
"""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

CHECKS = ("size", "blur", "jpeg", "exposure", "subject", "border", "screenshot")

# Ordinary photographs and textures of scikit-image's wheel. Left out: drawings, scans,
# microscopy, one half of the stereo pair, and clock_motion.png (blurred by nature; it is found).
WHEEL_PHOTOS = {
    "astronaut.png": {},
    "brick.png": {"subject": True},
    "camera.png": {},
    "chelsea.png": {},
    "coffee.png": {},
    "coins.png": {"subject": True},
    "grass.png": {"subject": True},
    "gravel.png": {"subject": True},
    "hubble_deep_field.jpg": {"subject": True, "exposure": None},
    "moon.png": {"subject": None},
    "motorcycle_left.png": {"subject": None, "text": True},  # the maker's name on the tank
    "retina.jpg": {"subject": None},
    "rocket.jpg": {"exposure": None},
}


@dataclass(frozen=True)
class Photo:
    """An untouched photograph and what is true of it."""

    name: str
    image: Image.Image
    truth: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """A picture as a file would bring it. suffix: ".bmp" is lossless; data: the file's bytes."""

    name: str
    suffix: str
    data: bytes
    truth: dict


def wheel_photos() -> list[Photo]:
    """The photographs inside scikit-image's wheel; nothing is downloaded."""
    import skimage  # a development dependency, needed for this set only

    folder = Path(skimage.__file__).parent / "data"
    return [_photo(folder / name, truth) for name, truth in WHEEL_PHOTOS.items()]


def folder_photos(folder: Path) -> list[Photo]:
    """All pictures of a folder, taken to be sound and each to show one clear subject."""
    suffixes = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    return [_photo(path, {}) for path in paths]


def cases(photo: Photo, photos: list[Photo], resolution: int) -> Iterator[Case]:
    """All cases made of one photograph; the others lend pieces to its mosaics.

    Larger photographs are brought to one and a half times the resolution (512 px at least) first;
    the untouched one is not.
    """
    rng = random.Random(photo.name)
    yield _case(photo, "untouched", photo.image, {})
    image = photo.image.copy()
    scale = max(512, 1.5 * resolution) / min(image.size)
    if scale < 1:
        size = tuple(round(side * scale) for side in image.size)
        image = image.resize(size, Image.Resampling.LANCZOS)
    unit = min(image.size) / resolution  # one pixel of the trained picture, in this one's pixels
    makers = (
        _saved_well,
        _harmless,
        _small,
        _blurred,
        _compressed,
        _exposed,
        _bordered,
        _screenshots,
    )
    for maker in makers:
        for name, picture, truth, *saved in maker(image, unit, resolution, rng):
            yield _case(photo, name, picture, truth, *saved)
    others = [other.image for other in rng.sample(photos, min(8, len(photos)))]
    for name, picture in _cluttered(image, others, rng):
        yield _case(photo, name, picture, {"subject": True})


def copies(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """The same picture as a person would still call it: near-duplicates."""
    width, height = image.size
    yield "half size", image.resize((width // 2, height // 2), Image.Resampling.LANCZOS)
    yield "jpeg 40", _jpeg(image, 40)
    yield "brighter", ImageEnhance.Brightness(image).enhance(1.3)
    yield "darker", ImageEnhance.Brightness(image).enhance(0.7)
    yield "contrast", ImageEnhance.Contrast(image).enhance(1.3)
    yield "paler", ImageEnhance.Color(image).enhance(0.5)
    yield "mirrored", ImageOps.mirror(image)
    yield "signed", _signed(image)
    yield "cut 95 %", _cut(image, 0.95, 0.3, 0.8)
    yield "cut 90 %", _cut(image, 0.90, 0.5, 0.5)
    yield "cut 85 %", _cut(image, 0.85, 0.5, 0.4)
    yield "cut 80 %", _cut(image, 0.80, 1.0, 0.0)


def markings(image: Image.Image) -> Iterator[tuple[str, Image.Image]]:
    """The picture with writing laid over it: watermarks, a date, a caption."""
    yield "watermark", written(image, "SAMPLE PHOTO", 0.12, (0.5, 0.5), 120)
    yield "faint watermark", written(image, "SAMPLE PHOTO", 0.12, (0.5, 0.5), 60)
    yield "signed small", written(image, "© photo agency", 0.035, (0.95, 0.97), 200)
    yield "dated", written(image, "2026 11 23", 0.05, (0.9, 0.95), 255)
    yield "captioned", written(image, "SUMMER SALE", 0.1, (0.5, 0.1), 255)


def written(image: Image.Image, words: str, height: float, place: tuple, alpha: int):
    """The picture with white words on it. height: of the letters, as a share of the short side;
    place: across and down, 0 to 1; alpha: 0 to 255."""
    font = ImageFont.load_default(max(10, round(height * min(image.size))))
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    _left, _top, width, depth = pen.textbbox((0, 0), words, font=font)
    corner = (round((image.width - width) * place[0]), round((image.height - depth) * place[1]))
    pen.text(corner, words, font=font, fill=(255, 255, 255, alpha))
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def _photo(path: Path, truth: dict) -> Photo:
    with Image.open(path) as image:
        return Photo(path.name, ImageOps.exif_transpose(image).convert("RGB"), truth)


def _case(photo: Photo, name: str, picture: Image.Image, truth: dict, quality=None) -> Case:
    target = io.BytesIO()
    if quality:
        picture.save(target, "JPEG", quality=quality)
    else:
        picture.save(target, "BMP")
    known = dict.fromkeys(CHECKS, False) | photo.truth | truth
    return Case(f"{photo.name}: {name}", ".jpg" if quality else ".bmp", target.getvalue(), known)


def _saved_well(image, unit, resolution, rng):
    yield "well saved, jpeg 92", image, {}, 92


def _harmless(image, unit, resolution, rng):
    """Changes that spoil nothing: what a careful check must not take for a fault."""
    grey = Image.new("RGB", image.size, (128, 128, 128))
    yield "haze", Image.blend(image, grey, 0.7), {}
    noise = np.random.default_rng(7).normal(0, 8, (image.height, image.width, 1))
    yield "grain", _pixels(_levels(image) + noise), {}
    soft = image.filter(ImageFilter.GaussianBlur(4 * unit))
    centre = _oval(image.size, 0.5, feather=0.03)
    yield "soft background", Image.composite(image, soft, centre), {"blur": False}
    white = Image.new("RGB", image.size, "white")
    oval = _oval(image.size, 0.7, feather=0.01)
    on_white = {"subject": None, "exposure": False}
    yield "on white", Image.composite(image, white, oval), on_white, 92
    yield "a little brighter", _gain(image, 2**0.5), {}
    yield "a little darker", _gain(image, 2**-0.7), {}


def _small(image, unit, resolution, rng):
    for share in (0.4, 0.7, 0.9):
        scale = share * resolution / min(image.size)
        size = tuple(round(side * scale) for side in image.size)
        yield f"{share} of the size", image.resize(size, Image.Resampling.LANCZOS), {"size": True}


def _blurred(image, unit, resolution, rng):
    for spread in (2, 3, 4):
        blurred = image.filter(ImageFilter.GaussianBlur(spread * unit))
        yield f"blurred by {spread} px", blurred, {"blur": True}
    yield (
        "blurred by 3 px, jpeg 90",
        image.filter(ImageFilter.GaussianBlur(3 * unit)),
        {"blur": True},
        90,
    )
    yield "out of focus", _convolved(image, _disc(4 * unit)), {"blur": True}
    for degrees in (0, 35, 90):
        shaken = _convolved(image, _line(12 * unit, degrees))
        yield f"shaken at {degrees}°", shaken, {"blur": True}


def _compressed(image, unit, resolution, rng):
    for quality in (15, 30, 50, 65):
        yield f"jpeg {quality}", image, {"jpeg": True}, quality
        spoilt = _jpeg(image, quality)
        yield f"jpeg {quality}, saved lossless", spoilt, {"jpeg": True}
        if quality in (30, 65):
            yield f"jpeg {quality}, saved at 93", spoilt, {"jpeg": True}, 93
        else:
            trimmed = spoilt.crop((3, 5, spoilt.width - 2, spoilt.height - 1))
            yield f"jpeg {quality}, trimmed, saved at 95", trimmed, {"jpeg": True}, 95
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    for quality, factor in ((10, 1.5), (20, 1.5), (20, 2.0), (30, 2.0)):
        larger = _enlarged(_jpeg(half, quality), factor)
        truth = {"jpeg": True, "blur": None, "size": None}
        yield f"jpeg {quality}, enlarged {factor} times", larger, truth
    for factor in (1.5, 2.0):
        larger = _enlarged(half, factor)
        yield f"enlarged {factor} times", larger, {"blur": None, "size": None}
    yield "jpeg 85", image, {}, 85
    yield "jpeg 85, saved lossless", _jpeg(image, 85), {}


def _exposed(image, unit, resolution, rng):
    for stops in (3, 4):
        truth = {"exposure": True, "blur": None, "subject": None}
        yield f"{stops} stops darker", _gain(image, 2.0**-stops), truth
    weakest = _linear(_levels(image) / 255).min(axis=-1)  # white only when all channels are
    for share, level in zip((30, 50), np.percentile(weakest, (70, 50)), strict=True):
        truth = {"exposure": True, "blur": None, "subject": None}
        yield f"{share} % blown out", _gain(image, 1 / max(level, 1e-3)), truth


def _bordered(image, unit, resolution, rng):
    width, height = image.size
    truth = {"border": True, "subject": None, "size": None}
    yield "letterbox", _framed(image, (0, 0.12), "black"), truth
    yield "letterbox, jpeg 90", _framed(image, (0, 0.08), "black"), truth, 90
    yield "pillarbox", _framed(image, (0.1, 0), (238, 238, 238)), truth
    yield "white frame", _framed(image, (0.04, 0.04), "white"), truth
    yield "frame, jpeg 90", _framed(image, (0.03, 0.03), (60, 20, 30)), truth, 90
    strip = Image.new("RGB", (width, round(height * 1.08)), (20, 60, 120))
    strip.paste(image, (0, 0))
    yield "strip below", strip, truth


def _screenshots(image, unit, resolution, rng):
    truth = dict.fromkeys(CHECKS) | {"screenshot": True}
    for dark in (False, True):
        shade = "dark" if dark else "light"
        yield f"{shade} phone", _phone(image, dark), truth
        yield f"{shade} window, jpeg 92", _window(image, dark), truth, 92
        yield f"{shade} page", _page(image, dark), truth


def _cluttered(image, others, rng):
    yield "shuffled", _shuffled(image, 12, rng)
    yield "lost in clutter", _lost(image, rng)
    yield "mosaic of many", _mosaic(others, 7, rng)


# How pictures are spoilt


def _levels(image) -> np.ndarray:
    return np.asarray(image, dtype=np.float32)


def _pixels(levels) -> Image.Image:
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def _linear(values):
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _gain(image, factor) -> Image.Image:
    """More or less light on the sensor: linear values times factor, clipped."""
    light = np.clip(_linear(_levels(image) / 255) * factor, 0, 1)
    shown = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return _pixels(255 * shown)


def _jpeg(image, quality) -> Image.Image:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return Image.open(target).convert("RGB")


def _enlarged(image, factor) -> Image.Image:
    size = (round(image.width * factor), round(image.height * factor))
    return image.resize(size, Image.Resampling.BICUBIC)


def _disc(radius) -> np.ndarray:
    reach = int(np.ceil(radius))
    across = np.arange(-reach, reach + 1)
    return (across[:, None] ** 2 + across**2 <= radius**2).astype(np.float32)


def _line(length, degrees) -> np.ndarray:
    reach = int(np.ceil(length / 2))
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=np.float32)
    for step in np.linspace(-length / 2, length / 2, 8 * reach):
        row = round(reach + step * np.sin(np.radians(degrees)))
        column = round(reach + step * np.cos(np.radians(degrees)))
        kernel[row, column] += 1
    return kernel


def _convolved(image, kernel) -> Image.Image:
    kernel = kernel / kernel.sum()
    reach = kernel.shape[0] // 2
    levels = np.pad(_levels(image), ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    shape = levels.shape[:2]
    spectrum = np.fft.rfft2(kernel, shape)[..., None]
    blurred = np.fft.irfft2(np.fft.rfft2(levels, axes=(0, 1)) * spectrum, shape, axes=(0, 1))
    return _pixels(blurred[2 * reach :, 2 * reach :])


def _oval(size, share, feather) -> Image.Image:
    width, height = size
    rows = (np.arange(height)[:, None] / height - 0.5) / (share / 2)
    columns = (np.arange(width) / width - 0.5) / (share / 2)
    distance = np.sqrt(rows**2 + columns**2)
    return _pixels(255 * np.clip((1 - distance) / feather + 0.5, 0, 1))


def _framed(image, share, colour) -> Image.Image:
    wide, high = round(share[0] * image.width), round(share[1] * image.height)
    return ImageOps.expand(image, (wide, high, wide, high), fill=colour)


def _cut(image, scale, left, top) -> Image.Image:
    width, height = round(scale * image.width), round(scale * image.height)
    left, top = round(left * (image.width - width)), round(top * (image.height - height))
    return image.crop((left, top, left + width, top + height))


def _signed(image) -> Image.Image:
    signed = image.copy()
    font = ImageFont.load_default(max(10, image.height // 20))
    place = (image.width // 2, round(0.9 * image.height))
    ImageDraw.Draw(signed).text(place, "© somebody", fill="white", font=font)
    return signed


def _tiles(image, count) -> list[Image.Image]:
    width, height = image.width // count, image.height // count
    return [
        image.crop((column * width, row * height, (column + 1) * width, (row + 1) * height))
        for row in range(count)
        for column in range(count)
    ]


def _laid(tiles, count) -> Image.Image:
    width, height = tiles[0].size
    laid = Image.new("RGB", (width * count, height * count))
    for place, tile in enumerate(tiles):
        laid.paste(tile, (place % count * width, place // count * height))
    return laid


def _shuffled(image, count, rng) -> Image.Image:
    tiles = _tiles(image, count)
    rng.shuffle(tiles)
    return _laid(tiles, count)


def _lost(image, rng) -> Image.Image:
    """The middle of the picture, a fifth wide, amid shuffled pieces of the whole."""
    clutter = _shuffled(image, 14, rng)
    subject = _cut(image, 0.6, 0.5, 0.5).resize((clutter.width // 5, clutter.height // 5))
    clutter.paste(subject, (2 * clutter.width // 5, 2 * clutter.height // 5))
    return clutter


def _mosaic(others, count, rng) -> Image.Image:
    side = 770 // count
    tiles = [ImageOps.fit(rng.choice(others), (side, side)) for _ in range(count * count)]
    return _laid(tiles, count)


# Drawn programs


def _paper(dark):
    return ((18, 18, 20), (225, 225, 228)) if dark else ((250, 250, 250), (30, 30, 34))


def _phone(image, dark) -> Image.Image:
    """A gallery on a phone: status bar, title, picture, row of buttons."""
    ground, ink = _paper(dark)
    shot = Image.new("RGB", (780, 1400), ground)
    draw = ImageDraw.Draw(shot)
    draw.text((40, 20), "09:41", fill=ink, font=ImageFont.load_default(30))
    draw.text((560, 20), "5G  87 %", fill=ink, font=ImageFont.load_default(30))
    draw.text((40, 80), "Holiday pictures", fill=ink, font=ImageFont.load_default(36))
    shot.paste(ImageOps.fit(image, (780, 1120)), (0, 150))
    for place, word in enumerate(("Share", "Edit", "Like", "Delete")):
        draw.text((50 + 190 * place, 1310), word, fill=ink, font=ImageFont.load_default(32))
    return shot


def _window(image, dark) -> Image.Image:
    """A viewer's window on a desktop: menu bar above, tools at the left, status line below."""
    ground, ink = _paper(dark)
    shot = Image.new("RGB", (1280, 800), ground)
    draw = ImageDraw.Draw(shot)
    for place, word in enumerate(("File", "Edit", "View", "Image", "Window", "Help")):
        draw.text((20 + 90 * place, 14), word, fill=ink, font=ImageFont.load_default(20))
    shot.paste(ImageOps.fit(image, (1280, 710)), (0, 50))
    draw.text((20, 768), "1 of 24   100 %   sRGB", fill=ink, font=ImageFont.load_default(20))
    return shot


def _page(image, dark) -> Image.Image:
    """An article: heading, picture, two paragraphs."""
    ground, ink = _paper(dark)
    shot = Image.new("RGB", (1000, 1200), ground)
    draw = ImageDraw.Draw(shot)
    draw.text((80, 60), "A walk through the old town", fill=ink, font=ImageFont.load_default(48))
    shot.paste(ImageOps.fit(image, (840, 480)), (80, 160))
    line = "The arcades along the river keep their shade until noon"
    for place in range(14):
        draw.text((80, 690 + 34 * place), line, fill=ink, font=ImageFont.load_default(24))
    return shot
