"""Numbers as they arrive from outside: in addresses, forms and on the command line."""

import math
import re

LARGEST_ID = 2**63 - 1  # what a database's whole number holds
_DIGITS = re.compile(r"[0-9]{1,19}")


def parse_id(text):
    """The number of a row; None for what can't be one: "²", "१", "1e3", a number too large."""
    text = str(text or "").strip()
    if not _DIGITS.fullmatch(text) or int(text) > LARGEST_ID:
        return None
    return int(text)


def parse_ids(texts):
    """The numbers of rows among these texts, in their order."""
    return [number for number in map(parse_id, texts) if number is not None]


def parse_whole(text, default=None):
    """A whole number that a database can hold, with its sign; the default for anything else."""
    text = str(text or "").strip()
    number = parse_id(text.removeprefix("-"))
    if number is None:
        return default
    return -number if text.startswith("-") else number


def parse_number(text, default=None):
    """A finite number; the default for anything else."""
    try:
        number = float(text)
    except (TypeError, ValueError, OverflowError):
        return default
    return number if math.isfinite(number) else default
