"""JSON from outside, read with bounds: what is too large, too deep or twice said is refused."""

import json
from collections.abc import Iterable

MOST_ENTRIES = 1_000_000
"""Values in one text; more would take hundreds of megabytes, whatever its length."""


def read_table(raw: bytes | str, most_bytes: int, *, infinity: bool = False) -> dict:
    """A JSON object. Raises ValueError, whose text says in a few words what is wrong with it.

    most_bytes: the longest text that is looked at. Names given twice and characters that no text
    can hold (half a surrogate) are refused, and so are NaN and Infinity, which JSON doesn't know;
    infinity: let them pass, as Python's own tools write them.
    """
    raw = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(raw) > most_bytes:
        raise ValueError(f"it is longer than {most_bytes / 1e6:g} MB")
    if sum(raw.count(mark) for mark in (b",", b":", b"[", b"{")) > MOST_ENTRIES:
        raise ValueError("it has too many entries")
    try:
        table = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_table,
            parse_constant=float if infinity else _refuse_constant,
        )
    except _Refused:
        raise
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if not isinstance(table, dict):
        raise ValueError("it is not a table")
    return table


class _Refused(ValueError):
    """JSON that can be read, but that says something impossible."""


def _table(pairs: list[tuple[str, object]]) -> dict:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise _Refused("it names one entry twice")
    _refuse_broken(key for key in table)
    _refuse_broken(value for value in table.values() if isinstance(value, str))
    return table


def _refuse_broken(texts: Iterable[str]) -> None:
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _Refused("it holds half a character") from error


def _refuse_constant(name: str):
    raise _Refused(f"it holds {name}, which is no number")
