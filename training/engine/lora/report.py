"""What a LoRA file is, for people and programs: the report of `inspect_lora`. Needs no torch."""

import hashlib
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files.safetensors_header import hash_file
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.names import part_of
from training.engine.lora.numbers import check_effect, check_numbers


@dataclass(frozen=True)
class LoraReport:
    """What a LoRA file is.

    family: one of families.NAMES, another network's name, or "unknown".
    claimed: the family its metadata names ("" when none). dialect: kohya, sgm, diffusers or peft.
    rank, alpha: of most layers (alpha is None where nothing tells it).
    modules: layers in all. parts: layers per network part. params: numbers stored. size: bytes.
    hashes: sha256, autov2 (its first 10), sshs_model_hash, sshs_legacy_hash when told by the file.
    problems: EngineErrors, worst first. usable: nothing in them forbids using the file.
    notes: what users of other tools should know of it; no fault of the file.
    """

    name: str
    family: str
    claimed: str
    dialect: str
    rank: int
    alpha: float | None
    modules: int
    parts: dict[str, int]
    params: int
    dtype: str
    size: int
    metadata: dict[str, str]
    hashes: dict[str, str]
    problems: list[EngineError]
    usable: bool
    trigger_words: str = ""
    notes: list[EngineError] = field(default_factory=list)

    def to_json(self) -> dict:
        values = dict(self.__dict__)
        for name in ("problems", "notes"):
            values[name] = [problem.to_json() for problem in values[name]]
        return values


def inspect(path: str | Path) -> LoraReport:
    """What a LoRA file or folder is, with everything odd about it in `problems`.

    Raises EngineError when it can't be looked into at all: those of lora_header.look.
    """
    lora = look(path)
    fatal = list(lora.fatal)
    if not fatal:
        try:
            check_numbers(lora)
            check_effect(lora)
        except EngineError as error:
            fatal.append(error)
    header = lora.header
    modules = lora.layers or lora.halves
    return LoraReport(
        name=lora.name,
        family=lora.family,
        claimed=lora.claimed,
        dialect=lora.dialect,
        rank=_most([layer.rank for layer in lora.layers.values()]) or 0,
        alpha=_most([layer.alpha for layer in lora.layers.values()]),
        modules=len(modules),
        parts=_parts(modules),
        params=sum(
            math.prod(entry.shape)
            for name, entry in header.tensors.items()
            if not name.endswith(".alpha")
        ),
        dtype=_most([entry.dtype for entry in header.tensors.values()]) or "",
        size=header.size,
        metadata=header.metadata,
        hashes=_hashes(lora),
        problems=fatal + lora.warnings,
        usable=not fatal,
        trigger_words=header.metadata.get("modelspec.trigger_phrase", ""),
        notes=lora.notes,
    )


def _hashes(lora: LoraHeader) -> dict[str, str]:
    whole = hash_file(lora.file)
    with lora.file.open("rb") as file:
        file.seek(lora.header.start)
        weights = hashlib.file_digest(file, "sha256").hexdigest()
    hashes = {"sha256": whole, "autov2": whole[:10], "sshs_model_hash": weights}
    if "sshs_legacy_hash" in lora.header.metadata:
        hashes["sshs_legacy_hash"] = lora.header.metadata["sshs_legacy_hash"]
    return hashes


def _parts(modules) -> dict[str, int]:
    parts: dict[str, int] = {}
    for module in modules:
        part = part_of(module)
        parts[part] = parts.get(part, 0) + 1
    return parts


def _most(values: list):
    """The most frequent value, the first of equals; None for none."""
    return Counter(values).most_common(1)[0][0] if values else None
