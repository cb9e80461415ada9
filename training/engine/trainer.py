"""Training a style: LoRA on a frozen base, from cached latents and embeddings.

`train(config)` is a generator of events. It can be stopped at any step boundary and goes on from
its last saved state as if nothing had happened: on a CPU the weights are equal, bit for bit.
"""

import dataclasses
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

from training.engine import adapters, base_models, loading, lora_files, memory, optimizers
from training.engine.base_models import BaseInfo
from training.engine.caches import Caches, encode_captions
from training.engine.config import RunConfig
from training.engine.control import Control
from training.engine.dataset import Example, fingerprint, load_dataset
from training.engine.diffusion import Objective
from training.engine.errors import EngineError
from training.engine.events import (
    Cancelled,
    Checkpoint,
    Event,
    Finished,
    Paused,
    Phase,
    Step,
    Validation,
    Warning,
)
from training.engine.lora_metadata import library_versions, training_metadata
from training.engine.parallel import Team
from training.engine.run_folder import RunFolder
from training.engine.run_samples import draw_samples
from training.engine.run_state import (
    RunState,
    newest_state,
    random_state,
    restore_random_state,
    save_state,
)
from training.engine.sampler import derived_seed, generator, make_plan
from training.engine.training_data import Batch, TrainingData, all_captions
from training.engine.watch import LossWatch, Pace, TensorBoardLog

LOG_EVERY = 10
"""On a GPU losses are read every so many steps: each reading makes the card wait."""

VALIDATION_SHARES = (0.1, 0.35, 0.6, 0.85)
IMAGE_SHARES = (0.25, 0.6)
"""Noise levels of the validation loss and of the loss per image, as shares of the schedule."""


def train(
    config: RunConfig,
    output_dir: str | Path | None = None,
    resume: bool = False,
    control: Control | None = None,
    *,
    skip_bad: bool = False,
    base_dirs: Iterable[str | Path] = (),
    cache_dir: str | Path | None = None,
    pipe=None,
    info: BaseInfo | None = None,
) -> Iterator[Event]:
    """Train one style and tell what happens.

    output_dir: folder of this run; None means config.output_dir.
    resume: go on from the folder's last saved state; the configuration must be the same.
    control: asked at every step boundary whether to pause, cancel, save or yield the device.
    skip_bad: leave bad pictures out (each becomes a Warning) instead of refusing to start.
    base_dirs: folders in which config.base_model is looked for by name.
    cache_dir: folder for encoded pictures and captions, shared by runs; None is the run's own.
    pipe: a loaded pipeline of that base, to save loading; it is left as it was.
    info: what the base is, where the caller has described it already.
    Started by `accelerate launch` in several processes, each takes its share of every batch; the
    first one writes the files and tells the events.
    The last event is Finished, Paused or Cancelled.
    Raises EngineError (EngineErrors for several faults); what was saved before stays whole.
    """
    info = info or base_models.describe(config.base_model, base_dirs)
    folder = RunFolder(output_dir or config.output_dir, config.name, cache_dir)
    run = _Run(config, info, folder, control or Control(), pipe)
    with run.team.first_goes_first():
        if run.team.is_first:
            folder.open(resume)
    if not run.team.is_first:
        for _ in run.events(resume, skip_bad):
            pass  # the first process tells them
        return
    board = TensorBoardLog(folder.folder / "tensorboard") if config.tensorboard else None
    try:
        for event in run.events(resume, skip_bad):
            folder.note(event)
            if board:
                board.note(event)
            yield event
    finally:
        folder.leave()
        if board:
            board.close()


class _Stop(Exception):
    """Leaves the loop with its last event."""

    def __init__(self, event: Event):
        self.event = event


