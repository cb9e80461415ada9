"""What a picture's file says of its rights: IPTC IIM, XMP and EXIF, read within bounds."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from PIL import ExifTags, IptcImagePlugin

from training.engine.data.images import opened

LARGEST_XMP = 1 << 20  # bytes
LONGEST = 300  # characters of one value

_IPTC = {
    "creator": (2, 80),
    "copyright_notice": (2, 116),
    "rights_holder": (2, 110),  # credit
    "expires": (2, 37),
}
_EXIF = {"creator": ExifTags.Base.Artist, "copyright_notice": ExifTags.Base.Copyright}
_DC = "{http://purl.org/dc/elements/1.1/}"
_RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
_PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
_PLUS = "{http://ns.useplus.org/ldf/xmp/1.0/}"
_PRISM = "{http://prismstandard.org/namespaces/basic/2.0/}"
_PRISM_RIGHTS = "{http://prismstandard.org/namespaces/prismusagerights/2.1/}"
_XMP = {
    "creator": (f"{_DC}creator",),
    "copyright_notice": (f"{_DC}rights",),
    "rights_holder": (
        f"{_PLUS}CopyrightOwnerName",
        f"{_RIGHTS}Owner",
        f"{_PHOTOSHOP}Credit",
    ),
    "usage_terms": (f"{_RIGHTS}UsageTerms",),
    "expires": (
        f"{_PLUS}LicenseEndDate",
        f"{_PRISM_RIGHTS}expirationDate",
        f"{_PRISM}expirationDate",
    ),
}


@dataclass
class FileRights:
    """values: of creator, copyright_notice, rights_holder, usage_terms (texts) and expires (a date,
    or a datetime with its zone). conflicts: {name: [what one part says, what another says]}.
    unreadable: names of the parts or values that can't be read."""

    values: dict = field(default_factory=dict)
    conflicts: dict = field(default_factory=dict)
    unreadable: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.values or self.conflicts or self.unreadable)


def read_rights(path):
    """The FileRights of a picture; never raises for what is odd in it.

    Where parts disagree the earlier of two ends counts, else what XMP says before IPTC before EXIF.
    """
    rights = FileRights()
    try:
        with opened(path) as image:
            parts = {
                "XMP": lambda: _of_xmp(image),
                "IPTC": lambda: _of_iptc(image),
                "EXIF": lambda: _of_exif(image),
            }
            for name, read in parts.items():
                _take(rights, name, read)
    except Exception:  # whether it is a picture at all is said elsewhere
        return FileRights()
    return rights


def _take(rights, part, read):
    try:
        found = read()
    except Exception:  # as odd as a plugin or a parser
        rights.unreadable.append(part)
        return
    for name, text in found.items():
        value = text
        if name == "expires" and (value := as_moment(text)) is None:
            rights.unreadable.append(f"{part}: {text[:40]}")
            continue
        known = rights.values.setdefault(name, value)
        if known != value:
            rights.conflicts.setdefault(name, [str(known)]).append(str(value))
            if name == "expires":
                rights.values[name] = min(known, value, key=_day)


def _of_exif(image):
    exif = image.getexif()
    return _tidy({name: exif.get(tag) for name, tag in _EXIF.items()})


def _of_iptc(image):
    info = IptcImagePlugin.getiptcinfo(image) or {}
    is_utf8 = info.get((1, 90)) == b"\x1b%G"
    return _tidy({name: _decoded(info.get(tag), is_utf8) for name, tag in _IPTC.items()})


def _decoded(value, is_utf8):
    values = value if isinstance(value, list) else [value]
    return ", ".join(_text(one, is_utf8) for one in values if one)


def _text(value, is_utf8):
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        if is_utf8:
            raise
        return value.decode("gb18030")  # cameras and agencies of the house's country


def _of_xmp(image):
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if not packet:
        return {}
    text = packet if isinstance(packet, str) else bytes(packet).decode("utf-8")
    if len(text) > LARGEST_XMP or re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise ValueError("too large, or it declares entities")
    root = ElementTree.fromstring(text.strip("\x00 \r\n\t\ufeff"))
    return _tidy({name: _first(root, tags) for name, tags in _XMP.items()})


def _first(root, tags):
    """The first of these properties: as an element with its list or text, or as an attribute."""
    for tag in tags:
        for element in root.iter():
            if tag in element.attrib:
                return element.attrib[tag]
            if element.tag == tag:
                texts = dict.fromkeys(part.strip() for part in element.itertext() if part.strip())
                return ", ".join(texts)
    return ""


def _tidy(found):
    """Without what is empty; control characters and length bounded."""
    tidy = {}
    for name, value in found.items():
        words = " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())
        if words:
            tidy[name] = words[:LONGEST]
    return tidy


def as_moment(text):
    """A date, a datetime with its zone, or None: of 20261231, 2026-12-31 or ISO with a time."""
    text = text.strip()
    if re.fullmatch(r"\d{8}", text):
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.date()


def _day(value):
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value
