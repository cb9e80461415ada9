"""Strengths of style packs: what counts as a number, what is possible at all, how they add up.

Each level has one range, written once: here what the engine can do; in gallery.models.style what
the studio lets anybody have; in each version its band.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from typing import TypeVar

from training.engine.errors import EngineError
from training.engine.prompts import separators

Pack = TypeVar("Pack")
LEAST, MOST = -2.0, 2.0
# Not whatever float() takes: "0_7" would be seven, and "07" is 0.7 without its point.
_NUMBER = re.compile(r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.I)


def read(text: object) -> float | None:
    """The number that a person wrote, or None where it is none."""
    written = unicodedata.normalize("NFKC", str(text)).strip()
    if len(written) > 40 or not _NUMBER.fullmatch(written):
        return None
    number = float(written)
    return number if math.isfinite(number) else None


def read_all(text: str) -> list[float | None]:
    """The numbers of a list that a person wrote, with blanks or commas of any script between."""
    return [read(word) for word in separators.words(text)]


def check(name: str, strength: float) -> None:
    """Raise EngineError("strength-out-of-band") for what no pack can be drawn at."""
    if not LEAST <= strength <= MOST:
        raise EngineError(
            "strength-out-of-band",
            name=name,
            strength=f"{strength:g}",
            minimum=f"{LEAST:g}",
            maximum=f"{MOST:g}",
        )


def added_up(packs: Iterable[tuple[Pack, float]]) -> list[tuple[Pack, float]]:
    """[(pack, strength)] with each pack once, at its first place.

    Whoever calls a pack twice has it act twice, as WebUI does: its strengths add up.
    """
    parts_of: dict[Pack, list[float]] = {}
    for pack, strength in packs:
        parts_of.setdefault(pack, []).append(strength)
    return [
        # Rounded, so that 0.3 and 0.6 are inside a band that ends at 0.9.
        (pack, parts[0] if len(parts) == 1 else round(math.fsum(parts), 6))
        for pack, parts in parts_of.items()
    ]
