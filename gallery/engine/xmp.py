"""The metadata mark of a generated picture, as an XMP packet: written, merged and read back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from training.engine.data.images import opened

# What IPTC's addresses of a digital source type begin with, and how ours end.
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATED = "trainedAlgorithmicMedia"
COMPOSED = "compositeWithTrainedAlgorithmicMedia"  # a real car before a painted scene
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_META = "adobe:ns:meta/"
_TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_AIGC = f"{{{_TC260}}}AIGC"
_SOURCE_TYPE = f"{{{_IPTC}}}DigitalSourceType"
for _prefix, _uri in (("rdf", _RDF), ("x", _META), ("TC260", _TC260), ("Iptc4xmpExt", _IPTC)):
    ElementTree.register_namespace(_prefix, _uri)

# How it came about, for colleagues: properties of IPTC Photo Metadata 2025.1.
_ORIGIN = {
    "prompt": f"{{{_IPTC}}}AIPromptInformation",
    "writer": f"{{{_IPTC}}}AIPromptWriterName",
    "system": f"{{{_IPTC}}}AISystemUsed",
    "version": f"{{{_IPTC}}}AISystemVersionUsed",
}

# GB 45438-2025 annex E j): no space, no quotation mark, no backslash, nothing beyond ASCII.
_ALLOWED = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0 has none of these
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = '<?xpacket end="w"?>'


# A mark's attributes and what annex E calls them, in its order.
_FIELDS = {
    "label": "Label",
    "producer": "ContentProducer",
    "produce_id": "ProduceID",
    "reserved_1": "ReservedCode1",
    "propagator": "ContentPropagator",
    "propagate_id": "PropagateID",
    "reserved_2": "ReservedCode2",
}


@dataclass(frozen=True)
class Mark:
    """The implicit mark of annex E. At first writing the propagator is the producer.

    producer: the provider's 27-character code, or "DEMO". produce_id: unique per content.
    label: "1" is generated, "2" may be, "3" is suspected to be.
    Raises ValueError for characters that the annex forbids.
    """

    producer: str
    produce_id: str
    label: str = "1"
    propagator: str = ""
    propagate_id: str = ""
    reserved_1: str = ""
    reserved_2: str = ""

    def __post_init__(self):
        for value in vars(self).values():
            if not _ALLOWED.fullmatch(value):
                raise ValueError(f"The mark may not hold {value!r}: ASCII without spaces only.")

    @classmethod
    def from_dict(cls, fields: Mapping[str, str]) -> Mark:
        """The mark of these fields, as `as_dict` writes them. Raises ValueError as Mark does."""
        return cls(**{name: fields.get(key, "") for name, key in _FIELDS.items()})

    def as_dict(self) -> dict[str, str]:
        """The mark's fields in the annex's order, as `read_mark` finds them."""
        whole = {
            **vars(self),
            "propagator": self.propagator or self.producer,
            "propagate_id": self.propagate_id or self.produce_id,
        }
        return {key: whole[name] for name, key in _FIELDS.items()}

    def to_json(self) -> str:
        """The JSON in the annex's order."""
        return json.dumps(self.as_dict(), separators=(",", ":"))


@dataclass(frozen=True)
class Origin:
    """How a picture came about; "" for what is not told.

    prompt: with all settings. writer: who wrote it. system, version: of what painted it.
    """

    prompt: str = ""
    writer: str = ""
    system: str = ""
    version: str = ""


def told(origin: Origin) -> str:
    """An XMP packet that tells the origin: what a file for colleagues has beside its marks."""
    root = _empty()
    description = _new_description(root)
    for name, tag in _ORIGIN.items():
        if value := getattr(origin, name):
            ElementTree.SubElement(description, tag).text = _CONTROL.sub(" ", value)
    return ElementTree.tostring(root, encoding="unicode")


def origin_of(packet: str | bytes) -> Origin:
    """What a packet tells of the origin. Raises ValueError if it is not XML."""
    root = _root_of(packet)
    return Origin(**{name: "".join(_values(root, tag)[:1]) for name, tag in _ORIGIN.items()})


