"""The bundled network that enlarges pictures: its file, and how often a picture goes through it.

Nothing here loads torch, so that a page may ask.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files.safetensors_header import hash_file

SCALE = 4  # times as large, on each side, after one pass
NAME = "realesr-animevideov3"
BUNDLED = Path(__file__).with_name(f"{NAME}.safetensors")
SHA256 = "dd89b5461618992746577267950f0d5953c6114bdb65f6c74902d9c0d3514e42"
LEAST_GROWTH = 1.25  # less enlarging is hardly seen: it is Lanczos alone
LEAST_REST = 2  # times that must be missing after the first pass, for a second one to be seen
MOST_PASSES = 2
AT_ONCE = 300_000  # px that go into a pass while a person waits: a second or two
IN_BACKGROUND = 6_000_000  # px that go into a pass of a worker; more have detail of their own
SECONDS = 12  # of a busy processor for a megapixel that goes into a pass; a quiet one takes 8


def check() -> None:
    """Raise EngineError unless the bundled file is whole: upscaler-missing, upscaler-damaged."""
    try:
        facts = BUNDLED.stat()
        sha256 = _hash_of(BUNDLED, facts.st_mtime_ns, facts.st_size)
    except OSError as error:
        raise EngineError("upscaler-missing", name=BUNDLED.name) from error
    if sha256 != SHA256:
        raise EngineError("upscaler-damaged", name=BUNDLED.name)


@lru_cache(maxsize=1)
def _hash_of(path: Path, changed_at: int, size: int) -> str:
    """Read once for each change of the file. changed_at: ns; size: bytes."""
    return hash_file(path)


def passes(pixels: float, growth: float, most: int = IN_BACKGROUND) -> int:
    """How often a picture goes through the network; what is left of `growth` is Lanczos.

    pixels: its area, px. growth: times as large, on each side. most: px that may go into a pass.
    """
    count = 0
    while count < MOST_PASSES and pixels <= most:
        if growth < (LEAST_GROWTH if count == 0 else LEAST_REST):
            break
        count, pixels, growth = count + 1, pixels * SCALE**2, growth / SCALE
    return count


def seconds(pixels: float, count: int) -> float:
    """Processor seconds of so many passes, for a picture of so many px."""
    return sum(SECONDS * pixels / 1e6 * SCALE ** (2 * done) for done in range(count))
