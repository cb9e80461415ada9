"""The message catalogue without GNU gettext: what the site says, and its Chinese.

Source texts are English, so `en` needs no catalogue. Python files are read by Babel; templates go
through Django's own templatize first; the engine's sentences are ordinary marked strings, and the
help of its settings is read from the source, for the core imports no engine. polib writes the .po
and the .mo.
"""

import ast
import io
from dataclasses import dataclass, field
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.conf import settings
from django.utils.translation.template import templatize

FOLDERS = ("brandstudio", "training", "gallery", "templates")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SETTINGS_FILE = "training/engine/config/keys.py"
HEADER = {
    "Project-Id-Version": "brand-studio",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


@dataclass
class Message:
    """One text of the site. plural: its plural form, or ""; context: or None."""

    text: str
    plural: str = ""
    context: str | None = None
    places: set[str] = field(default_factory=set)


def folder() -> Path:
    return Path(settings.ROOT) / "locale" / "zh_Hans" / "LC_MESSAGES"


def collect() -> dict[tuple, Message]:
    """Every text marked for translation: (context, text) → Message."""
    messages: dict[tuple, Message] = {}

    def note(text, place, plural="", context=None):
        message = messages.setdefault((context, text), Message(text, plural, context))
        message.plural = message.plural or plural
        message.places.add(place)

    root = Path(settings.ROOT)
    for name in FOLDERS:
        for path in sorted((root / name).rglob("*")):
            if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
                continue
            place = path.relative_to(root).as_posix()
            for _line, found_text, _comments, context in extract(
                "python", io.BytesIO(_as_python(path)), keywords=KEYWORDS
            ):
                forms = found_text if isinstance(found_text, tuple) else (found_text,)
                texts = [text for text in forms if text]
                if texts:
                    note(texts[0], place, texts[1] if len(texts) > 1 else "", context)
    for text in _settings_help(root / SETTINGS_FILE):
        note(text, SETTINGS_FILE)
    return messages


def read_catalogue() -> polib.POFile:
    """The .po as it is on disk; empty if there is none."""
    path = folder() / "django.po"
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def renewed(messages: dict[tuple, Message], old: polib.POFile) -> polib.POFile:
    """A catalogue of exactly these messages, with the translations that `old` has for them."""
    entries = {(entry.msgctxt, entry.msgid): entry for entry in old}
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = HEADER
    by_place = sorted(messages.values(), key=lambda m: (min(m.places), m.text, m.context or ""))
    for message in by_place:
        before = entries.get((message.context, message.text))
        entry = polib.POEntry(
            msgid=message.text,
            msgctxt=message.context,
            occurrences=[(place, "") for place in sorted(message.places)],
        )
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = {0: _translation(before)}
        else:
            entry.msgstr = _translation(before)
        if "%(" in message.text or "%d" in message.text:
            entry.flags.append("python-format")
        catalogue.append(entry)
    return catalogue


def faults() -> list[str]:
    """What keeps the catalogue from being complete and fresh, one line each."""
    messages, catalogue = collect(), read_catalogue()
    present = {(entry.msgctxt, entry.msgid): entry for entry in catalogue}
    lines = [
        f"no Chinese for: {key[1]!r} ({', '.join(sorted(message.places))})"
        for key, message in messages.items()
        if key not in present or not _translation(present[key])
    ]
    lines += [f"no longer used: {key[1]!r}" for key in present if key not in messages]
    compiled = folder() / "django.mo"
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        lines.append("django.mo is older than django.po")
    return lines


def write(catalogue: polib.POFile) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    catalogue.save(str(folder() / "django.po"))
    (folder() / "django.mo").write_bytes(read_catalogue().to_binary())


def _as_python(path: Path) -> bytes:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Indentation means nothing in a template, but Python's tokenizer would complain.
        lines = templatize(source, origin=str(path)).splitlines()
        source = "\n".join(line.lstrip() for line in lines)
    return source.encode()


def _settings_help(path: Path) -> list[str]:
    """The `help` of every setting of a training run, as the engine's own source gives it."""
    calls = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call))
    return [
        ast.literal_eval(keyword.value)
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "help" and isinstance(keyword.value, ast.Constant)
    ]


def _translation(entry) -> str:
    """The entry's Chinese; "" for none. Chinese has one plural form."""
    if entry is None:
        return ""
    return entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
