"""What of an order's words the base model can't read, told before and after the order."""

from brandstudio.core.models import GlossaryTerm, Vehicle
from gallery import problems
from gallery.services import orders
from training.rules.caption_checks import not_english


def unread(order):
    """The sentence for words that aren't English, which all our bases read alone; "" for none.

    Trigger words are let be: the style has learned them as they stand.
    """
    pieces = [piece.text for piece in orders.pieces_of(order) if piece.kind != "trigger"]
    words = not_english(" ".join([*pieces, orders.negative_of(order)]))
    if not words:
        return ""
    glossary = ", ".join(f"{term} = {phrase}" for term, phrase in _glossary_of("\n".join(words)))
    code = "words-not-english-known" if glossary else "words-not-english"
    return problems.sentence(code, {"words": _shortened("…".join(words)), "known": glossary})


def _glossary_of(text):
    """[(term, English phrase)] of the house's words in the text; 骑楼街 hides 骑楼."""
    phrases = dict(GlossaryTerm.objects.values_list("term", "phrase"))
    phrases |= dict(Vehicle.objects.values_list("name_zh", "phrase"))
    matches = []
    for term in sorted(filter(not_english, phrases), key=len, reverse=True):
        if term in text:
            text = text.replace(term, "\n")
            matches.append((term, phrases[term]))
    return matches


def _shortened(words, most=60):
    return words if len(words) <= most else words[: most - 1] + "…"
