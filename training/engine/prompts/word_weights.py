r"""How much each word of a prompt counts, as WebUI writes it.

`(word)` counts 1.1 times, `[word]` 1 / 1.1 times, `(word:1.3)` 1.3 times; brackets inside brackets
multiply; `\(` is a bracket that is read as it stands; a bracket that is never closed acts to the
end; BREAK begins a new part. What WebUI knows beyond that is refused by name.
The rules: https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from training.engine.errors import EngineError

STEP = 1.1  # what one pair of brackets multiplies by
MOST = 10.0  # a weight beyond it only makes noise
_BREAK = re.compile(r"\bBREAK\b")
_AND = re.compile(r"\bAND\b")
_SIGNS = re.compile(r"\\.?|[()\[\]]|[:|]|[^\\()\[\]:|]+", re.DOTALL)
_SHUTS = {")": "(", "]": "["}
_WEIGHT = re.compile(r":\s*([+-]?[0-9.]+)\s*(?=\))")
_UNOPENED = re.compile(r":\s*([+-]?[0-9]*\.[0-9]+)\s*(?=\))")
_TAIL = re.compile(
    r"(?P<colon>[:：])\s*(?P<number>[+-]?\d*[.,。·]\s?\d+|[+-]?\d)\s*(?P<shut>[)）])"
)
_BEHIND = re.compile(  # where InvokeAI has it
    r"\((?P<text>[^()]*)\)(?P<number>[+-]?\d*\.\d+|\+{1,5}|-{1,5})(?=[\s,]|$)"
)
_UNSHUT = re.compile(r"\((?P<text>[^()]*):\s*(?P<number>[+-]?\d*\.\d+)\s*(?=,|$)")
_WORD = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_")
_FAR = 400  # signs back in which a bracket's beginning is looked for


@dataclass(frozen=True)
class Words:
    """A run of the prompt that counts equally much; 1 is as usual."""

    text: str
    weight: float = 1.0


def read(prompt: str) -> list[list[Words]]:
    """The prompt's words with their weights, in the parts between its BREAKs; one or more.

    Raises EngineError: prompt-alternating, prompt-scheduled, prompt-composed,
    prompt-weight-like, prompt-weight-impossible, prompt-brackets-crossed.
    """
    if not is_weighted(prompt):
        return [[Words(prompt)]]
    if _AND.search(prompt):
        raise EngineError("prompt-composed", form="AND")
    if slip := _slip(prompt):
        raise slip
    reader = _Reader(prompt)
    parts: list[list[Words]] = [[]]
    for text, weight in reader.runs():
        first, *others = _BREAK.split(text)
        _add(parts[-1], first, weight)
        for other in others:
            parts.append([])
            _add(parts[-1], other.lstrip(), weight)
    return parts if parts[-1] or len(parts) == 1 else parts[:-1]


def is_weighted(prompt: str) -> bool:
    """Whether any of the signs stands in the prompt; one without is read as it stands."""
    return bool(re.search(r"[()\[\]\\（）]|\bBREAK\b|\bAND\b", prompt))


def words_of(prompt: str) -> str:
    """The words that a text encoder reads, without what weighs them."""
    return " ".join("".join(run.text for run in part) for part in read(prompt)).strip()


def as_read(prompt: str) -> tuple:
    """Equal for prompts that an encoder reads alike: the words of each part, with their weights.

    Capitals, spaces and brackets that weigh nothing make no difference; one that can't be read
    counts as it stands.
    """
    try:
        parts = read(prompt)
    except EngineError:
        return (prompt,)
    words = [[(tuple(_WORD.findall(run.text.lower())), run.weight) for run in p] for p in parts]
    return tuple(tuple(run for run in part if run[0]) for part in words)


def literal(text: str) -> str:
    """A prompt that is read as this text stands: a trigger, a caption."""
    escaped = re.sub(r"(?<!\\)[()\[\]]", r"\\\g<0>", text)
    # Encoders read small letters anyway, so this takes the meaning and leaves the word.
    return re.sub(r"\b(?:BREAK|AND)\b", lambda match: match[0].lower(), escaped)


def _add(part: list[Words], text: str, weight: float) -> None:
    if text and part and part[-1].weight == weight:
        part[-1] = Words(part[-1].text + text, weight)
    elif text:
        part.append(Words(text, weight))


class _Reader:
    """One pass over the signs of a prompt that finds each bracket's factor, one that applies it."""

    def __init__(self, prompt: str):
        self.prompt = prompt
        self.signs = list(_SIGNS.finditer(prompt))
        self.factors: dict[int, float] = {}  # by the number of the opening sign
        self.closes: set[int] = set()
        self.silent: set[int] = set()  # signs that are part of a weight
        self._pair()

    def runs(self):
        """(text, weight) of every sign that is read."""
        weights = [1.0]
        for number, sign in enumerate(self.signs):
            if number in self.factors:
                weights.append(weights[-1] * self.factors[number])
                if abs(weights[-1]) > MOST:
                    raise self._impossible(number, weights[-1])
            elif number in self.closes:
                weights.pop()
            elif number not in self.silent:
                yield sign[0].removeprefix("\\"), weights[-1]

    def _pair(self) -> None:
        opened: list[int] = []
        there = {"(": 0, "[": 0}  # how many of each are open
        weighed = None  # the factor that a closing bracket finds before it
        for number, sign in enumerate(self.signs):
            text = sign[0]
            if text in there:
                opened.append(number)
                there[text] += 1
                self.factors[number] = STEP if text == "(" else 1 / STEP
            elif text in _SHUTS:
                if there[_SHUTS[text]]:  # without its opening one it is read as it stands
                    self._close(opened, text, number, weighed)
                    there[_SHUTS[text]] -= 1
                weighed = None
            elif text in (":", "|") and opened:
                weighed = self._inner(opened[-1], number, text)
            elif text == ":" and (match := _UNOPENED.match(self.prompt, sign.start())):
                raise _like(self.prompt[: match.end() + 1], self.prompt[: sign.start()], match[1])

    def _close(self, opened: list[int], text: str, number: int, weighed: float | None) -> None:
        opening = opened.pop()
        if self.signs[opening][0] != _SHUTS[text]:
            raise EngineError("prompt-brackets-crossed", form=self._shown(opening))
        if weighed is not None:
            self.factors[opening] = weighed
        self.closes.add(number)

    def _inner(self, opening: int, number: int, text: str) -> float | None:
        """The weight that a colon in brackets tells; None for a colon that is read."""
        if self.signs[opening][0] == "[":
            code = "prompt-alternating" if text == "|" else "prompt-scheduled"
            raise EngineError(code, form=self._shown(opening))
        match = _WEIGHT.match(self.prompt, self.signs[number].start())
        if text == "|" or not match:
            return None
        try:
            weight = float(match[1])
        except ValueError as error:  # 1.2.3
            raise self._impossible(opening, match[1]) from error
        self.silent |= {number, number + 1}
        return weight

    def _impossible(self, opening: int, weight) -> EngineError:
        written = weight if isinstance(weight, str) else f"{weight:g}"
        return EngineError(
            "prompt-weight-impossible", form=self._shown(opening), weight=written, most=f"{MOST:g}"
        )

    def _shown(self, opening: int) -> str:
        """The form as it is typed, from its opening bracket on."""
        rest = self.prompt[self.signs[opening].start() :]
        end = rest.find({"(": ")", "[": "]"}[rest[0]]) + 1 or len(rest)
        return rest[:end] if end <= 60 else rest[:59] + "…"


