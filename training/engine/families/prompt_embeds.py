"""Prompts as a network takes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PromptEmbeds:
    """B prompts for a network.

    prompt_embeds: (B, T, D). pooled_prompt_embeds: (B, P), or None where the network takes none.
    mask: (B, T) bool, False at filling; None where all of it is read.
    """

    prompt_embeds: Tensor
    pooled_prompt_embeds: Tensor | None = None
    mask: Tensor | None = None

    def __len__(self) -> int:
        return len(self.prompt_embeds)

    def __getitem__(self, rows) -> PromptEmbeds:
        """Some of the prompts. rows: a slice or an index (K,)."""
        return self._each(lambda value: value[rows])

    def to(self, device=None, dtype=None) -> PromptEmbeds:
        """The same elsewhere, or in another number format."""

        def moved(value: Tensor) -> Tensor:
            return value.to(device=device, dtype=dtype if value.is_floating_point() else None)

        return self._each(moved)

    @classmethod
    def cat(cls, several: Sequence[PromptEmbeds]) -> PromptEmbeds:
        """Prompts of one length one below the other."""
        columns = zip(*(one._values() for one in several), strict=True)
        return cls(*(None if values[0] is None else torch.cat(values) for values in columns))

    def _each(self, change) -> PromptEmbeds:
        return PromptEmbeds(*(None if value is None else change(value) for value in self._values()))

    def _values(self) -> list[Tensor | None]:
        return [getattr(self, field.name) for field in dataclasses.fields(self)]
