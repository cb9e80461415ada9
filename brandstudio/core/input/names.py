"""Names that people give to things: what may stand in one."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop

ODD_SIGN = gettext_noop(
    "A name is read in lists, notices and file names, so “{sign}” can't stand in it. Leave it out."
)
_MARKUP = frozenset("<>")
_UNSEEN = frozenset(("Cc", "Cf", "Zl", "Zp"))  # controls, marks of direction, ends of lines


def odd_sign(name):
    """The first sign that no name holds, such as people can read it; "" where there is none."""
    for sign in name:
        if sign in _MARKUP:
            return sign
        if unicodedata.category(sign) in _UNSEEN:
            return f"U+{ord(sign):04X}"
    return ""


def refuse_odd_sign(name):
    """A validator: raise ValidationError for a name with markup or signs that nobody sees."""
    if sign := odd_sign(name):
        raise ValidationError(gettext(ODD_SIGN).format(sign=sign), code="name-odd")
