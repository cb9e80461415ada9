"""A finished file read back before a person gets it: by our readers and by other people's.

Pillow or pikepdf opens it, the C2PA reader judges its credentials, and ExifTool, where the machine
has it, reads the marks without any of our code.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import dataclass

import pikepdf
from PIL import Image

from gallery.engine import credentials, file_forms, labelling, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.labelling import LabelPlace
from gallery.engine.xmp import Mark
from training.engine.data.images import opened
from training.engine.errors import EngineError

_EXIFTOOL_SECONDS = 60


@dataclass(frozen=True)
class Promise:
    """What a file must be. size: px, width first. root: PEM that its signer stands under.

    source_type: xmp.GENERATED or COMPOSED. place: of its label, None for an original without one.
    """

    size: tuple[int, int]
    file_form: FileForm
    mark: Mark
    source_type: str
    root: str
    place: LabelPlace | None


@dataclass(frozen=True)
class _Content:
    """What our own readers find in a file."""

    image: Image.Image
    dpi: float
    profile: bytes
    packet: str | bytes


def check(content: bytes, promise: Promise) -> None:
    """Raise EngineError("file-broken", what=…) unless the file is all that was promised.

    what: size, colours, resolution, profile, limit, mark, label, credentials, exiftool.
    """
    for what, is_right in _checks(content, promise):
        if not is_right():
            raise EngineError("file-broken", what=what)


def _checks(content: bytes, promise: Promise):
    """(what, whether it is right) of each thing, cheap ones first."""
    form = promise.file_form
    try:
        found = (_in_pdf if form.form == "pdf" else _in_image)(content)
    except (EngineError, OSError, ValueError, pikepdf.PdfError):
        yield "size", lambda: False
        return
    yield "size", lambda: found.image.size == promise.size
    yield "colours", lambda: found.image.mode == form.colour_mode
    yield "resolution", lambda: abs(found.dpi - form.dpi) < 1
    yield "profile", lambda: found.profile == (form.cmyk or file_forms.srgb_profile())
    yield "limit", lambda: not form.max_bytes or len(content) <= form.max_bytes
    yield "mark", lambda: _is_marked(found.packet, promise)
    if promise.place:
        yield "label", lambda: labelling.is_labelled(found.image, promise.place)
    yield "credentials", lambda: _is_signed(content, promise)
    yield "exiftool", lambda: not exiftool() or _is_read_by_exiftool(content, promise)


def _in_image(content: bytes) -> _Content:
    with opened(io.BytesIO(content)) as image:
        image.load()
        packet = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp") or ""
        dpi = float(image.info.get("dpi", (0, 0))[0])
        return _Content(image.copy(), dpi, image.info.get("icc_profile", b""), packet)


def _in_pdf(content: bytes) -> _Content:
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
        page = pdf.pages[0]
        drawn = page.Resources.XObject.Picture
        with opened(io.BytesIO(drawn.read_raw_bytes())) as jpeg:
            jpeg.load()
            image = jpeg.copy()
        dpi = 72 * image.width / float(page.MediaBox[2])
        profile = drawn.ColorSpace[1].read_bytes()
        return _Content(image, dpi, profile, pdf.Root.Metadata.read_bytes())


def _is_marked(packet: str | bytes, promise: Promise) -> bool:
    found = xmp.marks_of(packet)
    return found.is_right and found.marks == (promise.mark.as_dict(),)


def _is_signed(content: bytes, promise: Promise) -> bool:
    read = credentials.read(io.BytesIO(content), promise.file_form.content_type, promise.root)
    return read.state == "Trusted" and read.source_types == (promise.source_type,)


def exiftool() -> str:
    """The path of ExifTool on this machine, or "" (https://exiftool.org)."""
    return shutil.which("exiftool") or ""


def _is_read_by_exiftool(content: bytes, promise: Promise) -> bool:
    read = read_by_exiftool(content)
    address = xmp.SOURCE_TYPES + promise.source_type
    return (
        read.get("XMP-TC260:Aigc") == promise.mark.to_json()
        and read.get("XMP-iptcExt:DigitalSourceType") == address
        and "ExifTool:Error" not in read
    )


def read_by_exiftool(content: bytes) -> dict[str, object]:
    """All that ExifTool reads in a file: {"group:tag": value}, later ones of a name left out."""
    ended = subprocess.run(
        [exiftool(), "-json", "-G1", "-u", "-"],
        input=content,
        capture_output=True,
        check=False,
        timeout=_EXIFTOOL_SECONDS,
    )
    return json.loads(ended.stdout or b"[{}]")[0]
