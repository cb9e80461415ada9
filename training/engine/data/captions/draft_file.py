"""Writing drafts into a captions file without losing what stands there.

Columns, heading, order, quotes, encoding and line ends stay as they are, and further fields of JSON
lines too; only captions that are asked for change. A file with lines that can't be read is refused.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from training.engine.data.captions.csv_table import Dialect, cells_of, csv_records, find_dialect
from training.engine.data.captions.encoding import decode_table
from training.engine.data.captions.json_lines import json_records, keys_of, read_json
from training.engine.data.captions.matching import ImageIndex, name_key
from training.engine.data.captions.rows import (
    CaptionTable,
    Record,
    gather,
    is_broken,
    is_image,
    problem_of,
    shorten,
)
from training.engine.data.captions.tables import JSON_LINES, caption_bytes, caption_cell, name_cell
from training.engine.errors import EngineError
from training.engine.files.disk import whole_file


@dataclass
class CaptionFile:
    """A captions file as it was read. text: all of it; records: its rows."""

    path: Path
    text: str = ""
    encoding: str = "utf-8"
    dialect: Dialect = field(default_factory=Dialect)
    records: list[Record] = field(default_factory=list)

    @classmethod
    def read(cls, path: str | Path) -> "CaptionFile":
        """The file; an empty one where there is none yet.

        Raises EngineError: captions-not-rewritten, and what decoding and find_dialect raise.
        """
        path = Path(path)
        if not path.is_file():
            mark = "\t" if path.suffix.lower() == ".tsv" else ","
            return cls(path, dialect=Dialect(mark))
        decoded = decode_table(caption_bytes(path), path.name)
        text, is_json = decoded.text, path.suffix.lower() in JSON_LINES
        dialect = Dialect() if is_json else find_dialect(text, path.name)
        records = (
            json_records(text, path.name) if is_json else csv_records(text, path.name, dialect)
        )
        file = cls(path, text, decoded.encoding, dialect, list(records))
        file._refuse_what_was_not_read()
        return file

    def _refuse_what_was_not_read(self) -> None:
        unread = [record for record in self.records if record.problem]
        if unread:
            raise EngineError(
                "captions-not-rewritten",
                name=self.path.name,
                count=len(unread),
                line=unread[0].line,
                text=shorten(self.text[unread[0].start : unread[0].end]),
            )

    def refuse_other_tables(self, images: list[str]) -> None:
        """Raise captions-picture-unclear for a table without a heading that is known and without
        one row that names a picture: whatever it holds, it is no captions, and rows put below
        would spoil it.
        """
        if self._is_json or self.dialect.heading or not self.records:
            return
        index = ImageIndex(images)
        if any(is_image(record.name) or index.find(record.name) for record in self.records):
            return
        cells, _ = cells_of(self.text, self.records[0].start, self.dialect.delimiter)
        columns = shorten(", ".join(cell.text.strip() for cell in cells))
        raise EngineError("captions-picture-unclear", name=self.path.name, columns=columns)

    @property
    def rows(self) -> dict[str, str]:
        """name → caption, as readers of the file will find them."""
        return self.table.rows

    @property
    def table(self) -> CaptionTable:
        """What readers of the file will find."""
        return gather(self.records)

    def records_of(self, images: list[str]) -> dict[str, Record]:
        """picture → the row that speaks of it; a row with a caption before an empty one."""
        index = ImageIndex(images)
        records: dict[str, Record] = {}
        for record in self.records:
            matches = index.find(record.name)
            former = records.get(matches[0]) if len(matches) == 1 else record
            if former is None or (former is not record and not former.caption):
                records[matches[0]] = record
        return records

    def write(self, drafts: dict[str, str]) -> None:
        """Put captions in: into the row of a picture where there is one, else at the end.

        What is replaced stays in a copy beside the file. Raises EngineError: folder-read-only,
        disk-full.
        """
        records = self.records_of(list(drafts))
        if any(record.caption for record in records.values()):
            self._keep_a_copy()
        text = self._filled(
            {records[name].start: (records[name], drafts[name]) for name in records}
        )
        added = {name: caption for name, caption in drafts.items() if name not in records}
        text = self._ended(text) + "".join(
            self._row(name, caption) + self._line_end for name, caption in added.items()
        )
        with whole_file(self.path) as temporary:
            temporary.write_bytes(text.encode(self.encoding))

    def _filled(self, changes: dict[int, tuple[Record, str]]) -> str:
        parts, position = [], 0
        for start in sorted(changes):
            record, caption = changes[start]
            where, words = self._change(record, caption)
            parts += [self.text[position : where[0]], words]
            position = where[1]
        return "".join([*parts, self.text[position:]])

    def _change(self, record: Record, caption: str) -> tuple[tuple[int, int], str]:
        """(where, what): the piece of the text that gives the record another caption."""
        line = self.text[record.start : record.end]
        body = len(line.rstrip("\r\n"))
        if self._is_json:
            row = read_json(line)
            row[(keys_of(row) or self._keys)[1]] = caption
            return (record.start, record.start + body), json.dumps(row, ensure_ascii=False)
        if record.at is None:
            return (record.start, record.start + body), self._row(record.name, caption)
        return record.at, caption_cell(caption, self.dialect.delimiter)

    def _row(self, name: str, caption: str) -> str:
        if self._is_json:
            keys = self._keys
            return json.dumps({keys[0]: name, keys[1]: caption}, ensure_ascii=False)
        mark = self.dialect.delimiter
        cells = [""] * (self.dialect.columns or 2)
        cells[self.dialect.name] = name_cell(name, mark)
        cells[self.dialect.caption] = caption_cell(caption, mark)
        return mark.join(cells)

    @property
    def _keys(self) -> tuple[str, str]:
        """What the file's objects call a picture's name and its caption."""
        rows = (read_json(self.text[r.start : r.end]) for r in self.records)
        return next(filter(None, map(keys_of, rows)), ("file_name", "text"))

    def _ended(self, text: str) -> str:
        return text if not text or text.endswith(("\n", "\r")) else text + self._line_end

    @property
    def _line_end(self) -> str:
        match = re.search(r"\r\n|\r|\n", self.text)
        return match[0] if match else "\n" if self._is_json else "\r\n"

    @property
    def _is_json(self) -> bool:
        return self.path.suffix.lower() in JSON_LINES

    def _keep_a_copy(self) -> None:
        number, copy = 1, self.path.with_name(f"{self.path.name}.bak")
        while copy.exists():
            number += 1
            copy = self.path.with_name(f"{self.path.name}.bak{number}")
        with whole_file(copy) as temporary:
            shutil.copyfile(self.path, temporary)


def is_writable_name(name: str) -> bool:
    """Whether a picture's name can stand in a captions file and means the picture when read."""
    record = Record(1, 0, 0, name_key(name), "x")
    return not is_broken(record) and problem_of(record, gather([])) is None
