"""LoRA files: reading every plain dialect, writing kohya's, and explaining what a file is.

A LoRA weight is named as kohya names it: `lora_unet_…`, `lora_te_…`, `lora_te1_…`, `lora_te2_…`
with `_` for `.`; the original (sgm) block names of SDXL files stay as they are and are matched
when the file meets its base model (adapters.py). ΔW = up · down · alpha / rank · strength.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save, save_file

from training.engine.errors import EngineError
from training.engine.files import whole_file
from training.engine.safetensors_header import Header, hash_file, read_header, sshs_hashes

MAX_BYTES = 4_000_000_000

_MARKS = {
    "hada_": "LoHa (LyCORIS)",
    "lokr_": "LoKr (LyCORIS)",
    "dora_scale": "DoRA",
    "oft_": "OFT",
    "glora": "GLoRA",
    ".diff": "weight-difference",
    "bundle_emb": "LoRA with bundled embeddings",
    "lora_mid": "LoCon with Tucker factors",
}
_OTHER_NETWORKS = {
    "double_blocks": "flux",
    "single_transformer_blocks": "flux",
    "joint_blocks": "sd3",
    "transformer.": "transformer",
    "lora_transformer_": "transformer",
}
_HALVES = (
    (".lora_down.weight", "down"),
    (".lora_up.weight", "up"),
    (".lora_A.weight", "down"),
    (".lora_B.weight", "up"),
    (".lora.down.weight", "down"),
    (".lora.up.weight", "up"),
    (".lora_linear_layer.down.weight", "down"),
    (".lora_linear_layer.up.weight", "up"),
    ("_lora.down.weight", "down"),
    ("_lora.up.weight", "up"),
)
_TEXT_WIDTHS = {768: "sd15", 1024: "sd2", 2048: "sdxl"}


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
    def scale(self) -> float:
        """alpha / rank, unitless."""
        return 1.0 if self.alpha is None else self.alpha / self.rank


@dataclass(frozen=True)
class LoraWeights:
    """All layers of a file, by kohya name; metadata is text → text."""

    modules: dict[str, LoraModule]
    metadata: dict[str, str] = field(default_factory=dict)
    dialect: str = "kohya"


@dataclass(frozen=True)
class LoraReport:
    """What a LoRA file is.

    family: "sd15", "sdxl", "studio-mini", another network's name, or "unknown".
    claimed: the family its metadata names ("" when none). dialect: kohya, sgm, diffusers or peft.
    rank, alpha: of most layers (alpha is None where the file stores none).
    modules: layers in all. parts: layers per network part. params: numbers stored. size: bytes.
    hashes: sha256, autov2 (its first 10), sshs_model_hash, sshs_legacy_hash when told by the file.
    problems: EngineErrors, worst first. usable: nothing in them forbids using the file.
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

    def to_json(self) -> dict:
        values = dict(self.__dict__)
        values["problems"] = [problem.to_json() for problem in self.problems]
        return values


def inspect(path: str | Path) -> LoraReport:
    """What a LoRA file is, with everything odd about it in `problems`.

    Raises EngineError when it can't be looked into at all: file-missing, file-is-pickle,
    file-not-safetensors.
    """
    path = Path(path)
    header = read_header(path)
    kind = _unsupported_kind(header)
    halves, _ = _halves(header)
    fatal = []
    if kind:
        fatal.append(EngineError("lora-kind-unsupported", name=path.name, kind=kind))
    elif not halves:
        fatal.append(EngineError("lora-empty", name=path.name))
    weights = None
    if not fatal:
        try:
            weights = _read_checked(path, header)
        except EngineError as error:
            fatal.append(error)
    family, claimed = _family(header, halves)
    warnings = []
    if claimed and family != claimed:
        warnings.append(
            EngineError("lora-header-lies", name=path.name, claimed=claimed, found=family)
        )
    modules = weights.modules if weights else {}
    if modules and all(module.alpha is None for module in modules.values()):
        warnings.append(EngineError("lora-alpha-missing", name=path.name))
    return LoraReport(
        name=path.name,
        family=family,
        claimed=claimed,
        dialect=_dialect(header),
        rank=_most([module.rank for module in modules.values()]) or 0,
        alpha=_most([module.alpha for module in modules.values()]),
        modules=len(modules) or len(halves),
        parts=_parts(modules or halves),
        params=sum(
            math.prod(entry.shape)
            for name, entry in header.tensors.items()
            if not name.endswith(".alpha")
        ),
        dtype=_most([entry.dtype for entry in header.tensors.values()]) or "",
        size=header.size,
        metadata=header.metadata,
        hashes=_hashes(path, header),
        problems=fatal + warnings,
        usable=not fatal,
        trigger_words=header.metadata.get("modelspec.trigger_phrase", ""),
    )


