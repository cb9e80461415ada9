"""LoRA adapters on a pipeline: made for training, loaded from a pack, set to a strength."""

import re
import warnings
from collections.abc import Iterable

import torch
from peft import LoraConfig
from peft.tuners.lora import LoraLayer

from training.engine.base.base_models import BaseInfo
from training.engine.base.unet_layouts import original_name, unet_prefixes
from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.engine.lora.names import canonical
from training.engine.lora.weight_files import LoraModule, LoraWeights

TRAINED = "trained_style"
"""Name of the adapter in training (“train” and “type” would collide with module attributes)."""

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
TARGETS = {
    "attention": _ATTENTION,
    "attention-mlp": _ATTENTION + _FEED_FORWARD,
    "kohya": _ATTENTION + _FEED_FORWARD + _PROJECTIONS,
    "kohya-conv": _ATTENTION + _FEED_FORWARD + _PROJECTIONS + _CONVOLUTIONS,
    "all": _ATTENTION
    + _FEED_FORWARD
    + _PROJECTIONS
    + _CONVOLUTIONS
    + ("conv_in", "conv_out", "time_embedding.linear_1", "time_embedding.linear_2"),
}
_TEXT_TARGETS = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")


def resolve_targets(unet, targets: str | Iterable[str], base_name: str = "") -> list[str]:
    """Full paths of the UNet's layers a targets setting names, in network order.

    targets: a preset's name, or endings of paths ("to_q", "ff.net.2"), each of which must match.
    Raises EngineError("targets-match-nothing").
    """
    is_preset = isinstance(targets, str)
    endings = TARGETS[targets] if is_preset else tuple(targets)
    paths = _matching(unet, endings)
    idle = [ending for ending in endings if not _matching(unet, (ending,))]
    if not paths or (idle and not is_preset):
        raise EngineError(
            "targets-match-nothing",
            targets=", ".join(idle or endings),
            base=base_name or "the base",
        )
    return paths


def add_training_adapter(pipe, config: RunConfig, info: BaseInfo) -> list[dict]:
    """Put a fresh adapter on the pipeline; the base stays frozen.

    Its starting values depend on config.seed only; the global random state is left as it was.
    Returns optimizer groups: [{"params": [...], "lr": float, "name": "unet"}, …], weights fp32.
    """
    targets = config.targets or info.recommended_targets
    groups = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        paths = resolve_targets(pipe.unet, targets, info.name)
        _wrap(pipe.unet, _lora_config(config, paths), TRAINED)
        groups.append(_group(pipe.unet, "unet", config.learning_rate))
        if config.train_text_encoder:
            for name, encoder in text_encoders(pipe):
                paths = _matching(encoder, _TEXT_TARGETS)
                _wrap(encoder, _lora_config(config, paths), TRAINED)
                groups.append(_group(encoder, name, config.text_encoder_lr))
    for _, network in (("unet", pipe.unet), *text_encoders(pipe)):
        for _, layer in lora_layers(network, TRAINED):
            # A layer that also carries a pack may be switched off since the last picture.
            layer.enable_adapters(True)
    return groups


def text_encoders(pipe) -> list[tuple[str, torch.nn.Module]]:
    """The pipeline's text encoders that are in memory, by component name."""
    pairs = [(name, getattr(pipe, name, None)) for name in ("text_encoder", "text_encoder_2")]
    return [(name, encoder) for name, encoder in pairs if encoder is not None]


def trained_modules(pipe, info: BaseInfo, adapter: str = TRAINED) -> dict[str, LoraModule]:
    """The weights of an adapter by kohya name, with the alpha that gives what was trained.

    rsLoRA scales by alpha/√rank; files know alpha/rank only, so alpha is written × √rank.
    """
    modules = {}
    # kohya's SDXL files name the UNet's layers as the original code does.
    originals = unet_prefixes(pipe.unet.config) if info.family == "sdxl" else None
    for part, network in (("unet", pipe.unet), *text_encoders(pipe)):
        for path, layer in lora_layers(network, adapter):
            down = layer.lora_A[adapter].weight.detach()
            up = layer.lora_B[adapter].weight.detach()
            rank, alpha = layer.r[adapter], layer.lora_alpha[adapter]
            if layer.use_rslora.get(adapter):
                alpha *= rank**0.5
            modules[kohya_name(part, path, info.family, originals)] = LoraModule(
                down, up, float(alpha)
            )
    return modules


def kohya_name(part: str, path: str, family: str, originals: dict | None = None) -> str:
    """The kohya name of a layer: part is "unet", "text_encoder" or "text_encoder_2".

    originals: table of layouts.unet_prefixes, where the UNet's layers go by their original names.
    """
    if part == "unet":
        path = (originals and original_name(path, originals)) or path
        return "lora_unet_" + path.replace(".", "_")
    prefix = {"text_encoder": "lora_te", "text_encoder_2": "lora_te2"}[part]
    if family == "sdxl" and part == "text_encoder":
        prefix = "lora_te1"
    return canonical(f"{prefix}_{path.replace('.', '_')}")


def lora_layers(network, adapter: str) -> list[tuple[str, LoraLayer]]:
    """(path, layer) of every layer that carries the adapter, in network order."""
    return [
        (path, layer)
        for path, layer in network.named_modules()
        if isinstance(layer, LoraLayer) and adapter in layer.lora_A
    ]


