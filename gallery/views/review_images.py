"""Pictures that wait for approval: many at a glance, decided together."""

from http import HTTPStatus

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brandstudio.core.access.roles import admin_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from gallery import problems
from gallery.forms import ChecklistForm
from gallery.forms.review import DECISIONS
from gallery.models import Asset, AssetReview
from gallery.pages.strays import mark_strays
from gallery.services import assets, lookalikes, source_rights
from gallery.views.refusals import status_of
from training.engine.data.spread import first_names

PER_PAGE = 24
NAMED = 5  # pictures that a message names


@admin_required
@require_safe_or("POST")
def review_images(request):
    """All asked pictures, longest waiting first; those chosen are approved or declined together."""
    reason, refusal, code = request.POST.get("reason", ""), "", ""
    status = HTTPStatus.OK
    checklist = ChecklistForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        approves = one_of(request.POST.get("decision"), dict(DECISIONS)) == "approve"
        try:
            codes = _decide_chosen(request, checklist.answers, reason, approves=approves)
        except Refused as error:
            refusal, code, codes = problems.of(error), error.code, [error.code]
            if code == "checklist-open":
                checklist.mark_open()
        if not codes:
            return redirect("gallery:review-pictures")
        status = status_of(codes)
    page = Paginator(Asset.objects.asked(), PER_PAGE).get_page(request.GET.get("page"))
    sources = source_rights.sources_of(page.object_list)
    earlier = lookalikes.earlier(page.object_list)
    mark_strays(page.object_list)
    for asset in page:
        asset.is_own = request.user.pk in asset.author_ids
        asset.sources = sources[asset.pk]
        asset.earlier = earlier[asset.pk]
    context = {
        "page": page,
        "chosen": parse_ids(request.POST.getlist("pick")),
        "reason": reason,
        "checklist": checklist,
        "refusal": refusal,
        "reason_refused": code == "decline-reason",
    }
    return render(request, "gallery/review_pictures.html", context, status=status)


def _decide_chosen(request, answers, reason, *, approves):
    """Decide what the form names and say what became of it.

    Returns the codes of why nothing at all was decided; none where something was.
    """
    pks = parse_ids(request.POST.getlist("pick"))
    if not pks:
        raise Refused("nothing-chosen")
    rows = {asset.pk: asset for asset in Asset.objects.asked().filter(pk__in=pks)}
    as_seen = [rows[pk] for pk in pks if pk in rows and _is_as_seen(request, rows[pk])]
    passed_over = set(pks) - {asset.pk for asset in as_seen}
    decided = assets.decide_together(
        as_seen, request.user, approves=approves, answers=answers, reason=reason
    )
    if decided.done:
        _say_done(request, len(decided.done), approved=approves)
    _say_passed_over(request, passed_over)
    for asset, error in decided.refused:
        said = _("%(thing)s: %(why)s") % {"thing": asset, "why": problems.of(error)}
        messages.error(request, said)
    if decided.done:
        return []
    return [error.code for _asset, error in decided.refused] + ["decided-already"] * len(
        passed_over
    )


def _say_passed_over(request, pks):
    """Name the pictures that were not decided, by why: stale, never asked for, or not there."""
    present = list(Asset.objects.not_binned().titled().filter(pk__in=pks))
    private = [str(asset) for asset in present if asset.review == AssetReview.PRIVATE]
    stale = [str(asset) for asset in present if asset.review != AssetReview.PRIVATE]
    missing = [f"#{pk}" for pk in sorted(pks - {asset.pk for asset in present})]
    if stale:
        said = ngettext(
            "%(names)s is not as you saw it, or was decided meanwhile: nothing was changed there.",
            "%(names)s are not as you saw them, or were decided meanwhile: nothing was changed "
            "there.",
            len(stale),
        )
        messages.warning(request, said % {"names": first_names(stale, NAMED)})
    if private:
        said = ngettext(
            "%(names)s is private: nobody asked for its review.",
            "%(names)s are private: nobody asked for their review.",
            len(private),
        )
        messages.error(request, said % {"names": first_names(private, NAMED)})
    if missing:
        said = ngettext(
            "%(names)s: there is no such picture, or it is in the bin.",
            "%(names)s: there are no such pictures, or they are in the bin.",
            len(missing),
        )
        messages.error(request, said % {"names": first_names(missing, NAMED)})


def _say_done(request, count, *, approved):
    if approved:
        said = ngettext("%(n)d picture is approved.", "%(n)d pictures are approved.", count)
    else:
        said = ngettext("%(n)d picture is declined.", "%(n)d pictures are declined.", count)
    messages.success(request, said % {"n": count})


def _is_as_seen(request, asset):
    """Whether it still waits for the decision that the person saw it wait for."""
    return request.POST.get(f"seen-{asset.pk}") == asset.fingerprint
