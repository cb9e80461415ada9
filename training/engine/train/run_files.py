"""What a run writes: its weights, the state it resumes from, and run.json for who looks at it.

`run` is the trainer's run after its set-up.
"""

import time
from pathlib import Path

from training.engine.config.run_config import RunConfig
from training.engine.data.dataset import Example
from training.engine.errors import EngineError
from training.engine.lora import adapters, weight_files
from training.engine.lora.metadata import RunProgress, library_versions, training_metadata
from training.engine.train.run_state import RunState, random_state


def write_weights(run, path: Path) -> str:
    """Write the style as it is now as a kohya file; returns its sha256.

    Raises EngineError: lora-not-finite, lora-export-damaged, disk-full, folder-read-only.
    """
    with run.training_step.averaged():
        modules = adapters.trained_modules(run.training_step.model)
    progress = RunProgress(
        step=run.step,
        total=run.set.total,
        epoch=run.set.plan.epoch_of(max(0, run.step - 1)) + 1,
        steps_per_epoch=run.set.plan.steps_per_epoch,
        started=run.started,
        finished=time.time(),
    )
    alpha = next(iter(modules.values())).stored_alpha
    examples = run.set.examples + run.set.held_back
    metadata = training_metadata(run.config, run.info, examples, progress, alpha)
    return weight_files.write_kohya(
        path, modules, metadata, run.config.save_precision, run.saved_step
    )


def state_of(run) -> RunState:
    """All that a resumed run needs to go on as if nothing had happened."""
    weights, optimizer, plain = run.training_step.state()
    return RunState(
        step=run.step,
        weights=weights,
        optimizer=optimizer,
        plain=plain,
        random=random_state(run.device),
        facts={
            "config": run.config.to_mapping(),
            "base": run.info.sha256,
            "dataset": run.set.fingerprint,
            "seconds": run.log.seconds,
            "started": run.started,
            "ladder": run.training_step.ladder.to_json(),
            "saves": run.evidence.early_stop.to_json(),
        },
    )


def check_same(saved: RunState, config: RunConfig, base: str, fingerprint: str) -> None:
    """Raise resume-changed when a resumed run would not be the run that was begun.

    base: hash of the base model. fingerprint: of the pictures and captions.
    """
    before = RunConfig.from_mapping(saved.facts["config"])
    changes = [f"{key} was {theirs}, is {ours}" for key, ours, theirs in config.differences(before)]
    if saved.facts["base"] != base:
        changes.append("the base model's file is another")
    if saved.facts["dataset"] != fingerprint:
        changes.append("the images or captions are others")
    if changes:
        raise EngineError("resume-changed", differences="; ".join(changes))


def record_of(run, state: str, facts: dict) -> dict:
    """The content of run.json. state: "training", "paused", "cancelled", "failed", "finished"."""
    return {
        "state": state,
        "name": run.config.name,
        "config": run.config.to_mapping(),
        "base": {
            "name": run.info.name,
            "family": run.info.family,
            "sha256": run.info.sha256,
        },
        "images": [
            {"name": e.name, "pixels": e.pixels, "caption": e.caption} for e in run.set.everything
        ],
        "dataset": run.set.fingerprint,
        "step": run.step,
        "saved_step": run.saved_step,
        "seconds": run.log.seconds,
        "memory_estimate": run.estimate,
        "memory": run.training_step.ladder.measures,
        "libraries": library_versions(),
        **facts,
    }


def by_loss(examples: list[Example], losses: list[float]) -> dict[str, float]:
    """Loss per picture, worst first."""
    pairs = zip((e.name for e in examples), losses, strict=True)
    return dict(sorted(pairs, key=lambda pair: -pair[1]))
