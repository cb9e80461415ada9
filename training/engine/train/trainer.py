"""Training a style: LoRA on a frozen base, from cached latents and embeddings.

`train(config)` is a generator of events. It can be stopped at any step boundary and goes on from
its last saved state as if nothing had happened: on a CPU the weights are equal, bit for bit.
"""

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import torch

from training.engine.base import base_models, loading
from training.engine.base.base_models import BaseInfo
from training.engine.config.run_config import RunConfig
from training.engine.data.image_folder import BOARD
from training.engine.errors import EngineError
from training.engine.events import (
    Cancelled,
    Checkpoint,
    Estimate,
    Event,
    Finished,
    Paused,
    Phase,
    Validation,
    Warning,
)
from training.engine.lora import adapters, weight_files
from training.engine.train import memory_ladder, run_files
from training.engine.train.control import Control
from training.engine.train.distributed import Team
from training.engine.train.memory_estimate import estimate
from training.engine.train.run_folder import RunFolder
from training.engine.train.run_samples import draw_samples
from training.engine.train.run_set import RunSet
from training.engine.train.run_state import newest_state, restore_random_state, save_state
from training.engine.train.training_step import Learner
from training.engine.train.watch import StepLog, TensorBoardLog

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
    board = TensorBoardLog(folder.folder / BOARD) if config.tensorboard else None
    try:
        for event in _noted(run.events(resume, skip_bad), run):
            if board:
                board.note(event)
            yield event
    finally:
        folder.leave()
        if board:
            board.close()


