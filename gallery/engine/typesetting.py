"""Words set in a font: where lines may break, how large they may be, and drawn at any scale.

Lines break where Unicode's line breaking algorithm lets them (UAX #14, by uniseg): English between
words, Chinese between characters, no closing mark at the head of a line and no opening one at its
end. All lengths are measured once, in ems, so a preview breaks where the file does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont
from uniseg.linebreak import line_break_units

from training.engine.errors import EngineError

_EM = 1000  # px at which lengths are measured
_STEP = 0.96  # from one size that is tried to the next
# A figure and what must not be parted from it: 12.98 万元起, 2026 年.
_UNITS = "万亿元年月日号时点分款辆台座级折期公千米起%‰℃"
_FIGURE = re.compile(rf"\d\s*[{_UNITS}]*\s*\Z")
_GOOD_ENDS = frozenset("，。、；：！？…—”’）》」』 ,.;:!?-")
_WITHIN_PHRASE = 2.0  # ems², what a break within a phrase costs beside uneven lines
_LONGEST_EVENED = 60  # places where it may break
_FINE = 160  # px of an em below which letters are drawn larger and smoothed


@dataclass(frozen=True)
class Block:
    """Lines of one size. size: px of an em. leading: px from line to line. width, height: px of
    the ink's box, first line's top to last line's foot, as a font draws Chinese characters."""

    lines: tuple[str, ...]
    font: str
    size: float
    leading: float
    width: float
    height: float

    def scaled(self, factor: float) -> Block:
        """The same words, so many times as large, broken where they were."""
        sides = (self.size, self.leading, self.width, self.height)
        return Block(self.lines, self.font, *(side * factor for side in sides))


@dataclass(frozen=True)
class Room:
    """What words may take. width, height: px. largest, smallest: px of an em. leading: em from
    line to line. most: lines."""

    width: float
    height: float
    largest: float
    smallest: float
    leading: float = 1.3
    most: int = 3


def fit(text: str, font: str, room: Room) -> Block:
    """The words as large as the room lets them be.

    font: a path. Raises EngineError: font-without-glyph, and text-too-long, which tells by how
    many characters; nothing is ever cut off.
    """
    check_glyphs(text, font)
    size = room.largest
    while size > room.smallest:
        if (block := _set(text, font, size, room)) is not None:
            return block
        size *= _STEP
    if (block := _set(text, font, room.smallest, room)) is not None:
        return block
    fitting = _longest_fitting(text, font, room)
    raise EngineError("text-too-long", text=text, over=len(text) - fitting, fits=fitting)


def break_lines(text: str, font: str, width: float) -> list[str]:
    """The text in as few lines of at most `width` ems as its words let it be, evenly filled.

    A line break in the text is kept. A word wider than that stands alone and sticks out.
    """
    lines: list[str] = []
    for paragraph in text.splitlines():
        pieces = _pieces(paragraph)
        few = _filled(pieces, font, width)
        lines += _evened(pieces, font, width, few)
    return lines


def check_glyphs(text: str, font: str) -> None:
    """Raise EngineError("font-without-glyph") for the first character that the font lacks."""
    known = characters_of(font)
    for character in text:
        if not character.isspace() and ord(character) not in known:
            with TTFont(font, lazy=True) as file:
                name = file["name"].getDebugName(1) or "?"
            raise EngineError("font-without-glyph", character=character, font=name)


@lru_cache(maxsize=16)
def characters_of(font: str) -> frozenset[int]:
    """The code points that a font file has glyphs for."""
    with TTFont(font, lazy=True) as file:
        return frozenset(file.getBestCmap() or ())


def draw(
    image: Image.Image,
    block: Block,
    at: tuple[float, float],
    colour: str,
    *,
    align: str = "left",
) -> None:
    """Draw the block on an RGB image. at: px of its box's top left corner, or of its top right one
    where align is "right"."""
    # Hinting moves strokes of small letters, each size its own way: those are drawn larger.
    finer = max(1, math.ceil(_FINE / block.size))
    x, y = at[0] - (block.width if align == "right" else 0), at[1]
    pad = math.ceil(0.4 * block.size)  # what hangs over the box: g, accents, brackets
    left, top = math.floor(x) - pad, math.floor(y) - pad
    size = (math.ceil(block.width) + 2 * pad + 1, math.ceil(block.height) + 2 * pad + 1)
    mask = Image.new("L", (size[0] * finer, size[1] * finer))
    _write(mask, block.scaled(finer), ((x - left) * finer, (y - top) * finer), align)
    mask = mask.resize(size, Image.Resampling.BOX) if finer > 1 else mask
    image.paste(colour, (left, top, left + size[0], top + size[1]), mask)


