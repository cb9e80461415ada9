"""The cached set on the device, and the numbers one step is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import make_generator
from training.engine.data.dataset import Example
from training.engine.diffusion import Objective, offset_noise
from training.engine.families.diffusion_model import LatentSpread
from training.engine.families.prompt_embeds import PromptEmbeds

SHUFFLES = 8
"""Orders of a caption's parts that are encoded beforehand; enough that none is learned."""


@dataclass(frozen=True)
class Batch:
    """What one pass through the network takes; B images of one shape.

    latents, noise: (B, C, h, w). timesteps: (B,). captions: B texts.
    prompts: their embeddings; None while the text encoder is trained.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    captions: list[str]
    prompts: PromptEmbeds | None

    def __len__(self) -> int:
        return len(self.captions)

    def micro_batches(self, size: int) -> list["Batch"]:
        """The batch in parts of at most `size` images."""
        if size >= len(self):
            return [self]
        return [self._cut(slice(start, start + size)) for start in range(0, len(self), size)]

    def share(self, rank: int, size: int) -> "Batch":
        """Every `size`-th image from `rank` on: what one of several processes takes."""
        return self if size == 1 else self._cut(slice(rank, None, size))

    def _cut(self, cut: slice) -> "Batch":
        return Batch(
            self.latents[cut],
            self.noise[cut],
            self.timesteps[cut],
            self.captions[cut],
            None if self.prompts is None else self.prompts[cut],
        )


@dataclass(frozen=True)
class CaptionEmbeds:
    """The texts of a run as its text encoders read them. prompts: of captions, row by row."""

    captions: list[str]
    prompts: PromptEmbeds


class TrainingData:
    """Latents and caption embeddings of the set, kept on the device: a few megabytes in all.

    latents: by an image's name and whether it is mirrored. embeds: of all texts the run may need;
    None while the text encoder is trained.
    """

    def __init__(
        self,
        config: RunConfig,
        examples: list[Example],
        latents: dict[tuple[str, bool], LatentSpread],
        embeds: CaptionEmbeds | None,
        objective: Objective,
        device: torch.device,
    ):
        self.config = config
        self.examples = examples
        self.device = device
        self.objective = objective
        self.captions = [caption_variants(example.caption, config) for example in examples]
        self._latents = [
            [
                (latents[e.name, side].mean.to(device), latents[e.name, side].std.to(device))
                for side in ((False, True) if config.flip else (False,))
            ]
            for e in examples
        ]
        self._prompts = None
        if embeds is not None:
            self._row = {caption: i for i, caption in enumerate(embeds.captions)}
            self._prompts = embeds.prompts.to(device)

    def batch(self, indices: list[int], step: int) -> Batch:
        """The batch of a step, all of it drawn from (seed, step)."""
        generator = make_generator(self.config.seed, "step", step)
        first = self._latents[indices[0]][0][0]
        shape = (len(indices), *first.shape)
        noise = torch.randn(shape, generator=generator)
        spread = torch.randn(shape, generator=generator)
        offsets = torch.randn((*shape[:2], 1, 1), generator=generator)
        timesteps = self.objective.draw_timesteps(shape, generator)
        picks = torch.rand((len(indices), 3), generator=generator).tolist()
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
        return self._batch(mean + std * self._moved(spread), noise, timesteps, captions)

    def fixed_batch(self, index: int, shares: Sequence[float]) -> Batch:
        """One image at these shares of the way to noise, with noise that never changes."""
        pixels = self.examples[index].pixels
        generator = make_generator(self.config.seed, "validation", pixels)
        mean, _ = self._latents[index][0]
        noise = torch.randn((len(shares), *mean.shape), generator=generator)
        timesteps = self.objective.fixed_timesteps(shares, mean.shape)
        captions = [self.captions[index][0]] * len(shares)
        return self._batch(mean.expand(len(shares), *mean.shape), noise, timesteps, captions)

    def _batch(self, latents: Tensor, noise: Tensor, timesteps: Tensor, captions) -> Batch:
        prompts = None
        if self._prompts is not None:
            rows = [self._row[caption] for caption in captions]
            prompts = self._prompts[torch.tensor(rows, device=self.device)]
        return Batch(latents, self._moved(noise), self._moved(timesteps), captions, prompts)

    def _moved(self, tensor: Tensor) -> Tensor:
        if self.device.type == "cpu":
            return tensor
        # From pinned memory the copy runs beside the card's work instead of waiting for it.
        return tensor.pin_memory().to(self.device, non_blocking=True)


def caption_variants(caption: str, config: RunConfig) -> list[str]:
    """The texts a picture may be shown with: its caption, or several orders of its parts."""
    parts = [part.strip() for part in caption.split(",") if part.strip()]
    fixed, loose = parts[: config.keep_tokens], parts[config.keep_tokens :]
    if not config.shuffle_captions or len(loose) < 2:
        return [caption]
    generator = make_generator(config.seed, "caption", caption)
    variants = [caption]
    for _ in range(SHUFFLES - 1):
        order = torch.randperm(len(loose), generator=generator).tolist()
        variants.append(", ".join(fixed + [loose[i] for i in order]))
    return list(dict.fromkeys(variants))


def all_captions(examples: list[Example], config: RunConfig) -> list[str]:
    """Every text the run may need, the empty one included when captions are dropped."""
    texts = [text for e in examples for text in caption_variants(e.caption, config)]
    return [*dict.fromkeys(texts), *([""] if config.caption_dropout else [])]


def _pick(options: list, share: float):
    return options[min(len(options) - 1, int(share * len(options)))]
