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