def read(path: str | Path) -> LoraWeights:
    """The weights of a LoRA file in any plain dialect, with the true alpha.

    Raises EngineError: file-missing, file-is-pickle, file-not-safetensors, lora-kind-unsupported,
    lora-empty, lora-incomplete, lora-not-finite.
    """
    path = Path(path)
    header = read_header(path)
    kind = _unsupported_kind(header)
    if kind:
        raise EngineError("lora-kind-unsupported", name=path.name, kind=kind)
    return _read_checked(path, header)


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
        alpha = module.rank if module.alpha is None else module.alpha
        tensors[f"{name}.lora_down.weight"] = _stored(module.down, dtype)
        tensors[f"{name}.lora_up.weight"] = _stored(module.up, dtype)
        # alpha stays fp32: fp16 would round 0.1, and every reader takes it as a plain number.
        tensors[f"{name}.alpha"] = torch.tensor(float(alpha), dtype=torch.float32)
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
        _check_written(temporary, path.name, tensors, full)
    return sha256(path)


def _stored(tensor: torch.Tensor, dtype) -> torch.Tensor:
    return tensor.detach().to("cpu", dtype).contiguous()


def _check_written(file: Path, name: str, tensors: dict, metadata: dict) -> None:
    """Read the file back: same names, same bits, same metadata."""
    header = read_header(file)
    back = load_file(file)
    if header.metadata != metadata:
        raise EngineError("lora-export-damaged", name=name, reason="metadata")
    if back.keys() != tensors.keys():
        raise EngineError("lora-export-damaged", name=name, reason="names")
    for key, tensor in tensors.items():
        if not torch.equal(tensor, back[key]):
            raise EngineError("lora-export-damaged", name=name, reason=key)


def _read_checked(path: Path, header: Header) -> LoraWeights:
    halves, alphas = _halves(header)
    if not halves:
        raise EngineError("lora-empty", name=path.name)
    for module, pair in halves.items():
        if len(pair) != 2:
            raise EngineError("lora-incomplete", name=path.name, module=module)
    if header.size > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES // 10**9} GB"
        raise EngineError("file-not-safetensors", name=path.name, reason=reason)
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise EngineError(
            "file-not-safetensors", name=path.name, reason=str(error)[:200]
        ) from error
    told = _adapter_metadata(header)
    modules = {}
    for module, pair in halves.items():
        down, up = tensors[pair["down"]], tensors[pair["up"]]
        if not (down.isfinite().all() and up.isfinite().all()):
            raise EngineError("lora-not-finite", name=path.name, module=module)
        if down.ndim < 2 or up.ndim < 2 or down.shape[0] != up.shape[1]:
            raise EngineError("lora-incomplete", name=path.name, module=module)
        alpha = float(tensors[alphas[module]]) if module in alphas else None
        if alpha is None:
            alpha = told(pair["down"])
        modules[module] = LoraModule(down, up, alpha)
    return LoraWeights(modules, header.metadata, _dialect(header))


def _halves(header: Header) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """(module → {"down": key, "up": key}, module → alpha's key), modules by kohya name."""
    halves, alphas = {}, {}
    for key in header.tensors:
        plain = re.sub(r"\.lora_([AB])\.[A-Za-z0-9_]+\.weight$", r".lora_\1.weight", key)
        for ending, half in _HALVES:
            if plain.endswith(ending):
                halves.setdefault(_kohya_name(plain[: -len(ending)]), {})[half] = key
                break
        else:
            if plain.endswith(".alpha"):
                alphas[_kohya_name(plain.removesuffix(".alpha"))] = key
    return halves, alphas


