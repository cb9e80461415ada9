"""One run: its stages, and what it does at every step boundary."""

import contextlib
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import torch

from training.engine.base import loading
from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.engine.events import (
    Cancelled,
    Checkpoint,
    Estimate,
    Event,
    Finished,
    Paused,
    Phase,
    Warning,
)
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.lora import adapters, weight_files
from training.engine.train import run_files
from training.engine.train.control import Control
from training.engine.train.distributed import DistributedState
from training.engine.train.early_stop import EARLY, JudgeMaker
from training.engine.train.memory_estimate import estimate
from training.engine.train.memory_ladder import MemoryLadder, free_memory, is_out_of_memory
from training.engine.train.run_evidence import RunEvidence
from training.engine.train.run_folder import RunFolder
from training.engine.train.run_samples import leaves_no_room
from training.engine.train.run_set import RunSet
from training.engine.train.run_state import (
    RunState,
    newest_state,
    restore_random_state,
    save_state,
)
from training.engine.train.training_step import TrainingStep
from training.engine.train.watch import StepLog

LOG_EVERY = 10
"""On a GPU losses are read every so many steps: each reading makes the card wait."""

IMAGE_SHARES = (0.25, 0.6)
"""Timesteps of the loss per image, as shares of the way to noise."""


class _Stop(Exception):
    """Leaves the loop with its last event."""

    def __init__(self, event: Event):
        self.event = event


