"""Style tags in a prompt: `<lora:name:0.7>` calls a pack at a strength. The one reader of them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files import style_paths
from training.engine.prompts import strengths, tag_lookalikes
from training.engine.prompts.strengths import Pack
from training.engine.prompts.tag_lookalikes import Suggest, written

# A Chinese keyboard types the same signs in full width; they are unmistakable, so they act.
_OPEN, _CLOSE, _COLON = "<＜﹤", ">＞﹥", ":：﹕"
_TAG = re.compile(
    rf"[{_OPEN}]\s*(?:lora|ｌｏｒａ)\s*[{_COLON}][^{_OPEN}{_CLOSE}]*[{_CLOSE}]", re.IGNORECASE
)
_DOUBLED = re.compile(  # <<lora:name>>
    rf"[{_OPEN}]\s*{_TAG.pattern}\s*[{_CLOSE}]*|{_TAG.pattern}\s*[{_CLOSE}]", re.IGNORECASE
)


@dataclass(frozen=True)
class Tag:
    """A style called in a prompt: <lora:name:0.7>. strength is None where none was written."""

    name: str
    strength: float | None


def split_tags(prompt: str, suggest: Suggest = written) -> tuple[str, list[Tag]]:
    """(the prompt without its tags, the tags in their order).

    What looks like a tag and is none would be read as words, and the style would be off without
    a word: it is refused. suggest: writes the tag that is offered instead. Raises EngineError:
    prompt-bad-tag, prompt-tag-parts, prompt-tag-like, prompt-tag-unsupported.
    """
    if doubled := _DOUBLED.search(prompt):
        tag = _read(_TAG.findall(doubled[0])[0], suggest)
        suggestion = suggest(tag.name, tag.strength)
        raise EngineError("prompt-tag-like", tag=doubled[0], meant=suggestion)
    tags = [_read(text, suggest) for text in _TAG.findall(prompt)]
    for words in _TAG.split(prompt):
        if lookalike := tag_lookalikes.first(words, suggest):
            raise lookalike.refusal
    if tags:
        return tidy(_TAG.sub(" ", prompt)), tags
    return re.sub(r"\s+,", ",", re.sub(r"\s+", " ", prompt)).strip(" ,"), []


def refuse_tags(text: str, code: str) -> None:
    """Raise EngineError(code, tag=…) for a tag, or its like, where no style can be called.

    code: "prompt-tag-in-negative" or "prompt-tag-here".
    """
    if match := _TAG.search(text):
        raise EngineError(code, tag=match[0])
    if lookalike := tag_lookalikes.first(text):
        raise EngineError(code, tag=lookalike.text)


def packs_of(
    tags: Iterable[Tag], packs_by_name: Mapping[str, Pack], usual: Callable[[Pack], float]
) -> list[tuple[Pack, float]]:
    """What each tag's name stands for, once, and its strength; see strengths.added_up.

    packs_by_name: one pack may have several names. usual: the strength of a pack whose tag names
    none. Raises EngineError("pack-unknown") with a name that is nearly the same, or
    ("pack-not-among") with all packs where none is.
    """
    packs = {unicodedata.normalize("NFC", name): pack for name, pack in packs_by_name.items()}
    chosen = []
    for tag in tags:
        name = unicodedata.normalize("NFC", tag.name)
        if name not in packs:
            raise _unknown(tag.name, packs)
        pack = packs[name]
        chosen.append((pack, usual(pack) if tag.strength is None else tag.strength))
    return strengths.added_up(chosen)


def _unknown(name: str, packs: Mapping[str, object]) -> EngineError:
    alike = {other.casefold(): other for other in packs}
    near = difflib.get_close_matches(unicodedata.normalize("NFC", name).casefold(), alike, n=1)
    if near:
        return EngineError("pack-unknown", name=name, nearest=alike[near[0]])
    names: dict[object, list[str]] = {}  # pack → what it is called
    for other, pack in packs.items():
        names.setdefault(pack, []).append(other)
    names_of_packs = [
        aliases[0] + "".join(f" = {more}" for more in aliases[1:]) for aliases in names.values()
    ]
    return EngineError("pack-not-among", name=name, known=", ".join(names_of_packs) or "–")


def find_packs(tags: list[Tag], folder: str | Path | None) -> list[tuple[Path, float]]:
    """[(file, strength), …] for tags whose names are styles in a folder; 1 where none is told.

    Raises EngineError("lora-unknown-name") listing those there.
    """
    folder = Path(folder or ".")
    styles = style_paths.styles_in(folder)
    files = {path.stem: path for path in styles.values()} | styles
    try:
        return packs_of(tags, files, lambda _path: 1.0)
    except EngineError as error:
        choices = ", ".join(styles) or "–"
        name = error.facts["name"]
        raise EngineError(
            "lora-unknown-name", name=name, folder=str(folder), known=choices
        ) from error


def write_tag(tag: Tag) -> str:
    """The tag as `split_tags` reads it."""
    return written(tag.name, tag.strength)


def tidy(text: str) -> str:
    """One line, single spaces, no doubled or dangling commas."""
    clauses = (" ".join(clause.split()) for clause in text.split(","))
    return ", ".join(clause for clause in clauses if clause)


def _read(text: str, suggest: Suggest) -> Tag:
    _lora, name, *parts = (part.strip() for part in re.split(f"[{_COLON}]", text[1:-1]))
    if not name:
        raise EngineError("prompt-bad-tag", tag=text)
    if len(parts) > 1 or any("=" in part for part in parts):
        suggestion = suggest(name, tag_lookalikes.nearest(parts[0]))
        raise EngineError("prompt-tag-parts", tag=text, meant=suggestion)
    if not parts:
        return Tag(name, None)
    if (strength := strengths.read(parts[0])) is not None:
        return Tag(name, strength)
    if (near := tag_lookalikes.nearest(parts[0])) is None:
        raise EngineError("prompt-bad-tag", tag=text)
    raise EngineError("prompt-tag-like", tag=text, meant=suggest(name, near))
