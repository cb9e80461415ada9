"""LoRA adapters on a model: made for training, loaded from a pack, set to a strength."""

import re
import warnings
from collections.abc import Iterable, Iterator

import torch
from peft import LoraConfig
from peft.tuners.lora import LoraLayer

from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.families.family import Family
from training.engine.fault_reasons import counted
from training.engine.lora.weight_files import LoraModule, LoraWeights

TRAINED = "trained_style"
"""Name of the adapter in training (“train” and “type” would collide with module attributes)."""


def resolve_targets(
    network: torch.nn.Module, family: Family, targets: str | Iterable[str], base_name: str = ""
) -> list[str]:
    """Full paths of the network's layers a targets setting names, in network order.

    targets: a preset's name, or endings of paths ("to_q", "ff.net.2"), each of which must match.
    Raises EngineError("targets-match-nothing").
    """
    endings = family.targets[targets] if isinstance(targets, str) else tuple(targets)
    paths = _matching(network, endings)
    idle = [ending for ending in endings if not _matching(network, (ending,))]
    if not paths or (idle and not isinstance(targets, str)):
        base = base_name or "the base"
        raise EngineError("targets-match-nothing", targets=", ".join(idle or endings), base=base)
    return paths


def add_training_adapter(model: DiffusionModel, config: RunConfig) -> list[dict]:
    """Put a fresh adapter on the model; the base stays frozen.

    Its starting values depend on config.seed only; the global random state is left as it was.
    Returns optimizer groups: [{"params": [...], "lr": float, "name": "unet"}, …], weights fp32.
    """
    targets = config.targets or model.info.recommended_targets
    groups = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        paths = resolve_targets(model.network, model.family, targets, model.info.name)
        _wrap(model.network, _lora_config(config, paths), TRAINED)
        groups.append(_group(model.network, model.family.network, config.learning_rate))
        if config.train_text_encoder:
            for name, encoder in model.text_encoders.items():
                paths = _matching(encoder, model.family.text_targets)
                _wrap(encoder, _lora_config(config, paths), TRAINED)
                groups.append(_group(encoder, name, config.text_encoder_lr))
    for network in model.lora_networks.values():
        for _, layer in lora_layers(network, TRAINED):
            # A layer that also carries a pack may be switched off since the last image.
            layer.enable_adapters(True)
    return groups


def trained_modules(model: DiffusionModel, adapter: str = TRAINED) -> dict[str, LoraModule]:
    """The weights of an adapter by kohya name, with the alpha that gives what was trained.

    rsLoRA scales by alpha/√rank; files know alpha/rank only, so alpha is written × √rank.
    """
    modules = {}
    for part, network in model.lora_networks.items():
        for path, layer in lora_layers(network, adapter):
            down = layer.lora_A[adapter].get_parameter("weight").detach()
            up = layer.lora_B[adapter].get_parameter("weight").detach()
            rank, alpha = layer.r[adapter], layer.lora_alpha[adapter]
            if layer.use_rslora.get(adapter):
                alpha *= rank**0.5
            name = model.kohya_names(part, path)[0]
            modules[name] = LoraModule(down, up, float(alpha))
    return modules


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
        return f"it has {counted(len(strange), 'unknown layer')}, such as {strange[0]}"
    name_of_layer: dict[tuple[str, str], str] = {}
    for name, module in weights.modules.items():
        part, path, layer = table[name]
        if name_of_layer.setdefault((part, path), name) != name:
            return f"{name_of_layer[part, path]} and {name} are the same layer"
        if _shapes(module) != _shapes_of_layer(layer, module):
            return f"the sizes of {name} differ"
    return ""


def unload_pack(model: DiffusionModel, name: str) -> None:
    """Take an adapter off the model; the base is then what it was, bit for bit.

    Layers that carry no adapter any more are unwrapped, so that they cost nothing.
    """
    for network in model.lora_networks.values():
        configs = getattr(network, "peft_config", {})
        if name not in configs:
            continue
        for path, layer in lora_layers(network, name):
            layer.set_adapter([other for other in layer.active_adapters if other != name])
            layer.delete_adapter(name)
            if not layer.lora_A:
                parent, _, child = path.rpartition(".")
                setattr(network.get_submodule(parent), child, layer.get_base_layer())
        del configs[name]


def set_strengths(model: DiffusionModel, strengths: dict[str, float]) -> None:
    """Set which adapters act, and how strongly. The only way strength is ever set.

    strengths: adapter → factor on its ΔW, 0 is off. Adapters not named are off: with none left
    the networks compute exactly what the base does.
    """
    pipe = model.pipe
    active = {name: float(value) for name, value in strengths.items() if value}
    loaded = {name for names in pipe.get_list_adapters().values() for name in names}
    if not active:
        if loaded:
            pipe.disable_lora()
        return
    pipe.enable_lora()
    # One number per adapter: it scales every class of layer, which per-block tables do not.
    pipe.set_adapters(list(active), list(active.values()))
    for network in model.lora_networks.values():
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
        lora_alpha=config.lora_alpha,  # type: ignore[arg-type]  # peft takes any number
        lora_dropout=config.lora_dropout,
        use_rslora=config.rslora,
        target_modules=_exactly(paths),
        init_lora_weights=True,
    )


def _exactly(paths: Iterable[str]) -> str:
    """A pattern that matches these paths and no others (a list would match their endings too)."""
    return "|".join(re.escape(path) for path in paths)


def _group(network, name: str, learning_rate: float) -> dict:
    parameters = [p for p in network.parameters() if p.requires_grad]
    for parameter in parameters:
        parameter.data = parameter.data.float()
    return {"params": parameters, "lr": learning_rate, "name": name}


def known_layers(model: DiffusionModel) -> dict[str, tuple[str, str, torch.nn.Module]]:
    """Every kohya name that means a layer of this model → (part, path, layer)."""
    table: dict[str, tuple[str, str, torch.nn.Module]] = {}
    for part, network in model.lora_networks.items():
        for path, layer in _plain_layers(network):
            for name in model.kohya_names(part, path):
                table.setdefault(name, (part, path, layer))
    return table


def _plain_layers(network: torch.nn.Module) -> Iterator[tuple[str, torch.nn.Module]]:
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


def _shapes_of_layer(layer, module: LoraModule) -> tuple:
    """The shapes a file must have for a layer; 1×1 convolutions may be stored flat or as such."""
    if isinstance(layer, torch.nn.Conv2d):
        kernel = layer.kernel_size if module.down.ndim == 4 or layer.kernel_size != (1, 1) else ()
        return (layer.in_channels // layer.groups, *kernel), layer.out_channels
    kernel = (1, 1) if module.down.ndim == 4 else ()
    return (layer.in_features, *kernel), layer.out_features


def set_training(model: DiffusionModel, adapter: str = TRAINED) -> None:
    """After images were drawn with the adapter in training: full strength, gradients on."""
    model.pipe.enable_lora()
    model.pipe.set_adapters([adapter], [1.0])
    for network in model.lora_networks.values():
        for _, layer in lora_layers(network, adapter):
            for side in (layer.lora_A, layer.lora_B):
                side[adapter].get_parameter("weight").requires_grad_(True)