def _write(mask: Image.Image, block: Block, at: tuple[float, float], align: str) -> None:
    """Draw the block's letters on an L image, each where it was measured to stand."""
    pen = ImageDraw.Draw(mask)
    font = _font(block.font, block.size)
    baseline = at[1] + _rise(block.font) * block.size
    for line in block.lines:
        left, right = _ink(line, block.font)
        x = at[0] - left * block.size
        if align == "right":
            x += block.width - (right - left) * block.size
        for place, character in enumerate(line):
            if not character.isspace():
                offset = _length(line[:place], block.font) * block.size
                pen.text((x + offset, baseline), character, font=font, fill=255, anchor="ls")
        baseline += block.leading


def _set(text: str, font: str, size: float, room: Room) -> Block | None:
    """The block at this size; None where it doesn't fit."""
    lines = break_lines(text, font, room.width / size)
    width = max(_width(line, font) for line in lines) * size
    height = (len(lines) - 1) * room.leading * size + _tall(font) * size
    if len(lines) > room.most or width > room.width + 1e-6 or height > room.height + 1e-6:
        return None
    return Block(tuple(lines), font, size, room.leading * size, width, height)


def _longest_fitting(text: str, font: str, room: Room) -> int:
    """How many characters from the start fit at the smallest size."""
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        if _set(text[:middle].strip() or text[:middle], font, room.smallest, room) is None:
            most = middle - 1
        else:
            least = middle
    return least


def _pieces(paragraph: str) -> list[str]:
    """What a line break may stand between; a figure keeps its unit."""
    pieces: list[str] = []
    for piece in line_break_units(paragraph):
        if pieces and piece[0] in _UNITS and _FIGURE.search(pieces[-1]):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces or [paragraph]


def _filled(pieces: Sequence[str], font: str, width: float) -> list[str]:
    """Lines that each take as many pieces as go in."""
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if _width((lines[-1] + piece).rstrip(), font) <= width + 1e-9:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines]


def _evened(pieces: Sequence[str], font: str, width: float, few: list[str]) -> list[str]:
    """As many lines, evenly filled, broken after a mark or a word rather than within a phrase.

    Long texts stay as they are filled: they are read, not looked at.
    """
    if len(few) == 1 or len(pieces) > _LONGEST_EVENED:
        return few
    ends = [0.0]
    for piece in pieces:
        ends.append(ends[-1] + _length(piece, font))
    mean = ends[-1] / len(few)

    def cost(start: int, end: int) -> float:
        line = "".join(pieces[start:end]).strip()
        if ends[end] - ends[start] > width + 1 or _width(line, font) > width + 1e-9:
            return math.inf
        is_good = end == len(pieces) or pieces[end - 1][-1] in _GOOD_ENDS
        return (ends[end] - ends[start] - mean) ** 2 + (0 if is_good else _WITHIN_PHRASE)

    # best[k][end]: (cost, where its last line starts) of k lines up to a piece.
    best = [{0: (0.0, 0)}]
    for _line in few:
        best.append(_one_line_more(best[-1], len(pieces), cost))
    if best[-1].get(len(pieces), (math.inf, 0))[0] == math.inf:
        return few
    end, lines = len(pieces), []
    for row in reversed(best[1:]):
        start = row[end][1]
        lines.append("".join(pieces[start:end]).strip())
        end = start
    return lines[::-1]


def _one_line_more(row, count: int, cost) -> dict[int, tuple[float, int]]:
    """The cheapest way to each place with one line more."""
    longer: dict[int, tuple[float, int]] = {}
    for start, (before, _start) in row.items():
        for end in range(start + 1, count + 1):
            total = before + cost(start, end)
            if total == math.inf:
                break
            if total < longer.get(end, (math.inf, 0))[0]:
                longer[end] = (total, start)
    return longer


def _width(line: str, font: str) -> float:
    left, right = _ink(line, font)
    return right - left


@lru_cache(maxsize=4096)
def _ink(line: str, font: str) -> tuple[float, float]:
    """Where a line's ink begins and ends, in ems from its start: full-width marks are half air."""
    left, _top, right, _foot = _font(font, _EM).getbbox(line, anchor="ls")
    return left / _EM, right / _EM


@lru_cache(maxsize=8192)
def _length(text: str, font: str) -> float:
    return _font(font, _EM).getlength(text) / _EM


@lru_cache(maxsize=16)
def _rise(font: str) -> float:
    """Ems from the top of a Chinese character, or a capital, to the baseline."""
    sample = "国" if ord("国") in characters_of(font) else "H"
    return -_font(font, _EM).getbbox(sample, anchor="ls")[1] / _EM


@lru_cache(maxsize=16)
def _tall(font: str) -> float:
    """Ems from that top to the foot of a Chinese character, or of a letter such as g."""
    sample = "国" if ord("国") in characters_of(font) else "g"
    return _rise(font) + max(0.0, _font(font, _EM).getbbox(sample, anchor="ls")[3] / _EM)


@lru_cache(maxsize=64)
def _font(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
