"""The cached set on the device, and the numbers one step is made of."""

from dataclasses import dataclass

import torch
from torch import Tensor

from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import generator
from training.engine.data.caches import LatentSpread, TextEmbedding
from training.engine.data.dataset import Example
from training.engine.diffusion import offset_noise

SHUFFLES = 8
"""Orders of a caption's parts that are encoded beforehand; enough that none is learned."""


@dataclass(frozen=True)
class Batch:
    """What one pass through the network takes; B pictures of one shape.

    clean, noise: (B, C, h, w). levels: (B,) int64. captions: B texts.
    tokens: (B, T, D), pooled: (B, P) for SDXL; None while the text encoder is trained.
    time_ids: (B, 6) for SDXL: original height and width, crop top and left, target height, width.
    """

    clean: Tensor
    noise: Tensor
    levels: Tensor
    captions: list[str]
    tokens: Tensor | None
    pooled: Tensor | None
    time_ids: Tensor | None

    def __len__(self) -> int:
        return len(self.captions)

    def parts(self, size: int) -> list["Batch"]:
        """The batch in pieces of at most `size` pictures."""
        if size >= len(self):
            return [self]
        return [self._cut(slice(start, start + size)) for start in range(0, len(self), size)]

    def share(self, rank: int, size: int) -> "Batch":
        """Every `size`-th picture from `rank` on: what one of several processes takes."""
        return self if size == 1 else self._cut(slice(rank, None, size))

    def _cut(self, cut: slice) -> "Batch":
        values = {
            name: None if value is None else value[cut] for name, value in self.__dict__.items()
        }
        return Batch(**values)


class TrainingData:
    """Latents and caption embeddings of the set, kept on the device: a few megabytes in all."""

    def __init__(
        self,
        config: RunConfig,
        examples: list[Example],
        latents: dict[tuple[str, bool], LatentSpread],
        texts: dict[str, TextEmbedding] | None,
        levels: int,
        device: torch.device,
        with_time_ids: bool = False,
    ):
        self.config = config
        self.examples = examples
        self.device = device
        self.levels = levels
        self.captions = [caption_variants(example.caption, config) for example in examples]
        self._latents = [
            [
                (latents[e.name, side].mean.to(device), latents[e.name, side].std.to(device))
                for side in ((False, True) if config.flip else (False,))
            ]
            for e in examples
        ]
        self._tokens = None
        if texts is not None:
            self._row = {caption: i for i, caption in enumerate(texts)}
            rows = list(texts.values())
            self._tokens = torch.stack([row.tokens for row in rows]).to(device)
            pooled = [row.pooled for row in rows]
            self._pooled = None if pooled[0] is None else torch.stack(pooled).to(device)
        self._sizes = None
        if with_time_ids:
            self._sizes = [
                (e.bucket.height, e.bucket.width, 0, 0, e.bucket.height, e.bucket.width)
                for e in examples
            ]

    def batch(self, indices: list[int], step: int) -> Batch:
        """The batch of a step, all its chance drawn from (seed, step)."""
        chance = generator(self.config.seed, "step", step)
        first = self._latents[indices[0]][0][0]
        shape = (len(indices), *first.shape)
        noise = torch.randn(shape, generator=chance)
        spread = torch.randn(shape, generator=chance)
        offsets = torch.randn((*shape[:2], 1, 1), generator=chance)
        levels = torch.randint(self.levels, (len(indices),), generator=chance)
        picks = torch.rand((len(indices), 3), generator=chance).tolist()
        if self.config.noise_offset:
            noise = offset_noise(noise, offsets, self.config.noise_offset)
        chosen = []
        captions = []
        for index, (side, order, drop) in zip(indices, picks, strict=True):
            chosen.append(_pick(self._latents[index], side))
            dropped = drop < self.config.caption_dropout
            captions.append("" if dropped else _pick(self.captions[index], order))
        mean = torch.stack([mean for mean, _ in chosen])
        std = torch.stack([std for _, std in chosen])
        clean = mean + std * self._moved(spread)
        return self._batch(indices, clean, noise, levels, captions)

    def fixed_batch(self, index: int, levels: list[int]) -> Batch:
        """One picture at given noise levels with noise that never changes, for validation."""
        chance = generator(self.config.seed, "validation", self.examples[index].pixels)
        mean, _ = self._latents[index][0]
        noise = torch.randn((len(levels), *mean.shape), generator=chance)
        return self._batch(
            [index] * len(levels),
            mean.expand(len(levels), *mean.shape),
            noise,
            torch.tensor(levels),
            [self.captions[index][0]] * len(levels),
        )

    def _batch(self, indices, clean, noise, levels, captions) -> Batch:
        tokens = pooled = time_ids = None
        if self._tokens is not None:
            rows = torch.tensor([self._row[caption] for caption in captions], device=self.device)
            tokens = self._tokens[rows]
            pooled = None if self._pooled is None else self._pooled[rows]
        if self._sizes is not None:
            sizes = [self._sizes[i] for i in indices]
            time_ids = torch.tensor(sizes, dtype=torch.float32, device=self.device)
        return Batch(
            clean, self._moved(noise), self._moved(levels), captions, tokens, pooled, time_ids
        )

    def _moved(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return tensor
        # From pinned memory the copy runs beside the card's work instead of waiting for it.
        return tensor.pin_memory().to(self.device, non_blocking=True)


def caption_variants(caption: str, config: RunConfig) -> list[str]:
    """The texts a picture may be shown with: its caption, or several orders of its parts."""
    parts = [part.strip() for part in caption.split(",") if part.strip()]
    kept, loose = parts[: config.keep_tokens], parts[config.keep_tokens :]
    if not config.shuffle_captions or len(loose) < 2:
        return [caption]
    chance = generator(config.seed, "caption", caption)
    variants = [caption]
    for _ in range(SHUFFLES - 1):
        order = torch.randperm(len(loose), generator=chance).tolist()
        variants.append(", ".join(kept + [loose[i] for i in order]))
    return list(dict.fromkeys(variants))


def all_captions(examples: list[Example], config: RunConfig) -> list[str]:
    """Every text the run may need, the empty one included when captions are dropped."""
    texts = [text for e in examples for text in caption_variants(e.caption, config)]
    return [*dict.fromkeys(texts), *([""] if config.caption_dropout else [])]


def _pick(options: list, chance: float):
    return options[min(len(options) - 1, int(chance * len(options)))]
