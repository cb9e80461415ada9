"""What the gallery refuses or fails at, in the reader's language, and what mends it.

Codes of the engine keep the engine's sentence; this room adds those of the gallery, a file for each
subject. There is no second wording.
"""

from django.urls import reverse
from django.utils.translation import gettext

from brandstudio.core.problems import Problem, Refused, Text, filled
from gallery.problems import (
    campaigns,
    exchange,
    holds,
    leaving,
    library,
    mixing,
    orders,
    queue,
    review,
    styles,
    weights,
    words,
)
from training import problems as training_problems
from training.engine.errors import EngineError

SENTENCES: dict[str, Text] = {
    **mixing.SENTENCES,
    **words.SENTENCES,
    **holds.SENTENCES,
    **queue.SENTENCES,
    **orders.SENTENCES,
    **weights.SENTENCES,
    **campaigns.SENTENCES,
    **library.SENTENCES,
    **styles.SENTENCES,
    **exchange.SENTENCES,
    **review.SENTENCES,
    **leaving.SENTENCES,
}

REFUSALS = (Refused, EngineError)


def sentence(code, facts=None):
    """The sentence for a code in the reader's language; an unknown code is shown as it is."""
    if code in SENTENCES:
        return filled(SENTENCES[code], facts or {})
    return training_problems.sentence(code, facts)


def of(error):
    """The sentence of a refusal in the reader's language."""
    return sentence(error.code, error.facts)


def explain(code, facts=None):
    """A Problem with its mend."""
    act, url = _mend(code)
    return Problem(code, sentence(code, facts), act=act, url=url)


def _mend(code):
    if code in {
        "pack-not-approved",
        "pack-replaced",
        "pack-unknown",
        "pack-not-among",
        "lora-does-not-fit",
    }:
        return gettext("Look at the styles"), reverse("gallery:pack-list")
    return "", ""