def _slip(prompt: str) -> EngineError | None:
    """The refusal of what was meant as a weight and would be read as words."""
    plain = re.sub(r"\\.", "--", prompt)
    for match in _TAIL.finditer(plain):
        opening = _opening(plain, match.start())
        if opening is None or plain[match.start() - 1].isdigit():  # 16:9
            continue
        signs = plain[opening] + match["colon"] + match["shut"]
        if signs != "(:)" or not re.fullmatch(r"[+-]?[0-9.]+", match["number"]):
            text = plain[opening + 1 : match.start()]
            return _like(plain[opening : match.end()], text, match["number"])
    for pattern in (_BEHIND, _UNSHUT):
        for match in pattern.finditer(plain):
            return _like(match[0], match["text"], match["number"])
    return None


def _opening(text: str, end: int) -> int | None:
    """Where the round bracket begins, of either width, that is still open at `end`."""
    shut = 0
    for at in range(end - 1, max(-1, end - _FAR), -1):
        if text[at] in ")）":
            shut += 1
        elif text[at] in "(（":
            if not shut:
                return at
            shut -= 1
    return None


def _like(form: str, text: str, number: str) -> EngineError:
    suggestion = f"({text.strip()}:{_number(number)})"
    return EngineError("prompt-weight-like", form=form.strip(), meant=suggestion)


def _number(text: str) -> str:
    if set(text) <= {"+"} or set(text) <= {"-"}:
        return f"{STEP ** (len(text) if '+' in text else -len(text)):.2g}"
    return re.sub(r"[,。·]\s?", ".", unicodedata.normalize("NFKC", text))
