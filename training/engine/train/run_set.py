"""The pictures of one run: found, put in order, encoded, and cut down where memory is short."""

from collections.abc import Iterator
from pathlib import Path

import torch

from training.engine.base.base_models import BaseInfo
from training.engine.config.run_config import RunConfig
from training.engine.data.batch_sampler import hold_back, make_plan
from training.engine.data.caches import Caches
from training.engine.data.dataset import at_share, fingerprint, load_dataset
from training.engine.data.training_data import TrainingData, all_captions
from training.engine.events import Phase


class RunSet:
    """What a run learns from.

    everything: all examples, as found. examples, held_back: those learned from and those only
    measured on, in the shapes they have now. passed_over: faults left out by skip_bad.
    remarks: EngineErrors that are told and stop nothing.
    plan, total: which examples each step sees, and how many steps there are. They follow the
    shapes as found, so that the order of a run never changes.
    data, validation: both parts on the device, after lay_out().
    Raises what dataset.load_dataset raises.
    """

    def __init__(self, config: RunConfig, info: BaseInfo, skip_bad: bool):
        self.config = config
        self.info = info
        check = load_dataset(config, info, skip_bad)
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
        self._latents = self._texts = None

    def cut_down(self, share: float) -> None:
        """Let every picture have so much of the area it was found to have."""
        step = self.config.bucket_step or self.info.bucket_step
        self.examples, self.held_back = (at_share(part, share, step) for part in self._whole)

    def encode(self, pipe, cache: Path) -> Iterator[Phase]:
        """Ask the pipeline's encoders for what the cache doesn't hold; captions only once."""
        examples = self.examples + self.held_back
        caches = Caches(cache)
        dtype = pipe.vae.dtype
        # The VAE encodes in fp32: in fp16 SDXL's gives values that are not finite.
        pipe.vae.to(torch.float32)
        self._latents = yield from caches.latents(
            pipe, examples, self.info.sha256, self.config.flip
        )
        pipe.vae.to(dtype)
        if self._texts is None and not self.config.train_text_encoder:
            captions = all_captions(examples, self.config)
            self._texts = yield from caches.texts(pipe, captions, self.info.sha256)

    def lay_out(self, levels: int, device: torch.device) -> None:
        """Put what was encoded on the device. levels: of the base's noise schedule."""
        make = dict(levels=levels, device=device, with_time_ids=self.info.family == "sdxl")
        self.data, self.validation = (
            TrainingData(self.config, part, self._latents, self._texts, **make)
            for part in (self.examples, self.held_back)
        )
