"""What a run measures and draws of itself while it goes, and whether that says to end early.

`run` is the trainer's run after its set-up.
"""

from collections.abc import Iterator
from itertools import chain

import torch

from training.engine.errors import EngineError
from training.engine.events import Event, Phase, Validation, Warning
from training.engine.lora import adapters
from training.engine.train.early_stop import EarlyStop, JudgeMaker, SampleJudge
from training.engine.train.memory_ladder import free_memory
from training.engine.train.run_samples import draw_samples, sample_paths

VALIDATION_SHARES = (0.1, 0.35, 0.6, 0.85)
"""Timesteps of the validation loss, as shares of the way to noise."""


class RunEvidence:
    """Validation losses and sample pictures of a run.

    early_stop: what its saves were judged to be. make_judge: judges the samples of a run that may
    end early; None leaves it the validation loss.
    """

    def __init__(self, run, make_judge: JudgeMaker | None):
        self.run = run
        self.early_stop = EarlyStop(run.config.early_stop)
        self._make_judge = make_judge
        self._judge: SampleJudge | None = None

    def before_first_step(self) -> Iterator[Event]:
        """What is measured when an attempt begins.

        A state is saved before its save is judged, so a resumed run judges that save once more.
        """
        run = self.run
        yield from self._base_samples()
        if self._may_end_early and run.step and self._is_regular_save():
            yield from self.of_save()
        else:
            yield from self._validate()

    def of_save(self) -> Iterator[Event]:
        """Measure and draw a save; judge it where the run may end early."""
        for event in chain(self._validate(), self.samples()):
            self.early_stop.note(event)
            yield event
        if self._may_end_early and self._is_regular_save() and self.run.processes.is_first:
            self.early_stop.judge(self.run.step, self._judge)

    def says_stop(self) -> bool:
        if not self._may_end_early:
            return False
        # The first process alone has measured; all of them leave the loop together.
        (is_over,) = self.run.processes.any([self.early_stop.is_over])
        return is_over

    def samples(self) -> Iterator[Event]:
        """Sample images with the weights as they are; nothing here may end the run."""
        config = self.run.config
        if config.sample_prompts and self.run.processes.is_first:
            with self.run.training_step.averaged():
                yield from self._drawn(self.run.step, config.sample_strength)

    @property
    def _may_end_early(self) -> bool:
        return bool(self.run.config.early_stop)

    def _is_regular_save(self) -> bool:
        """A save that a person asked for is not judged: when a run ends is no matter of clicks."""
        return self.run.step % self.run.config.save_steps == 0

    def _base_samples(self) -> Iterator[Event]:
        """The base's own pictures, as samples of step 0, where they are wanted or judged by."""
        run = self.run
        if not run.config.sample_prompts or not run.processes.is_first:
            return
        make_judge = self._make_judge if self._may_end_early else None
        paths = sample_paths(run.config, 0, run.folder)
        is_missing = not all(path.is_file() for path in paths)
        if (run.config.sample_at_first and not run.step) or (make_judge and is_missing):
            yield from self._drawn(0, strength=0.0)
        if make_judge and all(path.is_file() for path in paths):
            references = [example.path for example in run.set.everything]
            prompts = run.config.sample_prompts
            self._judge = make_judge(run.info.family, prompts, references, paths)

    def _validate(self) -> Iterator[Event]:
        run = self.run
        if run.set.held_back and run.processes.is_first:
            losses = run.training_step.fixed_losses(run.set.validation, VALIDATION_SHARES)
            yield Validation(run.step, sum(losses) / len(losses))

    def _drawn(self, step: int, strength: float) -> Iterator[Event]:
        run = self.run
        model = run.training_step.model
        yield Phase("sampling", run.step, run.set.total)
        try:
            with torch.random.fork_rng():
                yield from draw_samples(run.config, model, step, run.folder, strength)
        except Exception as error:
            # Whatever it was, it is told as a warning and the training goes on.
            fault = EngineError("sample-failed", step=step, reason=str(error)[:200])
            yield Warning(fault.code, fault.facts, str(fault))
        finally:
            adapters.set_training(model)
            model.network.train()
            free_memory()
