"""What can go wrong that a person can mend: one English sentence per code.

`EngineError("image-unreadable", name="a.jpg")` carries its code and its facts (JSON-able values);
`str(error)` is the sentence of SENTENCES with the facts filled in. The Django app translates the
same sentences; there is no second wording. Each subject has its file here.
"""

from training.engine.errors import (
    bases,
    brand,
    bundles,
    captions,
    configuration,
    folders,
    images,
    leaving,
    lora,
    prompts,
    rendering,
    training,
)
from training.engine.fault_reasons import Counted, in_words

SENTENCES: dict[str, str] = {
    **configuration.SENTENCES,
    **folders.SENTENCES,
    **captions.SENTENCES,
    **images.SENTENCES,
    **lora.SENTENCES,
    **bases.SENTENCES,
    **bundles.SENTENCES,
    **prompts.SENTENCES,
    **rendering.SENTENCES,
    **leaving.SENTENCES,
    **brand.SENTENCES,
    **training.SENTENCES,
}


class EngineError(Exception):
    """A fault that a person can mend: `.code`, `.facts` and, as str(), the English sentence.

    Raises KeyError when made with a code that has no sentence (a caller's mistake).
    """

    def __init__(self, code: str, **facts):
        self.code = code
        self.facts = facts
        super().__init__(filled(SENTENCES[code], facts))

    def __reduce__(self):
        return _rebuild, (type(self), self.code, self.facts)

    def to_json(self) -> dict:
        """A JSON-able form: {"code", "facts", "sentence"}."""
        return {"code": self.code, "facts": self.facts, "sentence": str(self)}


class EngineErrors(EngineError):
    """Several faults found in one look; `.errors` lists them, in the order found."""

    def __init__(self, errors: list[EngineError]):
        self.errors = list(errors)
        super().__init__(
            "several-faults",
            count=len(self.errors),
            summary=" ".join(str(error) for error in self.errors[:3]),
            faults=[{"code": error.code, "facts": error.facts} for error in self.errors],
        )

    def __reduce__(self):
        return EngineErrors, (self.errors,)


def raise_faults(errors: list[EngineError]) -> None:
    """Raise what was found: nothing for none, the fault itself for one, EngineErrors for more."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise EngineErrors(errors)


def each_fault(error: EngineError) -> list[EngineError]:
    """The single faults behind an error: one, or those an EngineErrors gathers."""
    return error.errors if isinstance(error, EngineErrors) else [error]


def filled(sentence: str, facts: dict) -> str:
    """The sentence with its facts, singular where it counts one, a named reason in words."""
    if isinstance(sentence, Counted) and facts.get(sentence.by) == 1:
        sentence = sentence.one
    if "reason" in facts:
        facts = {**facts, "reason": in_words(facts["reason"])}
    return sentence.format_map(_Facts(facts))


class _Facts(dict):
    """A fact that was not given shows as “?”, so that a message never hides behind a KeyError."""

    def __missing__(self, key):
        return "?"


def _rebuild(kind, code, facts):
    return kind(code, **facts)