class _Run:
    """One run from its first look at the folder to its last file."""

    def __init__(self, config, info: BaseInfo, folder: RunFolder, control, pipe):
        self.config: RunConfig = config
        self.info = info
        self.folder = folder
        self.control: Control = control
        self.pipe = pipe
        self.owns_pipe = pipe is None
        self.team = Team(loading.choose_device(config.device))
        self.device = self.team.device
        self.dtype = loading.choose_dtype(self.device, config.precision)
        self.step = 0
        self._is_set_up = False
        self.seconds = 0.0
        self._clock = time.monotonic()
        self.started = time.time()
        self.saved_step = 0
        self._losses: list[tuple[int, float, int, torch.Tensor]] = []
        self._pace = Pace()
        self._watch = LossWatch()

    # -- stages ---------------------------------------------------------------------------

    def events(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        try:
            yield from self._prepare(resume, skip_bad)
            yield from self._loop()
            yield from self._finish()
        except _Stop as stop:
            # Before anything was saved there is nothing to go on from, and no run to record.
            if self._is_set_up:
                self._record("paused" if isinstance(stop.event, Paused) else "cancelled")
            yield stop.event
        except EngineError as error:
            if error.code != "disk-full" or not self._is_set_up:
                raise
            yield Warning(error.code, error.facts, str(error))
            yield Paused(self.saved_step, "disk-full")
        finally:
            self._leave_pipe()

    def _prepare(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        yield Phase("checking")
        kept = newest_state(self.folder.state) if resume else None
        if resume and kept is None:
            raise EngineError("resume-nothing", path=str(self.folder.folder))
        examples, passed_over = load_dataset(self.config, self.info, skip_bad)
        for fault in passed_over:
            facts = {"name": fault.facts.get("name", ""), "reason": str(fault)}
            error = EngineError("image-skipped", **facts)
            yield Warning(error.code, error.facts, str(error))
        self.all_examples = examples
        self.examples, held_back = _split(examples, self.config)
        if kept:
            self._check_same(kept)
        yield Phase("loading")
        if self.pipe is None:
            self.pipe = base_models.load(self.info, self.device, self.dtype)
        with self.team.first_goes_first():
            yield from self._encode(self.examples + held_back)
        self._set_up(held_back)
        if kept:
            self._restore(kept)
        else:
            self._save_state()
        self.team.wait()
        self._was_finished = self.step >= self.total and self.folder.final.is_file()
        self._is_set_up = True
        if not self._was_finished:
            self._record("training")

    def _encode(self, examples: list[Example]) -> Iterator[Event]:
        """Encode the set once, then let the encoders go."""
        caches = Caches(self.folder.cache)
        # The VAE encodes in fp32: in fp16 SDXL's gives values that are not finite.
        self.pipe.vae.to(torch.float32)
        self.latents = yield from self._interruptible(
            caches.latents(self.pipe, examples, self.info.sha256, self.config.flip)
        )
        self.pipe.vae.to(self.dtype)
        self.texts = None
        if not self.config.train_text_encoder:
            captions = all_captions(examples, self.config)
            self.texts = yield from self._interruptible(
                caches.texts(self.pipe, captions, self.info.sha256)
            )
        self._let_encoders_go()

    def _interruptible(self, phases):
        """Pass events on, looking at the control between them; returns the generator's value."""
        while True:
            try:
                event = next(phases)
            except StopIteration as end:
                return end.value
            yield event
            self._look_at_control()

    def _let_encoders_go(self) -> None:
        names = ["vae"]
        if not self.config.train_text_encoder:
            names += [name for name, _ in adapters.text_encoders(self.pipe)]
        for name in names:
            if self.owns_pipe:
                setattr(self.pipe, name, None)
            else:
                getattr(self.pipe, name).to("cpu")
        memory.free_memory()

    def _set_up(self, held_back: list[Example]) -> None:
        config, unet = self.config, self.pipe.unet
        unet.to(self.device)
        if self.device.type == "cuda":
            unet.to(memory_format=torch.channels_last)
        groups = adapters.add_training_adapter(self.pipe, config, self.info)
        self.parameters = [p for group in groups for p in group["params"]]
        self.optimizer = optimizers.make_optimizer(config, groups)
        schedule = self.pipe.scheduler
        self.objective = Objective(
            schedule.alphas_cumprod.to(self.device, torch.float32),
            self.info.prediction_type,
            config.min_snr_gamma,
        )
        sdxl = self.info.family == "sdxl"
        make = dict(levels=self.objective.levels, device=self.device, with_time_ids=sdxl)
        self.data = TrainingData(config, self.examples, self.latents, self.texts, **make)
        self.held_back = TrainingData(config, held_back, self.latents, self.texts, **make)
        batch = config.batch_size * config.gradient_accumulation
        shapes = [example.bucket for example in self.examples]
        self.plan = make_plan(shapes, batch, config.seed, config.repeats)
        self.total = self.plan.steps_per_epoch * config.epochs
        if config.max_steps:
            self.total = min(self.total, config.max_steps)
        self.ladder = memory.Ladder(config.batch_size, config.gradient_checkpointing)
        self.average = [p.detach().clone() for p in self.parameters] if config.ema else None
        self.scaler = torch.amp.GradScaler(
            self.device.type, enabled=self.dtype == torch.float16 and self.device.type == "cuda"
        )
        unet.train()
        self._apply_ladder()
        if config.compile:
            unet.compile()

    def _loop(self) -> Iterator[Event]:
        yield Phase("training", self.step, self.total)
        yield from self._validate()
        self._clock = time.monotonic()
        while self.step < self.total:
            self._look_at_control()
            yield from self._one_step()
            self.step += 1
            wishes = [self.control.wants_save(), self.control.wants_sample()]
            wants_save, wants_sample = self.team.any(wishes)
            at_save = self.step % self.config.save_steps == 0 or wants_save
            if self._should_read_losses() or at_save or wants_sample or self.step == self.total:
                yield from self._read_losses()
            if at_save:
                yield from self._checkpoint()
            elif wants_sample:
                yield from self._samples()
                self._clock = time.monotonic()

    def _one_step(self) -> Iterator[Event]:
        factor = optimizers.rate_factor(
            self.step, self.total, self.config.lr_schedule, self.config.warmup
        )
        rate = optimizers.set_rate(self.optimizer, factor)
        indices = self.plan.batch_of(self.step)
        while True:
            try:
                loss = self._gradients(self.data.batch(indices, self.step))
                break
            except (RuntimeError, MemoryError) as error:
                if not memory.is_out_of_memory(error):
                    raise
                problem = error
            # Out of the handler first: its traceback would keep the activations alive.
            yield self._step_down(problem)
            problem = None
        self.team.add_up(self.parameters, loss)
        self._update()
        self._losses.append((self.step + 1, rate, len(indices), loss))

    def _gradients(self, batch: Batch) -> torch.Tensor:
        """Gradients of our share of the mean loss over a batch, in pieces; returns that loss."""
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device)
        if self.config.lora_dropout:
            # Dropout draws from torch's own generator: it too must depend on the step alone.
            torch.manual_seed(derived_seed(self.config.seed, "dropout", self.step, self.team.rank))
        ours = batch.share(self.team.rank, self.team.size)
        for part in ours.parts(self.ladder.piece) if len(ours) else ():
            share = len(part) / len(batch)
            loss = self._loss(part).mean() * share
            self.scaler.scale(loss).backward()
            total += loss.detach()
        return total

    def _loss(self, batch: Batch) -> torch.Tensor:
        """(B,) loss of each picture."""
        tokens, pooled = batch.tokens, batch.pooled
        mixed = self.objective.noisy(batch.clean, batch.noise, batch.levels)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            if tokens is None:
                tokens, pooled = encode_captions(self.pipe, batch.captions)
            extra = None
            if pooled is not None:
                extra = {"text_embeds": pooled, "time_ids": batch.time_ids}
            answer = self.pipe.unet(
                mixed.to(self.dtype),
                batch.levels,
                encoder_hidden_states=tokens.to(self.dtype),
                added_cond_kwargs=extra,
                return_dict=False,
            )[0]
        target = self.objective.target(batch.clean, batch.noise, batch.levels)
        return self.objective.loss(answer, target, batch.levels)

    def _update(self) -> None:
        if self.config.max_grad_norm:
            self.scaler.unscale_(self.optimizer)
            torch.nn.utils.clip_grad_norm_(self.parameters, self.config.max_grad_norm)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        if self.average:
            torch._foreach_lerp_(self.average, list(self.parameters), 1 - self.config.ema)

    # -- watching -------------------------------------------------------------------------

    def _should_read_losses(self) -> bool:
        return self.device.type == "cpu" or len(self._losses) >= LOG_EVERY

    def _read_losses(self) -> Iterator[Event]:
        """Tell the steps since the last reading. Raises loss-not-finite, loss-diverged."""
        if not self._losses:
            return
        values = torch.stack([loss for *_, loss in self._losses]).tolist()
        now = time.monotonic()
        elapsed = (now - self._clock) / len(values)
        self.seconds += now - self._clock
        self._clock = now
        pending, self._losses = self._losses, []
        for (step, rate, images, _), loss in zip(pending, values, strict=True):
            try:
                self._watch.check(step, loss, self.saved_step, self.config.learning_rate)
            except EngineError:
                self._record("failed")
                raise
            self._pace.add(elapsed, images)
            yield Step(
                step=step,
                total=self.total,
                epoch=self.plan.epoch_of(step - 1) + 1,
                loss=loss,
                lr=rate,
                images_per_second=self._pace.images_per_second,
                seconds_left=self._pace.seconds_for(self.total - step),
            )

    @torch.no_grad()
    def _fixed_losses(self, data: TrainingData, shares=VALIDATION_SHARES) -> list[float]:
        """Per picture: mean loss over fixed noise levels, with noise that never changes."""
        levels = [round(share * self.objective.levels) for share in shares]
        plain = dataclasses.replace(self.objective, gamma=0)
        weighted, self.objective = self.objective, plain
        self.pipe.unet.eval()
        try:
            losses = []
            for index in range(len(data.examples)):
                parts = data.fixed_batch(index, levels).parts(self.ladder.piece)
                losses.append(torch.cat([self._loss(part) for part in parts]).mean().item())
            return losses
        finally:
            self.objective = weighted
            self.pipe.unet.train()

    def _validate(self) -> Iterator[Event]:
        if self.held_back.examples and self.team.is_first:
            losses = self._fixed_losses(self.held_back)
            yield Validation(self.step, sum(losses) / len(losses))

    # -- saving ---------------------------------------------------------------------------

    def _checkpoint(self) -> Iterator[Event]:
        yield Phase("saving", self.step, self.total)
        if self.team.is_first:
            path = self.folder.checkpoint(self.step)
            digest = self._write_weights(path)
        self._save_state()
        if self.team.is_first:
            yield Checkpoint(self.step, str(path), digest)
        yield from self._validate()
        yield from self._samples()
        self._clock = time.monotonic()

    def _write_weights(self, path: Path) -> str:
        with self._averaged():
            modules = adapters.trained_modules(self.pipe, self.info)
        metadata = training_metadata(
            self.config,
            self.info,
            self.all_examples,
            step=self.step,
            total=self.total,
            epoch=self.plan.epoch_of(max(0, self.step - 1)) + 1,
            steps_per_epoch=self.plan.steps_per_epoch,
            alpha=next(iter(modules.values())).alpha,
            started=self.started,
            finished=time.time(),
        )
        try:
            return lora_files.write_kohya(
                path, modules, metadata, self.config.save_precision, self.saved_step
            )
        except EngineError as error:
            if error.code != "lora-not-finite":
                raise
            # The weights burst before a loss told of it: the cause and the mend are the same.
            self._record("failed")
            raise EngineError(
                "loss-not-finite",
                step=self.step,
                kept=self.saved_step,
                learning_rate=self.config.learning_rate,
            ) from error

    def _averaged(self):
        return _swapped(self.parameters, self.average)

    def _save_state(self) -> None:
        tensors, plain = optimizers.optimizer_state(self.optimizer)
        weights = {str(i): p.detach().cpu().clone() for i, p in enumerate(self.parameters)}
        for i, value in enumerate(self.average or ()):
            weights[f"average.{i}"] = value.cpu().clone()
        plain["scaler"] = self.scaler.state_dict()
        state = RunState(
            step=self.step,
            weights=weights,
            optimizer=tensors,
            plain=plain,
            random=random_state(self.device),
            facts={
                "config": self.config.to_mapping(),
                "base": self.info.sha256,
                "dataset": fingerprint(self.all_examples),
                "seconds": self.seconds,
                "started": self.started,
                "ladder": self.ladder.to_json(),
            },
        )
        if self.team.is_first:
            save_state(self.folder.state, state)
        self.saved_step = self.step

    def _check_same(self, kept: RunState) -> None:
        """Raise resume-changed when a resumed run would not be the run that was begun."""
        before = RunConfig.from_mapping(kept.facts["config"])
        changes = [
            f"{key} was {theirs}, is {ours}"
            for key, ours, theirs in self.config.differences(before)
        ]
        if kept.facts["base"] != self.info.sha256:
            changes.append("the base model's file is another")
        if kept.facts["dataset"] != fingerprint(self.all_examples):
            changes.append("the images or captions are others")
        if changes:
            raise EngineError("resume-changed", differences="; ".join(changes))

    def _restore(self, kept: RunState) -> None:
        try:
            with torch.no_grad():
                for i, parameter in enumerate(self.parameters):
                    parameter.copy_(kept.weights[str(i)])
                for i, value in enumerate(self.average or ()):
                    value.copy_(kept.weights[f"average.{i}"])
            optimizers.restore_optimizer(self.optimizer, kept.optimizer, kept.plain)
        except (KeyError, ValueError, RuntimeError) as error:
            path = str(self.folder.state)
            raise EngineError("resume-damaged", path=path, reason=str(error)) from error
        if kept.plain.get("scaler"):
            self.scaler.load_state_dict(kept.plain["scaler"])
        restore_random_state(kept.random, self.device)
        self.step = self.saved_step = kept.step
        self.seconds = kept.facts["seconds"]
        self.started = kept.facts["started"]
        self.ladder = memory.Ladder(**kept.facts["ladder"])
        self._apply_ladder()
        if self.team.is_first:
            self.folder.forget_events_after(self.step)

    def _finish(self) -> Iterator[Event]:
        if self._was_finished and self.team.is_first:
            digest = lora_files.sha256(self.folder.final)
            yield Finished(str(self.folder.final), digest, self.seconds, self.step)
            return
        yield Phase("saving", self.step, self.total)
        if self.saved_step != self.step:
            self._save_state()
        if not self.team.is_first:
            return
        digest = self._write_weights(self.folder.final)
        losses = self._fixed_losses(self.data, IMAGE_SHARES)
        self._record("finished", sha256=digest, image_losses=self._named(losses))
        yield Finished(str(self.folder.final), digest, self.seconds, self.step)

    def _named(self, losses: list[float]) -> dict[str, float]:
        """Loss per picture, worst first."""
        pairs = zip((e.name for e in self.data.examples), losses, strict=True)
        return dict(sorted(pairs, key=lambda pair: -pair[1]))

    def _record(self, state: str, **facts) -> None:
        if not self.team.is_first:
            return
        self.folder.write_record(
            {
                "state": state,
                "name": self.config.name,
                "config": self.config.to_mapping(),
                "base": {
                    "name": self.info.name,
                    "family": self.info.family,
                    "sha256": self.info.sha256,
                },
                "images": [
                    {"name": e.name, "pixels": e.pixels, "caption": e.caption}
                    for e in self.all_examples
                ],
                "dataset": fingerprint(self.all_examples),
                "step": self.step,
                "saved_step": self.saved_step,
                "seconds": self.seconds,
                "memory": self.ladder.climbed,
                "libraries": library_versions(),
                **facts,
            },
            self.saved_step,
        )

    # -- samples --------------------------------------------------------------------------

    def _samples(self) -> Iterator[Event]:
        """Sample pictures with the weights as they are; nothing here may end the run."""
        if not self.config.sample_prompts or not self.team.is_first:
            return
        yield Phase("sampling", self.step, self.total)
        try:
            with torch.random.fork_rng(), self._averaged():
                yield from draw_samples(self.config, self.info, self.pipe, self.step, self.folder)
        except Exception as error:
            # Whatever it was, it is told as a warning and the training goes on.
            problem = EngineError("sample-failed", step=self.step, reason=str(error)[:200])
            yield Warning(problem.code, problem.facts, str(problem))
        finally:
            adapters.set_training(self.pipe)
            self.pipe.unet.train()
            memory.free_memory()

    # -- the world outside ----------------------------------------------------------------

    def _look_at_control(self) -> None:
        """Obey the control at a step boundary. Raises _Stop."""
        wishes = [self.control.should_cancel(), self.control.should_pause()]
        # Encoding is done by one process after the other: there each decides for itself.
        cancel, pause = self.team.any(wishes) if self._is_set_up else wishes
        if cancel:
            raise _Stop(Cancelled(self.step))
        if pause:
            if self._is_set_up and self.saved_step != self.step:
                self._save_state()
            raise _Stop(Paused(self.step))
        if not self._is_set_up:
            return
        leaves = self.control.leaves_device and self.control.device_wanted()
        if leaves:
            self._move("cpu")
        before = time.monotonic()
        self.control.yield_device()
        if leaves:
            self._move(self.device)
        self._clock += time.monotonic() - before  # waiting is no training time

    def _move(self, device) -> None:
        """Move network and optimizer between the card and host memory."""
        self.pipe.unet.to(device)
        for state in self.optimizer.state.values():
            for key, value in state.items():
                if isinstance(value, torch.Tensor):
                    state[key] = value.to(device)
        memory.free_memory()

    def _step_down(self, error: BaseException) -> Event:
        """Take the next rung of the memory ladder. Raises out-of-memory at its end."""
        self.optimizer.zero_grad(set_to_none=True)
        change = self.ladder.climb()
        if change is None:
            self._record("failed")
            tried = ", ".join(self.ladder.climbed)
            raise EngineError("out-of-memory", tried=tried) from error
        self._apply_ladder()
        memory.free_memory()
        told = EngineError("memory-step", step=self.step + 1, change=change)
        return Warning(told.code, told.facts, str(told))

    def _apply_ladder(self) -> None:
        if self.ladder.checkpointing:
            self.pipe.unet.enable_gradient_checkpointing()

    def _leave_pipe(self) -> None:
        """Give a borrowed pipeline back as it came."""
        if self.owns_pipe or self.pipe is None:
            self.pipe = None
            return
        adapters.unload_pack(self.pipe, adapters.TRAINED)
        self.pipe.unet.disable_gradient_checkpointing()
        self.pipe.unet.eval()
        self.pipe.to(self.device)


def _split(examples: list[Example], config: RunConfig) -> tuple[list[Example], list[Example]]:
    """(training, held back): the held-back share depends on pictures and seed, not on order."""
    count = round(len(examples) * config.validation_share)
    if config.validation_share:
        count = min(max(1, count), len(examples) - 1)
    names = sorted(example.pixels for example in examples)
    order = torch.randperm(len(names), generator=generator(config.seed, "split")).tolist()
    chosen = {names[i] for i in order[:count]}
    kept = [example for example in examples if example.pixels not in chosen]
    return kept, [example for example in examples if example.pixels in chosen]


class _swapped:
    """Within the block the parameters hold their running average, where there is one."""

    def __init__(self, parameters, average):
        self.parameters, self.average = parameters, average

    def __enter__(self):
        self._swap()

    def __exit__(self, *_):
        self._swap()

    @torch.no_grad()
    def _swap(self):
        for parameter, value in zip(self.parameters, self.average or (), strict=False):
            kept = parameter.detach().clone()
            parameter.copy_(value)
            value.copy_(kept)
