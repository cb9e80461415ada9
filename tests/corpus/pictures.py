"""Odd pictures under odd names, made by code: what every reader of a folder must agree on.

Each OddFile says what is to become of it: it is read (by all four readers), refused by name (by all
four) or passed over. A new case is a line in `odd_files`; every picture has a content of its own.
"""

import io
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

READ, REFUSED, PASSED_OVER = "read", "refused", "passed over"
SIZE = (96, 64)


@dataclass(frozen=True)
class OddFile:
    """A file of the corpus. name: on the disk; bytes where it is no UTF-8. known_as: in tables."""

    name: str | bytes
    content: bytes
    fate: str
    known_as: str = ""

    @property
    def table_name(self) -> str:
        return self.known_as or str(self.name)


def picture(seed: int, mode: str = "RGB", size=SIZE) -> Image.Image:
    """A soft pattern that no other seed has."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    return Image.fromarray(values, "RGB").resize(size, Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif_with(*entries: bytes) -> bytes:
    """EXIF of raw 12-byte entries (tag, type, count, value), big endian."""
    body = struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4)
    return b"Exif\0\0MM\0*" + struct.pack(">I", 8) + body


def broken_gps(orientation: int = 6) -> bytes:
    """EXIF that turns the picture; its GPS part is a text where a place in the file is due."""
    turned = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    gps = struct.pack(">HHI", 0x8825, 2, 4) + b"abc\0"
    return exif_with(turned, gps)


def tiff_with_broken_gps(seed: int) -> bytes:
    """As `broken_gps`, in a TIFF, whose EXIF is read with its pixels."""
    content = encoded(picture(seed), "TIFF", tiffinfo={0x8825: 8})
    sound, broken = struct.pack("<HHI", 0x8825, 4, 1), struct.pack("<HHI", 0x8825, 2, 4)
    assert sound in content
    return content.replace(sound, broken)


def spoiled_avif(seed: int) -> bytes:
    """An AVIF with a zeroed byte, over which its plugin raises a RuntimeError or the like."""
    content = bytearray(encoded(picture(seed), "AVIF"))
    at = content.index(b"mdat") + 6
    content[at : at + 40] = bytes(40)
    return bytes(content)


def claimed(width: int, height: int) -> bytes:
    """A PNG that claims a size, with hardly any data behind it."""
    chunks = [
        b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT" + zlib.compress(bytes(64)),
        b"IEND",
    ]
    body = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def odd_kinds() -> list[OddFile]:
    """Ordinary names, odd contents."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey16 = Image.fromarray(np.arange(96 * 64, dtype=np.uint16).reshape(64, 96) * 10)
    moving = {"save_all": True, "append_images": [picture(91)]}
    read = {
        "plain.jpg": encoded(picture(1), "JPEG"),
        "photo.jfif": encoded(picture(2), "JPEG"),
        "photo.jpe": encoded(picture(3), "JPEG"),
        "stereo.mpo": encoded(picture(4), "MPO", **moving),
        "UPPER.PNG": encoded(picture(5), "PNG"),
        "clear.png": encoded(picture(6, "RGBA"), "PNG"),
        "palette.png": encoded(picture(7, "P"), "PNG", transparency=0),
        "grey16.png": encoded(grey16, "PNG"),
        "profile.png": encoded(picture(8), "PNG", icc_profile=profile),
        "bad-profile.png": encoded(picture(9), "PNG", icc_profile=profile[:90]),
        "cmyk.jpg": encoded(picture(10, "CMYK"), "JPEG"),
        "moving.gif": encoded(picture(11), "GIF", **moving),
        "moving.webp": encoded(picture(12), "WEBP", **moving),
        "moving.png": encoded(picture(13), "PNG", **moving),
        "page.tif": encoded(picture(14), "TIFF", compression="tiff_lzw"),
        "plain.bmp": encoded(picture(15), "BMP"),
        "plain.avif": encoded(picture(16), "AVIF"),
        "png-inside.jpg": encoded(picture(17), "PNG"),
        "gps.jpg": encoded(picture(18), "JPEG", exif=broken_gps()),
        "gps.webp": encoded(picture(19), "WEBP", exif=broken_gps()),
        "gps.png": encoded(picture(20), "PNG", exif=broken_gps()),
        "gps.tif": tiff_with_broken_gps(21),
        "exif-noise.jpg": encoded(picture(22), "JPEG", exif=b"Exif\0\0no such thing"),
        "exif-cut.jpg": encoded(picture(23), "JPEG", exif=broken_gps()[:20]),
    }
    refused = {
        "empty.png": b"",
        "words.png": b"no picture at all",
        "cut.jpg": encoded(picture(30, size=(400, 300)), "JPEG")[:900],
        "cut.png": encoded(picture(31), "PNG")[:120],
        "spoiled.avif": spoiled_avif(32),
        "bomb.png": claimed(50_000, 50_000),
        "eps.png": encoded(picture(33), "EPS"),
        "pcx.png": encoded(picture(34), "PCX"),
        "sgi.png": encoded(picture(35), "SGI"),
        "icns.png": encoded(picture(36, size=(32, 32)), "ICNS")[:3000],
        "icon.png": encoded(picture(37, size=(32, 32)), "ICO"),
        "bits.png": encoded(picture(38, "1"), "XBM"),
        "plain.ppm.png": encoded(picture(39), "PPM"),
        "tga.jpg": encoded(picture(40), "TGA"),
        "jpeg2000.jpg": encoded(picture(41), "JPEG2000"),
        "dds.webp": encoded(picture(42), "DDS"),
        "vector.png": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    }
    files = [OddFile(name, content, READ) for name, content in read.items()]
    return files + [OddFile(name, content, REFUSED) for name, content in refused.items()]


