"""Training runs: the form with its YAML, the queue, the live page, its acts, two side by side."""

from functools import partial
from http import HTTPStatus

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.models import WrongState
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from brandstudio.core.ui.polling import polled
from brandstudio.core.ui.redirects import led_to, safe_next
from brandstudio.core.ui.trouble import refused
from training import services
from training.models import Checkpoint, Dataset, RequestedAction, RunLine, TrainingRun
from training.pages.run import RunPage, compare, queue_place, queue_rows, shown_lines, version_tag
from training.pages.run_form import RunDraft
from training.pages.taste import TastePage
from training.problems import sentence
from training.views.datasets import visible_dataset

PRIORITIES = {"urgent": 1, "usual": 0, "idle": -1}
LIST = ("dataset", "base", "owner")


def visible_run(request, pk):
    runs = TrainingRun.objects.visible_to(request.user)
    return get_object_or_404(runs.select_related("dataset", "base", "owner", "snapshot"), pk=pk)


@designer_required
@require_safe
def run_list(request):
    """The queue first, then what has ended."""
    runs = TrainingRun.objects.visible_to(request.user)
    ended = runs.without_tastes().ended().select_related(*LIST)
    context = {
        "pending": queue_rows(runs),
        "page": Paginator(ended, 30).get_page(request.GET.get("page")),
    }
    template = "training/_run_queue.html" if request.htmx else "training/run_list.html"
    return render(request, template, context)


@designer_required
@require_safe
def run_choose(request):
    """Which dataset a new run is to learn from: those with pictures."""
    datasets = Dataset.objects.visible_to(request.user).select_related("owner").with_counts()
    context = {"datasets": datasets.filter(image_count__gt=0).with_covers()}
    return render(request, "training/run_choose.html", context)


@designer_required
@require_safe_or("POST")
@made_once
def run_new(request, pk):
    dataset = visible_dataset(request, pk)
    draft = RunDraft(dataset, request.POST if request.method == "POST" else None)
    return _draft(request, draft)


@designer_required
@require_safe_or("POST")
@made_once
def run_again(request, pk):
    """The same settings again, to be changed or not, on the dataset as it is now.

    Posted with `act=exactly`: the same once more on the same snapshot, at once.
    """
    run = visible_run(request, pk)
    if request.POST.get("act") == "exactly":
        try:
            again = services.repeat_run(run, by=request.user)
        except services.NotReady as error:
            return _not_ready(request, error, run)
        return led_to(request, again.get_absolute_url())
    draft = RunDraft(run.dataset, request.POST if request.method == "POST" else None, again=run)
    return _draft(request, draft)


def _draft(request, draft):
    if draft.is_started:
        try:
            run = services.start_run(
                draft.dataset,
                draft.base,
                draft.settings,
                by=request.user,
                name=draft.name,
                unknown_rights=draft.unknown_rights,
                few_images=draft.few_images,
            )
        except services.NotReady as error:
            draft.problems = error.problems
        else:
            return led_to(request, run.get_absolute_url())
    if draft.is_tasted:
        try:
            services.start_taste(draft.dataset, draft.base, draft.settings, by=request.user)
        except services.NotReady as error:
            draft.problems = error.problems
    status = HTTPStatus.UNPROCESSABLE_ENTITY if draft.is_refused else HTTPStatus.OK
    template = "training/_run_form.html" if request.htmx else "training/run_form.html"
    taste = services.newest_taste(draft.dataset, request.user)
    context = {
        "draft": draft,
        "dataset": draft.dataset,
        "form": draft.form,
        "taste": TastePage(taste) if taste else None,
    }
    return render(request, template, context, status=status)


@designer_required
@require_safe
def run_detail(request, pk):
    return render(request, "training/run_detail.html", {"page": RunPage(visible_run(request, pk))})


def _tag(request, pk):
    return version_tag(TrainingRun.objects.visible_to(request.user), pk)


