"""Prompts as the UNet takes them: read in parts where they are longer than the text encoder reads.

A short prompt gives exactly what the plain pipeline makes of it. A longer one is cut into parts
of the encoder's length, at a comma where one is near, and the parts' embeddings are put one after
the other: cross-attention takes any length. Nothing of a prompt is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

_COMMA_WITHIN = 20  # tokens before a part's end in which a comma is looked for


@dataclass(frozen=True)
class Conditioning:
    """A prompt for the UNet. tokens: (1, parts · limit, D); pooled: (1, P) for SDXL, else None."""

    tokens: torch.Tensor
    pooled: torch.Tensor | None = None


def split_prompt(tokenizer, prompt: str, limit: int) -> list[list[int]]:
    """The token ids of a prompt without its end marks, in parts of at most limit - 2; one or more.

    limit: tokens the text encoder reads at once, both end marks included.
    """
    ids = tokenizer(prompt, truncation=False, verbose=False)["input_ids"][1:-1]
    commas = set(tokenizer.convert_tokens_to_ids([",</w>", ","]))
    room = limit - 2
    parts = []
    while len(ids) > room:
        cut = room
        for at in range(room, max(0, room - _COMMA_WITHIN), -1):
            if ids[at - 1] in commas:
                cut = at
                break
        parts.append(ids[:cut])
        ids = ids[cut:]
    return [*parts, ids]


@torch.inference_mode()
def encode(pipe, prompt: str, limit: int) -> Conditioning:
    """The conditioning of one prompt on a Stable Diffusion 1.x or XL pipeline."""
    parts = split_prompt(pipe.tokenizer, prompt, limit)
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
def _encode_part(pipe, ids: list[int], limit: int) -> Conditioning:
    if not hasattr(pipe, "text_encoder_2"):
        encoder = pipe.text_encoder
        return Conditioning(encoder(_framed(pipe.tokenizer, ids, limit, encoder))[0])
    first = pipe.text_encoder(
        _framed(pipe.tokenizer, ids, limit, pipe.text_encoder), output_hidden_states=True
    )
    second = pipe.text_encoder_2(
        _framed(pipe.tokenizer_2, ids, limit, pipe.text_encoder_2), output_hidden_states=True
    )
    # SDXL was trained on the last layer but one of both encoders.
    tokens = torch.cat([first.hidden_states[-2], second.hidden_states[-2]], -1)
    return Conditioning(tokens, second[0])


def _framed(tokenizer, ids: list[int], limit: int, encoder) -> torch.Tensor:
    """(1, limit) int64: a part between its end marks, filled up as the tokenizer would."""
    whole = [tokenizer.bos_token_id, *ids, tokenizer.eos_token_id]
    whole += [tokenizer.pad_token_id] * (limit - len(whole))
    return torch.tensor([whole], device=encoder.device)
