"""Comma-separated captions in every dialect.

With or without a heading, in any order of columns; comma, tab, semicolon or bar; captions quoted or
not, with commas inside; padded by a spreadsheet, opened by `sep=,` or blank lines. What a line says
is either read whole or named as a problem.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from training.engine.data.captions.columns import caption_columns, find_columns
from training.engine.data.captions.rows import (
    ENDINGS,
    CaptionTable,
    Record,
    file_name,
    gather,
    is_broken,
    is_image,
    shorten,
)
from training.engine.errors import EngineError
from training.engine.prompts import letters

MARKS = (",", "\t", ";", "|")
_LOOKED_AT = 200  # lines that show which dialect a file is in
_LONGEST_CELL = 131_072
_MOST_CELLS = 1000  # of a row; what has more is no table of captions


class Cell(NamedTuple):
    """A cell of a line. start, end: where it stands in the file's text."""

    text: str
    quoted: bool
    start: int
    end: int


@dataclass(frozen=True)
class Dialect:
    """How a comma-separated file is written. body: where its rows begin in the text. heading: its
    line, "" without one.

    columns: cells of a row; 0 where no heading says so and a row is a name and a caption.
    """

    delimiter: str = ","
    name: int = 0
    caption: int = 1
    columns: int = 0
    body: int = 0
    heading: str = ""


