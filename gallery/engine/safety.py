"""Which finished pictures nobody may be shown: two readers, either of which withholds.

One is there out of the box (`training.engine.tools.open_nsfw`, Open NSFW). The other is Stable
Diffusion's own checker, a diffusers folder with `config.json` and safetensors, where an admin has
put it among the base models.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from safetensors import SafetensorError

from training.engine.data.images import fit_crop
from training.engine.errors import EngineError
from training.engine.tools import open_nsfw

FOLDER = "safety-checker"
"""Name of the checker's folder among the base models."""

# What CLIP was trained with: mean and spread of red, green and blue.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_SPREAD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Safety:
    """What withholds pictures. withheld_from: chance of the network from which one is withheld,
    above 0; over 1 for never. folder: of Stable Diffusion's checker, used where it exists."""

    withheld_from: float
    folder: Path | None = None

    def check(self, image: Image.Image) -> None:
        """Raise EngineError: picture-withheld where an RGB picture may not be shown,
        safety-unreadable."""
        chance = open_nsfw.probability_of(image)
        if chance is not None and chance >= self.withheld_from:
            raise EngineError("picture-withheld")
        if self._checker and self._checker.withholds(image):
            raise EngineError("picture-withheld")

    @cached_property
    def _checker(self) -> SafetyChecker | None:
        return SafetyChecker(self.folder) if self.folder and self.folder.is_dir() else None


class SafetyChecker:
    """Stable Diffusion's own. folder: of its weights. Raises EngineError("safety-unreadable")."""

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
    def withholds(self, image: Image.Image) -> bool:
        """Whether the picture may not be shown."""
        small = np.asarray(fit_crop(image.convert("RGB"), self._side, self._side)[0])
        pixels = (small.astype(np.float32) / 255 - _MEAN) / _SPREAD
        batch = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
        _, [withheld] = self._network(batch, [np.zeros(1)])
        return bool(withheld)
