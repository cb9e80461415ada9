"""What waits for a decision about rights, and what was recalled."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core import blobs
from brandstudio.core.access.roles import admin_required
from brandstudio.core.input import reasons
from brandstudio.core.input.acts import one_of
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.redirects import led_to
from brandstudio.core.ui.serving import send_file
from gallery import problems
from gallery.forms import ExtendForm
from gallery.models import Recall
from gallery.pages.recall import left_as_is
from gallery.services import expiry, recalls, version_marks
from gallery.services.downstream import find_source
from gallery.views.refusals import refuse


@admin_required
@require_safe
def rights(request):
    """Sources whose rights have ended, those whose rights end soon, and the recalls so far."""
    rows = Paginator(Recall.objects.select_related("by", "undone_by"), 50)
    context = {
        "ended": expiry.waiting_for_a_decision(),
        "extend_form": ExtendForm(),
        "soon": expiry.ending_soon(),
        "days": max(expiry.NOTICES),
        "recalls": rows.get_page(request.GET.get("page")),
    }
    return render(request, "gallery/rights.html", context)


@admin_required
@require_POST
def rights_decide_together(request):
    """Decide (act=extend, keep) of the chosen that wait (pick: kind-number), with one reason."""
    back = reverse("gallery:rights")
    act = one_of(request.POST.get("act"), {"extend", "keep"})
    picked = set(request.POST.getlist("pick"))
    endings = [ending for ending in expiry.waiting_for_a_decision() if ending.handle in picked]
    why = reasons.in_one_line(request.POST.get("reason", ""))
    form = ExtendForm(request.POST)
    if not picked:
        return refuse(request, Refused("endings-not-chosen"), back)
    if not why:
        return refuse(request, Refused("decision-reason"), back)
    if act == "extend" and not form.is_valid():
        return trouble.refused_form(request, form, back)
    until = form.cleaned_data["until"] if act == "extend" else None
    decided = expiry.decide_together(endings, request.user, act, why, until)
    _say_decided(request, decided, len(picked) - len(endings))
    return led_to(request, back)


def _say_decided(request, decided, gone):
    """What became of each: the number of those done, and every refused one by name."""
    if done := len(decided.done):
        said = ngettext("Decided of %(n)d picture.", "Decided of %(n)d pictures.", done)
        messages.success(request, said % {"n": done})
    for ending, refusal in decided.refused:
        said = _("%(thing)s: %(why)s") % {"thing": ending.row, "why": problems.of(refusal)}
        messages.error(request, said)
    if gone:
        said = ngettext(
            "%(n)d of the chosen waits no longer: it was decided meanwhile.",
            "%(n)d of the chosen wait no longer: they were decided meanwhile.",
            gone,
        )
        messages.warning(request, said % {"n": gone})


@login_required
@require_safe
def recall_detail(request, pk):
    recall = _visible(request, pk)
    source = find_source(recall.kind, recall.source_key)
    versions = recall.versions().visible_to(request.user)
    version_marks.mark(versions)
    context = {
        "recall": recall,
        "versions": versions,
        "near_copies": source.near_copies if source else {},
        "left": left_as_is(recall, request.user),
    }
    return render(request, "gallery/recall_detail.html", context)


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
