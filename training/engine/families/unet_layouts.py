"""Names of the same UNet layers in three worlds: diffusers, kohya files, the original code.

diffusers: `down_blocks.1.attentions.0.proj_in`. kohya for SD 1.x: the same with `_` for `.`, after
`lora_unet_`. kohya for SDXL: the original layout, `lora_unet_input_blocks_4_1_proj_in`.
The tables are built from the network at hand, so nothing is guessed from underscores.
"""

_TOP = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}


def unet_prefixes(config) -> dict[str, str]:
    """diffusers prefix → original prefix, for each top layer, resnet, attention and sampler.

    config: a UNet2DConditionModel's config (block types and layers_per_block are read).
    """
    table = dict(_TOP)
    blocks = len(config["block_out_channels"])
    layers = config["layers_per_block"]
    per_block = [layers] * blocks if isinstance(layers, int) else list(layers)
    position = 1
    for i in range(blocks):
        for j in range(per_block[i]):
            table[f"down_blocks.{i}.resnets.{j}"] = f"input_blocks.{position}.0"
            if "CrossAttn" in config["down_block_types"][i]:
                table[f"down_blocks.{i}.attentions.{j}"] = f"input_blocks.{position}.1"
            position += 1
        if i < blocks - 1:
            table[f"down_blocks.{i}.downsamplers.0.conv"] = f"input_blocks.{position}.0.op"
            position += 1
    table["mid_block.resnets.0"] = "middle_block.0"
    table["mid_block.attentions.0"] = "middle_block.1"
    table["mid_block.resnets.1"] = "middle_block.2"
    position = 0
    for i in range(blocks):
        attends = "CrossAttn" in config["up_block_types"][i]
        for j in range(per_block[-1 - i] + 1):
            table[f"up_blocks.{i}.resnets.{j}"] = f"output_blocks.{position}.0"
            if attends:
                table[f"up_blocks.{i}.attentions.{j}"] = f"output_blocks.{position}.1"
            last = j == per_block[-1 - i]
            if last and i < blocks - 1:
                place = 2 if attends else 1
                table[f"up_blocks.{i}.upsamplers.0.conv"] = f"output_blocks.{position}.{place}.conv"
            position += 1
    return table


def diffusers_name(original: str, prefixes: dict[str, str]) -> str | None:
    """The diffusers path of an original name; None where there is none. The way back."""
    fitting = {theirs: ours for ours, theirs in prefixes.items()}
    prefix = max((p for p in fitting if f"{original}.".startswith(f"{p}.")), key=len, default=None)
    if prefix is None:
        return None
    rest = original[len(prefix) + 1 :]
    if ".resnets." in fitting[prefix]:
        rest = {theirs: ours for ours, theirs in _RESNET.items()}.get(rest, rest)
    return f"{fitting[prefix]}.{rest}" if rest else fitting[prefix]


def original_name(path: str, prefixes: dict[str, str]) -> str | None:
    """The original name of a diffusers path (module or parameter); None where there is none."""
    if path in prefixes:
        return prefixes[path]
    prefix = max((p for p in prefixes if path.startswith(p + ".")), key=len, default=None)
    if prefix is None:
        return None
    rest = path[len(prefix) + 1 :]
    if ".resnets." in prefix:
        layer, _, tail = rest.partition(".")
        rest = _RESNET.get(layer, layer) + (f".{tail}" if tail else "")
    return f"{prefixes[prefix]}.{rest}"
