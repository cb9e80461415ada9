"""Other makers' names (BANNED_NAMES): no template says one, and nothing is painted with one."""

from brandstudio.core.problems import Refused
from training.rules.caption_checks import banned_name


def refusals_of(template):
    """[(field, Refused("name-banned"))] of the prompt and of each phrase a slot may put in."""
    return [
        *_of("text", template.text),
        *(
            refusal
            for slot in template.slots
            for option in slot["options"]
            for refusal in _of("slots", option["value"])
        ),
    ]


def refusal_of(words):
    """The Refused("name-banned") of a prompt, or of a part of one; None where nothing is amiss."""
    name = banned_name(words)
    return Refused("name-banned", name=name, words=words) if name else None


def check(words):
    """Raise Refused("name-banned") for a prompt that holds such a name."""
    if refusal := refusal_of(words):
        raise refusal


def _of(field, words):
    refusal = refusal_of(words)
    return [(field, refusal)] if refusal else []
