"""The rights of a cut-out or a start picture, noted by whoever brought it or by an admin."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from brandstudio.core.models import OnlyAdminsClear, OnlyAdminsWiden, StillAlike
from brandstudio.core.models.rights import RIGHTS
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.withdrawing import withdraw_or_reinstate
from gallery.forms import CutoutRightsForm, StartRightsForm
from gallery.models import InitImageUpload, ProductCutout, SourceKind
from gallery.problems import sentence
from training.services import photographs

_KINDS = {
    SourceKind.CUTOUT: (ProductCutout, CutoutRightsForm),
    SourceKind.START: (InitImageUpload, StartRightsForm),
}


@login_required
@require_safe_or("POST")
def source_rights(request, kind, pk):
    row, form_class = _row(request, kind, pk)
    posted = request.POST if request.method == "POST" else None
    form = form_class(posted, instance=row, person=request.user)
    if form.is_valid() and _noted(row, form, request.user):
        messages.success(request, _("The rights are noted."))
        if form.ended_note:
            messages.warning(request, form.ended_note)
        return redirect("gallery:source-rights", kind, pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    alike = photographs.alike_of(row, request.user)
    context = {"row": row, "name": str(row), "kind": SourceKind(kind), "form": form, "alike": alike}
    return render(request, "gallery/source_rights.html", context, status=status)


def _noted(row, form, person):
    """Whether the rights were noted; the form says why not."""
    changed = {name: form.cleaned_data[name] for name in form.changed_data if name in RIGHTS}
    try:
        row.note_rights(person, changed, form.why)
    except OnlyAdminsClear:
        row.refresh_from_db()
        form.add_error("rights_expire_at", sentence("rights-end-admin", {"name": row}))
    except OnlyAdminsWiden as error:
        row.refresh_from_db()
        _point_at_what_widens(form, error.columns, person, row)
    except StillAlike:
        row.refresh_from_db()
        form.add_error(None, sentence("rights-carried", {"names": row}))
    return not form.errors


def _point_at_what_widens(form, columns, person, row):
    if person.is_brand_admin:
        form.add_error("widened_why", sentence("rights-widen-reason", {"name": row}))
        return
    for column in sorted(columns):
        form.add_error(column, sentence("rights-widen-admin", {"name": row}))


@login_required
@require_POST
def source_withdraw(request, kind, pk):
    """Take its rights back (with a reason), or clear them again (act=reinstate)."""
    row, _form = _row(request, kind, pk)
    back = reverse("gallery:source-rights", args=[kind, pk])
    return withdraw_or_reinstate(request, row, back)


def _row(request, kind, pk):
    if kind not in _KINDS:
        raise Http404
    model, form_class = _KINDS[kind]
    return get_object_or_404(model.objects.answered_for_by(request.user), pk=pk), form_class
