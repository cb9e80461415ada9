"""What is doubtful about captions, found without a network: fast enough for every page view."""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from training.caption_edits import split
from training.engine import token_count

MIN_WORDS = 4  # besides the trigger word; fewer leave everything in the picture to the style
OUTDONE = 0.5  # share of the other captions that may fit a picture better than its own
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
# Words that say nothing of a picture: two captions that differ in these alone are the same.
_FILLERS = frozenset(
    {"a", "an", "and", "at", "by", "in", "is", "of", "on", "or", "the", "to", "with"}
)

LABELS: dict[str, str] = {
    "no-trigger": gettext_noop("Trigger missing"),
    "too-short": gettext_noop("Too short"),
    "too-long": gettext_noop("Too long"),
    "vague": gettext_noop("Too vague"),
    "style-word": gettext_noop("Names the style"),
    "not-english": gettext_noop("Not English"),
    "banned": gettext_noop("Name not allowed"),
    "twin": gettext_noop("Nearly the same caption"),
    "disagrees": gettext_noop("Shows something else?"),
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

    @property
    def has_mend(self):
        """Whether one press can put it right."""
        return bool(self.hint)


@dataclass(frozen=True)
class Yardstick:
    """What captions are held against.

    trigger: the dataset's trigger word. token_limit: what the base's text encoder reads, marks
    included; 0 skips the check. base: path of the base, whose own tokenizer counts. glossary:
    Chinese term → English phrase.
    """

    trigger: str = ""
    token_limit: int = 0
    base: str = ""
    glossary: dict = field(default_factory=dict)


def check_captions(captions, yardstick, agreements=None, names=None, only=None):
    """Findings for many captions together, since twins need the others.

    captions: key → text. agreements: key → what CLIP said (`TrainingImage.agreement`). names:
    key → file name, to name a twin by. only: the keys that are asked about, all if None. Returns
    key → list of Finding, for captions that are there.
    """
    written = {key: text for key, text in captions.items() if text}
    asked = {key: text for key, text in written.items() if only is None or key in only}
    twins = _twins(written, yardstick.trigger)
    lengths = _lengths(asked, yardstick)
    found = {}
    for key, text in asked.items():
        found[key] = list(_findings(text, yardstick, lengths.get(key, 0)))
        if key in twins:
            found[key].append(Finding("twin", (names or {}).get(twins[key], "")))
        found[key] += _disagreements(text, (agreements or {}).get(key) or {})
    return found


def _findings(text, yardstick, tokens):
    trigger, lower = yardstick.trigger, text.casefold()
    bare = _bare(text, trigger)
    if trigger and trigger.casefold() not in lower:
        yield Finding("no-trigger", hint=trigger)
    if word := _first(_VAGUE, lower):
        yield Finding("vague", word)
    elif len(bare.split()) < MIN_WORDS and not _NOT_ENGLISH.search(text):
        yield Finding("too-short")
    if word := _first(_STYLE, bare):
        yield Finding("style-word", word)
    if word := _first(_pattern(tuple(settings.BANNED_NAMES)), lower):
        yield Finding("banned", word)
    if found := _NOT_ENGLISH.search(text):
        # The longest term, so that 骑楼街 is not taken for 骑楼.
        terms = sorted((term for term in yardstick.glossary if term in text), key=len)
        term = terms[-1] if terms else ""
        yield Finding("not-english", term or found[0], yardstick.glossary.get(term, ""))
    if yardstick.token_limit and tokens > yardstick.token_limit:
        yield Finding("too-long", f"{tokens} / {yardstick.token_limit}")


def _lengths(captions, yardstick):
    """key → tokens of its caption, counted by the base's own tokenizer."""
    if not (yardstick.token_limit and captions):
        return {}
    # A token is a byte at least, so short captions need no counting.
    limit = yardstick.token_limit
    long = [key for key, text in captions.items() if len(text.encode()) + 2 > limit]
    counts = token_count.count_many(yardstick.base, [captions[key] for key in long])
    return dict(zip(long, counts, strict=True))


def _disagreements(text, agreement):
    """What CLIP doubts, as long as it was asked about this very text."""
    if agreement.get("caption") != text:
        return
    sure = [c for c in agreement["conflicts"] if c["sure"] >= settings.CAPTION_DOUBT_SURE]
    for conflict in sure:
        yield Finding("disagrees", conflict["said"], conflict["seen"])
    if not sure and (agreement["outdone"] or 0) > OUTDONE:
        yield Finding("disagrees")


def _twins(captions, trigger):
    """key → key of another caption with the same content, whatever the order of its words."""
    same = {}
    for key, text in captions.items():
        words = re.findall(r"\w+", _bare(text, trigger))
        content = tuple(sorted({word.rstrip("s") for word in words} - _FILLERS))
        same.setdefault(content, []).append(key)
    return {
        key: keys[1] if key == keys[0] else keys[0]
        for keys in same.values()
        if len(keys) > 1
        for key in keys
    }


def _bare(text, trigger):
    """The caption without its trigger word: what it says of the picture."""
    terms = [term for term in split(text) if term.casefold() != trigger.casefold()]
    return " ".join(terms).casefold()


@lru_cache(maxsize=8)
def _pattern(words):
    """Finds any of the words; Latin ones whole, since Chinese stands unspaced. None for none."""
    if not words:
        return None
    parts = (
        rf"(?<!\w){re.escape(word.casefold())}(?!\w)"
        if word.isascii()
        else re.escape(word.casefold())
        for word in words
    )
    return re.compile("|".join(parts))


_VAGUE = _pattern(VAGUE)
_STYLE = _pattern(STYLE_WORDS)


def _first(pattern, text):
    found = pattern.search(text) if pattern else None
    return found[0] if found else ""


def word_counts(captions, trigger="", most=40):
    """[(term, count)] of the terms between commas, most frequent first; the trigger is left out."""
    counts = Counter()
    for text in captions:
        counts.update({term.casefold() for term in split(text)})
    counts.pop(trigger.casefold(), None)
    return counts.most_common(most)
