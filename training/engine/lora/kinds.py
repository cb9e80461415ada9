"""The name of what a file is that holds more, or other, than plain LoRA.

Every tensor that is no half of a plain LoRA and no alpha comes here. A mark is a part of its name;
the first that fits names the file. Names are those of LyCORIS, peft, kohya and OneTrainer.
"""

from collections.abc import Iterable

from training.engine.files.safetensors_header import Header

_MARKS = (
    (("dora_scale", "lora_magnitude_vector"), "DoRA"),
    (("hada_",), "LoHa (LyCORIS)"),
    (("lokr_",), "LoKr (LyCORIS)"),
    (("boft_", "butterfly_oft"), "BOFT"),
    (("oft_", ".rescale"), "OFT"),
    ((".a1.weight", ".a2.weight", ".b1.weight", ".b2.weight", ".bm.weight", "glora"), "GLoRA"),
    (("ia3_", ".on_input"), "IA3"),
    (("lambda_layer", ".q_layer.", ".p_layer.", ".base_lambda"), "T-LoRA"),
    (("bundle_emb",), "LoRA with bundled embeddings"),
    (("lora_mid",), "LoCon with Tucker factors"),
    (("lora_embedding_",), "LoRA with embedding layers"),
    ((".lora_E", ".ranknum"), "AdaLoRA"),
    (("vera_lambda",), "VeRA"),
    (("vblora_",), "VB-LoRA"),
    (("fourierft_",), "FourierFT"),
    ((".hra_u",), "HRA"),
    (("bone_block", "miss_block"), "Bone (MiSS)"),
    (("randlora_",), "RandLoRA"),
    (("shira_",), "SHiRA"),
    (("c3a_",), "C3A"),
    (("lora_B.bias", "lora_up.bias", "lora.up.bias"), "LoRA with biases"),
    ((".w_norm", ".b_norm"), "LoRA with trained norms (LyCORIS)"),
    ((".diff", ".set_weight"), "weight-difference"),
    (("modules_to_save",), "LoRA with whole layers saved (modules_to_save)"),
)
_PLAIN_NETWORKS = {"LORA", ""}
_PEFT_NAMES = {
    "ADALORA": "AdaLoRA",
    "FOURIERFT": "FourierFT",
    "LN_TUNING": "trained norms (LN tuning)",
    "LOHA": "LoHa",
    "LOKR": "LoKr",
    "MISS": "Bone (MiSS)",
    "RANDLORA": "RandLoRA",
    "SHIRA": "SHiRA",
    "VBLORA": "VB-LoRA",
    "VERA": "VeRA",
}


def kind_of(header: Header, keys: Iterable[str]) -> str:
    """The kind of a file by the tensors of it that are not plain LoRA; "" where none is known."""
    for marks, kind in _MARKS:
        for key in keys:
            if any(mark in key for mark in marks):
                return _narrowed(kind, header, key)
    return _by_ending(list(keys))


def kind_of_settings(settings: dict) -> str:
    """The kind a peft configuration names: its type, or a flag that changes the arithmetic."""
    network = str(settings.get("peft_type") or "").rpartition(".")[2].upper()
    if network not in _PLAIN_NETWORKS:
        return _PEFT_NAMES.get(network, network[:40])
    if settings.get("use_dora"):
        return "DoRA"
    if settings.get("lora_bias") or settings.get("bias") not in (None, "none", False):
        return "LoRA with biases"
    return ""


def _narrowed(kind: str, header: Header, key: str) -> str:
    # LyCORIS calls both of its orthogonal kinds oft_blocks; the butterfly has a dimension more.
    dimensions = len(header.tensors[key].shape)
    return "BOFT" if kind == "OFT" and key.endswith("oft_blocks") and dimensions == 4 else kind


def _by_ending(keys: list[str]) -> str:
    if keys and all(key.endswith(".bias") for key in keys):
        return "LoRA with biases"
    if keys and all("norm" in key for key in keys):
        return "LoRA with trained norms"
    return ""