@designer_required
@require_safe
@polled(_tag)
def run_progress(request, pk):
    """The part of the run's page that changes; 304 while nothing did."""
    return render(request, "training/_run.html", {"page": RunPage(visible_run(request, pk))})


@designer_required
@require_safe
@polled(_tag)
def run_taste(request, pk):
    """What a taste shows so far, on the page of the run to come; 304 while nothing changed."""
    page = TastePage(visible_run(request, pk))
    return render(request, "training/_taste.html", {"taste": page})


@designer_required
@require_safe
def run_log(request, pk):
    run = visible_run(request, pk)
    rows = run.lines.order_by("pk")
    if not request.user.is_brand_admin:
        rows = rows.exclude(level=RunLine.TRACE)
    lines = Paginator(rows, 500).get_page(request.GET.get("page"))
    shown_lines(lines.object_list)
    return render(request, "training/run_log.html", {"run": run, "page": lines})


@designer_required
@require_POST
def run_act(request, pk):
    """Cancel, pause, go on, save or sample now, or (for admins) change the order and priority."""
    run = visible_run(request, pk)
    acts = {
        "cancel": lambda: services.cancel_run(run, request.user),
        "pause": lambda: services.ask_run(run, RequestedAction.PAUSE, by=request.user),
        "save": lambda: services.ask_run(run, RequestedAction.SAVE, by=request.user),
        "sample": lambda: services.ask_run(run, RequestedAction.SAMPLE, by=request.user),
        "resume": lambda: services.resume_run(run, by=request.user),
    }
    if request.user.is_brand_admin:
        place = queue_place(run.pk) or 1
        acts["first"] = lambda: services.move_in_queue(run, 1, by=request.user)
        acts["earlier"] = lambda: services.move_in_queue(run, place - 1, by=request.user)
        acts["later"] = lambda: services.move_in_queue(run, place + 1, by=request.user)
        for name, priority in PRIORITIES.items():
            acts[name] = partial(services.prioritise, run, priority, by=request.user)
    act = one_of(request.POST.get("act"), acts)
    try:
        acts[act]()
    except WrongState:
        said = _("The run has moved on meanwhile; look again.")
        return refused(request, said, run, HTTPStatus.CONFLICT)
    except services.NotReady as error:
        return _not_ready(request, error, run)
    return led_to(request, safe_next(request, run.get_absolute_url()))


def _not_ready(request, error, run):
    """Why the run does not go on, or not once more."""
    first, *rest = [problem.sentence for problem in error.problems]
    return refused(request, first, run, rest=rest)


@designer_required
@require_POST
def checkpoint_act(request, pk):
    """Keep a checkpoint for good, no longer so, or drop it."""
    runs = TrainingRun.objects.visible_to(request.user)
    checkpoint = get_object_or_404(
        Checkpoint.objects.filter(run__in=runs).select_related("run"), pk=pk
    )
    act = one_of(request.POST.get("act"), {"keep", "unkeep", "drop"})
    if act in {"keep", "unkeep"}:
        services.keep_checkpoint(checkpoint, by=request.user, keep=act == "keep")
    else:
        try:
            services.drop_checkpoint(checkpoint, by=request.user, why="asked")
        except services.InUse as error:
            said = sentence("checkpoint-in-use", {"step": error.step})
            return refused(request, said, checkpoint.run, HTTPStatus.CONFLICT)
    return led_to(request, checkpoint.run.get_absolute_url())


@designer_required
@require_safe
def run_compare(request):
    runs = TrainingRun.objects.visible_to(request.user).select_related(*LIST, "snapshot")
    numbers = parse_ids(request.GET.get(name) for name in ("a", "b"))
    pair = [get_object_or_404(runs, pk=pk) for pk in numbers]
    choices = runs.without_tastes().order_by("-made_at")
    context = {"choices": choices[:100], "chosen": numbers}
    if len(pair) == 2:
        context["comparison"] = compare(*pair)
    return render(request, "training/run_compare.html", context)
