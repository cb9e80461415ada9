"""Tables with a heading, as spreadsheets save them: read row by row, written for spreadsheets."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from training.engine.data.captions.csv_table import MARKS, cells_of
from training.engine.data.captions.encoding import decode_table
from training.engine.data.captions.rows import shorten
from training.engine.errors import EngineError
from training.engine.prompts.letters import has_halves

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class NamedTable(NamedTuple):
    """Rows as {column: words without blanks around}, and why others were left out."""

    rows: list[dict[str, str]]
    problems: list[EngineError]


def read_named_table(
    data: bytes, name: str, columns: Sequence[str], filled: Sequence[str]
) -> NamedTable:
    """The table of a file in UTF-8, GB 18030 or what else spreadsheets write.

    name: of the file, for messages. columns: what its first line must name, in any order and case;
    further ones are passed over. filled: columns that no row may leave empty. Blank lines are none;
    a line that can't be read is a problem (table-line-unreadable, table-cell-empty) and no row.
    Raises EngineError: table-columns-missing, captions-not-text, captions-encoding.
    """
    text = decode_table(data, name).text.lstrip("\ufeff")
    lines = [(m.start(), m[0]) for m in _LINE.finditer(text) if m[0].strip()]
    heads = [(number, line) for number, (_at, line) in enumerate(lines) if not _is_separator(line)]
    first, heading = heads[0] if heads else (0, "")
    mark = max(MARKS, key=lambda one: len(set(_words(heading, one)) & set(columns)))
    places = {word: place for place, word in reversed(list(enumerate(_words(heading, mark))))}
    if missing := [column for column in columns if column not in places]:
        facts = {"columns": ", ".join(missing), "all": ", ".join(columns)}
        raise EngineError("table-columns-missing", name=name, **facts)
    table = NamedTable([], [])
    for start, line in lines[first + 1 :]:
        number = text.count("\n", 0, start) + 1
        row, problem = _row(line, mark, places, columns)
        empty = [column for column in filled if row and not row[column]]
        if problem:
            error = EngineError(
                "table-line-unreadable", line=number, name=name, text=shorten(line.strip())
            )
        elif empty:
            error = EngineError(
                "table-cell-empty", line=number, name=name, columns=", ".join(empty)
            )
        else:
            if any(row.values()):
                table.rows.append(row)
            continue
        if problem or any(row.values()):
            table.problems.append(error)
    return table


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file that spreadsheets take for UTF-8: with its mark, and its heading first."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)
    return codecs.BOM_UTF8 + file.getvalue().encode()


def _row(line, mark, places, columns) -> tuple[dict[str, str], bool]:
    """({column: words}, whether the line can't be read)."""
    cells, end = cells_of(line, 0, mark)
    texts = [cell.text.strip() for cell in cells]
    is_broken = (
        has_halves(line)
        or end < len(line)
        or any(texts[len(places) :])
        or any(not cell.quoted and '"' in cell.text for cell in cells)
    )
    padded = texts + [""] * len(places)
    return {column: padded[places[column]] for column in columns}, is_broken


def _words(heading: str, mark: str) -> list[str]:
    return [cell.text.strip().casefold() for cell in cells_of(heading, 0, mark)[0]]


def _is_separator(line: str) -> bool:
    """Whether it is the line `sep=;` that some spreadsheets write first."""
    return bool(re.fullmatch(r"\"?sep=.\"?\s*[,;\t]*\s*", line, re.IGNORECASE))
