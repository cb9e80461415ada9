"""Prompts as a network takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        return cls(
            torch.cat([one.prompt_embeds for one in several]),
            _cat([one.pooled_prompt_embeds for one in several]),
            _cat([one.mask for one in several]),
        )

    def _each(self, change: Callable[[Tensor], Tensor]) -> PromptEmbeds:
        pooled, mask = self.pooled_prompt_embeds, self.mask
        return PromptEmbeds(
            change(self.prompt_embeds),
            None if pooled is None else change(pooled),
            None if mask is None else change(mask),
        )


def _cat(values: Sequence[Tensor | None]) -> Tensor | None:
    """The tensors one below the other; None where the network takes none of the kind."""
    present = [value for value in values if value is not None]
    return torch.cat(present) if present else None
