"""The caption editor: pictures with their captions as fields in place."""

from http import HTTPStatus

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.models import WrongState
from brandstudio.core.ui.methods import require_safe_or
from training import problems, services
from training.forms import CaptionForm, EditForm
from training.models import DatasetTaskKind, DatasetTaskState, TrainingImage
from training.pages.caption_editor import CaptionEditor, Card, findings_of, mended, posted_query
from training.rules import caption_checks
from training.rules.readiness import readiness
from training.views.datasets import visible_dataset

PAGE = 48
CAPTION_ACTS = {
    "save",
    "check",
    "uncheck",
    "undo",
    *(f"mend:{code}" for code in caption_checks.LABELS),
}


@designer_required
@require_safe
def caption_editor(request, pk):
    dataset = visible_dataset(request, pk)
    view = CaptionEditor(dataset, request.GET)
    page = Paginator(view.image_ids, PAGE).get_page(request.GET.get("page"))
    context = {
        "dataset": dataset,
        "editor": view,
        "page": page,
        "cards": view.cards(page.object_list),
        "readiness": readiness(dataset, view.counts),
        "edit_form": EditForm(auto_id="edit_%s"),
        **_task_context(dataset),
        "undo_batch": request.GET.get("batch", ""),
    }
    template = "training/_caption_editor.html" if request.htmx else "training/dataset_detail.html"
    return render(request, template, context)


@designer_required
@require_POST
def caption(request, pk):
    """Save, check, uncheck or undo one caption. Answers with the card, or the editor again."""
    image = get_object_or_404(
        TrainingImage.objects.visible_to(request.user).select_related("dataset"), pk=pk
    )
    act = one_of(request.POST.get("act", "save"), CAPTION_ACTS)
    form = CaptionForm({"caption": request.POST.get(f"caption-{pk}", image.caption)})
    error = ""
    if not form.is_valid():
        error = form.errors["caption"][0]
    else:
        try:
            _carry_out(request, act, image, form.cleaned_data["caption"])
        except WrongState:
            image.refresh_from_db()
            # The same text twice at once, as Ctrl+Enter sends it: the other was as good.
            if not _is_there(image, form.cleaned_data["caption"]):
                error = problems.sentence("caption-changed-meanwhile", {"name": image.name})
    if not request.htmx and not error:
        return redirect(
            f"{image.dataset.get_absolute_url()}?{posted_query(request.POST)}#image-{pk}"
        )
    typed = request.POST.get(f"caption-{pk}") if error else None
    image.has_history = image.revisions.exists()
    card = Card(image, findings_of(image), error, typed)
    context = {
        "card": card,
        "dataset": image.dataset,
        "readiness": readiness(image.dataset),
        "query": posted_query(request.POST),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    template = "training/_caption_answer.html" if request.htmx else "training/caption_refused.html"
    return render(request, template, context, status=status)


def _carry_out(request, act, image, text):
    """Raises WrongState when somebody else changed the caption since this page was made."""
    before = request.POST.get(f"seen-{image.pk}")
    if before is not None and before != image.caption and not _is_there(image, text):
        raise WrongState(image, "checked")
    if act.startswith("mend:"):
        image.mend(mended(image, text, act.removeprefix("mend:")), by=request.user)
    elif act == "uncheck":
        image.uncheck(by=request.user)
    elif act == "undo":
        image.undo(by=request.user)
    elif act == "check" or " ".join(text.split()) != image.caption:
        # What a person typed is theirs: it needs no second nod.
        image.check_caption(text, by=request.user)


def _is_there(image, text):
    return " ".join(text.split()) == image.caption


@designer_required
@require_safe_or("POST")
def dataset_tasks(request, pk):
    """Ask for a task (POST), or how the present ones get on (GET, polled)."""
    dataset = visible_dataset(request, pk)
    if request.method == "POST":
        kind = one_of(request.POST.get("kind"), DatasetTaskKind.values)
        options = {"overwrite": True} if request.POST.get("overwrite") else {}
        services.ask_task(dataset, kind, request.user, **options)
        if not request.htmx:
            return redirect(dataset)
    context = {"dataset": dataset, **_task_context(dataset)}
    context["has_just_ended"] = request.method != "POST" and not context["tasks"]
    if not context["has_just_ended"]:
        return render(request, "training/_dataset_tasks.html", context)
    # What the meter says of captions and screening is no longer true: it comes along.
    context["readiness"] = readiness(dataset)
    return render(request, "training/_dataset_tasks_answer.html", context)


def _task_context(dataset):
    """What the fragment shows: those under way, and the last one's trouble if it had any."""
    last = list(dataset.tasks.all()[:4])
    failed = last and last[0].state == DatasetTaskState.FAILED
    return {
        "tasks": [task for task in last if task.is_active],
        "task_problem": problems.explain(last[0].problem, last[0].problem_facts, dataset=dataset)
        if failed
        else None,
        "knows_drawings_only": not services.has_own_labeler(),
    }