class Run:
    """One run from its first look at the folder to its last file.

    model: the base where it is in memory already, to be given back as it came; None has it loaded.
    make_judge: who judges the samples of a run that may end early.
    set, estimate, training_step: from the run's preparation on.
    """

    def __init__(
        self,
        config: RunConfig,
        info: BaseInfo,
        folder: RunFolder,
        control: Control,
        model: DiffusionModel | None,
        make_judge: JudgeMaker | None = None,
    ):
        self.config = config
        self.info = info
        self.folder = folder
        self.control = control
        self._borrowed = model
        self.processes = DistributedState(loading.choose_device(config.device))
        self.device = self.processes.device
        self.dtype = loading.choose_dtype(self.device, config.precision)
        self.step = 0
        self.is_set_up = False
        self.started = time.time()
        self.saved_step = 0
        self.log = StepLog()
        self.evidence = RunEvidence(self, make_judge)

    # -- stages ---------------------------------------------------------------------------

    def events(self, resume: bool, skip_bad: bool) -> Generator[Event]:
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
            self._leave_model()

    def pause_for_want_of_room(self, error: EngineError) -> Iterator[Event]:
        """The last events of a run whose disk is full; what was saved before is kept."""
        with contextlib.suppress(EngineError):
            self._record("paused")
        yield _warning(EngineError(error.code, **error.facts | {"step": self.saved_step}))
        yield Paused(self.saved_step, "disk-full")

    def _prepare(self, resume: bool, skip_bad: bool) -> Iterator[Event]:
        yield Phase("checking")
        saved = newest_state(self.folder.state) if resume else None
        if resume and saved is None:
            raise EngineError("resume-nothing", path=str(self.folder.folder))
        self.set = RunSet(self.config, self.info, skip_bad, self.folder.cache)
        for fault in self.set.passed_over:
            facts = {"name": fault.facts.get("name", ""), "reason": str(fault)}
            cause = {"code": fault.code, "facts": fault.facts}
            yield _warning(EngineError("image-skipped", fault=cause, **facts))
        for remark in self.set.remarks:
            yield _warning(remark)
        if saved:
            run_files.check_same(saved, self.config, self.info.sha256, self.set.fingerprint)
            self.set.cut_down(MemoryLadder.from_json(saved.facts["ladder"]).area_scale)
        self.estimate = estimate(self.config, self.info, loading.name_of(self.dtype)).to_json()
        yield Estimate(**self.estimate)
        yield Phase("loading")
        model = self._borrowed or loading.load_model(self.info, self.device, self.dtype)
        yield from self._encode(model)
        self.training_step = TrainingStep(self.config, model, self.processes, self.dtype)
        self.set.lay_out(self.training_step.objective, self.device)
        if saved:
            self._restore(saved)
        else:
            self._save_state()
        self.processes.wait()
        self._was_finished = self.step >= self.set.total and self.folder.final.is_file()
        self.is_set_up = True
        if not self._was_finished:
            self._record("training")

    def _encode(self, model: DiffusionModel) -> Iterator[Event]:
        """Encode the set, one process after the other, then let the encoders go."""
        with self.processes.first_goes_first():
            yield from self._interruptible(self.set.encode(model))
        self._let_encoders_go(model)

    def _interruptible(self, phases: Iterator[Event]) -> Iterator[Event]:
        """Pass events on, looking at the control after each."""
        for event in phases:
            yield event
            # Once all processes look together, one that encodes may not look alone.
            if not self.is_set_up or self.processes.size == 1:
                self._look_at_control()

    def _let_encoders_go(self, model: DiffusionModel) -> None:
        with_text = not self.config.train_text_encoder
        if self._borrowed:
            model.move_encoders("cpu", text=with_text)
        else:
            model.drop_encoders(text=with_text)
        free_memory()

    def _loop(self) -> Iterator[Event]:
        yield Phase("training", self.step, self.set.total)
        if not self._was_finished:
            yield from self.evidence.before_first_step()
        self.log.start_clock()
        while self.step < self.set.total and not self.evidence.says_stop():
            self._look_at_control()
            yield from self._one_step()
            self.step += 1
            requests = [self.control.wants_save(), self.control.wants_sample()]
            wants_save, wants_sample = self.processes.any(requests)
            at_save = self.step % self.config.save_steps == 0 or wants_save
            if self._should_read_losses() or at_save or wants_sample or self.step == self.set.total:
                yield from self._read_losses()
            if at_save:
                yield from self._checkpoint()
            elif wants_sample:
                yield from self.evidence.samples()
                self.log.start_clock()

    def _one_step(self) -> Iterator[Event]:
        learning_rate = self.training_step.set_learning_rate(self.step, self.set.total)
        indices = self.set.plan.batch_of(self.step)
        while True:
            loss = self._try_step(indices)
            # All processes take the same rungs: one of them alone would train something else.
            (ran_short,) = self.processes.any([loss is None])
            if loss is not None and not ran_short:
                break
            yield from self._step_down()
        if self.processes.size > 1:
            self.processes.all_reduce_gradients(self.training_step.parameters, loss)
            self.training_step.update()
        self.training_step.update_ema()
        self.log.add(self.step + 1, learning_rate, len(indices), loss)

    def _try_step(self, indices: list[int]) -> torch.Tensor | None:
        """The loss of a step, None when memory did not suffice; several processes add up first."""
        try:
            loss = self.training_step.gradients(self.set.data.batch(indices, self.step), self.step)
            if self.processes.size == 1:
                self.training_step.update()
            return loss
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
        # Out of the handler: its traceback would keep the activations alive.
        return None

    def _step_down(self) -> Iterator[Event]:
        """Take the next rung of the memory ladder. Raises out-of-memory at its end."""
        ladder = self.training_step.ladder
        area_scale = ladder.area_scale
        message = self.training_step.step_down(self.step + 1)
        if message is None:
            self._record("failed")
            raise EngineError("out-of-memory", tried=", ".join(ladder.measures))
        yield _warning(message)
        if ladder.area_scale == area_scale:
            return
        self.set.cut_down(ladder.area_scale)
        yield from self._encode_again()
        yield Phase("training", self.step, self.set.total)

    def _encode_again(self) -> Iterator[Event]:
        """Encode the images at the shapes they have now, with the network out of the way."""
        self.training_step.move("cpu")
        self.training_step.model.load_vae(self.device)
        yield from self._encode(self.training_step.model)
        self.training_step.move(self.device)
        self.set.lay_out(self.training_step.objective, self.device)

    # -- watching -------------------------------------------------------------------------

    def _should_read_losses(self) -> bool:
        return self.device.type == "cpu" or len(self.log) >= LOG_EVERY

    def _read_losses(self) -> Iterator[Event]:
        """Tell the steps since the last reading. Raises loss-not-finite, loss-diverged."""
        plan, learning_rate = self.set.plan, self.config.learning_rate
        try:
            yield from self.log.read(plan, self.set.total, self.saved_step, learning_rate)
        except EngineError:
            self._record("failed")
            raise

    # -- saving ---------------------------------------------------------------------------

    def _checkpoint(self) -> Iterator[Event]:
        yield Phase("saving", self.step, self.set.total)
        if self.processes.is_first:
            path = self.folder.checkpoint(self.step)
            digest = self._write_weights(path)
        self._save_state()
        if self.processes.is_first:
            yield Checkpoint(self.step, str(path), digest)
        yield from self.evidence.of_save()
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
        if self.processes.is_first:
            save_state(self.folder.state, run_files.state_of(self))
        self.saved_step = self.step

    def _restore(self, saved: RunState) -> None:
        self.training_step.restore(saved, str(self.folder.state))
        restore_random_state(saved.random, self.device)
        self.step = self.saved_step = saved.step
        self.log.seconds = saved.facts["seconds"]
        self.started = saved.facts["started"]
        self.evidence.early_stop.restore(saved.facts.get("saves", []))
        if self.processes.is_first:
            self.folder.forget_events_after(self.step)

    def _finish(self) -> Iterator[Event]:
        if self._was_finished and self.processes.is_first:
            digest = weight_files.sha256(self.folder.final)
            yield Finished(str(self.folder.final), digest, self.log.seconds, self.step)
            return
        yield Phase("saving", self.step, self.set.total)
        if self.saved_step != self.step:
            self._save_state()
        if not self.processes.is_first:
            return
        digest = self._write_weights(self.folder.final)
        losses = self.training_step.fixed_losses(self.set.data, IMAGE_SHARES)
        image_losses = run_files.by_loss(self.set.examples, losses)
        early = self._early_end()
        self._record("finished", sha256=digest, image_losses=image_losses, **early)
        yield Finished(str(self.folder.final), digest, self.log.seconds, self.step, **early)

    def _early_end(self) -> dict[str, Any]:
        """Why the run ended before its last step, as Finished has it; {} where it did not."""
        best = self.evidence.early_stop.best
        if self.step >= self.set.total:
            return {}
        return {"reason": EARLY, "best_step": best.step if best else 0}

    def _record(self, state: str, **facts) -> None:
        if self.processes.is_first:
            self.folder.write_record(run_files.record_of(self, state, facts), self.saved_step)

    # -- the world outside ----------------------------------------------------------------

    def _look_at_control(self) -> None:
        """Obey the control at a step boundary. Raises _Stop."""
        requests = [self.control.should_cancel(), self.control.should_pause()]
        # The first encoding is done by one process after the other: each decides for itself.
        cancel, pause = self.processes.any(requests) if self.is_set_up else requests
        if cancel:
            raise _Stop(Cancelled(self.step))
        if pause:
            if self.is_set_up and self.saved_step != self.step:
                self._save_state()
            raise _Stop(Paused(self.step))
        if not self.is_set_up:
            return
        makes_room = self.control.device_wanted() and leaves_no_room(self.info, self.device)
        if makes_room:
            self.training_step.move("cpu")
        before = time.monotonic()
        self.control.yield_device()
        if makes_room:
            self.training_step.move(self.device)
        self.log.start_clock(skipped=time.monotonic() - before)  # waiting is no training time

    def _leave_model(self) -> None:
        """Give a borrowed model back as it came."""
        model = self._borrowed
        if model is None:
            return
        adapters.unload_pack(model, adapters.TRAINED)
        model.network.disable_gradient_checkpointing()
        model.network.eval()
        model.pipe.to(self.device)


def _warning(error: EngineError) -> Warning:
    return Warning(error.code, error.facts, str(error))
