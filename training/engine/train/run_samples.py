"""Sample images of a run: the weights as they are now, at fixed prompts and seeds."""

from collections.abc import Iterator
from pathlib import Path

import torch

from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import derived_seed
from training.engine.events import Sample
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.files.disk import whole_file
from training.engine.lora import adapters
from training.engine.sampling.renderer import Renderer, SampleRequest, memory_needed
from training.engine.train.run_folder import RunFolder


def sample_paths(config: RunConfig, step: int, folder: RunFolder) -> list[Path]:
    """Where the samples of a step lie, one for each of config.sample_prompts."""
    return [folder.samples / f"step{step:06}-{i:02}.png" for i in range(len(config.sample_prompts))]


def draw_samples(
    config: RunConfig, trained: DiffusionModel, step: int, folder: RunFolder, strength: float
) -> Iterator[Sample]:
    """Draw every prompt of config.sample_prompts with the networks in training, at this strength.

    trained: its other parts may have left memory, and are loaded for the time of this phase only.
    """
    trained.network.eval()
    parts = list(trained.lora_networks if config.train_text_encoder else [trained.family.network])
    model = trained.loaded_around(parts)
    renderer = Renderer(model.info, model=model)
    adapters.set_strengths(model, {adapters.TRAINED: strength})
    paths = sample_paths(config, step, folder)
    for i, (prompt, path) in enumerate(zip(config.sample_prompts, paths, strict=True)):
        seed = derived_seed(config.seed, "sample", i) % 2**32
        request = SampleRequest(
            prompt, steps=config.sample_steps, guidance=config.sample_guidance, seed=seed
        )
        image = renderer.render([request])[0]
        with whole_file(path, step) as temporary:
            image.save(temporary, "PNG")
        yield Sample(step, str(path), prompt, seed)


def leaves_no_room(info: BaseInfo, device: torch.device) -> bool:
    """Whether a renderer of this base does not fit on the device beside the run that is there."""
    card = card_memory(device)
    return card is not None and card[0] + memory_needed(info) > card[1]


def card_memory(device: torch.device) -> tuple[int, int] | None:
    """(bytes that this process holds, bytes in all) of a card; None where the device is none."""
    if device.type != "cuda":
        return None
    total = torch.cuda.get_device_properties(device).total_memory
    return torch.cuda.memory_reserved(device), total
