"""How long a run takes, learned from this studio's own runs on the same base."""

from dataclasses import dataclass
from statistics import median

from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.models import RunState, TrainingRun

REMEMBERED = 30  # runs of the past that an estimate is drawn from
# What the time of a step depends on, beside the base; runs that agree in these count alone.
ALIKE = ("resolution", "gradient_checkpointing", "train_text_encoder", "precision", "device")


def expected_seconds(base, config, steps):
    """Seconds that so many steps with this configuration take, samples and loading included.

    None until a run on this base has told. Speed is learned from runs like this one, where there
    are any; what a run took beyond its steps is shared out among its sample pictures.
    """
    past = [one for run in _runs_on(base) if (one := _past(run))]
    if not past:
        return None
    like = [one for one in past if _key(one.config) == _key(config)] or past
    speed = median(one.run.images_per_second for one in like)
    overheads = [one.seconds_per_image for one in like if one.seconds_per_image is not None]
    batch = config.batch_size * config.gradient_accumulation
    images = _image_count(config, steps)
    return steps * batch / speed + (median(overheads) * images if overheads else 0)


def _runs_on(base):
    return TrainingRun.objects.filter(
        base=base, images_per_second__gt=0, state__in=(RunState.FINISHED, RunState.TRAINING)
    ).order_by("-made_at")[:REMEMBERED]


def _key(config):
    return tuple(getattr(config, name) for name in ALIKE)


def _image_count(config, steps):
    """Sample pictures of so many steps, and one for loading the base and encoding the set."""
    return 1 + steps // config.save_steps * len(config.sample_prompts)


@dataclass(frozen=True)
class _Past:
    """A run of the past, as far as it tells about time."""

    run: TrainingRun
    config: RunConfig

    @property
    def seconds_per_image(self):
        """Beyond the steps; None for a run that was interrupted or is under way."""
        run = self.run
        if run.state != RunState.FINISHED or run.attempt > 1 or not run.started_at:
            return None
        batch = self.config.batch_size * self.config.gradient_accumulation
        beyond = (run.ended_at - run.started_at).total_seconds()
        beyond -= run.steps_done * batch / run.images_per_second
        return max(0.0, beyond) / _image_count(self.config, run.steps_done)


def _past(run):
    try:
        return _Past(run, RunConfig.from_yaml(run.config))
    except EngineError:  # of an older version, whose keys have changed
        return None
