"""Reasons that a person must write for a decision, and whether one says anything."""

import unicodedata

from brandstudio.core.input import lengths
from brandstudio.core.input.names import without_unseen

LONGEST = 300  # characters of a reason in one line
LONGEST_TEXT = 1000  # of any other
_LEAST = 2  # letters, ideographs or digits


def written(text):
    """The reason that a person wrote, without blanks around it and signs that nobody sees; "" for
    one that says nothing.

    At least two letters, ideographs or digits of whatever script say something; signs alone (“.”,
    “。”, “---”) tell whoever reads the decision later as little as an empty field.
    Raises TooLong for more than LONGEST_TEXT characters.
    """
    text = without_unseen(text).strip()
    lengths.within(text, LONGEST_TEXT)
    signs = unicodedata.normalize("NFKC", text)
    telling = sum(unicodedata.category(sign)[0] in "LN" for sign in signs)
    return text if telling >= _LEAST else ""


def in_one_line(text):
    """As `written`, without ends of lines. Raises TooLong for more than LONGEST characters."""
    return written(lengths.within(" ".join(text.split()), LONGEST))
