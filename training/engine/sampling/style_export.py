"""A LoRA file for other tools, with its card, and an image that proves that it acts."""

import os
from dataclasses import dataclass
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files import style_paths
from training.engine.files.disk import (
    check_file_name,
    check_folder_path,
    check_replaceable,
    check_writable,
    whole_file,
    write_json,
)
from training.engine.files.safetensors_header import hash_file
from training.engine.lora import weight_files
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.kohya_file import for_kohya, rewrite
from training.engine.lora.profiles import card, profile
from training.engine.lora.settings import CONFIG_NAME
from training.engine.prompts import strengths
from training.engine.prompts import trigger_words as triggers
from training.engine.prompts.word_weights import literal
from training.engine.sampling.renderer import SampleRequest


@dataclass(frozen=True)
class Exported:
    """What an export wrote: the file and its sha256, the card, and the picture or None."""

    path: Path
    sha256: str
    card: Path
    preview: Path | None


def check(
    source: str | Path,
    folder: str | Path,
    profile_name: str,
    *,
    name: str = "",
    licence: str = "",
    trigger_words: str = "",
    strength: float = 0.7,
) -> tuple[Path, LoraHeader, dict[str, str]]:
    """(file to be written, what is exported, its metadata): all that `export` can refuse before
    anything is read whole, loaded or written. Takes and raises what `export` does.
    """
    target = _target(Path(source), Path(folder), name)
    strengths.check(target.name, strength)
    triggers.check(trigger_words, "--trigger")
    lora = look(source).require()
    return target, lora, profile(lora.header.metadata, profile_name, licence, trigger_words)


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

    source: a LoRA file or folder in any plain dialect. name: of the file; "" is the source's.
    precision: "fp16" or "fp32"; None keeps the weights of a kohya file as they are, bit for bit.
    renderer: a sampling.Renderer of the file's base, for the preview of `prompt` at `strength`,
    which must differ from the base's own picture; None writes no preview.
    Raises EngineError: those of lora_files.read and Renderer.render, strength-out-of-band,
    trigger-words-bad, export-without-licence, lora-without-effect, lora-export-damaged, disk-full,
    folder-read-only. Nothing is left then.
    """
    source, folder = Path(source), Path(folder)
    target, lora, metadata = check(
        source,
        folder,
        profile_name,
        name=name,
        licence=licence,
        trigger_words=trigger_words,
        strength=strength,
    )
    check_writable(folder)
    with whole_file(target) as temporary:
        if not precision and lora.dialect not in ("kohya", "sgm"):
            precision = "fp16"  # what every tool reads
        _copy(source, temporary, metadata, precision)
        picture = _preview(renderer, temporary, prompt, strength, target) if renderer else None
    preview = None
    if picture:
        preview = target.with_suffix(".preview.png")
        with whole_file(preview) as temporary:
            picture.save(temporary, "PNG")
    write_json(target.with_suffix(".json"), card(metadata, strength, family=lora.family))
    return Exported(target, hash_file(target), target.with_suffix(".json"), preview)


def _target(source: Path, folder: Path, name: str) -> Path:
    """The file to be written, whose name is looked at before the work is done."""
    stem = style_paths.stem_of(name) or style_paths.name_of(source)
    check_file_name(stem, "--name", f"{stem}.safetensors")
    check_folder_path(folder, "--output")
    if os.path.isfile(folder):
        raise EngineError("output-is-file", key="--output", path=str(folder))
    target = folder / f"{stem}.safetensors"
    beside = source if source.is_dir() else source.parent
    reads = [
        source,
        *beside.glob(CONFIG_NAME),
        *(beside.glob("*.safetensors") if source.is_dir() else ()),
    ]
    for ending in (".safetensors", ".json", ".preview.png"):
        check_replaceable(target.with_suffix(ending), "--output", reads)
    return target


def _copy(source: Path, target: Path, metadata: dict[str, str], precision: str | None) -> None:
    if precision is None:
        rewrite(source, target, metadata)
        return
    metadata_in_file = for_kohya(look(source), metadata)
    weight_files.write_kohya(target, weight_files.read(source).modules, metadata_in_file, precision)


def _preview(renderer, path: Path, prompt: str, strength: float, target: Path):
    """The written file's picture. Raises lora-without-effect when it is the base's own."""
    prompt = prompt or literal(renderer.base.neutral_phrase) or "a street"
    plain, styled = renderer.render(
        [SampleRequest(prompt), SampleRequest(prompt, packs=[(path, strength)])]
    )
    if plain.tobytes() == styled.tobytes():
        raise EngineError("lora-without-effect", name=target.name, base=renderer.base.name)
    return styled