def misfit(table, weights: LoraWeights) -> str:
    """Why the weights don't fit the layers of known_layers, in a few words; "" when they do."""
    strange = [name for name in weights.modules if name not in table]
    if strange:
        return f"{len(strange)} of {len(weights.modules)} layers are unknown, such as {strange[0]}"
    named: dict[tuple[str, str], str] = {}
    for name, module in weights.modules.items():
        part, path, layer = table[name]
        if named.setdefault((part, path), name) != name:
            return f"{named[part, path]} and {name} are the same layer"
        if _shapes(module) != _wanted_shapes(layer, module):
            return f"the sizes of {name} differ"
    return ""


def unload_pack(pipe, name: str) -> None:
    """Take an adapter off the pipeline; the base is then what it was, bit for bit.

    Layers that carry no adapter any more are unwrapped, so that they cost nothing.
    """
    for _, network in (("unet", pipe.unet), *text_encoders(pipe)):
        if name not in getattr(network, "peft_config", {}):
            continue
        for path, layer in lora_layers(network, name):
            layer.set_adapter([other for other in layer.active_adapters if other != name])
            layer.delete_adapter(name)
            if not layer.lora_A:
                parent, _, child = path.rpartition(".")
                setattr(network.get_submodule(parent), child, layer.get_base_layer())
        del network.peft_config[name]


def set_strengths(pipe, strengths: dict[str, float]) -> None:
    """Set which adapters act, and how strongly. The only way strength is ever set.

    strengths: adapter → factor on its ΔW, 0 is off. Adapters not named are off: with none left
    the networks compute exactly what the base does.
    """
    active = {name: float(value) for name, value in strengths.items() if value}
    loaded = {name for names in pipe.get_list_adapters().values() for name in names}
    if not active:
        if loaded:
            pipe.disable_lora()
        return
    pipe.enable_lora()
    # One number per adapter: it scales every class of layer, which per-block tables do not.
    pipe.set_adapters(list(active), list(active.values()))
    for _, network in (("unet", pipe.unet), *text_encoders(pipe)):
        for layer in network.modules():
            if isinstance(layer, LoraLayer):
                layer.requires_grad_(False)


def _matching(network, endings: tuple[str, ...]) -> list[str]:
    return [
        path
        for path, _ in _plain_layers(network)
        if any(path == ending or path.endswith("." + ending) for ending in endings)
    ]


def _wrap(network, config: LoraConfig, name: str) -> None:
    """Add an adapter to a network, which may carry others: that is meant, not a mistake."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Already found a `peft_config`")
        network.add_adapter(config, name)


def _lora_config(config: RunConfig, paths: list[str]) -> LoraConfig:
    return LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        lora_dropout=config.lora_dropout,
        use_rslora=config.rslora,
        target_modules=_exactly(paths),
        init_lora_weights=True,
    )


def _exactly(paths: Iterable[str]) -> str:
    """A pattern that matches these paths and no others (a list would match their endings too)."""
    return "|".join(re.escape(path) for path in paths)


def _group(network, name: str, rate: float) -> dict:
    parameters = [p for p in network.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.data = parameter.data.float()
    return {"params": parameters, "lr": rate, "name": name}


def known_layers(pipe) -> dict[str, tuple[str, str, torch.nn.Module]]:
    """Every kohya name that means a layer of this pipeline → (part, path, layer)."""
    table = {}
    prefixes = unet_prefixes(pipe.unet.config)
    for path, layer in _plain_layers(pipe.unet):
        table["lora_unet_" + path.replace(".", "_")] = ("unet", path, layer)
        original = original_name(path, prefixes)
        if original:
            table.setdefault("lora_unet_" + original.replace(".", "_"), ("unet", path, layer))
    for part, encoder in text_encoders(pipe):
        prefixes_of_part = ("lora_te_", "lora_te1_") if part == "text_encoder" else ("lora_te2_",)
        for path, layer in _plain_layers(encoder):
            for prefix in prefixes_of_part:
                table[canonical(prefix + path.replace(".", "_"))] = (part, path, layer)
    return table


def _plain_layers(network):
    """(path, base layer) of each layer that can carry LoRA, adapters seen through."""
    for path, layer in network.named_modules():
        if isinstance(layer, LoraLayer):
            yield path, layer.get_base_layer()
        elif isinstance(layer, torch.nn.Linear | torch.nn.Conv2d) and not re.search(
            r"\.(base_layer|lora_[AB]\.\w+)$", path
        ):
            yield path, layer


def _shapes(module: LoraModule) -> tuple:
    return tuple(module.down.shape[1:]), module.up.shape[0]


def _wanted_shapes(layer, module: LoraModule) -> tuple:
    """The shapes a file must have for a layer; 1×1 convolutions may be stored flat or as such."""
    if isinstance(layer, torch.nn.Conv2d):
        kernel = layer.kernel_size if module.down.ndim == 4 or layer.kernel_size != (1, 1) else ()
        return (layer.in_channels // layer.groups, *kernel), layer.out_channels
    kernel = (1, 1) if module.down.ndim == 4 else ()
    return (layer.in_features, *kernel), layer.out_features


def set_training(pipe, adapter: str = TRAINED) -> None:
    """After pictures were drawn with the adapter in training: full strength, gradients on."""
    pipe.enable_lora()
    pipe.set_adapters([adapter], [1.0])
    for _, network in (("unet", pipe.unet), *text_encoders(pipe)):
        for _, layer in lora_layers(network, adapter):
            for side in (layer.lora_A, layer.lora_B):
                side[adapter].weight.requires_grad_(True)
