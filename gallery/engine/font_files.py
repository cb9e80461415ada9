"""What a font file is, before anything is set in it: names, weight, writing, and what it permits.

OpenType 1.9: OS/2 fsType (embedding), usWeightClass, cmap.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from fontTools.ttLib import TTFont

from training.engine.errors import EngineError

LARGEST = 32 * 2**20  # bytes; a whole Chinese font has 8 to 20 MB
_SIGNATURES = {b"\x00\x01\x00\x00": "ttf", b"true": "ttf", b"OTTO": "otf"}
_PREVIEW, _EDITABLE, _BITMAP_ONLY = 0x4, 0x8, 0x200  # of fsType
# What a text of each writing needs at the least, to say that a font covers it.
_SAMPLES = {
    "latin": "ABCXYZabcxyz0189.,:!?&%",
    "simplified": "的一是在有人我们来这国车年广东开门见说时间",
    "traditional": "的一是在有人我們來這國車年廣東開門見說時間",
}


@dataclass(frozen=True)
class FontFacts:
    """family, style: as the file names itself. weight: 100 to 900. scripts: of `_SAMPLES`.
    form: ttf or otf. glyphs: how many characters it has."""

    family: str
    style: str
    weight: int
    scripts: tuple[str, ...]
    form: str
    glyphs: int


def read(content: bytes) -> FontFacts:
    """The facts of a font file that may be used for files that leave.

    Raises EngineError: font-large, font-unreadable, font-forbids (its fsType lets nobody embed it,
    or only for reading, or only as a bitmap), font-without-letters.
    """
    if len(content) > LARGEST:
        raise EngineError("font-large", limit=LARGEST // 2**20)
    form = _SIGNATURES.get(content[:4])
    if form is None:
        raise EngineError("font-unreadable")
    try:
        font = TTFont(io.BytesIO(content))
        family, style = _name(font, 16, 1), _name(font, 17, 2)
        embedding, weight = font["OS/2"].fsType, font["OS/2"].usWeightClass
        characters = font.getBestCmap() or {}
        _ = font["glyf" if form == "ttf" else "CFF "]
    except Exception as error:  # a broken table ends in whatever its reader stumbles over
        raise EngineError("font-unreadable") from error
    if bit := _forbidding(embedding):
        raise EngineError("font-forbids", name=family or "?", bit=bit)
    scripts = tuple(
        script for script, sample in _SAMPLES.items() if all(ord(c) in characters for c in sample)
    )
    if not scripts:
        raise EngineError("font-without-letters", name=family or "?")
    return FontFacts(family[:100], style[:60], weight, scripts, form, len(characters))


def _name(font: TTFont, *numbers: int) -> str:
    for number in numbers:
        if found := font["name"].getDebugName(number):
            return " ".join(found.split())
    return ""


def _forbidding(embedding: int) -> str:
    """The bit of fsType that stands in the way, as 0x…; "" for none.

    Of the four kinds of licence only the most permissive counts (OpenType, OS/2 fsType).
    """
    if embedding & _BITMAP_ONLY:
        return "0x0200"
    kinds = embedding & 0xF
    if kinds & _EDITABLE or not kinds:
        return ""
    return "0x0004" if kinds & _PREVIEW else "0x0002"
