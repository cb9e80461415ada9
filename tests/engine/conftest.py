import gc
import socket
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from tests.engine import toys
from training.engine.base import base_models, loading
from training.engine.config.run_config import RunConfig
from training.engine.lora import adapters
from training.engine.lora.packs import Packs

# On a busy machine two threads wait for each other far longer than one works.
torch.set_num_threads(1)

# The libraries' own objects live as long as the tests: looking through them at each collection
# that a run asks for took longer than its steps.
gc.collect()
gc.freeze()

# No deadline, since a busy machine proves nothing; the same examples each time.
settings.register_profile("engine", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("engine")


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory):
    """One folder with a toy base per family, written once for all tests."""
    folder = tmp_path_factory.mktemp("bases")
    for family in ("sd15", "sdxl", "studio-mini"):
        toys.write_base(folder / family, family)
    for family in ("sd15", "sdxl"):
        toys.write_single_file(folder / f"{family}-single.safetensors", family)
    return folder


@pytest.fixture
def toy_base(toy_folder):
    """Describe a toy base by name: "sd15", "sd15-single.safetensors", …"""
    return lambda name="sd15": base_models.describe(toy_folder / name)


@pytest.fixture(scope="session")
def dataset(tmp_path_factory) -> Path:
    """A folder of six small captioned pictures."""
    return toys.write_dataset(tmp_path_factory.mktemp("data"), 6)


@pytest.fixture
def make_config(toy_folder, dataset, tmp_path):
    """A short run on a toy base: six steps, a checkpoint every two."""

    def make(family="sd15", **changes) -> RunConfig:
        values = {
            "train_data_dir": str(dataset),
            "metadata_path": str(dataset / "metadata.csv"),
            "base_model": str(toy_folder / family),
            "output_dir": str(tmp_path / "style"),
            "lora_rank": 2,
            "lora_alpha": 4,
            "batch_size": 2,
            "epochs": 2,
            "learning_rate": 1e-2,
            "save_steps": 2,
            "save_precision": "fp32",
        }
        return RunConfig.from_mapping(values | changes)

    return make


@pytest.fixture
def no_network(monkeypatch):
    """Any attempt to reach out fails the test."""

    def refuse(*_):
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="session")
def lora_models(toy_folder):
    """One loaded toy pipeline per family; what changes its weights puts them back."""
    return {
        family: loading.load_model(base_models.describe(toy_folder / family), "cpu")
        for family in ("sd15", "sdxl")
    }


@pytest.fixture(scope="session")
def change(lora_models):
    """change(family, path): the change of every layer's weight when the style acts in full."""

    def change(family, path):
        model = lora_models[family]
        layers = {(part, p): layer for part, p, layer in adapters.known_layers(model).values()}
        before = {place: layer.weight.detach().clone() for place, layer in layers.items()}
        packs = Packs(model, "toy")
        try:
            packs.use([(path, 1.0)])
            return {
                place: (layer.weight.detach() - before[place]).flatten(1)
                for place, layer in layers.items()
                if not torch.equal(layer.weight, before[place])
            }
        finally:
            packs.use([])

    return change
