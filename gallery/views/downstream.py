"""What was made with a source, for those who must act when its rights end or it is taken back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.input import reasons
from brandstudio.core.input.acts import one_of
from brandstudio.core.models import WrongState
from brandstudio.core.models.rights import find_with_rights
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.redirects import safe_next
from gallery.forms import ExtendForm
from gallery.models import SourceKind
from gallery.pages.downstream import downstream_of
from gallery.services import expiry, recalls
from gallery.services.downstream import find_source
from gallery.services.expiry import Ending
from gallery.views.refusals import refuse
from training.models import Dataset
from training.services import photographs


@designer_required
@require_safe
def image_downstream(request, dataset_pk, sha256):
    """Known by its hash, since the picture may have been taken out of the dataset since."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), pk=dataset_pk)
    source = find_source(SourceKind.IMAGE, sha256)
    here = [row for row in source.rows if row.dataset_id == dataset.pk] if source else []
    if source is None or not (here or source.snapshots().filter(dataset=dataset).exists()):
        raise Http404
    present = next((row for row in here if row.removed_at is None), None)
    return _page(request, source, dataset=dataset, image=present)


@admin_required
@require_safe
def source_downstream(request, kind, key):
    """The same of a style version, a cut-out or a start picture."""
    return _page(request, _source(kind, key))


def _page(request, source, **context):
    context["downstream"] = downstream_of(source, request.user)
    context["extend_form"] = ExtendForm()
    return render(request, "gallery/downstream.html", context)


@admin_required
@require_POST
def recall_new(request, kind, key):
    """Take it back with all that it reached, as the page listed it."""
    source = _source(kind, key)
    try:
        recall = recalls.recall(
            source, request.user, request.POST.get("reason", ""), request.POST.get("seen", "")
        )
    except Refused as error:
        return refuse(request, error, expiry.page_of(source))
    messages.success(request, _("Recalled. Owners and downloaders have been told."))
    return redirect(recall)


@admin_required
@require_POST
def rights_decide(request, kind, key, pk):
    """Extend the rights of one row of a source, or keep in use what it reached (act=…)."""
    row = next((row for row in _source(kind, key).rows if row.pk == pk), None)
    if row is None or kind == SourceKind.VERSION:
        raise Http404
    act = one_of(request.POST.get("act"), {"extend", "keep"})
    back = safe_next(request, "gallery:rights")
    why = reasons.in_one_line(request.POST.get("reason", ""))
    if not why:
        return refuse(request, Refused("decision-reason"), back)
    form = ExtendForm(request.POST)
    if act == "extend" and not form.is_valid():
        return trouble.refused_form(request, form, back)
    until = form.cleaned_data["until"] if act == "extend" else None
    refusal = expiry.decide(Ending(SourceKind(kind), row), request.user, act, why, until)
    if refusal:
        return refuse(request, refusal, back)
    messages.success(request, _("Noted, with your reason."))
    return redirect(back)


@admin_required
@require_POST
def alike_decide(request):
    """Say of a picture (row) whether it is the photograph that it looks like (act=same, other)."""
    row, photograph = (find_with_rights(request.POST.get(n)) for n in ("row", "photograph"))
    act = one_of(request.POST.get("act"), {"same", "other"})
    if row is None or photograph is None:
        raise Http404
    back = safe_next(request, "gallery:rights")
    why = reasons.in_one_line(request.POST.get("reason", ""))
    if not why:
        return refuse(request, Refused("decision-reason"), back)
    try:
        photographs.decide(row, photograph, request.user, why, is_same=act == "same")
    except WrongState:
        return refuse(request, Refused("decided-already"), back)
    messages.success(request, _("Noted, with your reason."))
    return redirect(back)


def _source(kind, key):
    if kind not in SourceKind.values or (source := find_source(kind, key)) is None:
        raise Http404
    return source
