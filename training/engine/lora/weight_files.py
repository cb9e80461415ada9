"""LoRA files: reading every plain dialect and writing kohya's.

What a file is, and whether it can be used, is asked of lora_header; this room turns it into
weights. ΔW = up · down · alpha / rank · strength.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file, save, save_file

from training.engine.errors import EngineError
from training.engine.files.disk import whole_file
from training.engine.files.safetensors_header import hash_file, read_header, sshs_hashes
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.numbers import check_numbers
from training.engine.lora.report import LoraReport, inspect

__all__ = [
    "LoraModule",
    "LoraReport",
    "LoraWeights",
    "inspect",
    "read",
    "sha256",
    "write_kohya",
]

MAX_BYTES = 4_000_000_000


def sha256(path: str | Path) -> str:
    """Hash of a file's bytes, hex."""
    return hash_file(path)


@dataclass(frozen=True)
class LoraModule:
    """One layer's weights. down: (rank, in[, k, k]), up: (out, rank[, 1, 1]).

    alpha: None where the file stores none; tools then take alpha = rank.
    """

    down: torch.Tensor
    up: torch.Tensor
    alpha: float | None

    @property
    def rank(self) -> int:
        return self.down.shape[0]

    @property
    def stored_alpha(self) -> float:
        """alpha as a file tells it to every tool; alpha = rank where none was told."""
        return float(self.rank if self.alpha is None else self.alpha)

    @property
    def scale(self) -> float:
        """alpha / rank, unitless."""
        return 1.0 if self.alpha is None else self.alpha / self.rank


@dataclass(frozen=True)
class LoraWeights:
    """All layers of a file, by kohya name; metadata is text → text; warnings: what is odd."""

    modules: dict[str, LoraModule]
    metadata: dict[str, str] = field(default_factory=dict)
    dialect: str = "kohya"
    warnings: list[EngineError] = field(default_factory=list)


def read(path: str | Path, config: str | Path | bool = True) -> LoraWeights:
    """The weights of a LoRA file or folder in any plain dialect, with the true alpha.

    config: see lora_header.look. Raises EngineError: those of look, whatever it calls fatal,
    lora-not-finite.
    """
    lora = look(path, config=config).require()
    if lora.header.size > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES // 10**9} GB"
        raise EngineError("file-not-safetensors", name=lora.name, reason=reason)
    check_numbers(lora)
    return _weights(lora)


def write_kohya(
    path: str | Path,
    modules: dict[str, LoraModule],
    metadata: dict[str, str],
    precision: str = "fp16",
    step: int = 0,
) -> str:
    """Write a kohya file, read it back, and return its sha256.

    modules: by kohya name. metadata: full text metadata; the sshs hashes are added here.
    precision: "fp16" or "fp32", of the weights. step: last good step, for messages.
    Raises EngineError: lora-not-finite, lora-export-damaged, disk-full, folder-read-only.
    """
    path = Path(path)
    dtype = {"fp16": torch.float16, "fp32": torch.float32}[precision]
    tensors = {}
    for name, module in modules.items():
        tensors[f"{name}.lora_down.weight"] = _stored(module.down, dtype)
        tensors[f"{name}.lora_up.weight"] = _stored(module.up, dtype)
        # alpha stays fp32: fp16 would round 0.1, and every reader takes it as a plain number.
        tensors[f"{name}.alpha"] = torch.tensor(module.stored_alpha, dtype=torch.float32)
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise EngineError(
                "lora-not-finite", name=path.name, module=name.removesuffix(".weight")
            )
    full = {key: str(value) for key, value in metadata.items()}
    # The hashes are of the file with ss_* keys only.
    plain = save(tensors, {key: value for key, value in full.items() if key.startswith("ss_")})
    start = 8 + int.from_bytes(plain[:8], "little")
    full |= sshs_hashes(start, plain[start:])
    with whole_file(path, step) as temporary:
        save_file(tensors, temporary, metadata=full)
        return _check_written(temporary, path.name, tensors, full)


def _stored(tensor: torch.Tensor, dtype) -> torch.Tensor:
    return tensor.detach().to("cpu", dtype).contiguous()


def _check_written(file: Path, name: str, tensors: dict, metadata: dict) -> str:
    """The file's sha256, as it is read back once: same names, same bits, same metadata."""
    header = read_header(file)
    content = file.read_bytes()
    back = load(content)
    if header.metadata != metadata:
        raise EngineError("lora-export-damaged", name=name, reason="metadata")
    if back.keys() != tensors.keys():
        raise EngineError("lora-export-damaged", name=name, reason="names")
    for key, tensor in tensors.items():
        if not torch.equal(tensor, back[key]):
            raise EngineError("lora-export-damaged", name=name, reason=key)
    return hashlib.sha256(content).hexdigest()


def _weights(lora: LoraHeader) -> LoraWeights:
    try:
        tensors = load_file(lora.file)
    except (SafetensorError, OSError) as error:
        raise EngineError(
            "file-not-safetensors", name=lora.name, reason=str(error)[:200]
        ) from error
    modules = {
        module: LoraModule(tensors[layer.down], tensors[layer.up], layer.alpha)
        for module, layer in lora.layers.items()
    }
    return LoraWeights(modules, lora.header.metadata, lora.dialect, lora.warnings)
