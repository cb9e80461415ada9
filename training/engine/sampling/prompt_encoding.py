"""Prompts as the UNet takes them: in parts where they are long, with the weights of their words.

A short prompt gives exactly what the plain pipeline makes of it. A longer one is cut into parts
of the encoder's length, at a comma where one is near, and the parts' embeddings are put one after
the other: cross-attention takes any length. Nothing of a prompt is dropped.

Weights are WebUI's (prompt_weights): the embedding of each token is multiplied by its weight, and
the part is then scaled so that its mean is what it was. SDXL's two encoders are weighed each by
itself; its pooled embedding is not weighed.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from training.engine.prompts import word_weights

_NO_MEAN = 1e-4  # share of the spread: a mean below it is rounding, and dividing by it noise
_COMMA_WITHIN = 20  # tokens before a part's end in which a comma is looked for


@dataclass(frozen=True)
class Conditioning:
    """A prompt for the UNet. tokens: (1, parts · limit, D); pooled: (1, P) for SDXL, else None."""

    tokens: torch.Tensor
    pooled: torch.Tensor | None = None


Token = tuple[int, float]  # its id and its weight


def split_prompt(tokenizer, prompt: str, limit: int) -> list[list[int]]:
    """The token ids of a prompt without its end marks, in parts of at most limit - 2; one or more.

    limit: tokens the text encoder reads at once, both end marks included.
    """
    return [[token for token, _ in part] for part in _parts(tokenizer, prompt, limit)]


def _parts(tokenizer, prompt: str, limit: int) -> list[list[Token]]:
    """As split_prompt, with weights; a BREAK ends a part. Raises those of prompt_weights.read."""
    commas = set(tokenizer.convert_tokens_to_ids([",</w>", ","]))
    parts = []
    for runs in word_weights.read(prompt):
        tokens = []
        for run in runs:
            ids = tokenizer(run.text, truncation=False, verbose=False)["input_ids"][1:-1]
            tokens += [(token, run.weight) for token in ids]
        parts += _cut(tokens, limit - 2, commas)
    return parts


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


@torch.inference_mode()
def encode(pipe, prompt: str, limit: int) -> Conditioning:
    """The conditioning of one prompt on a Stable Diffusion 1.x or XL pipeline."""
    parts = _parts(pipe.tokenizer, prompt, limit)
    found = [_encode_part(pipe, part, limit) for part in parts]
    # The pooled embedding stands for the picture as a whole; the first part names its subject.
    return Conditioning(torch.cat([part.tokens for part in found], 1), found[0].pooled)


def alike_long(pipe, values: list[Conditioning], limit: int) -> list[Conditioning]:
    """All with the length of the longest: the shorter are filled up with empty parts."""
    longest = max(value.tokens.shape[1] for value in values)
    return [_filled(pipe, value, longest, limit) for value in values]


def _filled(pipe, value: Conditioning, length: int, limit: int) -> Conditioning:
    missing = (length - value.tokens.shape[1]) // limit
    if not missing:
        return value
    empty = _encode_part(pipe, [], limit).tokens
    return Conditioning(torch.cat([value.tokens, *[empty] * missing], 1), value.pooled)


@torch.inference_mode()
def _encode_part(pipe, tokens: list[Token], limit: int) -> Conditioning:
    ids, weights = [token for token, _ in tokens], [weight for _, weight in tokens]
    if not hasattr(pipe, "text_encoder_2"):
        encoder = pipe.text_encoder
        read = encoder(_framed(pipe.tokenizer, ids, limit, encoder))[0]
        return Conditioning(_weighed(read, weights))
    first = pipe.text_encoder(
        _framed(pipe.tokenizer, ids, limit, pipe.text_encoder), output_hidden_states=True
    )
    second = pipe.text_encoder_2(
        _framed(pipe.tokenizer_2, ids, limit, pipe.text_encoder_2), output_hidden_states=True
    )
    # SDXL was trained on the last layer but one of both encoders.
    read = [_weighed(one.hidden_states[-2], weights) for one in (first, second)]
    return Conditioning(torch.cat(read, -1), second[0])


def _weighed(read: torch.Tensor, weights: list[float]) -> torch.Tensor:
    """Embeddings (1, limit, D), each token's times its weight, their mean kept as it was.

    weights: of the tokens behind the start mark; end marks and padding count 1.
    """
    if all(weight == 1 for weight in weights):
        return read
    whole = read.float()
    factors = torch.ones(whole.shape[1], device=read.device)
    factors[1 : len(weights) + 1] = torch.tensor(weights, device=read.device)
    heavier = whole * factors[None, :, None]
    if abs(whole.mean()) > _NO_MEAN * whole.std():
        heavier *= whole.mean() / heavier.mean()
    return heavier.to(read.dtype)


def _framed(tokenizer, ids: list[int], limit: int, encoder) -> torch.Tensor:
    """(1, limit) int64: a part between its end marks, filled up as the tokenizer would."""
    whole = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
    whole += [tokenizer.pad_token_id] * (limit - len(whole))
    return torch.tensor([whole], device=encoder.device)
