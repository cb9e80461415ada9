"""The forms in which a picture leaves: PNG, JPEG, TIFF and PDF, with resolution, colour and limit.

Pillow writes the pictures; a PDF is put together by pikepdf around a JPEG, with the boxes that
printers ask for (ISO 32000-1, 14.11.2) and the XMP packet in its catalogue (14.3.2).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

import pikepdf
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from training.engine.errors import EngineError

CONTENT_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
}
IN_CMYK = ("jpg", "tiff", "pdf")  # PNG has no four colours
SHRINKABLE = ("jpg", "pdf")  # what a limit in bytes can be met with, by a lower quality
MM_PER_INCH = 25.4
BYTES_PER_MB = 1_000_000  # as people write a limit
_BEST_QUALITY = 95
_LEAST_QUALITY = 60  # below it skies break into blocks
_XMP_TAG = 700  # of TIFF


@dataclass(frozen=True)
class FileForm:
    """How a file is written.

    form: a key of CONTENT_TYPES. dpi: written into the file. max_bytes: 0 for no limit.
    cmyk: an ICC profile of four colours as bytes; empty leaves sRGB. bleed: px on each side that
    the printer cuts off. reserved: of max_bytes, what is left for a signature.
    """

    form: str
    dpi: int = 72
    max_bytes: int = 0
    cmyk: bytes = b""
    bleed: int = 0
    reserved: int = 0

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.form]

    @property
    def name(self) -> str:
        """As people call it."""
        return "JPEG" if self.form == "jpg" else self.form.upper()

    @property
    def colour_mode(self) -> str:
        """Of Pillow, as the file has it."""
        return "CMYK" if self.cmyk else "RGB"


def mm_in_px(millimetres: float, dpi: int) -> int:
    """Whole pixels of a length on paper."""
    return round(millimetres / MM_PER_INCH * dpi)


def in_megabytes(byte_count: int) -> str:
    """As people write it, to the byte: "0.03"."""
    return f"{byte_count / BYTES_PER_MB:.6f}".rstrip("0").rstrip(".")


def write(image: Image.Image, target: IO[bytes], file_form: FileForm, packet: str) -> None:
    """Write an RGB picture in this form to a seekable binary file.

    packet: XMP. Raises EngineError: profile-unreadable (no profile from RGB to four colours),
    profile-unfit (a form without them), limit-unmet or, of a form that no lower quality makes
    smaller, limit-unmet-lossless (max_bytes can't be kept without visible harm).
    """
    if file_form.cmyk:
        image = in_cmyk(image, file_form)
    encode = {"png": _png, "jpg": _jpg, "tiff": _tiff, "pdf": _pdf}[file_form.form]
    if not file_form.max_bytes:
        encode(image, target, file_form, packet, _BEST_QUALITY)
        return
    _within_limit(
        lambda file, quality: encode(image, file, file_form, packet, quality), target, file_form
    )


def in_cmyk(image: Image.Image, file_form: FileForm) -> Image.Image:
    """The RGB picture in the four colours of the form's profile. Raises as `write`."""
    if file_form.form not in IN_CMYK:
        raise EngineError("profile-unfit", form=file_form.name)
    try:
        converted = ImageCms.profileToProfile(
            image,
            io.BytesIO(srgb_profile()),
            io.BytesIO(file_form.cmyk),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="CMYK",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError as error:
        raise EngineError("profile-unreadable") from error
    assert converted is not None  # only with inPlace
    return converted


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """ICC profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _within_limit(encode: Callable, target: IO[bytes], file_form: FileForm) -> None:
    """The best quality that keeps the limit; found by halving, each try from the start."""
    best = None
    least = _LEAST_QUALITY if file_form.form in SHRINKABLE else _BEST_QUALITY
    most = quality = _BEST_QUALITY  # most pictures keep the limit at once
    while least <= most:
        file = io.BytesIO()
        encode(file, quality)
        if file.getbuffer().nbytes + file_form.reserved <= file_form.max_bytes:
            best, least = file, quality + 1
        else:
            most = quality - 1
        quality = (least + most) // 2
    if best is None:
        code = "limit-unmet" if file_form.form in SHRINKABLE else "limit-unmet-lossless"
        raise EngineError(code, limit=in_megabytes(file_form.max_bytes), form=file_form.name)
    best.seek(0)
    shutil.copyfileobj(best, target)


def _profile(file_form: FileForm) -> bytes:
    return file_form.cmyk or srgb_profile()


def _png(image, target, file_form, packet, _quality):
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", packet)
    dpi = (file_form.dpi, file_form.dpi)
    image.save(target, "PNG", pnginfo=chunks, icc_profile=_profile(file_form), dpi=dpi)


def _jpg(image, target, file_form, packet, quality):
    image.save(
        target,
        "JPEG",
        quality=quality,
        subsampling=0,
        dpi=(file_form.dpi, file_form.dpi),
        icc_profile=_profile(file_form),
        **({"xmp": packet.encode()} if packet else {}),
    )


def _tiff(image, target, file_form, packet, _quality):
    image.save(
        target,
        "TIFF",
        compression="tiff_lzw",
        dpi=(file_form.dpi, file_form.dpi),
        icc_profile=_profile(file_form),
        tiffinfo={_XMP_TAG: packet.encode()},
    )


def _pdf(image, target, file_form, packet, quality):
    drawn = io.BytesIO()
    _jpg(image, drawn, file_form, "", quality)
    width, height = (side * 72 / file_form.dpi for side in image.size)  # points
    edge = file_form.bleed * 72 / file_form.dpi
    with pikepdf.new() as pdf:
        picture = pdf.make_stream(
            drawn.getvalue(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=image.width,
            Height=image.height,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
            ColorSpace=_colour_space(pdf, image, file_form),
        )
        if image.mode == "CMYK":  # Adobe's JPEGs hold four colours turned round
            picture.Decode = [1, 0] * 4
        page = pdf.add_blank_page(page_size=(width, height))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=picture))
        page.Contents = pdf.make_stream(f"{width} 0 0 {height} 0 0 cm /Picture Do".encode())
        page.BleedBox = [0, 0, width, height]
        page.TrimBox = [edge, edge, width - edge, height - edge]
        pdf.Root.Metadata = pdf.make_stream(
            packet.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML
        )
        pdf.save(target)


def _colour_space(pdf, image, file_form):
    profile = pdf.make_stream(_profile(file_form), N=len(image.getbands()))
    return pikepdf.Array([pikepdf.Name.ICCBased, profile])
