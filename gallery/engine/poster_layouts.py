"""Where everything of a poster stands: one plan for every size, in px of the file.

All measures hang on `u`, a hundredth of the short side, so a plan may be scaled to a preview and
stays the same plan. The words keep to one column, the picture to the rest; the visible label stands
on the column's or the footer's ground, so that it hides neither words nor car.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gallery.engine import labelling, typesetting
from gallery.engine.labelling import LabelPlace
from gallery.engine.sizes import Box
from gallery.engine.typesetting import Block, Room
from training.engine.errors import EngineError

MARGIN = 6.0  # u from the edge of what is seen
SIDEWAYS_FROM = 1.15  # width by height from which the words stand beside the picture
_GAP = 4.0  # u between parts of the column
_FADE = 16.0  # u over which a picture runs into the ground
_SHRINKS = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6)  # of the column's words, tried in turn
_LEAST_PICTURE = 0.26  # of the side along which words and picture share the poster


@dataclass(frozen=True)
class Words:
    """What is written. headline is set; "" of the others leaves it out."""

    headline: str
    subline: str = ""
    price: str = ""
    price_note: str = ""
    legal: str = ""


@dataclass(frozen=True)
class Style:
    """layout: panel (the picture's edge is hard), fade (it runs into the ground) or frame (it has
    a margin). headline_font, text_font: paths. largest: u of the headline's em."""

    layout: str
    headline_font: str
    text_font: str
    largest: float = 12.0


@dataclass(frozen=True)
class Setting:
    """A block on the poster. role: of Words. at: px of its box's corner; align: left or right."""

    role: str
    block: Block
    at: tuple[float, float]
    align: str = "left"

    @property
    def box(self) -> Box:
        x, y = self.at
        left = x if self.align == "left" else x - self.block.width
        return left, y, left + self.block.width, y + self.block.height

    def scaled(self, factor: float) -> Setting:
        at = (self.at[0] * factor, self.at[1] * factor)
        return Setting(self.role, self.block.scaled(factor), at, self.align)


@dataclass(frozen=True)
class Plan:
    """A poster's parts, in px. unit: u. picture: the box it fills. column: of the words, to the
    file's edges. side: where the column is: top, bottom, left or right. fade: px over which the
    picture runs into the column. rule: of the short bar above the headline. logo: its box, or None.
    label: of the file, at any scale."""

    size: tuple[float, float]
    unit: float
    side: str
    picture: Box
    column: Box
    fade: float
    rule: Box
    settings: tuple[Setting, ...]
    logo: Box | None
    label: LabelPlace

    def scaled(self, factor: float) -> Plan:
        """The same poster, so many times as large."""

        def larger(box: Box) -> Box:
            left, top, right, foot = (side * factor for side in box)
            return left, top, right, foot

        return replace(
            self,
            size=(self.size[0] * factor, self.size[1] * factor),
            unit=self.unit * factor,
            picture=larger(self.picture),
            column=larger(self.column),
            fade=self.fade * factor,
            rule=larger(self.rule),
            settings=tuple(setting.scaled(factor) for setting in self.settings),
            logo=larger(self.logo) if self.logo else None,
            label=self.label.scaled(factor),
        )


@dataclass(frozen=True)
class _Frame:
    """What every layout starts from. safe: what no printer cuts and no platform covers, without
    the margin. label_box: px. logo: (width, height) px, or None."""

    size: tuple[int, int]
    unit: float
    safe: Box
    label: LabelPlace
    label_box: Box
    logo: tuple[float, float] | None

    @property
    def label_is_above(self) -> bool:
        return self.label.corner.startswith("upper")

    @property
    def label_is_left(self) -> bool:
        return self.label.corner.endswith("left")

    @property
    def label_height(self) -> float:
        return self.label_box[3] - self.label_box[1]


def plan(
    words: Words,
    style: Style,
    size: tuple[int, int],
    *,
    corners: Sequence[str] = labelling.CORNERS,
    insets: tuple[int, int, int, int] = (0, 0, 0, 0),
    label_words: str = labelling.LABEL,
    logo_shape: float = 0,
) -> Plan:
    """The plan of a poster of `size` px.

    corners: where the label may stand, the one to prefer first. insets: px above, on the right,
    below and on the left that are cut off or covered. logo_shape: its width by its height; 0: none.
    Raises EngineError: poster-words-long (naming which and by how much), font-without-glyph, and
    poster-small where no word can be read.
    """
    is_sideways = size[0] / size[1] >= SIDEWAYS_FROM
    frame = _frame(size, _corner(corners, is_sideways), insets, label_words, logo_shape)
    return (_beside if is_sideways else _stacked)(words, style, frame)


