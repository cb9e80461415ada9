"""LoRA files that travel: what they say of themselves, and the card and picture beside them.

The internal profile tells all a trainer knows. The external one keeps what other tools need, the
licence and the trigger; captions, folders and hashes of the house stay home.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files import check_writable, whole_file, write_json
from training.engine.safetensors_header import hash_file, read_header, sshs_hashes

PROFILES = ("internal", "external")
MINIMUM = (
    "ss_v2",
    "ss_base_model_version",
    "ss_network_module",
    "ss_network_dim",
    "ss_network_alpha",
    "ss_network_args",
    "ss_output_name",
)
"""The keys other tools need; with modelspec's own they make the external profile."""

_WEBUI_VERSIONS = {"sd_v1": "SD1", "sdxl_base_v1-0": "SDXL"}


@dataclass(frozen=True)
class Exported:
    """What an export wrote: the file and its sha256, the card, and the picture or None."""

    path: Path
    sha256: str
    card: Path
    preview: Path | None


def profile(
    metadata: dict[str, str], name: str, licence: str = "", trigger_words: str = ""
) -> dict[str, str]:
    """The metadata of a profile. licence, trigger_words: written over what the file said.

    Raises EngineError("export-without-licence") for an external file that has none.
    """
    kept = dict(metadata)
    if name == "external":
        kept = {
            key: value
            for key, value in metadata.items()
            if key in MINIMUM or (key.startswith("modelspec.") and key != "modelspec.hash_sha256")
        }
    if licence:
        kept["modelspec.license"] = licence
    if trigger_words:
        kept["modelspec.trigger_phrase"] = trigger_words
    if name == "external" and not kept.get("modelspec.license"):
        raise EngineError("export-without-licence")
    return {key: value for key, value in kept.items() if not key.startswith("sshs_")}


def rewrite(source: str | Path, target: str | Path, metadata: dict[str, str]) -> str:
    """The same weights, byte for byte, under other metadata; returns the new file's sha256.

    The sshs hashes are added. Needs no torch, so a web process may call it.
    Raises EngineError: those of read_header, disk-full, folder-read-only, lora-export-damaged.
    """
    source, target = Path(source), Path(target)
    read_header(source)
    with source.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        table = json.loads(file.read(length))
        data = file.read()
    table.pop("__metadata__", None)
    known = {key: value for key, value in metadata.items() if key.startswith("ss_")}
    full = metadata | sshs_hashes(len(_packed(known, table)), data)
    with whole_file(target) as temporary:
        temporary.write_bytes(_packed(full, table) + data)
        if read_header(temporary).metadata != full:
            raise EngineError("lora-export-damaged", name=target.name, reason="metadata")
    return hash_file(target)


def card(metadata: dict[str, str], strength: float = 0.7, negative: str = "") -> dict:
    """What WebUI reads from `<name>.json`. strength: to begin with, usually 0.5 to 0.8."""
    version = metadata.get("ss_base_model_version", "")
    licence = metadata.get("modelspec.license", "")
    author = metadata.get("modelspec.author", "")
    return {
        "description": metadata.get("modelspec.title", ""),
        "sd version": _WEBUI_VERSIONS.get(version, "Unknown"),
        "activation text": metadata.get("modelspec.trigger_phrase", ""),
        "preferred weight": strength,
        "negative text": negative,
        "notes": ". ".join(
            text for text in (licence and f"Licence: {licence}", author and f"By {author}") if text
        ),
    }


def export(
    source: str | Path,
    folder: str | Path,
    profile_name: str,
    *,
    name: str = "",
    licence: str = "",
    trigger_words: str = "",
    precision: str | None = None,
    strength: float = 0.7,
    renderer=None,
    prompt: str = "",
) -> Exported:
    """Write `<name>.safetensors` in kohya's format, `<name>.json` and `<name>.preview.png`.

    source: a LoRA file in any plain dialect. name: file stem; "" is the source's.
    precision: "fp16" or "fp32"; None keeps the weights of a kohya file as they are, bit for bit.
    renderer: a sampling.Renderer of the file's base, for the preview of `prompt` at `strength`,
    which must differ from the base's own picture; None writes no preview.
    Raises EngineError: those of lora_files.read and Renderer.render, export-without-licence,
    lora-without-effect, lora-export-damaged, disk-full, folder-read-only. Nothing is left then.
    """
    from training.engine import lora_files  # noqa: PLC0415 -- torch; rewrite() goes without

    source, folder = Path(source), Path(folder)
    weights = lora_files.read(source)
    metadata = profile(weights.metadata, profile_name, licence, trigger_words)
    check_writable(folder)
    target = folder / f"{name or source.stem}.safetensors"
    with whole_file(target) as temporary:
        if precision or weights.dialect not in ("kohya", "sgm"):
            lora_files.write_kohya(temporary, weights.modules, metadata, precision or "fp16")
        else:
            rewrite(source, temporary, metadata)
        picture = _preview(renderer, temporary, prompt, strength, target) if renderer else None
    preview = None
    if picture:
        preview = target.with_suffix(".preview.png")
        with whole_file(preview) as temporary:
            picture.save(temporary, "PNG")
    write_json(target.with_suffix(".json"), card(metadata, strength))
    return Exported(target, hash_file(target), target.with_suffix(".json"), preview)


def _preview(renderer, path: Path, prompt: str, strength: float, target: Path):
    """The written file's picture. Raises lora-without-effect when it is the base's own."""
    from training.engine.sampling import SampleRequest  # noqa: PLC0415 -- torch

    prompt = prompt or renderer.base.neutral_phrase or "a street"
    plain, styled = renderer.render(
        [SampleRequest(prompt), SampleRequest(prompt, packs=[(path, strength)])]
    )
    if plain.tobytes() == styled.tobytes():
        raise EngineError("lora-without-effect", name=target.name, base=renderer.base.name)
    return styled


def _packed(metadata: dict[str, str], table: dict) -> bytes:
    """Length and header of a safetensors file, padded to 8 bytes."""
    text = json.dumps(
        {"__metadata__": metadata, **table}, ensure_ascii=False, separators=(",", ":")
    ).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
