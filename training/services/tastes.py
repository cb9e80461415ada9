"""A taste: a minute of training on a few pictures, to see where a run would go.

An ordinary run with the mark `is_taste`, on its own small snapshot. Nothing of it can be published,
and it goes after a day, or as soon as its owner takes the next one of that dataset.
"""

import shutil
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from brandstudio.core.queue import housekeeping
from training.engine.config.taste import MOST_PICTURES, taste
from training.engine.prompts.checks import as_prompt
from training.models import Dataset, Snapshot, TrainingRun
from training.rules.run_settings import full_config, settings_of
from training.services.run_folders import run_folder
from training.services.runs import cancel_run, check_ready, make_run

KEPT = timedelta(days=1)
FIRST = 1  # priority: a minute's work goes before that of hours


def start_taste(dataset, base, settings_, by):
    """Queue a taste of what a run with these settings would become. Returns the TrainingRun.

    The person's earlier tastes of the dataset go; one that is under way with these very settings
    is the one. Raises NotReady as start_run does.
    """
    check_ready(dataset, base, settings_)
    prompts = settings_.get("sample_prompts") or _captions(dataset)
    chosen = settings_of(full_config(settings_, base))
    config = full_config(taste(chosen, prompts), base)
    with transaction.atomic():
        Dataset.objects.select_for_update().get(pk=dataset.pk)  # two presses come in turn
        tastes = TrainingRun.objects.tastes().filter(dataset=dataset, owner=by)
        if under_way := tastes.active().filter(config=config.to_yaml()).first():
            return under_way
        for earlier in tastes:
            _put_away(earlier, by)
        return make_run(
            dataset,
            base,
            config,
            by,
            name=dataset.name,
            snapshot=Snapshot.freeze(dataset, most=MOST_PICTURES),
            priority=FIRST,
            is_taste=True,
        )


def newest_taste(dataset, person):
    """The person's last taste of a dataset; None without any."""
    return TrainingRun.objects.tastes().filter(dataset=dataset, owner=person).first()


def sweep_tastes():
    """Remove the tastes that nobody looks at any more."""
    over = TrainingRun.objects.tastes().filter(made_at__lt=timezone.now() - KEPT)
    for run in over.exclude(pk__in=TrainingRun.objects.active()):
        drop_taste(run)


def drop_taste(run):
    """Remove a taste with its files, and its snapshot where no other run has it."""
    hashes = [run.resume_sha256]
    for rows in (run.checkpoints, run.samples):
        hashes += rows.values_list("sha256", flat=True)
    snapshot = run.snapshot
    with transaction.atomic():
        AuditEntry.objects.record(run, run.state, "removed", why="taste")
        run.checkpoints.all().delete()
        run.delete()
        if not snapshot.runs.exists():
            snapshot.delete()
    shutil.rmtree(run_folder(run), ignore_errors=True)
    housekeeping.discard_unnamed(hashes)


def _put_away(run, by):
    """Drop a taste that has ended; one under way is cancelled, and swept when its day is over."""
    if run.has_ended:
        drop_taste(run)
    else:
        cancel_run(run, by)


def _captions(dataset):
    """The first caption, where the form names no prompts."""
    first = dataset.images.captioned().order_by("name").first()
    return [as_prompt(first.caption)] if first else []
