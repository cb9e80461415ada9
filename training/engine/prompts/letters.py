"""What of a text can be seen: one rule for captions, trigger words, licences and prompts.

Zero-width blanks, byte-order marks and fillers look like nothing, and a text of them says nothing.
"""

import re
import unicodedata

# Fillers, and signs that only change another: nothing is shown of them by themselves.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef]"
)
_PLAIN = re.compile("[!-~]")  # most texts: one look is enough
# All that str.strip() takes away, and what has no width.
_EDGES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\ufeff\u200b\u2060"
_CONTROL = ("Cc", "Cs", "Zl", "Zp")
HALF = re.compile("[\ud800-\udfff]")
_SHOWN = 80  # letters of a text in a message


def visible(text: str) -> str:
    """The text without blanks around it; "" where nothing in it can be seen."""
    return text.strip(_EDGES) if _PLAIN.search(text) or any(map(_is_seen, text)) else ""


def one_line(text: str) -> str:
    """As `visible`, in one line with single blanks."""
    return " ".join(visible(text).split())


def has_control(text: str) -> bool:
    """Whether a line break, a tab, another control letter or half of a letter is in the text."""
    return any(unicodedata.category(sign) in _CONTROL for sign in text)


def printable(text: str) -> str:
    """A text as messages show it: its beginning, what can't be printed as �."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text[:_SHOWN])


def has_halves(text: str) -> bool:
    """Whether the text holds half a surrogate: a damaged byte, or an escape of a broken program."""
    return not text.isascii() and HALF.search(text) is not None


def _is_seen(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] != "Z" and category not in ("Cc", "Cf") and not _BLANK.match(sign)
