"""Rows of captions files: what a table holds, whatever it was written in, and what spoils a row."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from training.engine.data.image_folder import leads_outside
from training.engine.data.images import IMAGE_EXTENSIONS
from training.engine.errors import EngineError
from training.engine.prompts.letters import has_halves

LONGEST = 10_000  # letters of a caption; many times what any text encoder reads
ENDINGS = "|".join(sorted((e[1:] for e in IMAGE_EXTENSIONS), key=len, reverse=True))
_CONTROL = re.compile(r"[\x00-\x1f]")
# What spreadsheets (Excel, WPS, LibreOffice, Google) leave where a formula could not be computed.
_FORMULA_FAULT = re.compile(
    r"#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!"
    r"|UNKNOWN!|PYTHON!|EXTERNAL!|TIMEOUT!|GETTING_DATA|ERROR!)|Err:5\d\d",
    re.IGNORECASE,
)
_SHOWN = 80  # letters of a line in a message


@dataclass
class CaptionTable:
    """What a captions file says.

    rows: file name (as written, “/” between folders) → caption, in the order of the file.
    lines: file name → line number, for messages.
    problems: EngineErrors about lines that were left out; the rest is in `rows`.
    heading: the name of a first row that may be a heading in words of its own: where there is no
    such picture, it is one. "" without any.
    remarks: what was read in a way worth telling.
    """

    rows: dict[str, str] = field(default_factory=dict)
    problems: list[EngineError] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    heading: str = ""
    remarks: list[EngineError] = field(default_factory=list)


class Record(NamedTuple):
    """A row of the file. text[start:end] is it, line end included. problem: why it is left out.

    at: where in the text its caption stands; None where only the whole row can be written anew.
    """

    line: int
    start: int
    end: int
    name: str = ""
    caption: str = ""
    problem: EngineError | None = None
    at: tuple[int, int] | None = None


def gather(records) -> CaptionTable:
    """The table of records: the first of each name counts, the rest becomes problems."""
    table = CaptionTable()
    for record in records:
        problem = record.problem or problem_of(record, table)
        if problem:
            table.problems.append(problem)
        else:
            table.rows[record.name] = record.caption
            table.lines[record.name] = record.line
    return table


def problem_of(record: Record, table: CaptionTable) -> EngineError | None:
    """Why a record that could be read is no caption, beside those that are in the table."""
    name, line = record.name, record.line
    if leads_outside(name):
        return EngineError("captions-bad-name", line=line, name=name)
    if not record.caption:
        return EngineError("captions-empty", line=line, name=name)
    if _FORMULA_FAULT.fullmatch(record.caption):
        text = record.caption
        return EngineError("captions-formula-fault", line=line, name=name, text=text)
    if len(record.caption) > LONGEST:
        letters = len(record.caption)
        return EngineError(
            "captions-too-many-letters", line=line, name=name, letters=letters, limit=LONGEST
        )
    if name in table.rows:
        first = table.lines[name]
        return EngineError("captions-duplicate", name=name, first=first, second=line)
    return None


def is_broken(record: Record) -> bool:
    """Letters that no caption has: NUL, halves of surrogates; control letters in a name."""
    name, caption = record.name, record.caption
    if _CONTROL.search(name) or "\0" in caption:
        return True
    return has_halves(name) or has_halves(caption)


def is_image(name: str) -> bool:
    """Whether the text ends as an image's name does."""
    return f".{name.rpartition('.')[2].rstrip().lower()}" in IMAGE_EXTENSIONS


def file_name(text: str) -> str:
    """A name as a table has it: “/” between folders, no blanks around, no “./” in front."""
    name = text.strip("\ufeff \t\r\n\f\v").replace("\\", "/")
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name


def shorten(line: str) -> str:
    """A line as messages show it: its beginning, in letters that can be printed."""
    excerpt = line.strip()[:_SHOWN].encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "�" for c in excerpt)
