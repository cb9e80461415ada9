"""Training a style: LoRA on a frozen base, from cached latents and embeddings.

`train(config)` is a generator of events. It can be stopped at any step boundary and goes on from
its last saved state as if nothing had happened: on a CPU the weights are equal, bit for bit.
"""

import dataclasses
import math
import time
from collections import deque
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
    Sample,
    Step,
    Validation,
    Warning,
)
from training.engine.files import whole_file
from training.engine.lora_metadata import library_versions, training_metadata
from training.engine.run_folder import RunFolder
from training.engine.run_state import (
    RunState,
    newest_state,
    random_state,
    restore_random_state,
    save_state,
)
from training.engine.sampler import derived_seed, generator, make_plan
from training.engine.sampling import Renderer, SampleRequest
from training.engine.training_data import Batch, TrainingData, all_captions

LOG_EVERY = 10
"""On a GPU losses are read every so many steps: each reading makes the card wait."""

VALIDATION_SHARES = (0.1, 0.35, 0.6, 0.85)
"""Noise levels of the validation loss, as shares of the schedule."""


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
) -> Iterator[Event]:
    """Train one style and tell what happens.

    output_dir: folder of this run; None means config.output_dir.
    resume: go on from the folder's last saved state; the configuration must be the same.
    control: asked at every step boundary whether to pause, cancel, save or yield the device.
    skip_bad: leave bad pictures out (each becomes a Warning) instead of refusing to start.
    base_dirs: folders in which config.base_model is looked for by name.
    cache_dir: folder for encoded pictures and captions, shared by runs; None is the run's own.
    pipe: a loaded pipeline of that base, to save loading; it is left as it was.
    The last event is Finished, Paused or Cancelled.
    Raises EngineError (EngineErrors for several faults); what was saved before stays whole.
    """
    info = base_models.describe(config.base_model, base_dirs)
    folder = RunFolder(output_dir or config.output_dir, config.name, cache_dir)
    folder.open(resume)
    run = _Run(config, info, folder, control or Control(), pipe)
    for event in run.events(resume, skip_bad):
        folder.note(event)
        yield event


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
        self.device = loading.choose_device(config.device)
        self.dtype = loading.choose_dtype(self.device, config.precision)
        self.step = 0
        self.seconds = 0.0
        self.started = time.time()
        self.saved_step = 0
        self._losses: list[tuple[int, float, int, torch.Tensor]] = []
        self._pace: deque[tuple[float, int]] = deque(maxlen=20)
        self._early: list[float] = []
        self._late: deque[float] = deque(maxlen=10)

    # -- stages ---------------------------------------------------------------------------

    def events(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        try:
            yield from self._prepare(resume, skip_bad)
            yield from self._loop()
            yield from self._finish()
        except _Stop as stop:
            self._record("paused" if isinstance(stop.event, Paused) else "cancelled")
            yield stop.event
        except EngineError as error:
            if error.code == "disk-full" and self.saved_step:
                yield Warning(error.code, error.facts, str(error))
                yield Paused(self.saved_step, "disk-full")
            raise
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
        yield from self._encode(self.examples + held_back)
        self._set_up(held_back)
        if kept:
            self._restore(kept)
        else:
            self._save_state()
        self._was_finished = self.step >= self.total and self.folder.final.is_file()
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
            wants_save = self.control.wants_save()
            at_save = self.step % self.config.save_steps == 0 or wants_save
            if self._should_read_losses() or at_save or self.step == self.total:
                yield from self._read_losses()
            if at_save:
                yield from self._checkpoint()

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
        self._update()
        self._losses.append((self.step + 1, rate, len(indices), loss))

    def _gradients(self, batch: Batch) -> torch.Tensor:
        """Gradients of the mean loss over a batch, taken in pieces; returns that loss."""
        self.optimizer.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.device)
        for part in batch.parts(self.ladder.piece):
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
            self._watch(step, loss)
            self._pace.append((elapsed, images))
            time_of = sum(seconds for seconds, _ in self._pace)
            yield Step(
                step=step,
                total=self.total,
                epoch=self.plan.epoch_of(step - 1) + 1,
                loss=loss,
                lr=rate,
                images_per_second=sum(n for _, n in self._pace) / max(time_of, 1e-9),
                seconds_left=(self.total - step) * time_of / len(self._pace),
            )

    def _watch(self, step: int, loss: float) -> None:
        facts = {"kept": self.saved_step, "learning_rate": self.config.learning_rate}
        if not math.isfinite(loss):
            self._record("failed")
            raise EngineError("loss-not-finite", step=step, **facts)
        if len(self._early) < 10:
            self._early.append(loss)
        self._late.append(loss)
        early, late = sum(self._early) / len(self._early), sum(self._late) / len(self._late)
        # Ten steps against ten: a single noisy level may well be five times the mean.
        if len(self._late) == 10 and late > 5 * early and late > 2:
            self._record("failed")
            raise EngineError("loss-diverged", step=step, ratio=round(late / early), **facts)

    @torch.no_grad()
    def _validation_losses(self, data: TrainingData) -> list[float]:
        """Per picture: mean loss over fixed noise levels, with noise that never changes."""
        levels = [round(share * self.objective.levels) for share in VALIDATION_SHARES]
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
        if self.held_back.examples:
            losses = self._validation_losses(self.held_back)
            yield Validation(self.step, sum(losses) / len(losses))

    # -- saving ---------------------------------------------------------------------------

    def _checkpoint(self) -> Iterator[Event]:
        yield Phase("saving", self.step, self.total)
        path = self.folder.checkpoint(self.step)
        digest = self._write_weights(path)
        self._save_state()
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
        precision = self.config.save_precision
        return lora_files.write_kohya(path, modules, metadata, precision, self.saved_step)

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
        self.folder.forget_events_after(self.step)

    def _finish(self) -> Iterator[Event]:
        if self._was_finished:
            digest = lora_files.sha256(self.folder.final)
            yield Finished(str(self.folder.final), digest, self.seconds, self.step)
            return
        yield Phase("saving", self.step, self.total)
        if self.saved_step != self.step:
            self._save_state()
        digest = self._write_weights(self.folder.final)
        losses = self._validation_losses(self.data) if self.data.examples else []
        self._record("finished", sha256=digest, image_losses=self._named(losses))
        yield Finished(str(self.folder.final), digest, self.seconds, self.step)

    def _named(self, losses: list[float]) -> dict[str, float]:
        """Loss per picture, worst first."""
        pairs = zip((e.name for e in self.data.examples), losses, strict=True)
        return dict(sorted(pairs, key=lambda pair: -pair[1]))

    def _record(self, state: str, **facts) -> None:
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
                "memory": self.ladder.climbed if hasattr(self, "ladder") else [],
                "libraries": library_versions(),
                **facts,
            },
            self.saved_step,
        )

    # -- samples --------------------------------------------------------------------------

    def _samples(self) -> Iterator[Event]:
        """Sample pictures with the weights as they are; nothing here may end the run."""
        if not self.config.sample_prompts:
            return
        yield Phase("sampling", self.step, self.total)
        try:
            with torch.random.fork_rng(), self._averaged():
                yield from self._render_samples()
        except Exception as error:
            # Whatever it was, it is told as a warning and the training goes on.
            problem = EngineError("sample-failed", step=self.step, reason=str(error)[:200])
            yield Warning(problem.code, problem.facts, str(problem))
        finally:
            adapters.set_training(self.pipe)
            self.pipe.unet.train()
            memory.free_memory()

    def _render_samples(self) -> Iterator[Event]:
        parts = {"unet": self.pipe.unet.eval()}
        if self.config.train_text_encoder:
            parts |= dict(adapters.text_encoders(self.pipe))
        pipe = base_models.load(self.info, self.device, self.dtype, **parts)
        renderer = Renderer(self.info, pipe=pipe)
        adapters.set_strengths(pipe, {adapters.TRAINED: self.config.sample_strength})
        for i, prompt in enumerate(self.config.sample_prompts):
            seed = derived_seed(self.config.seed, "sample", i) % 2**32
            request = SampleRequest(
                prompt,
                steps=self.config.sample_steps,
                guidance=self.config.sample_guidance,
                seed=seed,
            )
            picture = renderer.render([request])[0]
            path = self.folder.samples / f"step{self.step:06}-{i:02}.png"
            with whole_file(path, self.saved_step) as temporary:
                picture.save(temporary, "PNG")
            yield Sample(self.step, str(path), prompt, seed)

    # -- the world outside ----------------------------------------------------------------

    def _look_at_control(self) -> None:
        """Obey the control at a step boundary. Raises _Stop."""
        ready = hasattr(self, "ladder")
        if self.control.should_cancel():
            raise _Stop(Cancelled(self.step))
        if self.control.should_pause():
            if ready and self.saved_step != self.step:
                self._save_state()
            raise _Stop(Paused(self.step))
        if not ready:
            return
        leaves = self.control.leaves_device and self.control.device_wanted()
        if leaves:
            self._move("cpu")
        before = time.monotonic()
        self.control.yield_device()
        if leaves:
            self._move(self.device)
        if hasattr(self, "_clock"):
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
        # Layers that stay wrapped would hide the next run's targets.
        self.pipe.unload_lora_weights()
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
