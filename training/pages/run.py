"""What a run's page shows: figures, curve, samples, checkpoints, log; and two runs side by side."""

from dataclasses import dataclass

from django.db.models import Count, Max
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from brandstudio.core.queue import work_queue
from training import problems, services
from training.models import RunLine, RunState, TrainingRun
from training.models.run import ON_A_DEVICE
from training.pages.loss_chart import loss_curve
from training.problems import explain
from training.rules import run_settings

LOG_TAIL = 40
SAMPLE_COLUMNS = 7  # steps shown in the grid; the newest and the first always are


@dataclass(frozen=True)
class RunStage:
    """One line of the timeline. state: "is-done", "is-now", "is-failed" or "is-off"."""

    label: str
    state: str
    note: str = ""


class RunPage:
    """One run as its page shows it. Each part is read when the template asks."""

    def __init__(self, run):
        self.run = run

    @property
    def tag(self):
        return version_tag(TrainingRun.objects.all(), self.run.pk)

    @cached_property
    def image_count(self):
        snapshot = self.run.snapshot
        return snapshot.images.count() if snapshot else 0

    @cached_property
    def problem(self):
        if not self.run.problem:
            return None
        return explain(self.run.problem, self.run.problem_facts, run=self.run)

    @cached_property
    def unknown_rights(self):
        """The audit entry of who started it although rights are unknown, or None."""
        return services.confirmed_unknown_rights(self.run)

    @property
    def seconds_taken(self):
        """From the run's start to its end, pauses included; None while it has not both."""
        if not (self.run.started_at and self.run.ended_at):
            return None
        return (self.run.ended_at - self.run.started_at).total_seconds()

    @cached_property
    def phase(self):
        return problems.phase(self.run.phase)

    @cached_property
    def place(self):
        """Place in the queue, 1 for the next; None when the run does not wait."""
        if self.run.state != RunState.QUEUED:
            return None
        return queue_place(self.run.pk)

    @cached_property
    def starts_in(self):
        """Seconds until a worker takes it; None when it does not wait or nobody can tell."""
        if self.run.state != RunState.QUEUED:
            return None
        return start_times(list(TrainingRun.objects.in_turn())).get(self.run.pk)

    @cached_property
    def curve(self):
        points = self.run.losses.values_list("step", "loss", "validation")
        return loss_curve(points, self.run.steps_total)

    @cached_property
    def samples_tag(self):
        """Changes when the samples do: their page part is kept by it (`{% cache %}`)."""
        samples = self.run.samples.aggregate(count=Count("pk"), newest=Max("pk"))
        return f"{samples['count']}·{samples['newest']}"

    @cached_property
    def samples(self):
        """{steps, rows}: rows of (prompt, seed, [sample or None for each step])."""
        return sample_grid(self.run)

    @cached_property
    def checkpoints(self):
        return list(self.run.checkpoints.order_by("-step"))

    @cached_property
    def recommended(self):
        """{step, reasons in the reader's language}; None before the run has been judged, and where
        none should be taken."""
        advice = self.run.recommendation
        if not advice or advice.get("verdict"):
            return None
        return {
            "step": advice["step"],
            "reasons": [problems.sentence(r) for r in advice["reasons"]],
        }

    @cached_property
    def verdict(self):
        """Why no checkpoint should be taken, with the mend; None where one should."""
        advice = self.run.recommendation
        verdict = advice.get("verdict")
        return explain(verdict, advice["facts"], run=self.run) if verdict else None

    @cached_property
    def best_step(self):
        """The checkpoint to publish first: the recommended one, else the last; None where none
        should be taken."""
        if self.verdict:
            return None
        if self.recommended:
            return self.recommended["step"]
        return next((row.step for row in self.checkpoints if row.is_final), None)

    @cached_property
    def worst(self):
        """[(name, loss, TrainingImage or None)] of what was learned worst, worst first."""
        losses = self.run.image_losses
        if not losses:
            return []
        numbers = dict(self.run.snapshot.images.values_list("name", "image_number"))
        there = self.run.dataset.images.in_bulk(numbers[name] for name in losses if name in numbers)
        worst_first = sorted(losses.items(), key=lambda pair: -pair[1])
        return [(name, loss, there.get(numbers.get(name))) for name, loss in worst_first]

    @cached_property
    def memory_steps(self):
        """What was changed when memory ran short, in order."""
        return shown_lines(list(self.run.lines.filter(code__startswith="memory-")))

    @cached_property
    def early_end(self):
        """Why the run finished before its last step, in words; None where it did not."""
        line = self.run.lines.filter(code="line-early-stop").last()
        return shown_lines([line])[0].shown if line else None

    @cached_property
    def lines(self):
        tail = list(self.run.lines.exclude(level=RunLine.TRACE).order_by("-pk")[:LOG_TAIL])
        return shown_lines(tail[::-1])

    @cached_property
    def config(self):
        return run_settings.settings_of_run(self.run)

    @cached_property
    def yaml(self):
        return run_settings.to_yaml(self.config, self.run.base.name)

    @property
    def stages(self):
        run = self.run
        at = {
            RunState.DRAFT: 0,
            RunState.QUEUED: 0,
            RunState.PREPARING: 1,
            RunState.TRAINING: 2,
            RunState.PAUSED: 2,
            RunState.INTERRUPTED: 2,
            RunState.FAILED: 2 if run.steps_done else 1,
            RunState.CANCELLED: 2 if run.steps_done else 0,
            RunState.FINISHED: 4,
        }[run.state]
        broken = run.state in (RunState.FAILED, RunState.CANCELLED, RunState.INTERRUPTED)
        names = [
            _("Queue"),
            _("Check and cache"),
            _("Training"),
            _("Choosing the best checkpoint"),
            _("Ready to publish"),
        ]
        if run.state in ON_A_DEVICE and run.phase == "choosing":
            at = 3
        stages = []
        for index, name in enumerate(names):
            state = "is-done" if index < at else "is-off"
            if index == at:
                state = "is-failed" if broken else "is-now"
            if run.state == RunState.FINISHED:
                state = "is-done"
            is_news = index == at and run.is_active and run.phase not in ("", "training")
            note = self.phase if is_news else ""
            stages.append(RunStage(name, state, note))
        return stages


