"""Between pictures and latents: what the VAE makes of a picture, and pictures of latents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.engine.data.images import check_shape, fit_crop, open_rgb
from training.engine.errors import EngineError

TILED_OVER = 1_600_000  # px; more than 1024 × 1024 and its neighbours of other shapes

Picture = str | Path | Image.Image


def opened(picture: Picture, width: int, height: int) -> Image.Image:
    """The picture in RGB, scaled to cover width × height px and cut around its centre.

    Raises EngineError: image-unreadable, image-too-large, and for files those of
    images.check_shape.
    """
    if isinstance(picture, Image.Image):
        image = picture.convert("RGB")
    else:
        image = open_rgb(picture)
        check_shape(*image.size, Path(picture).name)
    return fit_crop(image, width, height)[0]


@torch.inference_mode()
def encode(vae, image: Image.Image, tiled_over: int = TILED_OVER) -> torch.Tensor:
    """(1, C, h, w): the latents of a picture, the middle of what the VAE thinks possible.

    tiled_over: px of a picture's area from which the VAE works in blended tiles, so that memory
    stays bounded; it depends on the size alone, so that the same request gives the same picture.
    """
    pixels = torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)
    vae.use_tiling = image.width * image.height > tiled_over
    with _WideEnough(vae):
        spread = vae.encode(pixels[None].to(vae.device, vae.dtype)).latent_dist
    return spread.mode() * vae.config.scaling_factor


@torch.inference_mode()
def decode(vae, latents: torch.Tensor, tiled_over: int = TILED_OVER) -> Image.Image:
    """The picture of latents (1, C, h, w). tiled_over: see encode.

    Raises EngineError("picture-not-finite").
    """
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    vae.use_tiling = latents.shape[2] * latents.shape[3] * factor**2 > tiled_over
    with _WideEnough(vae):
        latents = latents.to(vae.device, vae.dtype) / vae.config.scaling_factor
        pixels = vae.decode(latents, return_dict=False)[0][0]
    pixels = (pixels * 0.5 + 0.5).clamp(0, 1).permute(1, 2, 0).float().cpu().numpy()
    if not np.isfinite(pixels).all():
        raise EngineError("picture-not-finite")
    return Image.fromarray((pixels * 255).round().astype(np.uint8))


class _WideEnough:
    """Some VAEs (SDXL's) overflow in fp16; they say so, and work in fp32 meanwhile."""

    def __init__(self, vae):
        self.vae = vae
        self.raised = vae.dtype == torch.float16 and bool(vae.config.get("force_upcast"))

    def __enter__(self):
        if self.raised:
            self.vae.float()

    def __exit__(self, *_):
        if self.raised:
            self.vae.half()


class LatentColours:
    """The colours of latents without decoding them: a linear map, measured once per VAE."""

    @torch.inference_mode()
    def __init__(self, vae, channels: int):
        probes = torch.zeros(2 * channels + 1, channels, 4, 4)
        for c in range(channels):
            probes[1 + 2 * c, c] = 1.0
            probes[2 + 2 * c, c] = -1.0
        rows = []
        with _WideEnough(vae):
            for probe in probes:
                latent = probe[None].to(vae.device, vae.dtype) / vae.config.scaling_factor
                rows.append(vae.decode(latent).sample.float().mean(dim=(0, 2, 3)))
        means = torch.stack(rows)
        self.factors, self.bias = (means[1::2] - means[2::2]) / 2, means[0]

    def picture(self, latents: torch.Tensor) -> Image.Image:
        """A small picture of latents (C, h, w), one px per cell."""
        colours = torch.einsum("chw,cr->hwr", latents.float(), self.factors) + self.bias
        pixels = (colours / 2 + 0.5).clamp(0, 1).mul(255).round().byte()
        return Image.fromarray(pixels.cpu().numpy())
