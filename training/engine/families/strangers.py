"""Networks of no family here, told by name so that a message can say what a file is."""

from collections.abc import Iterable, Mapping

from training.engine.families.stable_diffusion_layers import text_width_of

_SECOND_WIDTH = 1024  # of the embeddings that Stable Diffusion 2 reads
_NETWORKS = {
    "double_blocks": "flux",
    "single_transformer_blocks": "flux",
    "joint_blocks": "sd3",
    "transformer.": "transformer",
    "lora_transformer_": "transformer",
}


def network_of_lora(keys: Iterable[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The network a LoRA file's tensors are of, where it is none of ours; else "".

    shapes: of the lower half of each layer, by kohya's name.
    """
    for key in keys:
        for mark, network in _NETWORKS.items():
            if key.startswith(mark) or (mark.endswith("blocks") and mark in key):
                return network
    return "sd2" if text_width_of(shapes) == _SECOND_WIDTH else ""


def claimed_by(metadata: Mapping[str, str]) -> str:
    """The family that a LoRA file's metadata names, where it is none of ours; else ""."""
    is_second = metadata.get("ss_v2") == "True"
    is_second |= metadata.get("ss_base_model_version", "").startswith("sd_v2")
    return "sd2" if is_second else ""


def file_kind(keys: Iterable[str]) -> tuple[str, str]:
    """(what a file is that is no base at all, why a base is of no family here); one is ""."""
    keys = list(keys)
    if any(key.startswith(("lora_", "lycoris_")) or ".lora_" in key for key in keys):
        return "a LoRA file (a style pack)", ""
    if not any(key.startswith("model.diffusion_model.") for key in keys):
        return "a VAE" if any("decoder.conv_in" in k for k in keys) else "another kind of file", ""
    if any("double_blocks." in key or "joint_blocks." in key for key in keys):
        return "", "its network is no UNet"
    return "", "it has no text encoder of a known kind"
