"""Base models: what a checkpoint is, told from its header alone, and loading it offline.

Three families: sd15, sdxl and studio-mini (the bundled one). A base is one .safetensors file in
the original Stable Diffusion layout, or a diffusers folder. Everything a caller may want to know
(sizes, token limit, prediction type, targets) is read from the base, never assumed.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from training.engine import fault_reasons
from training.engine.errors import EngineError
from training.engine.files import json_table
from training.engine.files.disk import read_bounded
from training.engine.files.safetensors_header import Header, hash_file, is_pickle, read_header

BUNDLED = "studio-mini"
BUNDLED_FOLDER = Path(__file__).parents[2] / "minibase" / "weights"
CONFIGS = Path(__file__).parent / "configs"
MOST_CONFIG_BYTES = 2_000_000
FAMILIES = ("sd15", "sdxl", "studio-mini")

_PIPELINES = {"StableDiffusionPipeline": "sd15", "StableDiffusionXLPipeline": "sdxl"}
_TEXT_WIDTHS = {768: "sd15", 2048: "sdxl"}


@dataclass(frozen=True)
class BaseInfo:
    """What one base model is.

    name: how people call it (file stem, folder name or “studio-mini”).
    path: the .safetensors file or the diffusers folder.
    family: "sd15", "sdxl" or "studio-mini".
    default_width, default_height: px of the size it was trained for.
    token_limit: tokens its text encoder reads, begin and end mark included.
    vae_factor: px per latent cell along one side.
    size_multiple: both sides of a rendered picture must be multiples of this, px.
    bucket_step: shapes of training pictures step by this, px.
    latent_channels: channels of a latent.
    prediction_type: "epsilon", "v_prediction" or "sample".
    recommended_targets: a preset's name or module names for LoRA training.
    recommended_training: training keys this base asks for where the person gave none ({} = ours).
    neutral_phrase: phrase for “no style in particular” ("" where the base has none).
    sizes: (width, height) pairs the base was trained for; () where nothing is told.
    recommended_rendering: steps, guidance, negative_prompt, upscale_change and upscale_guidance
    this base asks for ({} = ours).
    config_folder: the diffusers configuration that describes a single file (else the folder).
    """

    name: str
    path: Path
    family: str
    default_width: int
    default_height: int
    token_limit: int
    vae_factor: int
    latent_channels: int
    prediction_type: str
    recommended_targets: str | tuple[str, ...]
    neutral_phrase: str = ""
    recommended_training: dict = field(default_factory=dict)
    size_multiple: int = 8
    bucket_step: int = 64
    config_folder: Path | None = None
    version: str = ""
    sizes: tuple[tuple[int, int], ...] = ()
    recommended_rendering: dict = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """Hash of the weights, hex: of the file; for a folder of its weight files' hashes."""
        if self.path.is_file():
            return hash_file(self.path)
        return hash_folder(self.path)

    @property
    def upscale_change(self) -> float:
        """How far the detail of a picture that is made larger may move, 0 … 1."""
        return self.recommended_rendering.get("upscale_change", 0.35)

    @property
    def is_single_file(self) -> bool:
        return self.path.is_file()


def describe(path_or_name: str | Path, dirs: Iterable[str | Path] = ()) -> BaseInfo:
    """What a base model is, by path or name; only headers and configurations are read.

    Raises EngineError: base-missing, base-is-pickle, base-unreadable, base-family-unsupported,
    base-not-a-model.
    """
    path = find(path_or_name, dirs)
    if path.is_dir():
        return _describe_folder(path)
    return _describe_file(path)


def find(name_or_path: str | Path, dirs: Iterable[str | Path] = ()) -> Path:
    """The file or folder a name stands for: “studio-mini”, a path, or a name inside `dirs`.

    Raises EngineError("base-missing").
    """
    text = str(name_or_path)
    if text == BUNDLED:
        if not BUNDLED_FOLDER.is_dir():
            raise EngineError("base-missing", name=text, places=_short(BUNDLED_FOLDER))
        return BUNDLED_FOLDER
    path = Path(text).expanduser()
    if path.exists():
        return path.resolve()
    folders = [Path(folder) for folder in dirs]
    for folder in folders:
        for candidate in (folder / text, folder / f"{text}.safetensors"):
            if candidate.exists():
                return candidate.resolve()
    places = ", ".join(str(place) for place in [path, *folders])
    raise EngineError("base-missing", name=text, places=places)


