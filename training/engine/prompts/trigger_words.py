"""The words that call a style: whether a caption has them, putting them in, taking them out.

One rule for all who ask. Words stand between borders, so that “a pink car” has no “ink”; Chinese,
Japanese and Korean stand unspaced, so beside them there is no border to look for.
"""

import re
from functools import lru_cache

from training.engine.errors import EngineError
from training.engine.prompts import letters, separators, style_tags

# A letter, digit or underscore of a script that puts blanks between words.
_SPACED = r"[^\W\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
_IS_SPACED = re.compile(_SPACED)
# What other tools' captions hold where the trigger is to stand.
PLACEHOLDER = re.compile(r"\[(?:trigger|name)\]", re.IGNORECASE)


def check(trigger_words: str, key: str) -> None:
    """Raise EngineError("trigger-words-bad") for what can't stand in captions and in prompts.

    key: the option or setting that gave the words.
    """
    reason = "control-letters" if letters.has_control(trigger_words) else ""
    try:
        style_tags.refuse_tags(trigger_words, "prompt-tag-here")
    except EngineError:
        reason = reason or "style-tag"
    if reason:
        words = letters.printable(trigger_words)
        raise EngineError("trigger-words-bad", key=key, words=words, reason=reason)


def has_trigger(caption: str, trigger_words: str) -> bool:
    """Whether the caption holds the trigger words, each as a word of its own, in any case."""
    return all(_pattern(term).search(caption) for term in _terms(trigger_words))


def has_placeholder(caption: str) -> bool:
    """Whether a trigger has still to be written into the caption (`[trigger]` of other tools)."""
    return PLACEHOLDER.search(caption) is not None


def with_placeholder_filled(caption: str, trigger_words: str) -> str:
    """The caption with the trigger words in place of `[trigger]`; the same without either."""
    filled = has_placeholder(caption) and _terms(trigger_words)
    return with_trigger(caption, trigger_words) if filled else caption


def with_trigger(caption: str, trigger_words: str) -> str:
    """The caption with the trigger words: in place of `[trigger]`, else in front if lacking."""
    terms = _terms(trigger_words)
    if not terms:
        return caption
    caption = PLACEHOLDER.sub(lambda _match: ", ".join(terms), caption)
    lacking = [term for term in terms if not _pattern(term).search(caption)]
    return ", ".join([*lacking, caption] if letters.visible(caption) else lacking)


def without_trigger(caption: str, trigger_words: str) -> str:
    """What the caption says of the picture: its terms without the trigger words."""
    triggers = {term.casefold() for term in _terms(trigger_words)}
    terms = map(letters.one_line, PLACEHOLDER.sub("", caption).split(","))
    return ", ".join(term for term in terms if term and term.casefold() not in triggers)


def _terms(trigger_words: str) -> list[str]:
    return separators.terms(trigger_words)


@lru_cache(maxsize=1000)
def _pattern(term: str) -> re.Pattern:
    words = r"\s+".join(map(re.escape, term.split()))
    left = rf"(?<!{_SPACED})" if _IS_SPACED.match(term[0]) else ""
    right = rf"(?!{_SPACED})" if _IS_SPACED.match(term[-1]) else ""
    return re.compile(f"{left}{words}{right}", re.IGNORECASE)
