"""Stable Diffusion 1.x and XL: a UNet told what to paint by CLIP. The half without torch.

A base is one .safetensors file in the original layout, or a diffusers folder. All that may differ
from base to base (sizes, token limit, prediction type, targets) is read from it.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.families import base_files, clip_token_count
from training.engine.families.base_files import CONFIGS, read_config
from training.engine.families.base_info import BaseInfo
from training.engine.families.family import Family, Shape
from training.engine.families.stable_diffusion_layers import (
    StableDiffusionNames,
    file_layers,
    folder_layers,
    text_width_of,
)
from training.engine.files.safetensors_header import Header, read_header

_ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
_FEED_FORWARD = ("ff.net.0.proj", "ff.net.2")
_PROJECTIONS = ("proj_in", "proj_out")
_CONVOLUTIONS = (
    "conv1",
    "conv2",
    "conv_shortcut",
    "time_emb_proj",
    "downsamplers.0.conv",
    "upsamplers.0.conv",
)
_OUTERMOST = ("conv_in", "conv_out", "time_embedding.linear_1", "time_embedding.linear_2")
_UNET_OF_FILE = "model.diffusion_model."  # what a single file's UNet begins with


class StableDiffusion(Family):
    """What the families of this kind have in common.

    pipeline: the class a folder's model_index.json names. text_width: of the embeddings that the
    UNet reads; None where bases differ. file_mark: what the text encoder of a single file begins
    with; "" where there are no single files.
    """

    implementation = "diffusers"
    network = "unet"
    text_encoders: tuple[str, ...] = ("text_encoder",)
    weight_folders = ("text_encoder", "text_encoder_2", "unet", "vae")
    targets = {
        "attention": _ATTENTION,
        "attention-mlp": _ATTENTION + _FEED_FORWARD,
        "kohya": _ATTENTION + _FEED_FORWARD + _PROJECTIONS,
        "kohya-conv": _ATTENTION + _FEED_FORWARD + _PROJECTIONS + _CONVOLUTIONS,
        "all": _ATTENTION + _FEED_FORWARD + _PROJECTIONS + _CONVOLUTIONS + _OUTERMOST,
    }
    text_targets = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
    layer_names = StableDiffusionNames()
    schedulers = ("dpm++", "euler", "ddim", "lcm")
    pipeline: str
    text_width: int | None = None
    file_mark: str = ""

    # -- what a base is -------------------------------------------------------------------

    def owns_folder(self, index: dict, studio: dict) -> bool:
        is_named = studio.get("family", self.name) == self.name
        return index.get("_class_name") == self.pipeline and is_named

    def owns_file(self, header: Header) -> bool:
        keys = header.tensors
        if not self.file_mark or any("double_blocks." in k or "joint_blocks." in k for k in keys):
            return False
        has_network = any(key.startswith(_UNET_OF_FILE) for key in keys)
        return has_network and any(key.startswith(self.file_mark) for key in keys)

    def describe_folder(self, name: str, path: Path, studio: dict) -> BaseInfo:
        unet = read_config(path / "unet" / "config.json", name)
        _refuse_channels(name, unet["in_channels"], unet["out_channels"])
        if unet.get("cross_attention_dim") == 1024:
            reason = "it is Stable Diffusion 2"
            raise EngineError("base-family-unsupported", name=name, reason=reason)
        for part in ("unet", "vae", "text_encoder"):
            base_files.refuse_part_without_safetensors(path / part)
        for part in ("unet", "vae", "text_encoder", "text_encoder_2"):
            base_files.refuse_unsound_files(name, path / part)
        return self.describe_config(name, path, path, studio)

    def describe_file(self, path: Path, header: Header) -> BaseInfo:
        own_config = path.with_suffix(".config")
        self._refuse_file(path.name, header, own_config.is_dir())
        config = own_config if own_config.is_dir() else CONFIGS / self.name
        return self.describe_config(path.stem, path, config, {}, _prediction_of_file(header))

    def describe_config(
        self, name: str, path: Path, config: Path, studio: dict, prediction: str | None = None
    ) -> BaseInfo:
        """What a base at `path` with this diffusers configuration is; no weights are read."""
        unet = read_config(config / "unet" / "config.json", name)
        vae = read_config(config / "vae" / "config.json", name)
        text = read_config(config / "text_encoder" / "config.json", name)
        scheduler = read_config(config / "scheduler" / "scheduler_config.json", name)
        factor = 2 ** (len(vae["block_out_channels"]) - 1)
        depth = len(unet["block_out_channels"]) - 1
        sample = unet.get("sample_size") or 64
        height, width = sample if isinstance(sample, list) else (sample, sample)
        targets = studio.get("recommended_targets", "attention")
        sizes = tuple(tuple(size) for size in studio.get("sizes", {}).values())
        return BaseInfo(
            name=name,
            path=path,
            family=self.name,
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
            weight_folders=self.weight_folders,
        )

    def count_tokens(self, base: str | Path, text: str) -> int:
        return clip_token_count.count(base, text)

    def _refuse_file(self, name: str, header: Header, has_own_config: bool) -> None:
        keys = header.tensors
        first = header.shape("model.diffusion_model.input_blocks.0.0.weight") or (0, 0)
        last = header.shape("model.diffusion_model.out.2.weight") or (0, 0)
        _refuse_channels(name, first[1], last[0])
        width = next((e.shape[1] for k, e in keys.items() if k.endswith("attn2.to_k.weight")), 0)
        if width != self.text_width and not has_own_config:
            reason = f"its text width is {width}"
            raise EngineError("base-family-unsupported", name=name, reason=reason)
        if not any(key.startswith("first_stage_model.") for key in keys):
            raise EngineError("base-family-unsupported", name=name, reason="it has no VAE")

    # -- what it weighs -------------------------------------------------------------------

    def weight_counts(self, info: BaseInfo) -> tuple[int, int]:
        network = others = 0
        if info.is_single_file:
            files: list[tuple[Path, str | None]] = [(info.path, None)]
        else:
            paths = sorted(info.path.glob("*/*.safetensors"))
            files = [(path, path.parent.name) for path in paths]
        for path, part in files:
            for name, entry in read_header(path).tensors.items():
                count = math.prod(entry.shape)
                if part == "unet" or name.startswith(_UNET_OF_FILE):
                    network += count
                elif part in (None, *self.weight_folders):
                    others += count
        return network, others

    def activation_count(self, info: BaseInfo, cells: float) -> float:
        unet = read_config(info.config / "unet" / "config.json", info.name)
        layers = unet["layers_per_block"]
        numbers = 0.0
        for level, channels in enumerate(unet["block_out_channels"]):
            count = layers if isinstance(layers, int) else layers[level]
            # Down and up path, the latter with one layer more.
            numbers += (2 * count + 1) * channels * cells / 4**level
        return numbers

    # -- LoRA files -----------------------------------------------------------------------

    def layers_of(self, path: Path) -> Iterator[tuple[str, str, str, Shape]]:
        if path.is_dir():
            return folder_layers(path, self.layer_names)
        own = path.with_suffix(".config")
        return file_layers(path, own if own.is_dir() else CONFIGS / self.name, self.layer_names)

    def owns_lora(self, shapes: Mapping[str, Shape]) -> bool:
        return self.text_width is not None and text_width_of(shapes) == self.text_width

    # -- the half that computes -----------------------------------------------------------

    def load(self, info: BaseInfo, device, dtype, **parts):
        # torch and diffusers are slow; whoever only describes a base skips them.
        from training.engine.families import stable_diffusion_model  # noqa: PLC0415

        return stable_diffusion_model.load(self, info, device, dtype, parts)


def _bucket_step(sizes: tuple[tuple[int, int], ...], usual: int) -> int:
    """What all sides of the named sizes are multiples of; the usual step where none are named."""
    return math.gcd(*(side for size in sizes for side in size)) or usual


def _prediction_of_file(header: Header) -> str | None:
    """What the file says of its prediction type; None leaves it to the configuration."""
    claimed = header.metadata.get("modelspec.prediction_type", "").lower()
    if "v_pred" in header.tensors or claimed in ("v", "v_prediction"):
        return "v_prediction"
    return "epsilon" if claimed == "epsilon" else None


def _refuse_channels(name: str, inputs: int, outputs: int) -> None:
    # An inpainting network also takes a mask, an editing one an image: more in than out.
    if inputs != outputs:
        reason = "it is made for inpainting or editing"
        raise EngineError("base-family-unsupported", name=name, reason=reason)