def odd_names() -> list[OddFile]:
    """Ordinary contents, odd names."""
    names = {
        " leading.png": "leading.png",
        "　宽.png": "宽.png",
        "trailing.png ": "trailing.png",
        "dot.png.": "dot.png",
        "back\\slash.png": "back/slash.png",
        "C:drive.png": "C:drive.png",
        "a\nline.png": "aline.png",
        'quote".png': 'quote".png',
        "comma, and.png": "comma, and.png",
        "=sum.png": "=sum.png",
        "cafe\u0301.png": "café.png",
        "骑楼🏮.png": "骑楼🏮.png",
        "长" * 80 + ".png": "",
        "茶楼.png".encode("gb18030"): "茶楼.png",
        "dir.jpg/inside.png": "",
        "sub/deep/er.png": "",
        "sub/ leading too.png": "sub/leading too.png",
    }
    passed = ("._0.png", ".hidden.png", "__MACOSX/x.png", ".cache/y.png", "@eaDir/z.png")
    files = [
        OddFile(name, encoded(picture(100 + n), "PNG"), READ, known_as)
        for n, (name, known_as) in enumerate(names.items())
    ]
    twin = OddFile("twin.png", encoded(picture(90), "PNG"), READ)
    # Sorted, " twin.png" comes first and has the name; which of the two is read is no matter.
    bad = [OddFile(b"\xff\xfe\xff.png", encoded(picture(93), "PNG"), REFUSED, "���.png")]
    litter = [OddFile(name, encoded(picture(95), "PNG"), PASSED_OVER) for name in passed]
    return [*files, twin, *bad, *litter]


def odd_files() -> list[OddFile]:
    return odd_kinds() + odd_names()


def write_corpus(folder: Path) -> list[OddFile]:
    """Write the corpus into the folder, with links that lead nowhere. Returns what is to become
    of each file."""
    files = odd_files()
    for file in files:
        path = os.path.join(os.fsencode(folder), os.fsencode(file.name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as target:
            target.write(file.content)
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "nowhere.png").symlink_to("gone.png")
    (folder / "round").symlink_to(".", target_is_directory=True)
    os.mkfifo(folder / "pipe.png")
    links = [OddFile(name, b"", REFUSED) for name in ("loop.png", "nowhere.png", "pipe.png")]
    return files + links
