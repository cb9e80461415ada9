"""Between images and latents: what the VAE makes of an image, and images of latents."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.engine.data.images import check_shape, fit_crop, open_rgb
from training.engine.data.pixels import pixels_of
from training.engine.errors import EngineError
from training.engine.families.diffusion_model import DiffusionModel

TILED_OVER = 1_600_000  # px; more than 1024 × 1024 and its neighbours of other shapes

ImageSource = str | Path | Image.Image


def opened(source: ImageSource, width: int, height: int) -> Image.Image:
    """The image in RGB, scaled to cover width × height px and cut around its centre.

    Raises EngineError: image-unreadable, image-too-large, and for files those of
    images.check_shape.
    """
    if isinstance(source, Image.Image):
        image = source.convert("RGB")
    else:
        image = open_rgb(source)
        check_shape(*image.size, Path(source).name)
    return fit_crop(image, width, height)[0]


@torch.inference_mode()
def encode(model: DiffusionModel, image: Image.Image, tiled_over: int = TILED_OVER) -> torch.Tensor:
    """(1, C, h, w): the latents of an image, the middle of what the VAE thinks possible.

    tiled_over: px of an image's area from which the VAE works in blended tiles, so that memory
    stays bounded; it depends on the size alone, so that the same request gives the same image.
    """
    tiled = image.width * image.height > tiled_over
    return model.encode_images(pixels_of(image)[None], tiled=tiled).mean


@torch.inference_mode()
def decode(
    model: DiffusionModel, latents: torch.Tensor, tiled_over: int = TILED_OVER
) -> Image.Image:
    """The image of latents (1, C, h, w). tiled_over: see encode.

    Raises EngineError("picture-not-finite").
    """
    area = latents.shape[2] * latents.shape[3] * model.info.vae_factor**2
    pixels = model.decode_latents(latents, tiled=area > tiled_over)[0]
    values = (pixels * 0.5 + 0.5).clamp(0, 1).permute(1, 2, 0).float().cpu().numpy()
    if not np.isfinite(values).all():
        raise EngineError("picture-not-finite")
    return Image.fromarray((values * 255).round().astype(np.uint8))


class LatentColours:
    """The colours of latents without decoding them: a linear map, measured once per VAE."""

    @torch.inference_mode()
    def __init__(self, model: DiffusionModel):
        channels = model.info.latent_channels
        probes = torch.zeros(2 * channels + 1, channels, 4, 4)
        for c in range(channels):
            probes[1 + 2 * c, c] = 1.0
            probes[2 + 2 * c, c] = -1.0
        rows = [model.decode_latents(one[None]).float().mean(dim=(0, 2, 3)) for one in probes]
        means = torch.stack(rows)
        self.factors, self.bias = (means[1::2] - means[2::2]) / 2, means[0]

    def image(self, latents: torch.Tensor) -> Image.Image:
        """A small image of latents (C, h, w), one px per cell."""
        colours = torch.einsum("chw,cr->hwr", latents.float(), self.factors) + self.bias
        pixels = (colours / 2 + 0.5).clamp(0, 1).mul(255).round().byte()
        return Image.fromarray(pixels.cpu().numpy())
