"""Pictures come out upright, in sRGB and in three channels, whatever went in."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from training.engine.data.images import fit_crop, open_rgb
from training.engine.errors import EngineError

RED = (200, 30, 40)


def colour_of(path):
    image = open_rgb(path)
    assert image.mode == "RGB"
    return tuple(int(v) for v in np.asarray(image, dtype=int).mean(axis=(0, 1)).round())


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("RGB", "a.png"),
        ("RGB", "a.webp"),
        ("RGB", "a.bmp"),
        ("RGB", "a.tif"),
        ("P", "a.gif"),
        ("P", "a.png"),
        ("CMYK", "a.jpg"),
        ("CMYK", "a.tif"),
        ("RGBA", "a.png"),
    ],
)
def test_every_mode_keeps_its_colour(tmp_path, mode, name):
    Image.new("RGB", (16, 16), RED).convert(mode).save(tmp_path / name, lossless=True)

    assert colour_of(tmp_path / name) == pytest.approx(RED, abs=3)


def test_transparency_lies_on_white(tmp_path):
    Image.new("RGBA", (4, 4), (200, 30, 40, 0)).save(tmp_path / "a.png")
    Image.new("LA", (4, 4), (0, 127)).save(tmp_path / "b.png")

    assert colour_of(tmp_path / "a.png") == (255, 255, 255)
    assert colour_of(tmp_path / "b.png") == (128, 128, 128)


def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path):
    Image.fromarray(np.full((4, 4), 32_768, dtype=np.uint16)).save(tmp_path / "a.png")

    assert colour_of(tmp_path / "a.png") == (128, 128, 128)


def test_sideways_photograph_is_turned_upright(tmp_path):
    image = Image.new("RGB", (20, 10), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)

    assert open_rgb(tmp_path / "a.jpg").size == (10, 20)


def test_embedded_profile_is_converted_to_srgb(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (4, 4), RED).save(tmp_path / "a.png", icc_profile=srgb)
    Image.new("RGB", (4, 4), RED).save(tmp_path / "b.png", icc_profile=profile.tobytes())

    assert colour_of(tmp_path / "a.png") == pytest.approx(RED, abs=1)
    assert colour_of(tmp_path / "b.png") == RED


@pytest.mark.parametrize("data", [b"", b"not an image", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_named(tmp_path, data):
    (tmp_path / "bad.png").write_bytes(data)

    with pytest.raises(EngineError) as caught:
        open_rgb(tmp_path / "bad.png")

    assert caught.value.code == "image-unreadable"
    assert "bad.png" in str(caught.value)


def test_truncated_photograph_is_named(tmp_path):
    buffer = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(buffer, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(buffer.getvalue()[:3000])

    with pytest.raises(EngineError) as caught:
        open_rgb(tmp_path / "cut.jpg")

    assert caught.value.code == "image-unreadable"


def test_huge_header_is_refused_before_a_pixel_is_read(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "BMP")
    data = bytearray(buffer.getvalue())
    data[18:26] = (50_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(data)

    with pytest.raises(EngineError) as caught:
        open_rgb(tmp_path / "bomb.bmp")

    assert caught.value.code == "image-too-large"


@pytest.mark.parametrize("size", [(100, 40), (40, 100), (64, 64), (30, 31)])
def test_fit_crop_covers_the_shape_exactly(size):
    cut, (left, top) = fit_crop(Image.new("RGB", size), 32, 48)

    assert cut.size == (32, 48)
    assert left >= 0
    assert top >= 0


def icc_profile(red, green, blue, gamma=2.2):
    """A matrix profile (ICC v2) with these primaries (XYZ, adapted to D50) and one gamma."""

    def fixed(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"Wide\0"
    described = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {
        b"desc": described + bytes(-len(described) % 4),
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": xyz(red),
        b"gXYZ": xyz(green),
        b"bXYZ": xyz(blue),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    table, content = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(content), len(data))
        content += data
    size = start + len(content)
    header = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2026, 11, 23, 0, 0, 0, b"acsp") + bytes(28)
    header += b"".join(map(fixed, (0.9642, 1.0, 0.8249)))
    return header + bytes(128 - len(header)) + table + content


DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))


@pytest.mark.parametrize(
    ("wide", "expected"),
    [
        ((128, 128, 128), (128, 128, 128)),  # grey is grey in both
        ((200, 100, 50), (216, 93, 24)),  # an orange lies further out in sRGB's numbers
        ((0, 255, 0), (0, 255, 0)),  # beyond sRGB: its most saturated green
    ],
)
def test_wide_gamut_becomes_srgb(tmp_path, wide, expected):
    path = tmp_path / "wide.png"
    Image.new("RGB", (16, 16), wide).save(path, icc_profile=icc_profile(*DISPLAY_P3))

    found = open_rgb(path).getpixel((8, 8))

    assert found == pytest.approx(expected, abs=4)