def _noted(events: Iterator[Event], run: "_Run") -> Iterator[Event]:
    """The events, each written down first; where even that doesn't fit, the run pauses."""
    for event in events:
        try:
            run.folder.note(event)
        except EngineError as error:
            if error.code != "disk-full" or not run.is_set_up:
                raise
            events.close()
            yield from run.pause_for_want_of_room(error)
            return
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
        self.team = Team(loading.choose_device(config.device))
        self.device = self.team.device
        self.dtype = loading.choose_dtype(self.device, config.precision)
        self.step = 0
        self.is_set_up = False
        self.started = time.time()
        self.saved_step = 0
        self.log = StepLog()

    # -- stages ---------------------------------------------------------------------------

    def events(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        try:
            yield from self._prepare(resume, skip_bad)
            yield from self._loop()
            yield from self._finish()
        except _Stop as stop:
            # Before anything was saved there is nothing to go on from, and no run to record.
            if self.is_set_up:
                self._record("paused" if isinstance(stop.event, Paused) else "cancelled")
            yield stop.event
        except EngineError as error:
            if error.code != "disk-full" or not self.is_set_up:
                raise
            yield from self.pause_for_want_of_room(error)
        finally:
            self._leave_pipe()

    def pause_for_want_of_room(self, error: EngineError) -> Iterator[Event]:
        """The last events of a run whose disk is full; what was saved before is kept."""
        with contextlib.suppress(EngineError):
            self._record("paused")
        yield _warning(EngineError(error.code, **error.facts | {"step": self.saved_step}))
        yield Paused(self.saved_step, "disk-full")

    def _prepare(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        yield Phase("checking")
        kept = newest_state(self.folder.state) if resume else None
        if resume and kept is None:
            raise EngineError("resume-nothing", path=str(self.folder.folder))
        self.set = RunSet(self.config, self.info, skip_bad)
        for fault in self.set.passed_over:
            facts = {"name": fault.facts.get("name", ""), "reason": str(fault)}
            told = {"code": fault.code, "facts": fault.facts}
            yield _warning(EngineError("image-skipped", fault=told, **facts))
        for remark in self.set.remarks:
            yield _warning(remark)
        if kept:
            run_files.check_same(kept, self.config, self.info.sha256, self.set.fingerprint)
            self.set.cut_down(kept.facts["ladder"].get("cap", 1.0))
        self.estimate = estimate(self.config, self.info, loading.name_of(self.dtype)).to_json()
        yield Estimate(**self.estimate)
        yield Phase("loading")
        if self.pipe is None:
            self.pipe = loading.load_pipeline(self.info, self.device, self.dtype)
        yield from self._encode()
        self.learner = Learner(self.config, self.info, self.pipe, self.team, self.dtype)
        self.set.lay_out(self.learner.objective.levels, self.device)
        if kept:
            self._restore(kept)
        else:
            self._save_state()
        self.team.wait()
        self._was_finished = self.step >= self.set.total and self.folder.final.is_file()
        self.is_set_up = True
        if not self._was_finished:
            self._record("training")

    def _encode(self) -> Iterator[Event]:
        """Encode the set, one process after the other, then let the encoders go."""
        with self.team.first_goes_first():
            yield from self._interruptible(self.set.encode(self.pipe, self.folder.cache))
        self._let_encoders_go()

    def _interruptible(self, phases: Iterator[Event]) -> Iterator[Event]:
        """Pass events on, looking at the control after each."""
        for event in phases:
            yield event
            # Once all processes look together, one that encodes may not look alone.
            if not self.is_set_up or self.team.size == 1:
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
        memory_ladder.free_memory()

    def _loop(self) -> Iterator[Event]:
        yield Phase("training", self.step, self.set.total)
        yield from self._validate()
        self.log.start_clock()
        while self.step < self.set.total:
            self._look_at_control()
            yield from self._one_step()
            self.step += 1
            wishes = [self.control.wants_save(), self.control.wants_sample()]
            wants_save, wants_sample = self.team.any(wishes)
            at_save = self.step % self.config.save_steps == 0 or wants_save
            if self._should_read_losses() or at_save or wants_sample or self.step == self.set.total:
                yield from self._read_losses()
            if at_save:
                yield from self._checkpoint()
            elif wants_sample:
                yield from self._samples()
                self.log.start_clock()

    def _one_step(self) -> Iterator[Event]:
        rate = self.learner.set_rate(self.step, self.set.total)
        indices = self.set.plan.batch_of(self.step)
        while True:
            loss = self._try_step(indices)
            # All processes take the same rungs: one of them alone would train something else.
            (ran_short,) = self.team.any([loss is None])
            if not ran_short:
                break
            yield from self._step_down()
        if self.team.size > 1:
            self.team.add_up(self.learner.parameters, loss)
            self.learner.update()
        self.learner.keep_average()
        self.log.add(self.step + 1, rate, len(indices), loss)

    def _try_step(self, indices: list[int]) -> torch.Tensor | None:
        """The loss of a step, None when memory did not suffice; several processes add up first."""
        try:
            loss = self.learner.gradients(self.set.data.batch(indices, self.step), self.step)
            if self.team.size == 1:
                self.learner.update()
            return loss
        except (RuntimeError, MemoryError) as error:
            if not memory_ladder.is_out_of_memory(error):
                raise
        # Out of the handler: its traceback would keep the activations alive.
        return None

    def _step_down(self) -> Iterator[Event]:
        """Take the next rung of the memory ladder. Raises out-of-memory at its end."""
        ladder = self.learner.ladder
        cap = ladder.cap
        change = self.learner.climb(self.step + 1)
        if change is None:
            self._record("failed")
            raise EngineError("out-of-memory", tried=", ".join(ladder.climbed))
        yield _warning(change)
        if ladder.cap == cap:
            return
        self.set.cut_down(ladder.cap)
        yield from self._encode_again()
        yield Phase("training", self.step, self.set.total)

    def _encode_again(self) -> Iterator[Event]:
        """Encode the pictures at the shapes they have now, with the network out of the way."""
        self.learner.move("cpu")
        if self.pipe.vae is None:
            encoders = ("text_encoder", "text_encoder_2")
            others = {name: None for name in encoders if hasattr(self.pipe, name)}
            loaded = loading.load_pipeline(
                self.info, self.device, torch.float32, unet=self.pipe.unet, **others
            )
            self.pipe.vae = loaded.vae
        self.pipe.vae.to(self.device)
        yield from self._encode()
        self.learner.move(self.device)
        self.set.lay_out(self.learner.objective.levels, self.device)

    # -- watching -------------------------------------------------------------------------

    def _should_read_losses(self) -> bool:
        return self.device.type == "cpu" or len(self.log) >= LOG_EVERY

    def _read_losses(self) -> Iterator[Event]:
        """Tell the steps since the last reading. Raises loss-not-finite, loss-diverged."""
        rate = self.config.learning_rate
        try:
            yield from self.log.read(self.set.plan, self.set.total, self.saved_step, rate)
        except EngineError:
            self._record("failed")
            raise

    def _validate(self) -> Iterator[Event]:
        if self.set.held_back and self.team.is_first:
            losses = self.learner.fixed_losses(self.set.validation, VALIDATION_SHARES)
            yield Validation(self.step, sum(losses) / len(losses))

    # -- saving ---------------------------------------------------------------------------

    def _checkpoint(self) -> Iterator[Event]:
        yield Phase("saving", self.step, self.set.total)
        if self.team.is_first:
            path = self.folder.checkpoint(self.step)
            digest = self._write_weights(path)
        self._save_state()
        if self.team.is_first:
            yield Checkpoint(self.step, str(path), digest)
        yield from self._validate()
        yield from self._samples()
        self.log.start_clock()

    def _write_weights(self, path: Path) -> str:
        try:
            return run_files.write_weights(self, path)
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

    def _save_state(self) -> None:
        if self.team.is_first:
            save_state(self.folder.state, run_files.state_of(self))
        self.saved_step = self.step

    def _restore(self, kept) -> None:
        self.learner.restore(kept, str(self.folder.state))
        restore_random_state(kept.random, self.device)
        self.step = self.saved_step = kept.step
        self.log.seconds = kept.facts["seconds"]
        self.started = kept.facts["started"]
        if self.team.is_first:
            self.folder.forget_events_after(self.step)

    def _finish(self) -> Iterator[Event]:
        if self._was_finished and self.team.is_first:
            digest = weight_files.sha256(self.folder.final)
            yield Finished(str(self.folder.final), digest, self.log.seconds, self.step)
            return
        yield Phase("saving", self.step, self.set.total)
        if self.saved_step != self.step:
            self._save_state()
        if not self.team.is_first:
            return
        digest = self._write_weights(self.folder.final)
        losses = self.learner.fixed_losses(self.set.data, IMAGE_SHARES)
        named = run_files.by_loss(self.set.examples, losses)
        self._record("finished", sha256=digest, image_losses=named)
        yield Finished(str(self.folder.final), digest, self.log.seconds, self.step)

    def _record(self, state: str, **facts) -> None:
        if self.team.is_first:
            self.folder.write_record(run_files.record_of(self, state, facts), self.saved_step)

    # -- samples --------------------------------------------------------------------------

    def _samples(self) -> Iterator[Event]:
        """Sample pictures with the weights as they are; nothing here may end the run."""
        if not self.config.sample_prompts or not self.team.is_first:
            return
        yield Phase("sampling", self.step, self.set.total)
        try:
            with torch.random.fork_rng(), self.learner.averaged():
                yield from draw_samples(self.config, self.info, self.pipe, self.step, self.folder)
        except Exception as error:
            # Whatever it was, it is told as a warning and the training goes on.
            yield _warning(EngineError("sample-failed", step=self.step, reason=str(error)[:200]))
        finally:
            adapters.set_training(self.pipe)
            self.pipe.unet.train()
            memory_ladder.free_memory()

    # -- the world outside ----------------------------------------------------------------

    def _look_at_control(self) -> None:
        """Obey the control at a step boundary. Raises _Stop."""
        wishes = [self.control.should_cancel(), self.control.should_pause()]
        # The first encoding is done by one process after the other: each decides for itself.
        cancel, pause = self.team.any(wishes) if self.is_set_up else wishes
        if cancel:
            raise _Stop(Cancelled(self.step))
        if pause:
            if self.is_set_up and self.saved_step != self.step:
                self._save_state()
            raise _Stop(Paused(self.step))
        if not self.is_set_up:
            return
        leaves = self.control.leaves_device and self.control.device_wanted()
        if leaves:
            self.learner.move("cpu")
        before = time.monotonic()
        self.control.yield_device()
        if leaves:
            self.learner.move(self.device)
        self.log.start_clock(skipped=time.monotonic() - before)  # waiting is no training time

    def _leave_pipe(self) -> None:
        """Give a borrowed pipeline back as it came."""
        if self.owns_pipe or self.pipe is None:
            self.pipe = None
            return
        adapters.unload_pack(self.pipe, adapters.TRAINED)
        self.pipe.unet.disable_gradient_checkpointing()
        self.pipe.unet.eval()
        self.pipe.to(self.device)


def _warning(error: EngineError) -> Warning:
    return Warning(error.code, error.facts, str(error))