@dataclass(frozen=True)
class FoundMarks:
    """What a file says about itself: the AIGC marks (one is right) and the IPTC source types."""

    marks: tuple[dict, ...]
    source_types: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        is_named = self.source_types in [(SOURCE_TYPES + name,) for name in (GENERATED, COMPOSED)]
        return len(self.marks) == 1 and is_named


def stamp(packet: str, mark: Mark, source_type: str = GENERATED) -> str:
    """An XMP packet with exactly this mark and the AI source type; all else in `packet` is kept.

    packet: XMP as text, or "" for a new one. source_type: GENERATED or COMPOSED. Raises ValueError
    if it is not XML.
    """
    root = _parsed(packet) if packet.strip() else _empty()
    _remove(root, {_AIGC, _SOURCE_TYPE})
    description = _new_description(root)
    ElementTree.SubElement(description, _AIGC).text = mark.to_json()
    ElementTree.SubElement(description, _SOURCE_TYPE).text = SOURCE_TYPES + source_type
    return "\n".join((_BEGIN, ElementTree.tostring(root, encoding="unicode"), _END))


def read_mark(path: Path | str | IO[bytes]) -> FoundMarks:
    """The marks in a PNG, JPEG, WebP or TIFF file. Raises EngineError as `images.opened`."""
    with opened(path) as image:
        packet = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp") or ""
        elsewhere = [image.info["AIGC"]] if "AIGC" in image.info else []  # annex B's PNG keyword
    return marks_of(packet, elsewhere)


def marks_of(packet: str | bytes, elsewhere: Sequence[str] = ()) -> FoundMarks:
    """The marks in an XMP packet. elsewhere: JSON of marks that stand in other places of the file.

    Raises ValueError if the packet is not XML.
    """
    root = _root_of(packet)
    marks = [*_values(root, _AIGC), *elsewhere]
    return FoundMarks(tuple(json.loads(mark) for mark in marks), tuple(_values(root, _SOURCE_TYPE)))


def _root_of(packet: str | bytes) -> ElementTree.Element:
    if isinstance(packet, bytes):
        packet = packet.decode("utf-8", "replace")
    return _parsed(packet) if packet.strip() else _empty()


def _new_description(root: ElementTree.Element) -> ElementTree.Element:
    about = {f"{{{_RDF}}}about": ""}
    return ElementTree.SubElement(_rdf(root), f"{{{_RDF}}}Description", about)


def _parsed(packet: str) -> ElementTree.Element:
    if "<!DOCTYPE" in packet or "<!ENTITY" in packet:
        raise ValueError("XMP holds no document type; this packet is not trusted.")
    body = re.sub(r"<\?xpacket.*?\?>", "", packet, flags=re.DOTALL).strip("\ufeff\x00 \n\r\t")
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"The XMP packet can't be read: {error}") from error


def _empty() -> ElementTree.Element:
    root = ElementTree.Element(f"{{{_META}}}xmpmeta")
    ElementTree.SubElement(root, f"{{{_RDF}}}RDF")
    return root


def _rdf(root: ElementTree.Element) -> ElementTree.Element:
    tag = f"{{{_RDF}}}RDF"
    if root.tag == tag:
        return root
    element = root.find(f".//{tag}")
    return ElementTree.SubElement(root, tag) if element is None else element


def _remove(root: ElementTree.Element, names: set[str]) -> None:
    """Take these properties out, written as elements or as attributes."""
    for element in root.iter():
        for name in names & element.attrib.keys():
            del element.attrib[name]
        for child in [child for child in element if child.tag in names]:
            element.remove(child)


def _values(root: ElementTree.Element, name: str) -> list[str]:
    values = []
    for element in root.iter():
        if name in element.attrib:
            values.append(element.attrib[name])
        if element.tag == name:
            values.append(element.text or element.get(f"{{{_RDF}}}resource") or "")
    return values
