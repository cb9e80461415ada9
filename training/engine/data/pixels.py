"""Images as tensors."""

import numpy as np
import torch
from PIL import Image


def pixels_of(image: Image.Image) -> torch.Tensor:
    """(3, H, W) fp32 in -1 … 1 of an RGB image."""
    return torch.from_numpy(np.asarray(image, dtype=np.float32) / 127.5 - 1).permute(2, 0, 1)
