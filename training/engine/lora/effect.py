"""What a LoRA does, as a short vector: to tell the same weights however they are stored.

The change of a layer is ΔW = up · down · alpha / rank. The vector is the sum of random projections
of all layers' changes, so that its direction tells whether two files do the same: the number
format, names, order, the rank, how ΔW is split into its halves, where alpha is kept and a strength
that was baked in leave it as it is. It needs numpy alone, so a web process may ask for it.

A file that lost some layers, or got more, is told by a few numbers of each layer: only those that
both files have are compared.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from training.engine.lora.header import LayerEntry, LoraHeader, look
from training.engine.lora.numbers import as_floats

SIZE = 128  # numbers of a vector
# Least likenesses; docs/gates.md has the figures that they were chosen by.
SAME = 0.995  # of a file from elsewhere: rounding, a layer left out, little noise stay above
SAME_HERE = 1 - 1e-6  # of a checkpoint: the last ones of a run are very near, yet not the same
NEAR = 0.9  # made of each other: trainings of their own stay below, even by an equal seed
FAINT = 0.3  # below it two files have too little in common for their layers to be compared
LEAST_SHARE, LEAST_LAYERS = 0.25, 8  # of the layers of the file with fewer, that both must have
_BLOCK = 4096  # rows of a half whose probes are in memory at a time
_STORED = "<f4"
_OF_LAYER = 32  # numbers of a layer
# name: of its hash; length: as _damped leaves it; numbers: of length 1.
_LAYER = np.dtype([("name", "<u8"), ("length", "<f4"), ("numbers", "<f2", _OF_LAYER)])


@dataclass(frozen=True)
class Effect:
    """What a LoRA file does. whole: SIZE little-endian floats of length 1. layers: 76 bytes of each
    layer that does something. Both b"" for one that does nothing, or whose numbers no float can
    hold together."""

    whole: bytes = b""
    layers: bytes = b""


def effect_of(path: str | Path) -> bytes:
    """The whole of `read_effect`."""
    return read_effect(path).whole


def read_effect(path: str | Path) -> Effect:
    """What a LoRA file in kohya's format does. Raises EngineError: those of header.look, and what
    it calls fatal."""
    lora = look(path, config=False).require()
    weights = np.memmap(lora.file, np.uint8, "r", offset=lora.header.start)
    total = np.zeros(SIZE)
    layers = []
    with np.errstate(over="ignore", invalid="ignore"):  # told by the end
        for name, layer in lora.layers.items():
            change = _damped(_projected(lora, layer, weights))
            total += change
            layers.append((name, change))
        length = np.linalg.norm(total)
    if not length or not np.isfinite(length):
        return Effect()
    return Effect((total / length).astype(_STORED).tobytes(), _stored(layers))


def _stored(layers: list[tuple[str, np.ndarray]]) -> bytes:
    rows = []
    for name, change in layers:
        numbers = change[:_OF_LAYER]
        if length := np.linalg.norm(numbers):
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
            rows.append((key, np.linalg.norm(change), numbers / length))
    return np.array(rows, _LAYER).tobytes()


def likeness(effect: bytes, others: Sequence[bytes]) -> np.ndarray:
    """How alike the effect of one file is to those of others: (len(others),) cosines in [0, 1].

    effect, others: of effect_of, none of them empty. 1 is the same, save for its strength, which
    may be the opposite one; 0 is nothing in common, within 0.2 by chance.
    """
    if not others:
        return np.zeros(0)
    known = np.frombuffer(b"".join(others), _STORED).reshape(len(others), SIZE)
    return np.abs(known.astype(float) @ np.frombuffer(effect, _STORED).astype(float))


def likeness_of_layers(one: bytes, other: bytes) -> float:
    """How alike the layers are that both files have: a cosine in [0, 1], 0 where they have too few
    in common.

    one, other: `Effect.layers`. Each layer counts by its damped length, as in the whole, and as
    much where its effect is turned round.
    """
    rows, others = np.frombuffer(one, _LAYER), np.frombuffer(other, _LAYER)
    fewer = min(len(rows), len(others))
    _names, at, there = np.intersect1d(rows["name"], others["name"], return_indices=True)
    if not len(at) or len(at) < max(LEAST_SHARE * fewer, min(LEAST_LAYERS, fewer)):
        return 0.0
    rows, others = rows[at], others[there]
    cosines = np.abs((rows["numbers"].astype(float) * others["numbers"].astype(float)).sum(1))
    lengths = rows["length"].astype(float) * others["length"].astype(float)
    return float((lengths * cosines).sum() / lengths.sum())


def _projected(lora: LoraHeader, layer: LayerEntry, weights: np.ndarray) -> np.ndarray:
    """u_k · ΔW · v_k for each of SIZE pairs of probes of +1 and -1, without making ΔW."""
    rank = layer.rank
    down = _read(lora, layer.down, weights).reshape(rank, -1)
    up = _read(lora, layer.up, weights).reshape(-1, rank)
    scale = 1.0 if layer.alpha is None else layer.alpha / rank
    return scale * (_probed(up.T, "up") * _probed(down, "down")).sum(0)


def _read(lora: LoraHeader, key: str, weights: np.ndarray) -> np.ndarray:
    entry = lora.header.tensors[key]
    return as_floats(weights[entry.begin : entry.end], entry.dtype)


def _probed(half: np.ndarray, side: str) -> np.ndarray:
    """half: (rank, width) float. Returns (rank, SIZE) float64: its products with the probes."""
    largest = float(np.abs(half).max()) or 1.0  # so that no float32 runs over on the way
    products = np.zeros((len(half), SIZE))
    for number, begin in enumerate(range(0, half.shape[1], _BLOCK)):
        part = (half[:, begin : begin + _BLOCK] / largest).astype(np.float32)
        products += part @ _probes(side, number)[: part.shape[1]]
    return products * largest


def _damped(change: np.ndarray) -> np.ndarray:
    """Divided by the root of its length: no single layer outweighs all others by its size."""
    length = np.linalg.norm(change)
    return change / np.sqrt(length) if length else change


@lru_cache(maxsize=16)
def _probes(side: str, number: int) -> np.ndarray:
    """(_BLOCK, SIZE) float32 of +1 and -1, the same on every machine."""
    bits = hashlib.shake_256(f"{side} {number}".encode()).digest(_BLOCK * SIZE // 8)
    signs = np.unpackbits(np.frombuffer(bits, np.uint8)).astype(np.float32) * 2 - 1
    return signs.reshape(_BLOCK, SIZE)
