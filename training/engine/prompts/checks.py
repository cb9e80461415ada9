"""Whether a prompt can be read whole, asked before anything is loaded; and captions as prompts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from training.engine.errors import EngineError, raise_faults
from training.engine.prompts import letters, style_tags, word_weights
from training.engine.prompts.letters import has_halves


def check(prompt: str, negative: str = "") -> None:
    """Raise an EngineError for prompts of which something would be neither used nor read.

    prompt-empty, prompt-not-text, prompt-tag-here, prompt-tag-in-negative, those of
    prompt_weights.read.
    """
    check_part(prompt)
    check_negative(negative)
    if not letters.visible(word_weights.words_of(prompt)):
        raise EngineError("prompt-empty")


def check_part(words: str) -> None:
    """As `check`, for a piece of a prompt, which may be empty."""
    _refuse_bytes(words)
    style_tags.refuse_tags(words, "prompt-tag-here")
    word_weights.read(words)


def check_negative(negative: str) -> None:
    """As `check`, for a negative prompt, which may be empty."""
    _refuse_bytes(negative)
    style_tags.refuse_tags(negative, "prompt-tag-in-negative")
    word_weights.read(negative)


def _refuse_bytes(words: str) -> None:
    """A terminal in another encoding than UTF-8 hands over bytes, which Python keeps as halves."""
    if has_halves(words):
        raise EngineError("prompt-not-text")


def check_samples(prompts: Sequence[str]) -> None:
    """Raise every fault of a run's sample prompts together, so that none shows at a save.

    An empty one is let be: it is told of at the save, and the run goes on.
    """
    faults = []
    for prompt in prompts:
        try:
            check_part(prompt)
        except EngineError as fault:
            faults.append(EngineError(fault.code, **fault.facts, key="sample_prompts"))
    raise_faults(faults)


def as_prompt(caption: str) -> str:
    """A prompt that is read as this caption was learned: nothing in it weighs or calls a style."""
    try:
        style_tags.refuse_tags(caption, "prompt-tag-here")
    except EngineError:
        caption = re.sub(r"[<>＜＞:：∶]+", " ", caption)
    return word_weights.literal(caption)
