"""Starting, steering and feeding training runs."""

import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from brandstudio.core import blobs, queue
from training.engine.captions import write_metadata
from training.engine.config import RunConfig
from training.engine.errors import EngineError
from training.models import RunState, Snapshot, TrainingRun, Wish
from training.problems import explain, faults_of
from training.readiness import ENOUGH, dataset_counts, rights_are_required
from training.recipes import full_config


class NotReady(Exception):
    """A run can't start; `problems` lists why."""

    def __init__(self, problems):
        self.problems = problems
        super().__init__(" ".join(problem.sentence for problem in problems))


def start_run(dataset, base, settings_, by, name="", priority=0):
    """Freeze the dataset and queue a run on it. Returns the TrainingRun.

    settings_: a mapping of training keys (`recipes`), without the paths the studio sets itself.
    Raises NotReady with every reason when it can't start, and then nothing was made.
    """
    stopping = [p for p in preflight(dataset, base, settings_) if p.stops]
    if stopping:
        raise NotReady(stopping)
    with transaction.atomic():
        number = dataset.runs.count() + 1
        run = TrainingRun.objects.create(
            name=name or f"{dataset.name} · {number}",
            owner=by,
            dataset=dataset,
            base=base,
            kind=dataset.kind,
            config=full_config(settings_, base).to_yaml(),
            snapshot=Snapshot.freeze(dataset),
            priority=priority,
        )
        queue_run(run, by=by)
    return run


def queue_run(run, by, why=""):
    """Into the queue: for the first time, or on from the last checkpoint."""
    with transaction.atomic():
        run.queue(by=by, why=why)
        queue.enqueue_work(run)


def ask_run(run, wish, by=None):
    """Pause, save: done by the worker at the next step. A run that only waits is paused at once."""
    if run.state == RunState.QUEUED and wish == Wish.PAUSE:
        job_id = run.job_id
        run.pause(why="asked", by=by)
        transaction.on_commit(lambda: queue.withdraw(run.QUEUE, job_id))
    else:
        run.ask(wish)


def cancel_run(run, by):
    """End a run for good; its checkpoints stay. The worker stops at the next step."""
    job_id = run.job_id
    run.cancel(by)
    transaction.on_commit(lambda: queue.withdraw(run.QUEUE, job_id))


def move_to_front(run):
    """Next in the queue, before all who wait."""
    highest = TrainingRun.objects.in_queue_order().first()
    run.prioritise((highest.priority if highest else 0) + 1)
    transaction.on_commit(lambda: queue.move_to_front(run.QUEUE, run.job_id))


def preflight(dataset, base, settings_):
    """Everything that would stop a run, or should be known before it: a list of Problem."""
    counts = dataset_counts(dataset)
    found = []

    def note(code, *, stops, **facts):
        found.append(explain(code, facts, dataset=dataset, stops=stops))

    if not counts["images"]:
        note("no-pictures", stops=True)
        return found
    if base is None or not base.is_present:
        note("base-absent", stops=True, name=base.name if base else "?")
    elif side := _training_side(settings_, base):
        small = dataset.images.filter(width__lt=side * 0.9, height__lt=side * 0.9).count()
        if small:
            note("pictures-small", stops=False, count=small, side=side)
    if counts["missing"]:
        note("captions-missing", stops=True, count=counts["missing"])
    if counts["expired"]:
        note("rights-expired", stops=True, count=counts["expired"])
    if counts["without_rights"]:
        note("rights-missing", stops=rights_are_required(), count=counts["without_rights"])
    if counts["images"] < ENOUGH:
        note("few-pictures", stops=False, count=counts["images"])
    if not dataset.trigger_word:
        note("trigger-missing", stops=False)
    elif without := dataset.images.captioned().lacking(dataset.trigger_word).count():
        note("trigger-not-in-captions", stops=False, count=without)
    if counts["drafted"]:
        note("captions-unchecked", stops=False, count=counts["drafted"])
    if base is not None and base.is_present:
        found += _config_problems(dataset, base, settings_, counts["images"])
    return found


def _config_problems(dataset, base, settings_, images):
    try:
        config = full_config(settings_, base)
    except EngineError as error:
        return [explain(code, facts, dataset=dataset) for code, facts in faults_of(error)]
    if config.batch_size > images:
        facts = {"batch_size": config.batch_size, "images": images}
        return [explain("batch-larger-than-dataset", facts, dataset=dataset)]
    return []


def _training_side(settings_, base):
    try:
        asked = int(settings_.get("resolution") or 0)
    except (TypeError, ValueError):
        return None  # the configuration's own check names the fault
    return asked or min(base.info.get("default_width", 0), base.info.get("default_height", 0))


def steps_of(config, images):
    """How many steps a configuration makes of so many pictures; as the engine counts."""
    per_epoch = -(-images * config.repeats // config.batch_size)
    total = max(1, per_epoch // config.gradient_accumulation) * config.epochs
    return min(total, config.max_steps or total)


def run_folder(run):
    return Path(settings.DATA_DIR) / "runs" / str(run.pk)


def cache_folder():
    """Encoded pictures and captions, shared by all runs; may be deleted at any time."""
    return Path(settings.DATA_DIR) / "cache" / "encoded"


def attempt_folder(run):
    """Where the present attempt writes. An older attempt that still lives can't disturb it."""
    return run_folder(run) / f"attempt-{run.attempt}"


def output_folder(run):
    """The engine's output_dir of the present attempt; its last part names the files."""
    return attempt_folder(run) / _file_name(run)


def _file_name(run):
    return f"{slugify(run.name, allow_unicode=True)[:60] or 'run'}-{run.pk}"


def write_training_folder(run):
    """Lay the snapshot out as files for the engine. Returns the RunConfig of this attempt.

    Pictures are links to the blobs where the disk allows, copies elsewhere.
    """
    # One folder for all attempts: the snapshot never changes, and a resumed run compares its paths.
    data = run_folder(run) / "data"
    data.mkdir(parents=True, exist_ok=True)
    attempt_folder(run).mkdir(exist_ok=True)
    rows = run.snapshot.rows
    for row in rows:
        _link(blobs.local(row["sha256"]), data / row["name"])
    metadata = run_folder(run) / "metadata.csv"
    write_metadata(metadata, {row["name"]: row["caption"] for row in rows})
    return RunConfig.from_yaml(run.config).replace(
        train_data_dir=str(data),
        metadata_path=str(metadata),
        base_model=run.base.path,
        output_dir=str(output_folder(run)),
    )


def carry_state_over(run):
    """Copy the newest earlier attempt's resume state into this attempt's folder.

    Returns whether there was one. A copy, because a worker that is thought dead may still write.
    """
    target = output_folder(run)
    for number in range(run.attempt - 1, -1, -1):
        source = run_folder(run) / f"attempt-{number}" / target.name
        if any(source.glob(".state/step*/state.json")):
            arriving = target.with_name(".arriving")
            shutil.rmtree(arriving, ignore_errors=True)
            shutil.copytree(source, arriving)
            shutil.rmtree(target, ignore_errors=True)
            os.replace(arriving, target)
            return True
    return False


def forget_files(run):
    """Free the disk of a run that has ended: checkpoints and samples live on as blobs."""
    shutil.rmtree(run_folder(run), ignore_errors=True)


def _link(source, target):
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)