def _kohya_name(path: str) -> str:
    """`unet.down_blocks.0…to_q` → `lora_unet_down_blocks_0_…_to_q`; kohya names stay."""
    if path.startswith(("lora_unet_", "lora_te_", "lora_te1_", "lora_te2_")):
        return path
    # The oldest diffusers files name the attention processor: attn1.processor.to_out_lora
    path = re.sub(r"\.processor\.(to_[qkv]|to_out)$", r".\1", path)
    path = re.sub(r"\.to_out$", ".to_out.0", path)
    path = path.removeprefix("base_model.model.")
    for prefix, kohya in (
        ("unet.", "lora_unet_"),
        ("text_encoder_2.", "lora_te2_"),
        ("text_encoder.", "lora_te_"),
    ):
        if path.startswith(prefix):
            return kohya + path.removeprefix(prefix).replace(".", "_")
    return "lora_unet_" + path.replace(".", "_")


def _unsupported_kind(header: Header) -> str:
    for key in header.tensors:
        for mark, kind in _MARKS.items():
            if mark in key:
                return kind
    return ""


def _dialect(header: Header) -> str:
    keys = list(header.tensors)
    if any(key.startswith("lora_unet_") for key in keys):
        sgm = any(re.match(r"lora_unet_(input|middle|output)_block", key) for key in keys)
        return "sgm" if sgm else "kohya"
    if any(key.startswith(("lora_te_", "lora_te1_", "lora_te2_")) for key in keys):
        return "kohya"
    return "peft" if any(".lora_A." in key for key in keys) else "diffusers"


def _family(header: Header, halves: dict) -> tuple[str, str]:
    """(family the weights fit, family the metadata claims or "")."""
    claimed = _claimed(header.metadata)
    for key in header.tensors:
        for mark, network in _OTHER_NETWORKS.items():
            if key.startswith(mark) or (mark.endswith("blocks") and mark in key):
                return network, claimed
    for module, pair in halves.items():
        if module.endswith("attn2_to_k") and "down" in pair:
            width = header.tensors[pair["down"]].shape[1]
            if width in _TEXT_WIDTHS:
                return _TEXT_WIDTHS[width], claimed
    # A file of text encoders alone: only SDXL has two; of the others the width tells.
    if not any(module.startswith("lora_unet_") for module in halves):
        if any(module.startswith("lora_te2_") for module in halves):
            return "sdxl", claimed
        for module, pair in halves.items():
            if module.startswith("lora_te_") and module.endswith("q_proj") and "down" in pair:
                width = header.tensors[pair["down"]].shape[1]
                return _TEXT_WIDTHS.get(width, claimed or "unknown"), claimed
    return claimed or "unknown", claimed


def _claimed(metadata: dict[str, str]) -> str:
    version = metadata.get("ss_base_model_version", "")
    architecture = metadata.get("modelspec.architecture", "")
    if version.startswith("studio_mini") or architecture.startswith("studio-mini"):
        return "studio-mini"
    if version.startswith("sdxl_") or architecture.startswith("stable-diffusion-xl"):
        return "sdxl"
    if metadata.get("ss_v2") == "True" or version.startswith("sd_v2"):
        return "sd2"
    if version.startswith("sd_v1") or architecture.startswith("stable-diffusion-v1"):
        return "sd15"
    return ""


def _adapter_metadata(header: Header):
    """A look-up of the alpha that peft files keep in their header, by a weight's key."""
    try:
        table = json.loads(header.metadata.get("lora_adapter_metadata", "{}"))
    except json.JSONDecodeError:
        table = {}

    def alpha(key: str) -> float | None:
        part = key.split(".", 1)[0]
        own = table.get(f"{part}.alpha_pattern") or {}
        path = key.split(".", 1)[-1]
        for pattern, value in own.items():
            if path.startswith(pattern + ".") or f".{pattern}." in path:
                return float(value)
        value = table.get(f"{part}.lora_alpha")
        return None if value is None else float(value)

    return alpha


def _hashes(path: Path, header: Header) -> dict[str, str]:
    whole = sha256(path)
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        file.seek(8 + length)
        weights = hashlib.file_digest(file, "sha256").hexdigest()
    hashes = {"sha256": whole, "autov2": whole[:10], "sshs_model_hash": weights}
    if "sshs_legacy_hash" in header.metadata:
        hashes["sshs_legacy_hash"] = header.metadata["sshs_legacy_hash"]
    return hashes


def _parts(names) -> dict[str, int]:
    parts: dict[str, int] = {}
    for name in names:
        part = "unet" if name.startswith("lora_unet_") else "text_encoder"
        if name.startswith("lora_te2_"):
            part = "text_encoder_2"
        parts[part] = parts.get(part, 0) + 1
    return parts


def _most(values: list):
    """The most frequent value, None for none."""
    return max(set(values), key=values.count, default=None)
