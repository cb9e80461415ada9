"""Which picture a name in a captions file means: one rule for tables, text files and folders."""

import unicodedata
from collections.abc import Iterable

from training.engine.data.captions.rows import file_name, is_image


class ImageIndex:
    """Pictures by their names, folders included. A name with a folder means that folder only.

    A name fits as it is written; else as Unicode composes it (macOS writes NFD) and without blanks
    around; else whatever its case; else without its ending, as text files and some tables have it.
    """

    def __init__(self, names: Iterable[str] = ()):
        self._levels: tuple[dict[str, list[str]], ...] = ({}, {}, {}, {}, {})
        for name in names:
            self.add(name)

    def add(self, name: str, image: str | None = None) -> None:
        """Let `name` mean the picture; its own name if None."""
        target = name if image is None else image
        for level, key in zip(self._levels, _keys(name, _stem(name)), strict=True):
            targets = level.setdefault(key, [])
            if target not in targets:
                targets.append(target)

    def find(self, name: str) -> list[str]:
        """The pictures that a name means: none, one, or several where it can't be told."""
        for level, key in zip(self._levels, _keys(name, name), strict=True):
            if key in level:
                return list(level[key])
        return []


def name_key(name: str) -> str:
    """A name as names are compared: composed, “/” between folders, no blanks around."""
    return unicodedata.normalize("NFC", file_name(name)).strip()


def _keys(name: str, stem: str) -> tuple[str, ...]:
    key, short = name_key(name), name_key(stem)
    return (name, key, key.casefold(), short, short.casefold())


def _stem(name: str) -> str:
    return name.rpartition(".")[0] if is_image(name) else name
