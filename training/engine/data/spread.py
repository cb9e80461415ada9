"""Some of many: evenly spread, or the first few by name."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

MOST_REFERENCES = 60
"""Pictures of a training set that others are compared with: more cost time and tell no more."""


def evenly(items: Sequence[Item], most: int) -> Sequence[Item]:
    """At most so many of them, the first one among them."""
    return items[:: max(1, -(-len(items) // most))]


def evenly_to_the_last(items: Sequence[Item], most: int) -> Sequence[Item]:
    """At most so many of them, the last one among them."""
    return evenly(items[::-1], most)[::-1]


def first_names(names: Sequence[str], most: int) -> str:
    """The first so many names for a sentence, and an ellipsis for the rest."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
