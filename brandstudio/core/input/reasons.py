"""Reasons that a person must write for a decision, and whether one says anything."""

import unicodedata

LONGEST = 300  # characters of a reason in one line
_LEAST = 2  # letters, ideographs or digits


def written(text):
    """The reason that a person wrote, without blanks around it; "" for one that says nothing.

    At least two letters, ideographs or digits of whatever script say something; signs alone (“.”,
    “。”, “---”) tell whoever reads the decision later as little as an empty field.
    """
    signs = unicodedata.normalize("NFKC", text)
    telling = sum(unicodedata.category(sign)[0] in "LN" for sign in signs)
    return text.strip() if telling >= _LEAST else ""


def in_one_line(text):
    """As `written`, without ends of lines, and of at most LONGEST characters."""
    return written(" ".join(text.split())[:LONGEST])
