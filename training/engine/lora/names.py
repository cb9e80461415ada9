"""Where a tensor of a LoRA file belongs: the names of kohya, diffusers, peft, OneTrainer, ComfyUI.

Layers go by kohya's names here: `lora_unet_…`, `lora_te_…`, `lora_te1_…`, `lora_te2_…` with `_` for
`.`. The original (sgm) block names of SDXL stay as they are and are matched when the file meets its
base model. Text encoders carry `text_model_` whether or not the writer's library did, since
transformers 5 dropped that wrapper for one class of encoder and the file format kept its name.
"""

import re
from dataclasses import dataclass

KOHYA = ("lora_unet_", "lora_te_", "lora_te1_", "lora_te2_")

_ENDINGS = (
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
    (".alpha", "alpha"),
)
_COMPONENTS = (
    ("unet.", "unet"),
    ("diffusion_model.", "unet"),
    ("text_encoder_2.", "text_encoder_2"),
    ("text_encoder.", "text_encoder"),
    ("text_encoders.clip_l.transformer.", "text_encoder"),
    ("text_encoders.clip_g.transformer.", "text_encoder_2"),
    ("transformer.", "transformer"),
)
_KOHYA_OF = {
    "unet": "lora_unet_",
    "text_encoder": "lora_te_",
    "text_encoder_2": "lora_te2_",
    "transformer": "lora_transformer_",
}
# What the layers of our networks begin with: the UNet of diffusers, as it was written first, CLIP.
_OURS = re.compile(
    r"lora_unet_(?:down_blocks|mid_block|up_blocks|conv_in|conv_out|time_embedding|add_embedding"
    r"|class_embedding|input_blocks|middle_block|output_blocks|out|time_embed|label_emb)_"
    r"|lora_unet_conv_(?:in|out)$"
    r"|lora_te[12]?_text_model_(?:encoder_layers|embeddings)_"
    r"|lora_te[12]?_text_projection$"
)
_OLD_TEXT_NAMES = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


@dataclass(frozen=True)
class Place:
    """Where one tensor belongs.

    module: the layer by kohya's name. half: "down", "up" or "alpha".
    component: the part of the pipeline the name tells ("unet", "text_encoder", …); "" where it
    tells none, as in peft's own files. path: the layer as the writer's library calls it, inside
    its component; "" for kohya's names, which can't be taken apart again.
    """

    module: str
    half: str
    component: str
    path: str


def place_of(key: str, encoder: str = "text_encoder") -> Place | None:
    """The place of a tensor by its name; None where it is no part of a plain LoRA.

    encoder: which text encoder a name without any component means.
    """
    plain = re.sub(r"\.lora_([AB])\.[^.]+\.weight$", r".lora_\1.weight", key)
    ending, half = next((pair for pair in _ENDINGS if plain.endswith(pair[0])), ("", ""))
    if not half:
        return None
    stem = plain.removesuffix(ending)
    if stem.startswith(KOHYA):
        return Place(canonical(stem), half, _component_of(stem), "")
    if stem.startswith(("lora_", "lycoris_")) and "." not in stem:
        return Place(stem, half, "", "")  # of a network we don't know: its name is kept as it is
    component, path = _taken_apart(stem)
    layer = component or _guess(path, encoder)
    return Place(_kohya(layer, path), half, component, path)


def canonical(name: str) -> str:
    """The one kohya name of a layer of a text encoder; the UNet's names stay."""
    match = re.fullmatch(r"(lora_te[12]?_)(?:text_model_)?(.+)", name)
    if not match:
        return name
    if match[2] == "text_projection":
        return name.replace("text_model_", "")
    return f"{match[1]}text_model_{match[2]}"


def part_of(module: str) -> str:
    """ "unet", "text_encoder" or "text_encoder_2" of a kohya name."""
    return _component_of(module) or "unet"


def is_ours(module: str) -> bool:
    """Whether a layer may be one of a UNet or of CLIP, by its kohya name."""
    return _OURS.match(module) is not None


def is_skipped_by_kohya(module: str) -> bool:
    """Whether sd-scripts passes over a layer: it looks inside attention, resnets and samplers."""
    return bool(
        re.fullmatch(
            r"lora_unet_(conv_in|conv_out|time_embedding_.*|add_embedding_.*"
            r"|input_blocks_0_0|out_2|time_embed_.*|label_emb_.*)"
            r"|lora_te[12]?_text_projection",
            module,
        )
    )


def dialect_of(keys) -> str:
    """ "kohya", "sgm" (kohya with the original block names), "peft" or "diffusers"."""
    keys = list(keys)
    if any(key.startswith(KOHYA) for key in keys):
        original = re.compile(r"lora_unet_(input_blocks|middle_block|output_blocks)_")
        return "sgm" if any(original.match(key) for key in keys) else "kohya"
    return "peft" if any(".lora_A." in key for key in keys) else "diffusers"


def _component_of(stem: str) -> str:
    for component, prefix in _KOHYA_OF.items():
        if stem.startswith(prefix):
            return component
    return "text_encoder" if stem.startswith("lora_te1_") else ""


def _taken_apart(stem: str) -> tuple[str, str]:
    path = stem.removeprefix("base_model.model.")
    for prefix, component in _COMPONENTS:
        if path.startswith(prefix):
            return component, path.removeprefix(prefix).removeprefix("base_model.model.")
    return "", path


def _guess(path: str, encoder: str) -> str:
    """The component of a name that tells none: the layers of text encoders have names of theirs."""
    own = path.startswith(("text_model.", "encoder.layers.", "text_projection"))
    return encoder if own else "unet"


def _kohya(component: str, path: str) -> str:
    # The oldest diffusers files name the attention processor: attn1.processor.to_out_lora
    path = re.sub(r"\.processor\.(to_[qkv]|to_out)$", r".\1", path)
    if component.startswith("text_encoder"):
        head, _, last = path.rpartition(".")
        path = ".".join(filter(None, (head, _OLD_TEXT_NAMES.get(last, last))))
    else:
        path = re.sub(r"\.to_out$", ".to_out.0", path)
    return canonical(_KOHYA_OF[component] + path.replace(".", "_"))
