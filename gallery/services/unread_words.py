"""What becomes of an order's Chinese words, told before and after the order."""

from gallery import problems
from gallery.services import glossary, orders
from training.rules.caption_checks import not_english


def notes_on(order):
    """Sentences: what the glossary put into English, then what the base can't read. Often none.

    Trigger words are let be: the style has learned them as they stand.
    """
    return [note for note in (_translated(order), unread(order)) if note]


def unread(order):
    """The sentence for words that neither base nor glossary knows; "" for none."""
    pieces = [piece.text for piece in orders.pieces_of(order) if piece.kind != "trigger"]
    words = not_english(" ".join([*pieces, orders.negative_of(order)]))
    if not words:
        return ""
    return problems.sentence("words-not-english", {"words": _shortened("…".join(words))})


def _translated(order):
    base = orders.base_of(order)
    texts = (order.free, order.negative or "")
    used = dict(pair for text in texts for pair in glossary.in_english(text, base).used)
    if not used:
        return ""
    pairs = ", ".join(f"{term} = {phrase}" for term, phrase in used.items())
    return problems.sentence("words-in-english", {"words": pairs})


def _shortened(words, most=60):
    return words if len(words) <= most else words[: most - 1] + "…"
