"""After a run: which of its checkpoints to take, noted in run.json and events.jsonl."""

import json
from collections.abc import Callable

from training.engine.config.run_config import RunConfig
from training.engine.data.dataset import check_dataset
from training.engine.errors import EngineError
from training.engine.evaluate import checkpoint_scores
from training.engine.evaluate.checkpoint_reasons import REASONS, VERDICTS
from training.engine.events import Event, Recommended, Warning
from training.engine.families.base_info import BaseInfo
from training.engine.prompts.checks import as_prompt
from training.engine.sampling.renderer import Renderer, RenderStopped
from training.engine.train.memory_ladder import free_memory
from training.engine.train.run_folder import RunFolder

WORST = 5


def advise(
    config: RunConfig,
    info: BaseInfo,
    folder: RunFolder,
    on_image: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Event | None:
    """Score a finished run's checkpoints and tell which to take.

    The finished file counts as the checkpoint of the last step. What was made stays as it is
    whatever happens here: a fault becomes a Warning, a wish to stop None.
    """
    free_memory()  # the run's own base goes before another is loaded
    record = json.loads(folder.record.read_text(encoding="utf-8"))
    files = checkpoint_scores.find_checkpoints(folder.folder, config.name) | {
        record["step"]: folder.final
    }
    try:
        recommendation = _scored(config, info, files, record, on_image, should_stop)
    except RenderStopped:
        return None
    except (EngineError, ValueError, RuntimeError, OSError) as error:
        problem = EngineError("not-recommended", reason=str(error)[:200])
        return Warning(problem.code, problem.facts, str(problem))
    event = _told(recommendation)
    folder.write_record(record | {"recommendation": recommendation})
    folder.note(event)
    return event


def _told(recommendation: dict) -> Event:
    """Which checkpoint to take; a Warning where none should be."""
    if verdict := recommendation["verdict"]:
        facts = recommendation["facts"]
        return Warning(verdict, facts, VERDICTS[verdict].format_map(facts))
    return Recommended(
        step=recommendation["step"],
        path=recommendation["path"],
        reasons=tuple(recommendation["reasons"]),
        sentences=tuple(REASONS[reason] for reason in recommendation["reasons"]),
    )


def worst_images(folder: RunFolder) -> dict[str, float]:
    """Name → loss of the five pictures that a finished run learned worst, worst first."""
    return worst_of(json.loads(folder.record.read_text(encoding="utf-8")))


def worst_of(record: dict) -> dict[str, float]:
    """As worst_images, of what run.json holds; {} where it names no losses."""
    losses = record.get("image_losses") or {}
    return dict(sorted(losses.items(), key=lambda pair: -pair[1])[:WORST])


def _scored(config, info, files, record, on_image, should_stop) -> dict:
    examples = check_dataset(config, info).examples
    prompts = list(config.sample_prompts)
    if not prompts:
        every = max(1, len(examples) // 4)
        prompts = [as_prompt(example.caption) for example in examples[::every][:4]]
    if lone := checkpoint_scores.unscored(files, prompts, config, info, record):
        return lone.to_json()
    return checkpoint_scores.recommend(
        Renderer(info, config.device),
        files,
        prompts,
        [example.path for example in examples],
        training_seconds=record["seconds"],
        guidance=config.sample_guidance,
        on_image=on_image,
        should_stop=should_stop,
    ).to_json()
