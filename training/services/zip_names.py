"""What the entries of a zip are called: as their maker saw them, whatever system that was."""

from training.engine.image_folder import clean_name, is_litter, leads_outside

__all__ = ["climbs_out", "entry_name", "is_litter"]

_IS_UTF8 = 0x800
_WINDOWS = (0, 10, 11, 14)  # systems that pack names in the code page of their country


def entry_name(entry):
    """The name of a zip's entry, with “/” between folders.

    Only some zips mark their names as UTF-8. macOS packs UTF-8 without the mark, and Chinese
    Windows GBK; the former hardly ever happens by chance, so it is tried first.
    """
    if entry.flag_bits & _IS_UTF8:
        return entry.filename.replace("\\", "/")
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:  # its name in Unicode stood beside the other
        return entry.filename.replace("\\", "/")
    return _decoded(raw, entry.create_system).replace("\\", "/")


def climbs_out(name):
    """Whether an entry's name points out of the zip."""
    return leads_outside(clean_name(name))


def _decoded(raw, system):
    texts = []
    for encoding in ("utf-8", "gb18030"):
        try:
            texts.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    if len(texts) == 2 and system in _WINDOWS and _is_chinese(texts[1]):
        # Two letters of GBK can be one of UTF-8, but then it is none of a Chinese name.
        return texts[0] if _is_chinese(texts[0]) else texts[1]
    return texts[0] if texts else raw.decode("cp437")


def _is_chinese(text):
    return any("\u2e80" <= letter <= "\U0003ffff" for letter in text)
