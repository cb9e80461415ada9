"""`train`: a style from a YAML configuration."""

import argparse

from training.engine.base.base_models import describe
from training.engine.commands.inputs import base_dirs
from training.engine.commands.outcome import DONE, FAILED, REFUSED, fail
from training.engine.commands.progress import ProgressBars
from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.engine.evaluate import run_advice, sample_scores
from training.engine.events import Event, Finished, Paused, Phase
from training.engine.train import trainer
from training.engine.train.control import SignalControl
from training.engine.train.run_folder import RunFolder


def run(options: argparse.Namespace) -> int:
    try:
        config = RunConfig.from_file(options.config)
    except EngineError as error:
        return fail(error, REFUSED)
    started = False
    event: Event | None = None
    bars = ProgressBars()
    with SignalControl() as control, bars:
        events = trainer.train(
            config,
            resume=options.resume,
            control=control,
            skip_bad=options.skip_bad,
            base_dirs=base_dirs(),
            make_judge=sample_scores.make_judge,
        )
        try:
            for event in events:
                started = started or event.kind == "step"
                bars.show(event)
        except EngineError as error:
            bars.close()
            return fail(error, FAILED if started else REFUSED)
        if isinstance(event, Finished) and not options.no_advice:
            _advise(config, control, bars)
    # In the further processes of a run there are no events to tell.
    stopped_short = isinstance(event, Paused) and event.reason != "asked"
    return FAILED if stopped_short else DONE


def _advise(config: RunConfig, control: SignalControl, bars: ProgressBars) -> None:
    """Say which checkpoint to take, and which pictures were learned worst."""
    folder = RunFolder(config.output_dir, config.name)
    worst = run_advice.worst_images(folder)
    bars.line("learned worst: " + ", ".join(f"{name} {loss:.3f}" for name, loss in worst.items()))
    recommendation = run_advice.advise(
        config,
        describe(config.base_model, base_dirs()),
        folder,
        on_image=lambda done, total: bars.show(Phase("choosing", done, total)),
        should_stop=control.should_pause,
    )
    if recommendation:
        bars.show(recommendation)
