"""Prompts for CLIP: in parts where they are long, with the weights of their words.

A short prompt gives exactly what the plain pipeline makes of it. A longer one is cut into parts
of the encoder's length, at a comma where one is near, and the parts' embeddings are put one after
the other: cross-attention takes any length. Nothing of a prompt is dropped.

Weights are WebUI's (word_weights): the embedding of each token is multiplied by its weight, and
the part is then scaled so that its mean is what it was. XL's two encoders are weighed each by
itself; its pooled embedding is not weighed.
"""

from __future__ import annotations

import torch

from training.engine.prompts import word_weights

_NO_MEAN = 1e-4  # share of the spread: a mean below it is rounding, and dividing by it noise
_COMMA_WITHIN = 20  # tokens before a part's end in which a comma is looked for

Token = tuple[int, float]  # its id and its weight


def parts_of(tokenizer, prompt: str, limit: int) -> list[list[Token]]:
    """The tokens of a prompt without its end marks, in parts of at most limit - 2; one or more.

    limit: tokens the text encoder reads at once, both end marks included. A BREAK ends a part.
    Raises what word_weights.read raises.
    """
    commas = set(tokenizer.convert_tokens_to_ids([",</w>", ","]))
    parts = []
    for runs in word_weights.read(prompt):
        tokens = []
        for run in runs:
            ids = tokenizer(run.text, truncation=False, verbose=False)["input_ids"][1:-1]
            tokens += [(token, run.weight) for token in ids]
        parts += _cut(tokens, limit - 2, commas)
    return parts


def weighed(hidden: torch.Tensor, part: list[Token]) -> torch.Tensor:
    """Embeddings (1, limit, D) of a part, each token's times its weight, their mean as it was.

    End marks and filling count 1.
    """
    weights = [weight for _, weight in part]
    if all(weight == 1 for weight in weights):
        return hidden
    whole = hidden.float()
    factors = torch.ones(whole.shape[1], device=hidden.device)
    factors[1 : len(weights) + 1] = torch.tensor(weights, device=hidden.device)
    heavier = whole * factors[None, :, None]
    if abs(whole.mean()) > _NO_MEAN * whole.std():
        heavier *= whole.mean() / heavier.mean()
    return heavier.to(hidden.dtype)


def framed(tokenizer, part: list[Token], limit: int, encoder) -> torch.Tensor:
    """(1, limit) int64: a part between its end marks, filled up as the tokenizer would."""
    whole = [tokenizer.bos_token_id, *(token for token, _ in part), tokenizer.eos_token_id]
    whole += [tokenizer.pad_token_id] * (limit - len(whole))
    return torch.tensor([whole], device=encoder.device)


def _cut(tokens: list[Token], room: int, commas: set[int]) -> list[list[Token]]:
    parts = []
    while len(tokens) > room:
        cut = room
        for at in range(room, max(0, room - _COMMA_WITHIN), -1):
            if tokens[at - 1][0] in commas:
                cut = at
                break
        parts.append(tokens[:cut])
        tokens = tokens[cut:]
    return [*parts, tokens]
