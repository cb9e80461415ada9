"""What a brand's logo file must be, to stand on a poster."""

from __future__ import annotations

import io

from training.engine.data.images import loaded
from training.engine.errors import EngineError

LARGEST = 8 * 2**20  # bytes
LEAST_SIDE = 200  # px of the longer side; on less a poster shows the steps
_MEGAPIXELS = 40
_CLEAR = 0.02  # share of its pixels that let the ground through, at the least


def read(content: bytes, name: str = "logo") -> tuple[int, int]:
    """(width, height) of a PNG with a transparent ground. name: of the file, for what is told.

    Raises EngineError: logo-large, logo-form, logo-small, logo-opaque, image-unreadable,
    image-too-large.
    """
    if len(content) > LARGEST:
        raise EngineError("logo-large", limit=LARGEST // 2**20)
    with loaded(io.BytesIO(content), _MEGAPIXELS, name=name) as image:
        if image.format != "PNG":
            raise EngineError("logo-form", form=image.format or "?")
        if max(image.size) < LEAST_SIDE:
            raise EngineError("logo-small", side=max(image.size), least=LEAST_SIDE)
        alpha = image.convert("RGBA").getchannel("A")
        counts = alpha.histogram()
        if sum(counts[:128]) < _CLEAR * image.width * image.height:
            raise EngineError("logo-opaque")
        return image.size
