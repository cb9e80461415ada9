"""After the last step: which checkpoint to take, and which pictures were learned worst."""

import json

from django.conf import settings

from brandstudio.core import blobs
from training.engine.data.spread import MOST_REFERENCES, evenly, evenly_to_the_last
from training.engine.errors import EngineError
from training.engine.evaluate import checkpoint_scores
from training.engine.evaluate.run_advice import worst_of
from training.engine.evaluate.strength_band import Thresholds
from training.engine.events import Phase
from training.engine.prompts.checks import as_prompt
from training.engine.sampling.renderer import Renderer, RenderStopped
from training.models import TrainingRun
from training.services.run_folders import output_folder
from training.worker import pipeline_cache

MOST_CHECKPOINTS = 8  # evenly thinned, the last one among them


def recommend(run, config, writer, control):
    """Score the run's checkpoints and note which to take; nothing here may fail the run.

    control: run_control.RunControl; between pictures it gives the device to a waiting renderer, and
    `why_paused` says that the process must end before the advice was ready. Raises WrongState.
    """
    facts = _record(run)
    TrainingRun.objects.filter(pk=run.pk).update(image_losses=worst_of(facts))

    def on_image(done, total):
        writer.note(Phase("choosing", done, total))
        control.yield_device()

    def should_stop():
        return control.should_pause() or control.should_cancel()

    try:
        advice = _scored(run, config, facts, on_image, should_stop)
    except RenderStopped:
        return  # the row says what for; the worker that comes back begins the advice anew
    except (EngineError, ValueError, RuntimeError, OSError, blobs.BlobMissing) as error:
        facts = {"reason": str(error)[:200]}
        if isinstance(error, EngineError):
            facts["fault"] = {"code": error.code, "facts": error.facts}
        writer.say("line-not-recommended", level="warning", **facts)
        writer.settle()
        return
    summary = advice.to_json()
    summary.pop("path")
    _keep(run, summary, writer)


def _scored(run, config, facts, on_image, should_stop):
    """The Recommendation of a run. facts: what the engine wrote of it."""
    checkpoints = evenly_to_the_last(list(run.checkpoints.order_by("step")), MOST_CHECKPOINTS)
    files = {checkpoint.step: blobs.local(checkpoint.sha256) for checkpoint in checkpoints}
    prompts = config.sample_prompts or _captions(run)
    model = pipeline_cache.ensure_loaded(run.base.path, config)  # as the training left it
    if lone := checkpoint_scores.unscored(files, prompts, config, model.info, facts):
        return lone
    pipeline_cache.forget()  # a renderer leaves packs in the model
    return checkpoint_scores.recommend(
        Renderer(model.info, model=model),
        files,
        prompts,
        _references(run),
        training_seconds=facts.get("seconds"),
        guidance=config.sample_guidance,
        thresholds=thresholds(),
        on_image=on_image,
        should_stop=should_stop,
    )


def _keep(run, advice, writer):
    for score in advice["scores"]:
        score.pop("path")
        run.checkpoints.filter(step=score["step"]).update(scores=score)
    TrainingRun.objects.filter(pk=run.pk, attempt=run.attempt).update(recommendation=advice)
    if advice["verdict"]:
        writer.say("line-none-recommended", level="warning")
    else:
        writer.say("line-recommended", step=advice["step"])
    writer.settle()


def thresholds():
    """What a style must keep to in this studio."""
    return Thresholds(
        scene=settings.EVIDENCE_SCENE_KEPT,
        distortion=settings.EVIDENCE_DISTORTION,
        copied=settings.EVIDENCE_COPIED,
        gain=settings.EVIDENCE_LEAST_GAIN,
        reach=settings.EVIDENCE_LEAST_REACH,
        drift=settings.EVIDENCE_LEAST_DRIFT,
    )


def _record(run):
    """What the engine wrote of the run, {} where it is not there."""
    path = output_folder(run) / "run.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _captions(run):
    captions = list(run.snapshot.images.values_list("caption", flat=True))
    return [as_prompt(captions[0]), as_prompt(captions[len(captions) // 2])]


def _references(run):
    hashes = list(run.snapshot.images.values_list("sha256", flat=True))
    return [blobs.local(sha256) for sha256 in evenly(hashes, MOST_REFERENCES)]
