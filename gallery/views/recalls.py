"""What waits for a decision about rights, and what was recalled."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core import blobs
from brandstudio.core.access.roles import admin_required
from brandstudio.core.problems import Refused
from brandstudio.core.ui.serving import send_file
from gallery.models import Recall
from gallery.services import expiry, recalls
from gallery.views.refusals import refuse


@admin_required
@require_safe
def rights(request):
    """Sources whose rights have ended, those whose rights end soon, and the recalls so far."""
    rows = Paginator(Recall.objects.select_related("by", "undone_by"), 50)
    context = {
        "ended": expiry.waiting_for_a_decision(),
        "soon": expiry.ending_soon(),
        "days": max(expiry.NOTICES),
        "recalls": rows.get_page(request.GET.get("page")),
    }
    return render(request, "gallery/rights.html", context)


@login_required
@require_safe
def recall_detail(request, pk):
    recall = _visible(request, pk)
    return render(request, "gallery/recall_detail.html", {"recall": recall})


@admin_required
@require_safe
def recall_report(request, pk):
    """The CSV as it was on the day of the recall."""
    recall = _visible(request, pk)
    content = blobs.local(recall.report_sha256, str(recall)).read_bytes()
    return send_file(content, f"recall-{recall.pk}.csv", "text/csv; charset=utf-8")


@admin_required
@require_POST
def recall_undo(request, pk):
    recall = _visible(request, pk)
    try:
        restored = recalls.undo(recall, request.user)
    except Refused as error:
        return refuse(request, error, recall)
    else:
        said = ngettext(
            "The recall is undone: %(n)d picture or style is again as it was before.",
            "The recall is undone: %(n)d pictures and styles are again as they were before.",
            restored,
        )
        alone = _(
            "The recall is undone. All that it took back was decided anew since, and stays so."
        )
        messages.success(request, said % {"n": restored} if restored else alone)
    return redirect(recall)


def _visible(request, pk):
    recalls_ = Recall.objects.visible_to(request.user).select_related("by", "undone_by")
    return get_object_or_404(recalls_, pk=pk)
