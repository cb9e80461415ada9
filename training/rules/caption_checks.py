"""What is doubtful about captions, found without a network: fast enough for every page view."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext, gettext_noop

from training.engine import families
from training.engine.prompts.trigger_words import has_trigger, without_trigger
from training.rules.caption_edits import split

MIN_WORDS = 4  # besides the trigger word; fewer leave everything in the picture to the style
KEPT = 20_000  # captions whose findings are remembered
OUTDONE = 0.5  # share of the other captions that may fit a picture better than its own
# Greek, Cyrillic, Arabic, Thai and their neighbours; then Chinese, Japanese and Korean.
_NOT_ENGLISH = re.compile(
    r"[\u0370-\u1cff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0002ffff]+"
)

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
    included; 0 skips the check. family, base: of the base, whose own tokenizer counts, and its
    path. glossary: Chinese term → English phrase.
    """

    trigger: str = ""
    token_limit: int = 0
    family: str = families.BUNDLED
    base: str = ""
    glossary: dict = field(default_factory=dict)


def check_captions(captions, yardstick, agreements=None, names=None, only=None):
    """Findings for many captions together, since twins need the others.

    captions: key → text. agreements: key → what CLIP said (`TrainingImage.agreement`). names:
    key → file name, to name a twin by. only: the keys that are asked about, all if None. Returns
    key → list of Finding, for captions that are there.
    """
    texts = {key: text for key, text in captions.items() if text}
    twins = _twins(texts, yardstick.trigger)
    glossary, banned = tuple(yardstick.glossary.items()), tuple(settings.BANNED_NAMES)
    findings = {}
    for key, text in texts.items():
        if only is not None and key not in only:
            continue
        findings[key] = list(_own_findings(text, yardstick.trigger, glossary, banned))
        if tokens := _too_many(text, yardstick):
            findings[key].append(Finding("too-long", f"{tokens} / {yardstick.token_limit}"))
        if key in twins:
            findings[key].append(Finding("twin", (names or {}).get(twins[key], "")))
        findings[key] += _disagreements(text, (agreements or {}).get(key) or {})
    return findings


# Remembered, since a page asks about thousands of captions of which hardly one has changed.
@lru_cache(maxsize=KEPT)
def _own_findings(text, trigger, glossary, banned):
    """What can be said of a caption by itself: a tuple of Finding."""
    return tuple(_findings(text, trigger, dict(glossary), banned))


def _findings(text, trigger, glossary, banned):
    lower = text.casefold()
    bare = " ".join(_bare(text, trigger))
    if trigger and not has_trigger(text, trigger):
        yield Finding("no-trigger", hint=trigger)
    if word := _first(VAGUE, lower):
        yield Finding("vague", word)
    elif len(bare.split()) < MIN_WORDS and not _NOT_ENGLISH.search(text):
        yield Finding("too-short")
    if word := _first(STYLE_WORDS, bare):
        yield Finding("style-word", word)
    if word := _banned(text, banned):
        yield Finding("banned", word)
    if match := _NOT_ENGLISH.search(text):
        # The longest term, so that 骑楼街 is not taken for 骑楼.
        term = max((term for term in glossary if term in text), key=len, default="")
        yield Finding("not-english", term or match[0], glossary.get(term, ""))


def banned_name(text):
    """The first of BANNED_NAMES that the text holds, as the setting writes it; "" for none."""
    return _banned(text, settings.BANNED_NAMES)


def _banned(text, names):
    # Wide letters and an s at the end call up the same car.
    return _first(names, unicodedata.normalize("NFKC", text).casefold(), ending="(?:['’]?s)?")


def not_english(text):
    """The runs of signs in the text that no English word has, each once, in their order."""
    return list(dict.fromkeys(_NOT_ENGLISH.findall(text)))


def _too_many(text, yardstick):
    """Tokens of a caption that is over the limit, by the base's own tokenizer; else 0."""
    limit = yardstick.token_limit
    # A token is a byte at least, so short captions need no counting.
    if not limit or len(text.encode()) + 2 <= limit:
        return 0
    tokens = _tokens(yardstick.family, yardstick.base, text)
    return tokens if tokens > limit else 0


@lru_cache(maxsize=KEPT)
def _tokens(family, base, text):
    return families.of(family).count_tokens(base, text)


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
    same: dict[frozenset, list] = {}
    for key, text in captions.items():
        same.setdefault(_content(text, trigger), []).append(key)
    return {
        key: keys[1] if key == keys[0] else keys[0]
        for keys in same.values()
        if len(keys) > 1
        for key in keys
    }


@lru_cache(maxsize=KEPT)
def _content(text, trigger):
    """The words that say something, in no order."""
    words = re.findall(r"\w+", " ".join(_bare(text, trigger)))
    return frozenset({word.rstrip("s") for word in words} - _FILLERS)


@lru_cache(maxsize=KEPT)
def _bare(text, trigger):
    """The caption's terms without its trigger word: what it says of the picture."""
    return tuple(term.casefold() for term in split(without_trigger(text, trigger)))


def _first(words, text, ending=""):
    """The first of the words that is in the text, Latin ones whole; "" where none is.

    ending: a pattern of what may follow a Latin one.
    """
    for word in words:
        folded = word.casefold()
        # Looked for as it is first: a pattern takes fifty times as long.
        if folded in text and (not word.isascii() or _whole(folded, ending).search(text)):
            return word
    return ""


@lru_cache(maxsize=1000)
def _whole(word, ending):
    return re.compile(rf"(?<!\w){re.escape(word)}{ending}(?!\w)")


def word_counts(captions, trigger="", most=40):
    """[(term, count)] of the terms between commas, most frequent first; the trigger is left out."""
    counts: Counter[str] = Counter()
    for text in captions:
        counts.update(dict.fromkeys(_bare(text, trigger), 1))
    return counts.most_common(most)