def list_bases(folder: str | Path) -> list[BaseInfo]:
    """The usable base models directly inside a folder, by name; the bundled one is not among them.

    What can't be used is left out; describe() of its path tells why.
    """
    folder = Path(folder)
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.iterdir()):
        single = path.suffix == ".safetensors" and path.is_file()
        if single or (path / "model_index.json").is_file():
            try:
                found.append(describe(path))
            except EngineError:
                continue
    return found


def describe_config(family: str, folder: Path) -> BaseInfo:
    """What a base of this diffusers configuration would be, without any weights."""
    return _info(family, folder, family, folder, {})


def hash_folder(folder: Path) -> str:
    """sha256 over the sorted (relative name, sha256) pairs of a folder's weight files, hex."""
    digest = hashlib.sha256()
    for part in ("text_encoder", "text_encoder_2", "unet", "vae"):
        for file in sorted((folder / part).glob("*.safetensors")):
            digest.update(f"{part}/{file.name}:{hash_file(file)}\n".encode())
    return digest.hexdigest()


def _describe_folder(path: Path) -> BaseInfo:
    index = _json(path / "model_index.json", path.name)
    family = _PIPELINES.get(index.get("_class_name"))
    if family is None:
        reason = f"it is a {index.get('_class_name')}"
        raise EngineError("base-family-unsupported", name=path.name, reason=reason)
    unet = _json(path / "unet" / "config.json", path.name)
    _refuse_unet(path.name, unet)
    for part in ("unet", "vae", "text_encoder"):
        _refuse_part_without_safetensors(path / part)
    for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
        _refuse_unsound_files(path.name, path / part)
    studio = {}
    if (path / "studio.json").is_file():
        studio = _json(path / "studio.json", path.name)
        family = studio.get("family", family)
    name = BUNDLED if path == BUNDLED_FOLDER.resolve() or path == BUNDLED_FOLDER else path.name
    return _info(name, path, family, path, studio)


def _describe_file(path: Path) -> BaseInfo:
    if is_pickle(path):
        raise EngineError("base-is-pickle", name=path.name)
    try:
        header = read_header(path)
    except EngineError as error:
        reason = error.facts.get("reason", str(error))
        raise EngineError("base-unreadable", name=path.name, reason=reason) from error
    own_config = path.with_suffix(".config")
    family = _family_of_file(path.name, header, own_config.is_dir())
    config = own_config if own_config.is_dir() else CONFIGS / family
    prediction = _prediction_of_file(header)
    return _info(path.stem, path, family, config, {}, prediction)


def _info(name, path, family, config, studio, prediction=None) -> BaseInfo:
    unet = _json(config / "unet" / "config.json", name)
    vae = _json(config / "vae" / "config.json", name)
    text = _json(config / "text_encoder" / "config.json", name)
    scheduler = _json(config / "scheduler" / "scheduler_config.json", name)
    factor = 2 ** (len(vae["block_out_channels"]) - 1)
    depth = len(unet["block_out_channels"]) - 1
    sample = unet.get("sample_size") or 64
    height, width = sample if isinstance(sample, list) else (sample, sample)
    targets = studio.get("recommended_targets", "attention")
    sizes = tuple(tuple(size) for size in studio.get("sizes", {}).values())
    return BaseInfo(
        name=name,
        path=path,
        family=family,
        default_width=studio.get("default_width", width * factor),
        default_height=studio.get("default_height", height * factor),
        token_limit=text.get("max_position_embeddings", 77),
        vae_factor=factor,
        latent_channels=vae.get("latent_channels", 4),
        prediction_type=prediction or scheduler.get("prediction_type", "epsilon"),
        recommended_targets=tuple(targets) if isinstance(targets, list) else targets,
        neutral_phrase=studio.get("neutral_phrase", ""),
        recommended_training=studio.get("recommended_training", {}),
        recommended_rendering=studio.get("generation_defaults", {}),
        sizes=sizes,
        # diffusers' own check asks for multiples of 8, whatever the VAE.
        size_multiple=math.lcm(8, factor),
        bucket_step=_bucket_step(sizes, math.lcm(8, factor * 2**depth)),
        config_folder=None if path == config else config,
        version=str(studio.get("version", "")),
    )


