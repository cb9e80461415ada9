"""The safety check of finished pictures, where an admin has put a checker among the base models.

The checker is Stable Diffusion's own: a diffusers folder with `config.json` and safetensors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from safetensors import SafetensorError

from training.engine.data.images import fit_crop
from training.engine.errors import EngineError

FOLDER = "safety-checker"
"""Name of the checker's folder among the base models."""

# What CLIP was trained with: mean and spread of red, green and blue.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_SPREAD = (0.26862954, 0.26130258, 0.27577711)


class SafetyChecker:
    """Tells pictures that may not be shown. folder: of the checker's weights.

    Raises EngineError("safety-unreadable").
    """

    def __init__(self, folder: str | Path):
        try:
            self._network = StableDiffusionSafetyChecker.from_pretrained(
                folder, use_safetensors=True, local_files_only=True
            ).eval()
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0][:200]
            raise EngineError("safety-unreadable", path=str(folder), reason=reason) from error
        self._side = self._network.config.vision_config.image_size

    @torch.inference_mode()
    def check(self, image: Image.Image) -> None:
        """Raise EngineError("picture-withheld") when the picture may not be shown."""
        small = np.asarray(fit_crop(image.convert("RGB"), self._side, self._side)[0])
        pixels = (small.astype(np.float32) / 255 - _MEAN) / _SPREAD
        batch = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
        _, [withheld] = self._network(batch, [np.zeros(1)])
        if withheld:
            raise EngineError("picture-withheld")
