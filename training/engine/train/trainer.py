"""Training a style: LoRA on a frozen base, from cached latents and embeddings.

`train(config)` is a generator of events. It can be stopped at any step boundary and goes on from
its last saved state as if nothing had happened: on a CPU the weights are equal, bit for bit.
"""

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

from training.engine.base import base_models
from training.engine.config.run_config import RunConfig
from training.engine.data.image_folder import BOARD
from training.engine.errors import EngineError
from training.engine.events import Event
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.train.control import Control
from training.engine.train.early_stop import JudgeMaker
from training.engine.train.run import Run
from training.engine.train.run_folder import RunFolder
from training.engine.train.watch import TensorBoardLog


def train(
    config: RunConfig,
    output_dir: str | Path | None = None,
    resume: bool = False,
    control: Control | None = None,
    *,
    skip_bad: bool = False,
    base_dirs: Iterable[str | Path] = (),
    cache_dir: str | Path | None = None,
    model: DiffusionModel | None = None,
    info: BaseInfo | None = None,
    make_judge: JudgeMaker | None = None,
) -> Iterator[Event]:
    """Train one style and tell what happens.

    output_dir: folder of this run; None means config.output_dir.
    resume: go on from the folder's last saved state; the configuration must be the same.
    control: asked at every step boundary whether to pause, cancel, save or yield the device.
    skip_bad: leave bad images out (each becomes a Warning) instead of refusing to start.
    base_dirs: folders in which config.base_model is looked for by name.
    cache_dir: folder for encoded images and captions, shared by runs; None is the run's own.
    model: that base in memory, to save loading; it is left as it was.
    info: what the base is, where the caller has described it already.
    make_judge: judges the samples of a run with `early_stop`, such as sample_scores.make_judge;
    None leaves it the loss on the images held back.
    Started by `accelerate launch` in several processes, each takes its share of every batch; the
    first one writes the files and tells the events.
    The last event is Finished, Paused or Cancelled.
    Raises EngineError (EngineErrors for several faults); what was saved before stays whole.
    """
    info = info or base_models.describe(config.base_model, base_dirs)
    folder = RunFolder(output_dir or config.output_dir, config.name, cache_dir)
    run = Run(config, info, folder, control or Control(), model, make_judge)
    with run.processes.first_goes_first():
        if run.processes.is_first:
            folder.open(resume)
    if not run.processes.is_first:
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


def _noted(events: Generator[Event], run: Run) -> Iterator[Event]:
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
