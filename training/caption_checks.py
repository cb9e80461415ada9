"""What is doubtful about captions, found without a network: fast enough for every page view."""

import re
from collections import Counter
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from training.caption_edits import split

MIN_WORDS = 4  # besides the trigger word; fewer leave everything in the picture to the style
# The text encoder splits before it merges, so a caption has at least as many tokens as pieces.
_PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|[^\s\w]+", re.IGNORECASE)
_NOT_ENGLISH = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff]+")

VAGUE = (
    "old building",
    "nice building",
    "building with windows",
    "beautiful scene",
    "beautiful picture",
    "a picture of",
    "a photo of",
    "an image of",
    "photo of a thing",
    "something",
    "stuff",
    "various objects",
)
STYLE_WORDS = (
    "style of",
    "in the style",
    "watercolor",
    "watercolour",
    "ink painting",
    "oil painting",
    "illustration",
    "paper cut",
    "papercut",
    "line art",
    "flat design",
    "digital art",
    "anime",
    "cartoon",
    "3d render",
)

LABELS: dict[str, str] = {
    "no-trigger": gettext_noop("Trigger missing"),
    "too-short": gettext_noop("Too short"),
    "too-long": gettext_noop("Too long"),
    "vague": gettext_noop("Too vague"),
    "style-word": gettext_noop("Names the style"),
    "not-english": gettext_noop("Not English"),
    "banned": gettext_noop("Name not allowed"),
    "twin": gettext_noop("Same caption twice"),
    "picture": gettext_noop("Picture quality"),
}


@dataclass(frozen=True)
class Finding:
    """One doubt about one caption. word: the part that is meant. hint: a better phrase, or ""."""

    code: str
    word: str = ""
    hint: str = ""

    @property
    def label(self):
        return gettext(LABELS[self.code])


def check_captions(captions, trigger="", token_limit=0, glossary=None):
    """Findings for many captions together, since twins need the others.

    captions: key → text. token_limit: of the base's text encoder, marks included; 0 skips the
    check. glossary: Chinese term → English phrase. Returns key → list of Finding.
    """
    seen = Counter(_bare(text, trigger) for text in captions.values() if text)
    banned = [name.casefold() for name in getattr(settings, "BANNED_NAMES", ())]
    return {
        key: list(_findings(text, trigger, token_limit, glossary or {}, seen, banned))
        for key, text in captions.items()
        if text
    }


def _findings(text, trigger, token_limit, glossary, seen, banned):
    lower = text.casefold()
    bare = _bare(text, trigger)
    if trigger and trigger.casefold() not in lower:
        yield Finding("no-trigger")
    if word := _first(VAGUE, lower):
        yield Finding("vague", word)
    elif len(bare.split()) < MIN_WORDS and not _NOT_ENGLISH.search(text):
        yield Finding("too-short")
    if word := _first(STYLE_WORDS, bare):
        yield Finding("style-word", word)
    if word := _first(banned, lower):
        yield Finding("banned", word)
    if found := _NOT_ENGLISH.search(text):
        term = next((term for term in glossary if term in text), "")
        yield Finding("not-english", term or found[0], glossary.get(term, ""))
    # The begin and end mark take two.
    if token_limit and (pieces := len(_PIECES.findall(text))) > token_limit - 2:
        yield Finding("too-long", str(pieces))
    if seen[bare] > 1:
        yield Finding("twin")


def _bare(text, trigger):
    """The caption without its trigger word: what it says of the picture."""
    terms = [term for term in split(text) if term.casefold() != trigger.casefold()]
    return " ".join(terms).casefold()


def _first(words, text):
    return next((word for word in words if word in text), "")


def word_counts(captions, trigger="", most=40):
    """[(term, count)] of the terms between commas, most frequent first; the trigger is left out."""
    counts = Counter()
    for text in captions:
        counts.update({term.casefold() for term in split(text)})
    counts.pop(trigger.casefold(), None)
    return counts.most_common(most)
