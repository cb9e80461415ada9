"""What the frozen parts of a base make of images and captions, kept by content.

A key is made of all that the value depends on (pixels, shape, encoder), so an edited image or
caption misses the cache by itself, and nothing is ever stale.
"""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from training.engine.data.dataset import Example
from training.engine.data.images import fit_crop, open_rgb
from training.engine.data.pixels import pixels_of
from training.engine.errors import EngineError
from training.engine.events import Phase
from training.engine.families.diffusion_model import DiffusionModel, LatentSpread
from training.engine.families.prompt_embeds import PromptEmbeds
from training.engine.files.disk import whole_file

# What the files of the cache call a PromptEmbeds; theirs are older names, and go on being read.
_PROMPT_NAMES = {"tokens": "prompt_embeds", "pooled": "pooled_prompt_embeds", "mask": "mask"}


@dataclass
class Caches:
    """The two caches of a run, in one folder, with what they answered from disk."""

    folder: Path
    hits: int = 0
    misses: int = 0

    def latents(
        self, model: DiffusionModel, examples: list[Example], flip: bool = False
    ) -> Generator[Phase, None, dict[tuple[str, bool], LatentSpread]]:
        """Phase events; returns {(name, flipped): LatentSpread}, (C, h, w) each.

        The VAE should work in fp32, where none overflows.
        Raises EngineError("bad-latents") naming the image.
        """
        spreads = {}
        sides = (False, True) if flip else (False,)
        missing = [(example, mirrored) for example in examples for mirrored in sides]
        for done, (example, mirrored) in enumerate(missing):
            if done % 8 == 0:
                yield Phase("caching-images", done, len(missing))
            shape = f"{example.bucket.width}x{example.bucket.height}"
            base = model.info.sha256
            key = _key("latent-1", example.pixels, shape, str(mirrored), base)
            value = self._read("latents", key)
            if value is None:
                value = _encode_image(model, example, mirrored)
                self._write("latents", key, value)
            spreads[example.name, mirrored] = LatentSpread(value["mean"], value["std"])
        yield Phase("caching-images", len(missing), len(missing))
        return spreads

    def prompts(
        self, model: DiffusionModel, captions: list[str]
    ) -> Generator[Phase, None, dict[str, PromptEmbeds]]:
        """Phase events; returns {caption: PromptEmbeds of that one}, on the CPU in fp32."""
        unique = list(dict.fromkeys(captions))
        embeds = {}
        for done, caption in enumerate(unique):
            if done % 32 == 0:
                yield Phase("caching-captions", done, len(unique))
            key = _key("text-1", caption, model.info.sha256)
            value = self._read("texts", key)
            if value is None:
                value = _encode_caption(model, caption)
                self._write("texts", key, value)
            rows = {_PROMPT_NAMES[name]: row[None] for name, row in value.items()}
            embeds[caption] = PromptEmbeds(**rows)
        yield Phase("caching-captions", len(unique), len(unique))
        return embeds

    def _read(self, kind: str, key: str) -> dict[str, torch.Tensor] | None:
        path = self._path(kind, key)
        if not path.is_file():
            return None
        try:
            value = load_file(path)
        except SafetensorError:
            return None  # cut short by a dying machine: made again
        self.hits += 1
        return value

    def _write(self, kind: str, key: str, value: dict[str, torch.Tensor]) -> None:
        self.misses += 1
        with whole_file(self._path(kind, key)) as temporary:
            save_file(value, temporary)

    def _path(self, kind: str, key: str) -> Path:
        return self.folder / kind / key[:2] / f"{key}.safetensors"


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@torch.inference_mode()
def _encode_image(
    model: DiffusionModel, example: Example, mirrored: bool
) -> dict[str, torch.Tensor]:
    image, _ = fit_crop(open_rgb(example.path), example.bucket.width, example.bucket.height)
    pixels = pixels_of(image)
    if mirrored:
        pixels = pixels.flip(-1)
    spread = model.encode_images(pixels[None])
    value = {"mean": spread.mean[0], "std": spread.std[0]}
    value = {name: part.float().cpu().contiguous() for name, part in value.items()}
    if not all(part.isfinite().all() for part in value.values()):
        raise EngineError("bad-latents", name=example.name)
    return value


@torch.inference_mode()
def _encode_caption(model: DiffusionModel, caption: str) -> dict[str, torch.Tensor]:
    embeds = model.encode_captions([caption]).to("cpu", torch.float32)
    rows = {name: getattr(embeds, field) for name, field in _PROMPT_NAMES.items()}
    return {name: row[0].contiguous() for name, row in rows.items() if row is not None}
