"""The images of one run: found, put in order, encoded, and cut down where memory is short."""

from collections.abc import Iterator
from pathlib import Path

import torch

from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import hold_back, make_plan
from training.engine.data.caches import Caches
from training.engine.data.dataset import at_share, fingerprint, load_dataset
from training.engine.data.image_facts import KnownImages
from training.engine.data.training_data import CaptionEmbeds, TrainingData, all_captions
from training.engine.diffusion import Objective
from training.engine.events import Phase
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel, LatentSpread


class RunSet:
    """What a run learns from.

    everything: all examples, as found. examples, held_back: those learned from and those only
    measured on, in the shapes they have now. passed_over: faults left out by skip_bad.
    cache: folder of what was found out of images and captions, written to from encode() on.
    remarks: EngineErrors that are told and stop nothing.
    plan, total: which examples each step sees, and how many steps there are. They follow the
    shapes as found, so that the order of a run never changes.
    data, validation: both parts on the device, after lay_out().
    Raises what dataset.load_dataset raises.
    """

    def __init__(self, config: RunConfig, info: BaseInfo, skip_bad: bool, cache: Path):
        self.config = config
        self.info = info
        self.cache = cache
        self._known_images = KnownImages(cache / "images.json")
        check = load_dataset(config, info, skip_bad, self._known_images)
        self.everything, self.passed_over, self.remarks = (
            check.examples,
            check.faults,
            check.remarks,
        )
        self.fingerprint = fingerprint(self.everything)
        self._whole = hold_back(self.everything, config.validation_share, config.seed)
        self.examples, self.held_back = self._whole
        batch = config.batch_size * config.gradient_accumulation
        shapes = [example.bucket for example in self.examples]
        repeats = [example.repeats for example in self.examples]
        self.plan = make_plan(shapes, batch, config.seed, repeats)
        self.total = self.plan.steps_per_epoch * config.epochs
        if config.max_steps:
            self.total = min(self.total, config.max_steps)
        self._latents: dict[tuple[str, bool], LatentSpread] = {}
        self._embeds: CaptionEmbeds | None = None

    def cut_down(self, share: float) -> None:
        """Let every image have so much of the area it was found to have."""
        step = self.config.bucket_step or self.info.bucket_step
        self.examples, self.held_back = (at_share(part, share, step) for part in self._whole)

    def encode(self, model: DiffusionModel) -> Iterator[Phase]:
        """Ask the model's encoders for what the cache doesn't hold; captions only once."""
        examples = self.examples + self.held_back
        self._known_images.save()
        caches = Caches(self.cache)
        # In fp16 some VAEs give values that are not finite.
        with model.vae_in(torch.float32):
            self._latents = yield from caches.latents(model, examples, self.config.flip)
        if self._embeds is None and not self.config.train_text_encoder:
            captions = all_captions(examples, self.config)
            embeds = yield from caches.prompts(model, captions)
            self._embeds = CaptionEmbeds(list(embeds), model.batch(list(embeds.values())))

    def lay_out(self, objective: Objective, device: torch.device) -> None:
        """Put what was encoded on the device. objective: of the model in training."""
        self.data, self.validation = (
            TrainingData(self.config, part, self._latents, self._embeds, objective, device)
            for part in (self.examples, self.held_back)
        )