def _corner(corners: Sequence[str], is_sideways: bool) -> str:
    """Beside the picture the words' column is on the left, and the label in it."""
    wanted = "lower-left" if is_sideways else labelling.LOWER_RIGHT
    return wanted if wanted in corners else corners[0]


def _frame(size, corner, insets, label_words, logo_shape) -> _Frame:
    unit = min(size) / 100
    width, height = size
    margin = MARGIN * unit
    above, on_right, below, on_left = (inset + margin for inset in insets)
    safe = (on_left, above, width - on_right, height - below)
    if safe[2] - safe[0] < 40 * unit or safe[3] - safe[1] < 40 * unit:
        raise EngineError("poster-small", width=width, height=height)
    # Its own margin is 2 % of the short side; with this its edge stands on the margin's line.
    within = round((MARGIN - 2) * unit)
    inner = (insets[0] + within, insets[1] + within, insets[2] + within, insets[3] + within)
    place = LabelPlace(corner, inner, label_words)
    logo = None
    if logo_shape:
        tall = min(5.6 * unit, 30 * unit / logo_shape)
        logo = (tall * logo_shape, tall)
    return _Frame(size, unit, safe, place, labelling.label_box(size, place), logo)


def _stacked(words: Words, style: Style, frame: _Frame) -> Plan:
    """Words above, the picture below them, legal line and label at the foot."""
    unit, (left, top, right, foot) = frame.unit, frame.safe
    width = right - left
    logo, y = _header(frame, left, right, top)
    legal_width = width - (0 if frame.label_is_above else _label_width(frame) + 3 * unit)
    legal = _set("legal", words.legal, style.text_font, _legal_room(legal_width, unit))
    foot_height = max(
        legal.height if legal else 0, 0 if frame.label_is_above else frame.label_height
    )
    strip = foot - foot_height if foot_height else foot + MARGIN * unit
    settings = []
    if legal:
        is_right = frame.label_is_left and not frame.label_is_above
        x = right if is_right else left
        at = (x, foot - legal.height - (foot_height - legal.height) / 2)
        settings.append(Setting("legal", legal, at, "right" if is_right else "left"))
    rule = (left, y, left + 9 * unit, y + 0.7 * unit)
    picture_foot = strip - 3 * unit if foot_height else frame.size[1]
    last = picture_foot - _LEAST_PICTURE * frame.size[1] - (_GAP + 1.5) * unit
    blocks, end = _column(words, style, frame, (left, y + 3.2 * unit, right), last)
    settings += blocks
    column_end = end + (_GAP + 1.5) * unit
    picture = (0.0, column_end, float(frame.size[0]), picture_foot)
    fade = 0.0
    if style.layout == "frame":
        picture = (left, column_end, right, min(picture_foot, foot))
    elif style.layout == "fade":
        fade = min(_FADE * unit, 0.4 * (picture_foot - column_end))
        picture = (0.0, column_end - 0.6 * fade, float(frame.size[0]), picture_foot)
    column = (0.0, 0.0, float(frame.size[0]), column_end)
    return Plan(
        frame.size, unit, "top", picture, column, fade, rule, tuple(settings), logo, frame.label
    )


def _beside(words: Words, style: Style, frame: _Frame) -> Plan:
    """A column of words on the label's side, the picture in the rest."""
    unit, (left, top, right, foot) = frame.unit, frame.safe
    width, height = map(float, frame.size)
    share = 0.46 if width / height >= 2 else 0.4
    is_left = frame.label_is_left
    edge = width * share if is_left else width * (1 - share)
    inner = (left, edge - 4 * unit) if is_left else (edge + 4 * unit, right)
    label_strip = frame.label_height + 2.2 * unit
    start = top + (label_strip if frame.label_is_above else 0)
    end = foot - (0 if frame.label_is_above else label_strip)
    logo, y = _header(replace(frame, label=_elsewhere(frame.label)), *inner, start)
    legal = _set("legal", words.legal, style.text_font, _legal_room(inner[1] - inner[0], unit))
    settings = []
    if legal:
        end -= legal.height
        settings.append(Setting("legal", legal, (inner[0], end)))
        end -= _GAP * unit
    blocks, last = _column(words, style, frame, (inner[0], y + 3.2 * unit, inner[1]), end)
    shift = (end - last) / 2  # the middle of what the column has left
    settings += [replace(b, at=(b.at[0], b.at[1] + shift)) for b in blocks]
    rule = (inner[0], y + shift, inner[0] + 9 * unit, y + shift + 0.7 * unit)
    picture = (edge, 0.0, width, height) if is_left else (0.0, 0.0, edge, height)
    column = (0.0, 0.0, edge, height) if is_left else (edge, 0.0, width, height)
    fade = 0.0
    if style.layout == "frame":
        picture = (edge, top, right, foot) if is_left else (left, top, edge, foot)
    elif style.layout == "fade":
        fade = _FADE * unit * 1.5
        back = 0.4 * fade
        picture = (edge - back, 0.0, width, height) if is_left else (0.0, 0.0, edge + back, height)
    side = "left" if is_left else "right"
    return Plan(
        frame.size, unit, side, picture, column, fade, rule, tuple(settings), logo, frame.label
    )


