"""A car is cut out of a photograph: the upload, the page where it is mended, and saving."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.models import Vehicle
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.polling import polled
from brandstudio.core.ui.serving import serve_blob
from gallery import problems
from gallery.models import CutoutDraft
from gallery.problems import REFUSALS
from gallery.services import cutting_out
from gallery.views.refusals import no_file, refuse, status_of


@designer_required
@require_POST
def begin(request, slug):
    """Take in a photograph of this vehicle, and have a worker find the car in it."""
    vehicle = get_object_or_404(Vehicle, slug=slug)
    if (file := request.FILES.get("photograph")) is None:
        return no_file(request, "gallery:vehicle-list")
    try:
        draft = cutting_out.begin(file, request.user, vehicle)
    except REFUSALS as error:
        return refuse(request, error, "gallery:vehicle-list")
    return redirect(draft)


@designer_required
@require_safe
def page(request, pk):
    """The page of a draft: how far it is, then the tools that mend it."""
    return render(request, "gallery/cut_out.html", _context(_draft(request, pk)))


@designer_required
@require_safe
@polled(lambda request, pk: _tag(request, pk))
def progress(request, pk):
    """The part of the page that changes until the draft is ready."""
    return render(request, "gallery/_cut_out.html", _context(_draft(request, pk)))


@designer_required
@require_safe
def image(request, pk):
    """The photograph in the size in which it is mended, for whom it is that mends it."""
    return serve_blob(request, _ready(request, pk).copy_sha256, content_type="image/webp")


@designer_required
@require_safe_or("POST")
def opacity(request, pk):
    """How opaque each point is: after the strokes that were kept, or those that are sent."""
    draft = _ready(request, pk)
    if request.method != "POST":
        content = cutting_out.opacity_file(draft, cutting_out.kept_strokes(draft))
        return HttpResponse(content, content_type="image/png")
    try:
        strokes = cutting_out.strokes_of(request.POST.get("strokes", ""))
        cutting_out.keep_strokes(draft, strokes)
    except REFUSALS as error:
        said = {"errors": [str(problems.of(error))]}
        return JsonResponse(said, status=status_of([error.code]))
    return HttpResponse(cutting_out.opacity_file(draft, strokes), content_type="image/png")


@designer_required
@require_POST
def save(request, pk):
    """Offer the cut-out with its vehicle."""
    draft = _ready(request, pk)
    try:
        strokes = cutting_out.strokes_of(request.POST.get("strokes", ""))
        with_shadow = "shadow" in request.POST
        cutout = cutting_out.save(draft, request.user, strokes, with_shadow=with_shadow)
    except REFUSALS as error:
        return refuse(request, error, draft.get_absolute_url())
    messages.success(request, _("{name} can be placed now.").format(name=cutout))
    return redirect("gallery:vehicle-list")


@designer_required
@require_POST
def discard(request, pk):
    """Forget a draft that nobody saved."""
    draft = _draft(request, pk)
    cutting_out.discard(draft)
    said = _("{name} is not cut out any more. The photograph is among your start pictures.")
    messages.success(request, said.format(name=draft))
    return redirect("gallery:vehicle-list")


def _draft(request, pk):
    drafts = CutoutDraft.objects.open_to(request.user).select_related("photograph", "vehicle")
    return get_object_or_404(drafts, pk=pk)


def _ready(request, pk):
    drafts = CutoutDraft.objects.open_to(request.user).exclude(outline_sha256="")
    return get_object_or_404(drafts.select_related("photograph", "vehicle"), pk=pk)


def _context(draft):
    problem = problems.explain(draft.problem, draft.problem_facts) if draft.problem else None
    return {"draft": draft, "problem": problem}


def _tag(request, pk):
    draft = CutoutDraft.objects.open_to(request.user).filter(pk=pk).first()
    return draft and f"{draft.state}-{draft.attempt}"
