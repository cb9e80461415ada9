"""Messages that count what was done: what counts nothing is left out."""

from django.utils.translation import gettext as _


def count_sentences(*counted):
    """The sentences that count something, one after the other; else that nothing was changed.

    counted: (how many, the sentence with %(n)d where the number stands), …
    """
    said = [sentence % {"n": number} for number, sentence in counted if number]
    return " ".join(said) or _("Nothing was changed.")