def _elsewhere(place: LabelPlace) -> LabelPlace:
    """As if the label left the header alone."""
    return replace(place, corner="lower-left")


def _header(frame: _Frame, left, right, top):
    """(the logo's box or None, where the column goes on): the logo, opposite a label above."""
    height = frame.label_height if frame.label_is_above else 0
    logo = None
    if frame.logo:
        wide, tall = frame.logo
        height = max(height, tall)
        is_right = frame.label_is_above and frame.label_is_left
        x = right - wide if is_right else left
        y = top + (height - tall) / 2
        logo = (x, y, x + wide, y + tall)
    return logo, top + (height + 4.5 * frame.unit if height else 0)


def _column(words: Words, style: Style, frame: _Frame, at, last):
    """(settings, where they end) of headline, subline and price from a height on, as large as
    leaves them above `last`.

    at: left, top, right in px.
    """
    for shrink in _SHRINKS:
        settings, end = _column_at(words, style, frame, at, shrink)
        if end <= last:
            return settings, end
    largest = max(settings, key=lambda setting: setting.block.height)
    text, block = " ".join(largest.block.lines), largest.block
    over = math.ceil((end - last) / block.leading) * math.ceil(len(text) / len(block.lines))
    raise _too_long(largest.role, text, min(over, len(text)))


def _column_at(words: Words, style: Style, frame: _Frame, at, shrink: float):
    unit, (left, y, right) = frame.unit, at
    width = right - left
    shape = frame.size[1] / frame.size[0]
    is_sideways = 1 / shape >= SIDEWAYS_FROM
    # A square has less room below its words than an upright poster.
    share = 0.85 if is_sideways else min(1.08, max(0.72, 0.75 * shape))
    largest = style.largest * share * shrink * unit
    room = Room(width, 30 * unit, largest, max(4.6 * unit, 8), 1.24, 3 if is_sideways else 2)
    headline = _set("headline", words.headline, style.headline_font, room)
    if headline is None:
        raise ValueError("A poster has a headline.")
    settings = [Setting("headline", headline, (left, y))]
    y += headline.height
    price, note = _price(words, style, width, unit)
    beside = bool(price) and not is_sideways
    price_width = max(price.width, note.width if note else 0) if price else 0
    sub_width = width - (price_width + 5 * unit if beside else 0)
    sub_largest = 4.0 * (1 if is_sideways else share) * shrink * unit
    sub_room = Room(sub_width, 14 * unit, sub_largest, max(2.4 * unit, 6), 1.5, 3)
    subline = _set("subline", words.subline, style.text_font, sub_room)
    if subline:
        settings.append(Setting("subline", subline, (left, y + _GAP * unit)))
    sub_end = y + _GAP * unit + subline.height if subline else y
    if not price:
        return settings, sub_end
    price_top = y + _GAP * unit if beside else sub_end + 1.4 * _GAP * unit
    x, align = (right, "right") if beside else (left, "left")
    if note:
        settings.append(Setting("price_note", note, (x, price_top), align))
        price_top += note.height + 1.4 * unit
    settings.append(Setting("price", price, (x, price_top), align))
    return settings, max(sub_end, price_top + price.height)


def _price(words: Words, style: Style, width, unit):
    price = _set(
        "price",
        words.price,
        style.headline_font,
        Room(width * 0.6, 9 * unit, 6.6 * unit, max(3.2 * unit, 7), 1.2, 1),
    )
    note = _set(
        "price_note",
        words.price_note if price else "",
        style.text_font,
        Room(width * 0.6, 5 * unit, 2.5 * unit, max(1.8 * unit, 6), 1.3, 1),
    )
    return price, note


def _legal_room(width, unit) -> Room:
    return Room(width, 9.5 * unit, 2.2 * unit, max(1.45 * unit, 5), 1.45, 4)


def _set(role: str, text: str, font: str, room: Room) -> Block | None:
    """The block of a part; None where nothing is written."""
    if not text.strip():
        return None
    try:
        return typesetting.fit(text.strip(), font, room)
    except EngineError as error:
        if error.code != "text-too-long":
            raise
        raise _too_long(role, text.strip(), error.facts["over"]) from error


def _too_long(role: str, text: str, over: int) -> EngineError:
    return EngineError("poster-words-long", part=role, count=len(text), over=over)


def _label_width(frame: _Frame) -> float:
    return frame.label_box[2] - frame.label_box[0]
