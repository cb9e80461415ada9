"""What the frozen parts of a base make of pictures and captions, kept by content.

A key is made of all that the value depends on (pixels, shape, encoder), so an edited picture or
caption misses the cache by itself, and nothing is ever stale.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from training.engine.data.dataset import Example
from training.engine.data.images import fit_crop, open_rgb
from training.engine.errors import EngineError
from training.engine.events import Phase
from training.engine.files.disk import whole_file


@dataclass(frozen=True)
class LatentSpread:
    """What the VAE says of a picture, scaled as the UNet takes it. mean, std: (C, h, w) fp32."""

    mean: torch.Tensor
    std: torch.Tensor


@dataclass(frozen=True)
class TextEmbedding:
    """A caption for the UNet. tokens: (T, D) fp32; pooled: (P,) fp32 for SDXL, else None."""

    tokens: torch.Tensor
    pooled: torch.Tensor | None = None


@dataclass
class Caches:
    """The two caches of a run, in one folder, with what they answered from disk."""

    folder: Path
    hits: int = 0
    misses: int = 0
    _text: dict[str, TextEmbedding] = field(default_factory=dict)

    def latents(self, pipe, examples: list[Example], base: str, flip: bool = False):
        """Generator of Phase events; returns {(name, flipped): LatentSpread}.

        base: hash of the base model. The VAE works in fp32, where SDXL's doesn't overflow.
        Raises EngineError("bad-latents") naming the picture.
        """
        found = {}
        wanted = [
            (e, mirrored) for e in examples for mirrored in ((False, True) if flip else (False,))
        ]
        for done, (example, mirrored) in enumerate(wanted):
            if done % 8 == 0:
                yield Phase("caching-images", done, len(wanted))
            shape = f"{example.bucket.width}x{example.bucket.height}"
            key = _key("latent-1", example.pixels, shape, str(mirrored), base)
            value = self._read("latents", key)
            if value is None:
                value = _encode_picture(pipe.vae, example, mirrored)
                self._write("latents", key, value)
            found[example.name, mirrored] = LatentSpread(value["mean"], value["std"])
        yield Phase("caching-images", len(wanted), len(wanted))
        return found

    def texts(self, pipe, captions: list[str], base: str) -> Iterator[Phase]:
        """Generator of Phase events; returns {caption: TextEmbedding}."""
        wanted = list(dict.fromkeys(captions))
        found = {}
        for done, caption in enumerate(wanted):
            if done % 32 == 0:
                yield Phase("caching-captions", done, len(wanted))
            key = _key("text-1", caption, base)
            value = self._read("texts", key)
            if value is None:
                value = _encode_caption(pipe, caption)
                self._write("texts", key, value)
            found[caption] = TextEmbedding(value["tokens"], value.get("pooled"))
        yield Phase("caching-captions", len(wanted), len(wanted))
        return found

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


def encode_captions(pipe, captions: list[str]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """((B, T, D), (B, P) or None) for captions, with gradients where the encoders have them."""
    if hasattr(pipe, "text_encoder_2"):
        tokens, _, pooled, _ = pipe.encode_prompt(
            captions, device=_device(pipe), do_classifier_free_guidance=False
        )
        return tokens, pooled
    tokens, _ = pipe.encode_prompt(captions, _device(pipe), 1, False)
    return tokens, None


def _device(pipe) -> torch.device:
    return next(pipe.text_encoder.parameters()).device


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@torch.inference_mode()
def _encode_picture(vae, example: Example, mirrored: bool) -> dict[str, torch.Tensor]:
    image, _ = fit_crop(open_rgb(example.path), example.bucket.width, example.bucket.height)
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)
    if mirrored:
        pixels = pixels.flip(-1)
    spread = vae.encode(pixels[None].to(vae.device, vae.dtype)).latent_dist
    scale, shift = vae.config.scaling_factor, vae.config.get("shift_factor") or 0.0
    value = {"mean": (spread.mean[0] - shift) * scale, "std": spread.std[0] * scale}
    value = {name: part.float().cpu().contiguous() for name, part in value.items()}
    if not all(part.isfinite().all() for part in value.values()):
        raise EngineError("bad-latents", name=example.name)
    return value


@torch.inference_mode()
def _encode_caption(pipe, caption: str) -> dict[str, torch.Tensor]:
    tokens, pooled = encode_captions(pipe, [caption])
    value = {"tokens": tokens[0].float().cpu().contiguous()}
    if pooled is not None:
        value["pooled"] = pooled[0].float().cpu().contiguous()
    return value
