"""Training runs: started, repeated, paused and moved in the queue."""

import traceback

from django.db import transaction
from django.db.models import Max

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from training import notices
from training.models import RequestedAction, RunLine, RunState, Snapshot, TrainingRun
from training.problems import explain
from training.rules.run_estimate import estimate_of
from training.rules.run_settings import full_config, settings_of_run
from training.services import photographs
from training.services.preflight import (
    ended_rights,
    images_of,
    preflight,
    sizes_of,
    snapshot_problems,
    unknown_rights_in,
)

MOST_TRACE = 8000  # characters of a traceback that the log keeps
UNKNOWN_RIGHTS = "unknown rights confirmed"  # the audit entries of what somebody confirmed
FEW_IMAGES = "few pictures confirmed"


class NotReady(Exception):
    """A run can't start; `problems` lists why."""

    def __init__(self, problems):
        self.problems = problems
        super().__init__(" ".join(problem.sentence for problem in problems))


def start_run(dataset, base, settings_, by, name="", priority=0, unknown_rights=0, few_images=0):
    """Freeze the dataset and queue a run on it. Returns the TrainingRun.

    settings_: a mapping of training keys (`recipes`), without the paths the studio sets itself.
    unknown_rights: of how many pictures `by` knows that nobody knows the rights; few_images: how
    many `by` knows there are, fewer than a style needs; both kept in the history of the run.
    Raises NotReady with every reason when it can't start, and then nothing was made.
    """
    check_ready(dataset, base, settings_)
    config = full_config(settings_, base)
    with transaction.atomic():
        number = dataset.runs.without_tastes().count() + 1
        name = name or f"{dataset.name} · {number}"
        snapshot = Snapshot.freeze(dataset)
        fields = {"name": name, "snapshot": snapshot, "priority": priority}
        run = make_run(dataset, base, config, by, **fields)
        _note_confirmed(run, by, UNKNOWN_RIGHTS, unknown_rights)
        _note_confirmed(run, by, FEW_IMAGES, few_images)
    return run


def _note_confirmed(run, by, what, count):
    if count:
        AuditEntry.objects.record(run, run.state, what, by=by, count=count)


def confirmed_unknown_rights(run):
    """The AuditEntry of who started the run although rights are unknown (facts: count), or None."""
    return AuditEntry.objects.about(run).filter(target=UNKNOWN_RIGHTS).first()


def check_ready(dataset, base, settings_):
    """Raise NotReady with everything that stops a run with these settings."""
    stopping = [p for p in preflight(dataset, base, settings_) if p.stops]
    if stopping:
        raise NotReady(stopping)


def make_run(dataset, base, config, by, **fields):
    """Queue a run that nothing stops. fields: name, snapshot, and what else its row is to have."""
    estimate = estimate_of(config, base, sizes_of(dataset))
    with transaction.atomic():
        run = TrainingRun.objects.create(
            owner=by,
            dataset=dataset,
            base=base,
            kind=dataset.kind,
            config=config.to_yaml(),
            needs_mb=estimate.least_mb,
            steps_total=estimate.steps,
            seconds_left=estimate.seconds,
            **fields,
        )
        queue_run(run, by=by)
    return run


def repeat_run(run, by):
    """The same run once more, on the very snapshot it had. Returns the new TrainingRun.

    Raises NotReady when its base is gone, rights have run out since, or more of them are unknown
    than somebody confirmed.
    """
    settings_ = settings_of_run(run)
    lasting = {"base-absent", "rights-missing", "disk-short", "memory-short"}
    unknown_rights = 0 if run.is_taste else unknown_rights_in(run.snapshot)
    problems = preflight(run.dataset, run.base, settings_)
    stopping = [problem for problem in problems if problem.stops and problem.code in lasting]
    stopping += snapshot_problems(run.snapshot)
    if not stopping and unknown_rights > _confirmed_count(run):
        facts = {"count": unknown_rights}
        stopping.append(explain("rights-unconfirmed-again", facts, dataset=run.dataset))
    if stopping:
        raise NotReady(stopping)
    with transaction.atomic():
        again = TrainingRun.objects.create(
            name=run.name,
            owner=by,
            dataset=run.dataset,
            base=run.base,
            kind=run.kind,
            config=run.config,
            snapshot=run.snapshot,
            needs_mb=run.needs_mb,
            steps_total=run.steps_total,
            is_taste=run.is_taste,
        )
        queue_run(again, by=by)
        _note_confirmed(again, by, UNKNOWN_RIGHTS, unknown_rights)
    return again


def _confirmed_count(run):
    entry = confirmed_unknown_rights(run)
    return entry.facts["count"] if entry else 0


def queue_run(run, by, why=""):
    """Into the queue: for the first time, or on from the last checkpoint."""
    with transaction.atomic():
        run.queue(by=by, why=why)
        work_queue.enqueue_work(run)


def resume_run(run, by):
    """On from the last checkpoint. Raises NotReady when rights have ended since."""
    if problems := snapshot_problems(run.snapshot):
        raise NotReady(problems)
    queue_run(run, by=by)


def check_rights(run):
    """Raise Refused when the rights of a picture have ended: a run may wait past that minute."""
    if run.snapshot:
        photographs.read_painted(images_of(run.snapshot))
    for code, facts in ended_rights(run.snapshot):
        raise Refused(code, **facts)


def ask_run(run, action, by=None):
    """Pause, save: done by the worker at the next step. A run that only waits is paused at once."""
    if run.state == RunState.QUEUED and action == RequestedAction.PAUSE:
        job_id = run.job_id
        run.pause(why="asked", by=by)
        transaction.on_commit(lambda: work_queue.withdraw(run.QUEUE, job_id))
    else:
        run.request(action)


def cancel_run(run, by):
    """End a run for good; its checkpoints stay. The worker stops at the next step."""
    job_id = run.job_id
    run.cancel(by)
    transaction.on_commit(lambda: work_queue.withdraw(run.QUEUE, job_id))


def move_in_queue(run, place, by):
    """Let a waiting run be taken as the `place`th, 1 for the next; the others keep their order.

    Rows that wait exchange what they are ordered by, so that nothing else changes for anybody.
    """
    with transaction.atomic():
        waiting = list(TrainingRun.objects.in_turn().select_for_update())
        if run not in waiting:
            return
        places = [(row.priority, row.turn, row.queued_at) for row in waiting]
        waiting.remove(run)
        waiting.insert(max(0, place - 1), run)
        for row, place_in_turn in zip(waiting, places, strict=True):
            row.priority, row.turn, row.queued_at = place_in_turn
            row.save(update_fields=["priority", "turn", "queued_at"])
        AuditEntry.objects.record(run, run.state, run.state, by=by, why=f"to place {place}")


def prioritise(run, priority, by):
    """Before (1) or after (-1) all runs of the usual priority (0)."""
    with transaction.atomic():
        run.prioritise(priority)
        AuditEntry.objects.record(run, run.state, run.state, by=by, why=f"priority {priority}")


def fail_run(run, code, **facts):
    """End the run and tell its owner. A full disk only pauses it: a person can make room.

    Of a fault of the software, called where it is handled, the log keeps the traceback.
    """
    if code in {"disk-full", "no-room"}:
        step = run.checkpoints.aggregate(last=Max("step"))["last"] or 0
        run.pause(why="disk-full", problem="run-disk-full", step=step)
    else:
        if code == "software-fault":
            trace = traceback.format_exc()[-MOST_TRACE:]
            RunLine.objects.create(run=run, attempt=run.attempt, level=RunLine.TRACE, text=trace)
        run.fail(code, **facts)
    notices.run_ended(run)