def shown_lines(lines):
    """Log lines with `shown`, their sentence in the reader's language."""
    for line in lines:
        line.shown = problems.sentence(line.code, line.facts) if line.code else line.text
    return lines


def sample_grid(run, steps=None):
    """The samples of a run as a grid: same prompt and seed along a row; `films` has every step."""
    samples = list(run.samples.order_by("step", "pk"))
    steps = steps or _shown_steps(sorted({sample.step for sample in samples}))
    by_row: dict[tuple, dict] = {}
    for sample in samples:
        by_row.setdefault((sample.prompt, sample.seed), {})[sample.step] = sample
    rows = [
        {"prompt": prompt, "seed": seed, "cells": [by_step.get(step) for step in steps]}
        for (prompt, seed), by_step in by_row.items()
    ]
    every = sorted({sample.step for sample in samples})
    films = [
        # A step whose pictures are still being drawn shows none, not that of another step.
        {
            "prompt": prompt,
            "seed": seed,
            "frames": [{"step": step, "sample": by_step.get(step)} for step in every],
        }
        for (prompt, seed), by_step in by_row.items()
    ]
    return {"steps": steps, "rows": rows, "every": every, "films": films}


def _shown_steps(steps):
    """Evenly thinned, with the first and the last."""
    if len(steps) <= SAMPLE_COLUMNS:
        return steps
    last = len(steps) - 1
    return [steps[round(n * last / (SAMPLE_COLUMNS - 1))] for n in range(SAMPLE_COLUMNS)]


def version_tag(runs, pk):
    """Changes whenever the run's page would. None for a run this person can't see.

    Whatever a worker writes comes with a progress note, so the row alone tells; only the place in
    the queue and whether somebody works it off depend on others.
    """
    columns = ("state", "requested_action", "progress_at", "attempt", "queued_at", "problem")
    row = runs.filter(pk=pk).values_list(*columns).first()
    if row is None:
        return None
    waits: tuple[object, ...] = ()
    if row[0] == RunState.QUEUED:
        waits = (queue_place(pk), work_queue.is_unattended(work_queue.TRAIN))
    return "|".join(str(value) for value in (*row, *waits))


def queue_place(pk):
    """Place in the queue, 1 for the next; None when a worker took the run a moment ago."""
    waiting = list(_waiting_ids())
    return waiting.index(pk) + 1 if pk in waiting else None


@dataclass(frozen=True)
class QueueRow:
    """starts_in: seconds, None when it does not wait or nobody can tell."""

    run: TrainingRun
    place: int | None
    starts_in: float | None = None
    is_last: bool = False


def queue_rows(runs):
    """What is under way or waits, with each one's place and time among all people's."""
    waiting = list(TrainingRun.objects.in_turn())
    order = {run.pk: n for n, run in enumerate(waiting, start=1)}
    starts = start_times(waiting)
    pending = runs.pending_or_paused().select_related("dataset", "base", "owner")
    rows = [
        QueueRow(run, order.get(run.pk), starts.get(run.pk), order.get(run.pk) == len(waiting))
        for run in pending
    ]
    return sorted(rows, key=lambda row: (row.place or 0, row.run.pk))


def start_times(waiting):
    """run pk → seconds until a worker takes it: as the runs under way end, one after the other.

    waiting: runs in their order. A run whose length nobody knows ends the foretelling.
    """
    seconds = list(TrainingRun.objects.held().values_list("seconds_left", flat=True))
    if None in seconds:
        return {}
    ends = sorted(seconds) or [0.0]  # of the workers at work; idle ones would have nobody waiting
    ends_of = {}
    for run in waiting:
        ends_of[run.pk] = ends[0]
        if run.seconds_left is None:
            break
        ends = sorted([ends[0] + run.seconds_left, *ends[1:]])
    return ends_of


def _waiting_ids():
    return TrainingRun.objects.in_turn().values_list("pk", flat=True)


def compare(left, right):
    """{left, right, settings, samples}: what differs, and samples at the same prompt and seed."""
    ours, theirs = run_settings.settings_of_run(left), run_settings.settings_of_run(right)
    facts = [(_("Base model"), left.base, right.base), (_("Dataset"), left.dataset, right.dataset)]
    differing = [(name, a, b) for name, a, b in facts if a != b]
    differing += [
        (name, ours.get(name), theirs.get(name))
        for name in run_settings.SCHEMA
        if ours.get(name) != theirs.get(name)
    ]
    return {
        "pages": [RunPage(left), RunPage(right)],
        "settings": differing,
        "same_snapshot": left.snapshot_id == right.snapshot_id,
    }