def _bucket_step(sizes: tuple[tuple[int, int], ...], usual: int) -> int:
    """What all sides of the named sizes are multiples of; the usual step where none are named."""
    return math.gcd(*(side for size in sizes for side in size)) or usual


def _family_of_file(name: str, header: Header, has_own_config: bool) -> str:
    keys = header.tensors
    if any(key.startswith(("lora_", "lycoris_")) or ".lora_" in key for key in keys):
        raise EngineError("base-not-a-model", name=name, what="a LoRA file (a style pack)")
    if not any(key.startswith("model.diffusion_model.") for key in keys):
        what = "a VAE" if any("decoder.conv_in" in key for key in keys) else "another kind of file"
        raise EngineError("base-not-a-model", name=name, what=what)
    if any("double_blocks." in key or "joint_blocks." in key for key in keys):
        raise EngineError("base-family-unsupported", name=name, reason="its network is no UNet")
    first = header.shape("model.diffusion_model.input_blocks.0.0.weight") or (0, 0)
    last = header.shape("model.diffusion_model.out.2.weight") or (0, 0)
    _refuse_channels(name, first[1], last[0])
    if any(key.startswith("conditioner.embedders.1.") for key in keys):
        family = "sdxl"
    elif any(key.startswith("cond_stage_model.transformer.") for key in keys):
        family = "sd15"
    else:
        reason = "it has no text encoder of a known kind"
        raise EngineError("base-family-unsupported", name=name, reason=reason)
    width = next((e.shape[1] for k, e in keys.items() if k.endswith("attn2.to_k.weight")), 0)
    if _TEXT_WIDTHS.get(width) != family and not has_own_config:
        reason = f"its text width is {width}"
        raise EngineError("base-family-unsupported", name=name, reason=reason)
    if not any(key.startswith("first_stage_model.") for key in keys):
        raise EngineError("base-family-unsupported", name=name, reason="it has no VAE")
    return family


def _prediction_of_file(header: Header) -> str | None:
    """What the file says of its prediction type; None leaves it to the configuration."""
    told = header.metadata.get("modelspec.prediction_type", "").lower()
    if "v_pred" in header.tensors or told in ("v", "v_prediction"):
        return "v_prediction"
    return "epsilon" if told == "epsilon" else None


def _refuse_unet(name: str, unet: dict) -> None:
    _refuse_channels(name, unet["in_channels"], unet["out_channels"])
    if unet.get("cross_attention_dim") == 1024:
        reason = "it is Stable Diffusion 2"
        raise EngineError("base-family-unsupported", name=name, reason=reason)


def _refuse_channels(name: str, taken: int, given: int) -> None:
    # An inpainting network also takes a mask, an editing one a picture: more in than out.
    if taken != given:
        reason = "it is made for inpainting or editing"
        raise EngineError("base-family-unsupported", name=name, reason=reason)


def _refuse_part_without_safetensors(folder: Path) -> None:
    if any(folder.glob("*.safetensors")):
        return
    pickles = [file for pattern in ("*.bin", "*.pt", "*.ckpt") for file in folder.glob(pattern)]
    if pickles:
        raise EngineError("base-is-pickle", name=f"{folder.name}/{pickles[0].name}")
    reason = f"its part {folder.name} has no .safetensors weights"
    raise EngineError("base-unreadable", name=folder.parent.name, reason=reason)


def _refuse_unsound_files(name: str, folder: Path) -> None:
    for file in sorted(folder.glob("*.safetensors")):
        try:
            read_header(file)
        except EngineError as error:
            told = fault_reasons.in_words(error.facts.get("reason", str(error)))
            reason = f"{folder.name}/{file.name}: {told}"
            raise EngineError("base-unreadable", name=name, reason=reason) from error


def _json(path: Path, name: str) -> dict:
    try:
        return json_table.read_table(
            read_bounded(path, MOST_CONFIG_BYTES), MOST_CONFIG_BYTES, infinity=True
        )
    except FileNotFoundError as error:
        reason = f"{path.parent.name}/{path.name} is missing"
        raise EngineError("base-unreadable", name=name, reason=reason) from error
    except ValueError as error:
        told = str(error).removeprefix("it ")
        reason = f"{path.parent.name}/{path.name} {told}"
        raise EngineError("base-unreadable", name=name, reason=reason) from error


def _short(path: Path) -> str:
    """A path inside the house, as people know it."""
    return str(Path(*path.parts[-3:]))
