"""Style tags in a prompt: `<lora:name:0.7>` calls a pack at a strength."""

import re
from pathlib import Path

from training.engine import lora_places
from training.engine.errors import EngineError

_TAG = re.compile(r"<\s*lora\s*:[^<>]*>", re.IGNORECASE)
_PARTS = re.compile(r"<\s*lora\s*:\s*([^:<>]+?)\s*(?::\s*([^:<>]*?)\s*)?>", re.IGNORECASE)


def split_tags(prompt: str) -> tuple[str, list[tuple[str, float]]]:
    """(the prompt without its tags, [(name, strength), …]); strength left out means 1.

    Raises EngineError("prompt-bad-tag").
    """
    tags = []
    for text in _TAG.findall(prompt):
        match = _PARTS.fullmatch(text)
        try:
            tags.append((match[1], 1.0 if match[2] is None else float(match[2])))
        except (TypeError, ValueError) as error:
            raise EngineError("prompt-bad-tag", tag=text) from error
    plain = re.sub(r"\s+", " ", _TAG.sub(" ", prompt))
    return re.sub(r"\s+,", ",", plain).strip(" ,"), tags


def find_packs(
    tags: list[tuple[str, float]], folder: str | Path | None
) -> list[tuple[Path, float]]:
    """[(file, strength), …] for tags whose names are styles in a folder (lora_places.styles_in).

    Raises EngineError("lora-unknown-name") listing those there.
    """
    folder = Path(folder or ".")
    styles = lora_places.styles_in(folder)
    files = {path.stem: path for path in styles.values()} | styles
    packs = []
    for name, strength in tags:
        if name not in files:
            known = ", ".join(styles) or "–"
            raise EngineError("lora-unknown-name", name=name, folder=str(folder), known=known)
        packs.append((files[name], strength))
    return packs
