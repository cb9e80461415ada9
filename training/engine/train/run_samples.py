"""Sample pictures of a run: the weights as they are now, at fixed prompts and seeds."""

from collections.abc import Iterator

from training.engine.base import loading
from training.engine.base.base_models import BaseInfo
from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import derived_seed
from training.engine.events import Sample
from training.engine.files.disk import whole_file
from training.engine.lora import adapters
from training.engine.sampling.renderer import Renderer, SampleRequest
from training.engine.train.run_folder import RunFolder


def draw_samples(
    config: RunConfig, info: BaseInfo, trained, step: int, folder: RunFolder
) -> Iterator[Sample]:
    """Draw every prompt of config.sample_prompts with the network in training.

    trained: the pipeline whose UNet (and text encoders) carry the adapter; its other parts may
    have left memory, and are loaded for the time of this phase only.
    """
    unet = trained.unet.eval()
    parts = {"unet": unet}
    if config.train_text_encoder:
        parts |= dict(adapters.text_encoders(trained))
    pipe = loading.load_pipeline(info, unet.device, unet.dtype, **parts)
    renderer = Renderer(info, pipe=pipe)
    adapters.set_strengths(pipe, {adapters.TRAINED: config.sample_strength})
    for i, prompt in enumerate(config.sample_prompts):
        seed = derived_seed(config.seed, "sample", i) % 2**32
        request = SampleRequest(
            prompt, steps=config.sample_steps, guidance=config.sample_guidance, seed=seed
        )
        picture = renderer.render([request])[0]
        path = folder.samples / f"step{step:06}-{i:02}.png"
        with whole_file(path, step) as temporary:
            picture.save(temporary, "PNG")
        yield Sample(step, str(path), prompt, seed)
