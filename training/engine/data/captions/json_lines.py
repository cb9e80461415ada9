"""Captions in JSON: JSON lines as 🤗 datasets reads them, and kohya's meta_cap.json."""

import json
from collections.abc import Iterator

from training.engine.data.captions.columns import NAME_COLUMNS, caption_columns
from training.engine.data.captions.rows import Record, file_name, is_broken, shorten
from training.engine.errors import EngineError
from training.engine.prompts import letters


def json_records(text: str, name: str) -> Iterator[Record]:
    """The records of JSON lines."""
    position = 0
    for number, line in enumerate(text.split("\n"), start=1):
        start, position = position, position + len(line) + 1
        if not line.strip(" \t\r\ufeff"):
            continue
        record = Record(number, start, min(position, len(text)))
        row = read_json(line)
        pair = pair_of(row)
        if not pair and (alone := name_alone(row)):
            pair = (file_name(alone[1]), "")
        if pair:
            record = record._replace(name=pair[0], caption=pair[1])
        if not pair or is_broken(record):
            excerpt = shorten(line)
            problem = EngineError("captions-line-unreadable", line=number, name=name, text=excerpt)
            if isinstance(row, dict) and len(keys := _caption_keys(row)) > 1:
                columns = shorten(", ".join(keys))
                problem = EngineError("captions-column-unclear", name=name, columns=columns)
            record = record._replace(name="", caption="", problem=problem)
        yield record


def read_json(line: str):
    """The value of a JSON text; None where it is broken, or built to choke a reader."""
    try:
        return json.loads(line.strip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):  # a number of 5,000 digits is a ValueError too
        return None


def name_alone(row) -> tuple[str, str] | None:
    """(key of the name, name) of an object that names a picture and has no caption for it yet."""
    if not isinstance(row, dict):
        return None
    keys = list(row)
    captions = [keys[at] for at in caption_columns(keys)]
    if any(row[key] is not None for key in captions):
        return None
    names = {key.casefold(): key for key in row if isinstance(row[key], str)}
    key = next((names[word] for word in NAME_COLUMNS if word in names), None)
    return None if key is None else (key, row[key])


def keys_of(row) -> tuple[str, str] | None:
    """The keys under which a JSON object has a picture's name and its caption.

    None where it has them not, or where several may be the caption.
    """
    if not isinstance(row, dict):
        return None
    words = {key.casefold(): key for key in reversed(row) if isinstance(row[key], str)}
    name = next((words[word] for word in NAME_COLUMNS if word in words), None)
    captions = _caption_keys(row)
    return (name, captions[0]) if name is not None and len(captions) == 1 else None


def _caption_keys(row: dict) -> list[str]:
    text_keys = [key for key, value in row.items() if isinstance(value, str)]
    return [text_keys[at] for at in caption_columns(text_keys)]


def pair_of(row) -> tuple[str, str] | None:
    """(name, caption) of a JSON object; None where it has them not."""
    keys = keys_of(row)
    return (file_name(row[keys[0]]), letters.visible(row[keys[1]])) if keys else None


def document_records(text: str, name: str) -> Iterator[Record]:
    """kohya's meta_cap.json, path → {caption, tags}; or a list of objects as in JSON lines."""
    content = read_json(text)
    if isinstance(content, dict) and content:
        entries = [(key, _kohya_caption(value)) for key, value in content.items()]
        is_known_form = sum(caption is not None for _key, caption in entries) * 2 > len(entries)
    elif isinstance(content, list) and content:
        entries = [pair_of(row) or (None, None) for row in content]
        is_known_form = any(key is not None for key, _caption in entries)
        if (
            not is_known_form
            and isinstance(content[0], dict)
            and len(keys := _caption_keys(content[0])) > 1
        ):
            columns = shorten(", ".join(keys))
            raise EngineError("captions-column-unclear", name=name, columns=columns)
    else:
        is_known_form = False
    if not is_known_form:
        raise EngineError("captions-unknown-form", name=name)
    for number, (key, caption) in enumerate(entries, start=1):
        record = Record(number, 0, 0, file_name(key or ""), letters.visible(caption or ""))
        if key is None or caption is None or is_broken(record):
            excerpt = shorten(str(key))
            problem = EngineError("captions-line-unreadable", line=number, name=name, text=excerpt)
            record = Record(number, 0, 0, problem=problem)
        yield record


def _kohya_caption(value) -> str | None:
    """The caption of an entry, its tags behind it as kohya's trainer puts them."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    parts = [value[key] for key in ("caption", "tags") if isinstance(value.get(key), str)]
    return ", ".join(filter(None, map(letters.visible, parts))) if parts else None
