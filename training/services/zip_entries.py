"""What the entries of a zip are called: as their maker saw them, whatever system that was."""

import unicodedata

from training.engine.data.captions.encoding import is_odd
from training.engine.data.image_folder import clean_name, is_litter, leads_outside

__all__ = ["climbs_out", "entries_of", "is_litter"]

_IS_UTF8 = 0x800
_WINDOWS = (0, 10, 11, 14)  # systems that pack names in the code page of their country


def entries_of(archive):
    """The entries of a zip; `filename` is what each is called, with “/” between folders.

    Only some zips mark their names as UTF-8. macOS packs UTF-8 without the mark, and Chinese
    Windows GBK. A zip has one maker, so its unmarked names are read in one encoding: 图片 in GBK
    is UTF-8 too, by chance, but the names beside it are not.
    """
    entries = archive.infolist()
    raw = {id(entry): _unmarked(entry) for entry in entries}
    unmarked = [entry for entry in entries if not raw[id(entry)].isascii()]
    windows = any(entry.create_system in _WINDOWS for entry in unmarked)
    encodings = _encodings([raw[id(entry)] for entry in unmarked], windows)
    for entry in entries:
        if raw[id(entry)]:
            entry.filename = _decoded(raw[id(entry)], encodings)
        entry.filename = entry.filename.replace("\\", "/")
    return entries


def climbs_out(name):
    """Whether an entry's name points out of the zip."""
    return leads_outside(clean_name(name))


def _unmarked(entry):
    """The bytes of a name whose encoding nothing tells; none where it is known."""
    if entry.flag_bits & _IS_UTF8:
        return b""
    try:
        return entry.filename.encode("cp437")
    except UnicodeEncodeError:  # its name in Unicode stood beside the other
        return b""


def _encodings(names, windows):
    """The encodings to try, the one that reads most of the names first."""
    texts = {
        encoding: [text for name in names if (text := _read(name, encoding)) is not None]
        for encoding in ("utf-8", "gb18030")
    }
    counts = {encoding: len(reading) for encoding, reading in texts.items()}
    first = max(counts, key=lambda encoding: counts[encoding])
    if counts["utf-8"] == counts["gb18030"]:
        utf8, chinese = "".join(texts["utf-8"]), "".join(texts["gb18030"])
        # Letters that no name is written with, or few of Europe's from Windows: bytes of GBK.
        composed = unicodedata.normalize("NFC", utf8)  # macOS takes letters and accents apart
        is_gbk = is_odd(composed) or (windows and not _is_chinese(utf8))
        first = "gb18030" if is_gbk and _is_chinese(chinese) else "utf-8"
    return sorted(texts, key=lambda encoding: encoding != first)


def _decoded(name, encodings):
    texts = (_read(name, encoding) for encoding in encodings)
    return next((text for text in texts if text is not None), None) or name.decode("cp437")


def _read(name, encoding):
    try:
        return name.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_chinese(text):
    return any("\u2e80" <= letter <= "\U0003ffff" for letter in text)
