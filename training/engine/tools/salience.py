"""What stands out in a picture, found by the bundled network: U²-Net, the small one.

Qin et al. 2020, https://doi.org/10.1016/j.patcog.2020.107404. The file is run by onnxruntime on the
processor; `docs/tools/make_salience.py` takes it out of a package of the registry.
"""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from training.engine.errors import EngineError
from training.engine.files.safetensors_header import hash_file

BUNDLED = Path(__file__).with_name("u2netp.onnx")
SHA256 = "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"
PACKAGE = "onnxruntime"
SIDE = 320  # px of the square that the network sees
LEAST_AREA = 0.01  # of the picture: less stands out by chance, as a brick in a wall

_MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet's pictures
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
_AROUND = 0.12  # of the object's width and height, in the second look
_THREADS = 2


def is_installed() -> bool:
    """Whether the package that runs the network is there."""
    return importlib.util.find_spec(PACKAGE) is not None


def find(image: Image.Image, size: tuple[int, int], name: str) -> tuple[np.ndarray, np.ndarray]:
    """How likely each point belongs to what stands out: at first sight, and by a closer look.

    image: RGB. size: (width, height) in px of the two answers, each (H, W) float32 in [0, 1]. The
    closer look is at the main object alone, so that its edge is told more finely. name: how
    messages call the picture. Raises EngineError as `check`, and cutout-nothing-found.
    """
    first = _resized(_asked(image), size)
    if (first > 0.5).mean() < LEAST_AREA:
        raise EngineError("cutout-nothing-found", name=name)
    left, top, wide, high = _main_box(first)
    margin = (_AROUND * wide, _AROUND * high)
    box = (
        max(0, int(left - margin[0])),
        max(0, int(top - margin[1])),
        min(size[0], int(left + wide + margin[0]) + 1),
        min(size[1], int(top + high + margin[1]) + 1),
    )
    across, down = image.width / size[0], image.height / size[1]
    part = (
        box[0] * across,
        box[1] * down,
        min(image.width, box[2] * across),
        min(image.height, box[3] * down),
    )
    closer = np.zeros_like(first)
    seen = _resized(_asked(image, part), (box[2] - box[0], box[3] - box[1]))
    closer[box[1] : box[3], box[0] : box[2]] = seen
    return first, closer


def check() -> None:
    """Raise EngineError unless the network can be asked: salience-package-missing,
    salience-missing, salience-damaged."""
    if not is_installed():
        raise EngineError("salience-package-missing", package=PACKAGE)
    try:
        sha256 = hash_file(BUNDLED)
    except OSError as error:
        raise EngineError("salience-missing", name=BUNDLED.name) from error
    if sha256 != SHA256:
        raise EngineError("salience-damaged", name=BUNDLED.name)


def _asked(image: Image.Image, box: tuple[float, float, float, float] | None = None) -> np.ndarray:
    """(SIDE, SIDE) float32 in [0, 1]: the network's answer for a picture, or a part of it."""
    small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box, reducing_gap=3.0)
    values = np.asarray(small, np.float32)
    values = (values / max(float(values.max()), 1.0) - _MEAN) / _DEVIATION
    session = _session(BUNDLED)
    [answer] = session.run(
        [session.get_outputs()[0].name],  # the fused one; the others are of its single stages
        {session.get_inputs()[0].name: values.transpose(2, 0, 1)[None]},
    )
    return answer[0, 0]


def _main_box(first: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, width and height of the piece that is meant: a large one that stands low, since
    signs and windows over a car stand out as well."""
    _, pieces, stats, _ = cv2.connectedComponentsWithStats((first > 0.3).astype(np.uint8))
    areas = np.bincount(pieces.ravel(), first.ravel(), len(stats))[1:]
    foot = (stats[1:, cv2.CC_STAT_TOP] + stats[1:, cv2.CC_STAT_HEIGHT]) / len(first)
    left, top, wide, high = (int(side) for side in stats[1 + (areas * foot**3).argmax(), :4])
    return left, top, wide, high


def _resized(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)


@functools.cache
def _session(path: Path):
    import onnxruntime  # noqa: PLC0415 -- optional, and slow to import

    check()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.enable_cpu_mem_arena = False  # it would keep hundreds of megabytes
    options.log_severity_level = 3  # errors
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
