"""Words of prompts, templates, the glossary and vehicles."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "prompt-not-yours": gettext_noop(
        "Free prompts need a permission that your account lacks. Choose a template, "
        "or ask an admin."
    ),
    "template-not-approved": gettext_noop(
        "The template {name} is not approved (any more). Choose another one."
    ),
    "slot-value-unknown": gettext_noop(
        "“{value}” is not on the list of {slot}. Choose one of the list."
    ),
    "prompt-in-parts": gettext_noop(
        "The base model reads {limit} tokens at a time, so these {tokens} go in several parts. "
        "Nothing is cut off; what comes first counts most."
    ),
    "term-twice": gettext_noop("{term} stands in {name} more than once; its first row counts."),
    "term-refused": gettext_noop("{term} was left out. {why}"),
    "words-in-english": gettext_noop("Put into English by the glossary: {words}."),
    "words-not-english": gettext_noop(
        "“{words}” is not English, and the glossary doesn't know it. The base model reads English "
        "only, so it will hardly show in the picture: write it in English, or ask an admin to add "
        "it to the glossary."
    ),
    "name-banned": gettext_noop(
        "“{name}” is another maker's name, and nothing is painted with one. Take it out of "
        "“{words}”, or ask an admin whether the name may be used (BANNED_NAMES)."
    ),
    "phrase-not-glossarys": gettext_noop(
        "The glossary says {term} = {phrase}, which this phrase does not."
    ),
    "colour-not-of-vehicle": gettext_noop(
        "{vehicle} is not made in {colour}. Choose one of its colours: {colours}."
    ),
    "colour-of-no-vehicle": gettext_noop(
        "None of the vehicles to choose from is made in {colour} ({slot}). Take this colour away, "
        "or ask an admin to add it to a vehicle."
    ),
    "vehicle-without-colours": gettext_noop(
        "None of the choices of {slot} is a colour of {vehicle}. Choose another vehicle, or ask an "
        "admin to look at its colours."
    ),
    "template-faulty": gettext_noop(
        "{name} can't be used as it is; mend it as a draft first. {faults}"
    ),
}
