"""Whether the numbers of a LoRA file are numbers: read in pieces, as bits, without torch."""

import numpy as np

from training.engine.errors import EngineError
from training.engine.lora.header import LoraHeader

PIECE = 1 << 24  # bytes

# Where all bits of the exponent are set, a float is infinite or none at all. The smallest format
# has no infinity: only all bits together are no number.
_EXPONENTS = {
    "F16": ("<u2", 0x7C00),
    "BF16": ("<u2", 0x7F80),
    "F32": ("<u4", 0x7F800000),
    "F64": ("<u8", 0x7FF0000000000000),
    "F8_E5M2": ("u1", 0x7C),
    "F8_E4M3": ("u1", 0x7F),
}


def check_numbers(lora: LoraHeader) -> None:
    """Raise lora-not-finite, naming the first layer whose weights are not all finite."""
    with lora.file.open("rb") as file:
        for module, layer in lora.layers.items():
            for key in (layer.down, layer.up):
                entry = lora.header.tensors[key]
                file.seek(lora.header.start + entry.begin)
                if not _is_finite(file, entry.end - entry.begin, entry.dtype):
                    raise EngineError("lora-not-finite", name=lora.name, module=module)


def check_effect(lora: LoraHeader) -> None:
    """Raise lora-all-zero for a file whose every layer changes nothing."""
    with lora.file.open("rb") as file:
        for layer in lora.layers.values():
            if all(_is_filled(file, lora, key) for key in (layer.up, layer.down)):
                return
    raise EngineError("lora-all-zero", name=lora.name)


def as_floats(raw: np.ndarray, dtype: str) -> np.ndarray:
    """The bytes of a tensor as floats, (count,): float64 for F64, else float32.

    raw: uint8. dtype: one of the float formats by its safetensors name.
    """
    if dtype == "BF16":  # the upper half of an F32
        return (raw.view("<u2").astype("<u4") << 16).view("<f4")
    if dtype == "F8_E5M2":  # the upper half of an F16
        return (raw.astype("<u2") << 8).view("<f2").astype("<f4")
    if dtype == "F8_E4M3":
        return _E4M3[raw]
    return raw.view(_FLOATS[dtype]).astype("<f8" if dtype == "F64" else "<f4", copy=False)


def _e4m3_values() -> np.ndarray:
    """The 256 numbers of the format of 4 bits exponent and 3 bits mantissa, by their byte."""
    byte = np.arange(256)
    exponent, mantissa = byte >> 3 & 15, byte & 7
    normal = np.ldexp(8.0 + mantissa, exponent - 10)
    values = np.where(exponent == 0, np.ldexp(1.0 * mantissa, -9), normal)
    return (np.where(byte & 0x7F == 0x7F, np.nan, values) * np.where(byte & 128, -1, 1)).astype(
        "<f4"
    )


_FLOATS = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_E4M3 = _e4m3_values()


def _is_filled(file, lora: LoraHeader, key: str) -> bool:
    """Whether any weight of a tensor is not 0."""
    entry = lora.header.tensors[key]
    file.seek(lora.header.start + entry.begin)
    length = entry.end - entry.begin
    while length:
        raw = file.read(min(length, PIECE))
        if _without_signs(raw, entry.dtype).any():
            return True
        length -= len(raw)
    return False


def _without_signs(raw: bytes, dtype: str) -> np.ndarray:
    kind = np.dtype(_EXPONENTS[dtype][0])
    return np.frombuffer(raw, kind) & ((1 << (8 * kind.itemsize - 1)) - 1)  # -0.0 is nothing either


def _is_finite(file, length: int, dtype: str) -> bool:
    kind, exponent = _EXPONENTS[dtype]
    while length:
        raw = file.read(min(length, PIECE))
        bits = np.frombuffer(raw, kind)
        if ((bits & exponent) == exponent).any():
            return False
        length -= len(raw)
    return True
