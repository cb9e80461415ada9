"""Names, titles and other lines that people type: what may stand in one.

Signs that nobody sees are refused, each by its number: a line of them alone looks empty, two that
differ by one look the same, and marks of direction turn round what stands after them. The joiners
and selectors that emoji and some scripts are written with belong to what is seen.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop

ODD_SIGN = gettext_noop(
    "A name is read in lists, notices and file names, so “{sign}” can't stand in it. Leave it out."
)
UNSEEN_SIGN = gettext_noop(
    "“{sign}” is a sign that nobody sees, so it can't stand here. Leave it out, or write the line "
    "anew."
)
_MARKUP = frozenset("<>")
_UNSEEN = frozenset(("Cc", "Cf", "Zl", "Zp"))  # controls, marks of direction, ends of lines
# Fillers: letters and signs to Unicode, and blank to everybody.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
_TAGS = range(0xE0020, 0xE0080)  # which follow a flag, as in England's
_FLAG = "\U0001f3f4"
# They say how the sign before them is drawn.
_SELECTORS = frozenset(
    [0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
# Scripts in which a joiner changes how a word looks.
_JOINED_SCRIPTS = (
    *("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA"),
    *("TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN"),
)


def odd_sign(name):
    """The first sign that no name holds, such as people can read it; "" where there is none."""
    markup = next((sign for sign in name if sign in _MARKUP), "")
    return unseen_sign(name.partition(markup)[0]) or markup if markup else unseen_sign(name)


def unseen_sign(line):
    """The first sign of a line that nobody sees, as U+200B; "" where there is none."""
    for place, sign in enumerate(line):
        if _is_unseen(line, place, sign):
            return f"U+{ord(sign):04X}"
    return ""


def refuse_odd_sign(name):
    """A validator: raise ValidationError for a name with markup or signs that nobody sees."""
    if sign := odd_sign(name):
        raise ValidationError(gettext(ODD_SIGN).format(sign=sign), code="name-odd")


def refuse_unseen_sign(line):
    """A validator: raise ValidationError for a line with signs that nobody sees."""
    if sign := unseen_sign(line):
        raise ValidationError(gettext(UNSEEN_SIGN).format(sign=sign), code="unseen-sign")


def without_unseen(text):
    """A text of several lines without signs that nobody sees."""
    return "".join(
        sign
        for place, sign in enumerate(text)
        if sign in "\n\r\t" or not _is_unseen(text, place, sign)
    )


def _is_unseen(text, place, sign):
    if sign.isascii():
        return unicodedata.category(sign) in _UNSEEN
    before = text[place - 1] if place else ""
    if sign in _JOINERS:
        after = text[place + 1 : place + 2]
        return not (_takes_joiner(before) and _takes_joiner(after))
    if ord(sign) in _TAGS:
        return _FLAG not in text[:place]
    if ord(sign) in _SELECTORS:
        return not before or before.isspace()
    return sign in _BLANK or unicodedata.category(sign) in _UNSEEN


def _takes_joiner(sign):
    """Whether a joiner beside it is seen: beside emoji, and in scripts whose letters join."""
    if not sign or sign.isascii():
        return False
    if unicodedata.category(sign) in ("So", "Sk") or ord(sign) in _SELECTORS:
        return True
    return unicodedata.name(sign, "").split(" ")[0] in _JOINED_SCRIPTS
