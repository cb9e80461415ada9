"""The layers of Stable Diffusion's UNet and of CLIP: in a base's headers and in LoRA files.

Text encoders' layers carry `text_model_` whether or not the writer's library did, since
transformers 5 dropped that wrapper for one class of encoder and the file format kept its name.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.engine.families.base_files import read_config
from training.engine.families.family import Shape
from training.engine.families.layer_names import LayerNames
from training.engine.families.unet_layouts import diffusers_name, original_name, unet_prefixes
from training.engine.files.safetensors_header import Header, read_header

_ENCODERS_OF_FILES = ("cond_stage_model.transformer.", "conditioner.embedders.0.transformer.")
# What the layers of our networks begin with: the UNet of diffusers, as it was written first, CLIP.
_OURS = re.compile(
    r"lora_unet_(?:down_blocks|mid_block|up_blocks|conv_in|conv_out|time_embedding|add_embedding"
    r"|class_embedding|input_blocks|middle_block|output_blocks|out|time_embed|label_emb)_"
    r"|lora_unet_conv_(?:in|out)$"
    r"|lora_te[12]?_text_model_(?:encoder_layers|embeddings)_"
    r"|lora_te[12]?_text_projection$"
)
_SKIPPED = re.compile(
    r"lora_unet_(conv_in|conv_out|time_embedding_.*|add_embedding_.*"
    r"|input_blocks_0_0|out_2|time_embed_.*|label_emb_.*)"
    r"|lora_te[12]?_text_projection"
)
_ORIGINAL = re.compile(r"lora_unet_(input_blocks|middle_block|output_blocks)_")
_OLD_TEXT_NAMES = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}
_SECOND_WIDTH = 1280  # of the layers of XL's second text encoder
_XL_WIDTH = 2048


class StableDiffusionNames(LayerNames):
    """kohya: `lora_unet_`, `lora_te_` or, for XL, `lora_te1_` and `lora_te2_`, with `_` for `.`."""

    kohya = {
        "unet": ("lora_unet_",),
        "text_encoder": ("lora_te_", "lora_te1_"),
        "text_encoder_2": ("lora_te2_",),
    }
    dotted = (
        ("unet.", "unet"),
        ("diffusion_model.", "unet"),
        ("text_encoder_2.", "text_encoder_2"),
        ("text_encoder.", "text_encoder"),
        ("text_encoders.clip_l.transformer.", "text_encoder"),
        ("text_encoders.clip_g.transformer.", "text_encoder_2"),
    )

    def from_path(self, part: str, path: str) -> str:
        # The oldest diffusers files name the attention processor: attn1.processor.to_out_lora
        path = re.sub(r"\.processor\.(to_[qkv]|to_out)$", r".\1", path)
        if part.startswith("text_encoder"):
            head, _, last = path.rpartition(".")
            path = ".".join(filter(None, (head, _OLD_TEXT_NAMES.get(last, last))))
        else:
            path = re.sub(r"\.to_out$", ".to_out.0", path)
        return self.canonical(self.kohya[part][0] + path.replace(".", "_"))

    def canonical(self, name: str) -> str:
        match = re.fullmatch(r"(lora_te[12]?_)(?:text_model_)?(.+)", name)
        if not match:
            return name
        if match[2] == "text_projection":
            return name.replace("text_model_", "")
        return f"{match[1]}text_model_{match[2]}"

    def guess_part(self, path: str, encoder: str) -> str:
        own = path.startswith(("text_model.", "encoder.layers.", "text_projection"))
        return (encoder or "text_encoder") if own else "unet"

    def encoder_of(self, file: Path, header: Header, trained_on: str) -> str:
        if trained_on == "CLIPTextModelWithProjection" or file.parent.name == "text_encoder_2":
            return "text_encoder_2"
        queries = [key for key in header.tensors if "q_proj.lora_A" in key]
        widths = {header.tensors[key].shape[-1] for key in queries}
        return "text_encoder_2" if widths == {_SECOND_WIDTH} else "text_encoder"

    def is_layer(self, module: str) -> bool:
        return _OURS.match(module) is not None

    def is_original(self, key: str) -> bool:
        return _ORIGINAL.match(key) is not None

    def is_skipped_by_kohya(self, module: str) -> bool:
        return _SKIPPED.fullmatch(module) is not None


def layer_names_of(names: LayerNames, part: str, path: str, originals: dict) -> tuple[str, ...]:
    """Every kohya name of a layer by its diffusers path. originals: see unet_prefixes."""
    if part == "unet":
        paths = filter(None, (path, original_name(path, originals)))
        return tuple(_unet(one) for one in paths)
    return tuple(names.canonical(start + path.replace(".", "_")) for start in names.kohya[part])


def text_width_of(shapes: Mapping[str, Shape]) -> int:
    """The width of the embeddings that a LoRA file's weights read; 0 where nothing tells it.

    shapes: of the lower half of each layer, by kohya's name.
    """
    for module, shape in shapes.items():
        if module.endswith("attn2_to_k") and len(shape) > 1:
            return shape[1]
    if any(module.startswith("lora_unet_") for module in shapes):
        return 0
    # A file of text encoders alone: only XL has two; of the others the width tells.
    if any(module.startswith("lora_te2_") for module in shapes):
        return _XL_WIDTH
    for module, shape in shapes.items():
        if module.startswith("lora_te_") and module.endswith("q_proj"):
            return shape[1] if len(shape) > 1 else 0
    return 0


def folder_layers(folder: Path, names: LayerNames) -> Iterator[tuple[str, str, str, Shape]]:
    """(part, kohya's name, own path, shape) of each layer of a diffusers folder."""
    originals = unet_prefixes(read_config(folder / "unet" / "config.json", folder.name))
    for part in names.kohya:
        for file in sorted((folder / part).glob("*.safetensors")):
            for path, shape in _weights(file, ""):
                for name in layer_names_of(names, part, path, originals):
                    yield part, name, path, shape


def file_layers(
    file: Path, config: Path, names: LayerNames
) -> Iterator[tuple[str, str, str, Shape]]:
    """As folder_layers, of a single file. config: the diffusers configuration it goes by."""
    originals = unet_prefixes(read_config(config / "unet" / "config.json", file.name))
    for path, shape in _weights(file, "model.diffusion_model."):
        yield "unet", _unet(path), path, shape
        if ours := diffusers_name(path, originals):
            yield "unet", _unet(ours), path, shape
    for start in _ENCODERS_OF_FILES:
        for path, shape in _weights(file, start):
            for name in layer_names_of(names, "text_encoder", path, originals):
                yield "text_encoder", name, path, shape


def _weights(file: Path, start: str) -> Iterator[tuple[str, Shape]]:
    """(path, shape) of each linear and convolutional layer whose name begins so."""
    for key, entry in read_header(file).tensors.items():
        if key.startswith(start) and key.endswith(".weight") and len(entry.shape) in (2, 4):
            path = key.removeprefix(start).removesuffix(".weight")
            if not re.search(r"(^|\.)(embeddings|token_embedding|position_embedding)(\.|$)", path):
                yield path, entry.shape


def _unet(path: str) -> str:
    return "lora_unet_" + path.replace(".", "_")