def read_csv(text: str, name: str) -> CaptionTable:
    """The table of a comma-separated text; `name` is how messages call it. Raises EngineError: as
    find_dialect.
    """
    dialect = find_dialect(text, name)
    records = list(csv_records(text, name, dialect))
    table = gather(records)
    table.heading = _perhaps_heading(text, dialect, table)
    if glued := _glued_numbers(text, dialect, records):
        table.remarks.append(EngineError("captions-numbers-glued", name=name, text=shorten(glued)))
    return table


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SEP = re.compile(r"\s*\"?sep=(.)\"?[ ,;\t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_BLANK = re.compile(r"(?:[\s\ufeff]*[\r\n])?\ufeff*")


def _line_end(text: str, position: int) -> int:
    """Where the line at a position ends, its line break included."""
    match = _LINE.match(text, position)
    assert match, "every place in a text begins a line, if only an empty one"
    return match.end()


def _blank_until(text: str, position: int) -> int:
    """Where blank lines and byte-order marks from a position on end."""
    match = _BLANK.match(text, position)
    assert match, "all of its parts may be missing"
    return match.end()


def find_dialect(text: str, name: str) -> Dialect:
    """The dialect that most of the first lines are in; `name` is how messages call the file.

    Raises EngineError: captions-column-unclear, captions-column-unknown, captions-picture-unclear.
    """
    start = _blank_until(text, 0)
    separator = _SEP.match(text, start)
    if separator:
        start = _blank_until(text, separator.end())
    lines = []
    for match in _LINE.finditer(text, start):
        if match[0].strip():
            lines.append(match[0].strip("\r\n"))
        if len(lines) == _LOOKED_AT or not match[0]:
            break
    if not lines:
        return Dialect(body=start)
    mark = separator[1] if separator else _delimiter(lines)
    return _columns(lines, mark, start, _line_end(text, start), name)


def _delimiter(lines: list[str]) -> str:
    """The mark that leaves images' names in the first cells, or in any, or that comes first."""
    first = {
        mark: sum(mark in line and is_image(_texts(line, mark)[0]) for line in lines)
        for mark in MARKS
    }
    if max(first.values()):
        return max(MARKS, key=first.__getitem__)
    for mark in MARKS:
        if caption_columns(_texts(lines[0], mark)) and mark in lines[0]:
            return mark
    anywhere = {
        mark: sum(mark in line and any(map(is_image, _texts(line, mark))) for line in lines)
        for mark in MARKS
    }
    if max(anywhere.values()):
        return max(MARKS, key=anywhere.__getitem__)
    matches = (re.search(r"[,\t;|]", line) for line in lines)
    return next((match[0] for match in matches if match), ",")


def _columns(lines: list[str], mark: str, start: int, next_line: int, table: str) -> Dialect:
    rows = [_texts(line, mark) for line in lines]
    while rows[0] and not rows[0][-1]:
        rows[0].pop()
    if columns := find_columns(rows, table):
        heading = lines[0].strip("\ufeff \t")
        return Dialect(mark, *columns, len(rows[0]), next_line, heading=heading)
    # No heading says it: the names may stand behind a number.
    rows[0] = _texts(lines[0], mark)
    firsts = sum(is_image(row[0]) for row in rows)
    seconds = sum(len(row) > 2 and row[0].isdecimal() and is_image(row[1]) for row in rows)
    if seconds > 2 * firsts and seconds * 2 > len(rows):
        return Dialect(mark, 1, 2, 3, start)
    return Dialect(mark, body=start)


_NUMBER = re.compile(r"\s*[-+]?\d+(?:[.:x×]\d+)?\s*%?\s*")


def _glued_numbers(text: str, dialect: Dialect, records: list[Record]) -> str:
    """The first caption, where all begin or all end with a number that may be another column's."""
    first = last = False
    for number, record in enumerate(r for r in records if r.at and r.caption):
        start, end = record.at or (0, 0)
        cells = text[start:end].split(dialect.delimiter)
        first = (first or not number) and len(cells) > 1 and bool(_NUMBER.fullmatch(cells[0]))
        last = (last or not number) and len(cells) > 1 and bool(_NUMBER.fullmatch(cells[-1]))
        if not first and not last:
            return ""
    return next((r.caption for r in records if r.at and r.caption), "")


def _perhaps_heading(text: str, dialect: Dialect, table: CaptionTable) -> str:
    """The first row's name, where it looks unlike the names of all others."""
    if dialect.heading or len(table.rows) < 2:
        return ""
    names = iter(table.rows)
    first = next(names)
    line = text.count("\n", 0, dialect.body) + 1
    if is_image(first) or first.isdecimal() or table.lines[first] > line:
        return ""
    return first if all(map(is_image, names)) else ""


def csv_records(text: str, name: str, dialect: Dialect) -> Iterator[Record]:
    """The rows below the heading, in their order; blank lines are passed over."""
    position, number = dialect.body, _lines_in(text, 0, dialect.body) + 1
    while position < len(text):
        end = _line_end(text, position)
        line = text[position:end]
        bare = line.strip(" \t\r\n\f\v\ufeff")
        # Files glued together bring their headings along.
        if not bare or bare == dialect.heading:
            position, number = end, number + 1
            continue
        record = _simple(line, position, end, number, dialect)
        record = record or _record(text, position, end, number, dialect)
        if record is None or is_broken(record):
            excerpt = shorten(line)
            problem = EngineError("captions-line-unreadable", line=number, name=name, text=excerpt)
            record = Record(number, position, end, problem=problem)
        yield record
        number += 1 if record.end == end else _lines_in(text, position, record.end)
        position = record.end


def _lines_in(text, start, end):
    # \r\n is one end of a line, a lone \r another.
    piece = text[start:end]
    return piece.count("\n") + piece.count("\r") - piece.count("\r\n")


def _simple(line, start, end, number, dialect) -> Record | None:
    """The record of a plain line, as most are: an image's name and, unquoted, its caption."""
    if '"' in line or dialect.columns or line[0] == "\ufeff":
        return None
    mark = dialect.delimiter
    name, separator, caption = line.partition(mark)
    if not separator or not is_image(name):
        return None
    stripped = caption.rstrip(f"{mark} \t\r\n")
    at = start + len(name) + len(mark)
    return Record(
        number, start, end, file_name(name), letters.visible(stripped), at=(at, at + len(stripped))
    )


def _record(text, start, end, number, dialect) -> Record | None:
    begin = start
    while text.startswith("\ufeff", begin):  # files glued together bring their marks along
        begin += 1
    cells, record_end = cells_of(text, begin, dialect.delimiter)
    if record_end > end and not _is_clean(text, end, record_end, cells):
        # A stray quote, not a caption of several lines: it spoils its own line only.
        cells, record_end = _plain_cells(text, begin, end, dialect.delimiter), end
    is_one_cell = (
        cells[0].quoted
        and dialect.delimiter in cells[0].text
        and not is_image(cells[0].text)
        and not any(cell.text.strip() for cell in cells[1:])
    )
    if is_one_cell:
        # A spreadsheet has put the whole line into one cell.
        text = cells[0].text
        cells, _ = cells_of(text, 0, dialect.delimiter)
    pair = _pair(text, cells, dialect)
    if pair is None:
        return None
    name, caption, where = pair
    at = None if is_one_cell else where
    return Record(number, start, record_end, file_name(name), letters.visible(caption), at=at)


def _pair(text, cells, dialect) -> tuple[str, str, tuple[int, int]] | None:
    """(name, caption, where it stands) of a row; None where its cells can't be told apart."""
    if len(cells) >= _MOST_CELLS:
        return None
    cells, columns = list(cells), dialect.columns or 2
    while len(cells) > columns and not cells[-1].text.strip() and not cells[-1].quoted:
        cells.pop()  # a spreadsheet pads every row to the longest
    if len(cells) <= max(dialect.name, dialect.caption):
        return None
    if len(cells) <= columns:
        return _checked(text, cells[dialect.name].text, [cells[dialect.caption]])
    if dialect.caption == columns - 1:
        # The article's own form: the caption is not quoted, and all the rest of the line is it.
        cells = cells if dialect.columns else _with_whole_name(text, cells)
        return _checked(text, cells[dialect.name].text, cells[dialect.caption :])
    if dialect.name == columns - 1 == dialect.caption + 1 and is_image(cells[-1].text):
        return _checked(text, cells[-1].text, cells[dialect.caption : -1])
    return None


def _with_whole_name(text, cells) -> list[Cell]:
    """The cells with the first ones as one, where an unquoted name holds the delimiter too."""
    if is_image(cells[0].text) or cells[0].quoted:
        return cells
    for last in range(1, min(len(cells) - 1, 6)):
        if is_image(cells[last].text) and not cells[last].quoted:
            start, end = cells[0].start, cells[last].end
            return [Cell(text[start:end], False, start, end), *cells[last + 1 :]]
    return cells


def _checked(text, name, spread) -> tuple[str, str, tuple[int, int]] | None:
    """The pair, unless the caption begins with a file's name: then the columns are others."""
    at = (spread[0].start, spread[-1].end)
    if all(cell.quoted for cell in spread):  # one tag a cell, if there are several
        caption = ", ".join(letters.visible(cell.text) for cell in spread)
    else:
        caption = text[slice(*at)]
    opening = re.match(rf"[^,;\t|]{{1,200}}\.(?:{ENDINGS})\s*[,;\t|]", caption, re.IGNORECASE)
    if not name.strip() or (opening and not is_image(name)):
        return None
    return name, caption, at


def _is_clean(text, end, record_end, cells) -> bool:
    """Whether a record of several lines is one: no line of it begins as a row of its own."""
    inside = text[end:record_end]
    begins = rf"(?m)^[^,;\t|\r\n\"]{{1,200}}\.(?:{ENDINGS})\"?\s*[,;\t|]"
    return len(cells) > 1 and re.search(begins, inside, re.IGNORECASE) is None


def cells_of(text: str, start: int, delimiter: str) -> tuple[list[Cell], int]:
    """(the cells of the record at `start`, where it ends); quoted ones may span lines."""
    quoted, plain = _patterns(delimiter)
    cells, position = [], start
    while True:
        match = quoted.match(text, position, position + _LONGEST_CELL)
        if match:
            cells.append(Cell(match[1].replace('""', '"'), True, match.start(), match.end()))
        else:
            match = plain.match(text, position)
            cells.append(Cell(match[0], False, match.start(), match.end()))
        position = match.end()
        if not text.startswith(delimiter, position) or len(cells) == _MOST_CELLS:
            return cells, _line_end(text, position)
        position += 1


def _plain_cells(text, start, end, delimiter):
    """The cells of one line whose quotes mean nothing."""
    cells, position = [], start
    line = text[start:end].rstrip("\r\n")
    for part in line.split(delimiter, _MOST_CELLS):
        cells.append(Cell(part, False, position, position + len(part)))
        position += len(part) + 1
    return cells


_PATTERNS: dict[str, tuple[re.Pattern, re.Pattern]] = {}


def _patterns(delimiter):
    if delimiter not in _PATTERNS:
        mark = re.escape(delimiter)
        blank = "[ \\t]*+" if delimiter != "\t" else "[ ]*+"
        _PATTERNS[delimiter] = (
            re.compile(rf'{blank}"((?:[^"]++|"")*+)"{blank}(?={mark}|[\r\n]|\Z)'),
            re.compile(rf"[^{mark}\r\n]*+"),
        )
    return _PATTERNS[delimiter]


def _texts(line: str, delimiter: str) -> list[str]:
    return [cell.text for cell in cells_of(line, 0, delimiter)[0]]
