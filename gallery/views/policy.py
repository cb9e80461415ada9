"""The table of who may have which file of a picture, for the admins who keep it."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from brandstudio.core.access.roles import admin_required
from brandstudio.core.input import lengths, reasons
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.methods import require_safe_or
from gallery import problems
from gallery.models import AssetReview, Audience, DownloadRule, Rendition
from gallery.services import policy as acts
from gallery.views.refusals import status_of

HISTORY_SHOWN = 20
_MEANINGS = {
    Audience.OWNER: _("Whoever had this very picture painted, whatever else that person is."),
    Audience.MARKETER: _("Everybody with the marketer's role: they paint pictures for channels."),
    Audience.DESIGNER: _("Everybody with the designer's role: they train styles."),
    Audience.ADMIN: _("Everybody who approves styles and pictures and keeps this policy."),
}


@admin_required
@require_safe_or("POST")
def policy(request):
    """The table, and its change, which is refused if nobody could download by it."""
    refusal, status, is_stale = "", HTTPStatus.OK, request.method != "POST"
    numbers = set(parse_ids(request.POST.getlist("allow")))
    why = lengths.within(request.POST.get("why", "").strip(), reasons.LONGEST)
    if request.method == "POST":
        try:
            changed = acts.change(numbers, request.user, request.POST.get("seen", ""), why)
        except Refused as error:
            refusal = problems.of(error)
            status, is_stale = status_of([error.code]), error.code == "policy-changed"
        else:
            said = ngettext(
                "%(n)d permission was changed.", "%(n)d permissions were changed.", changed
            )
            messages.success(request, count_sentences((changed, said)))
            return redirect("gallery:policy")
    rules = list(DownloadRule.objects.all())
    if is_stale:
        numbers = {rule.pk for rule in rules if rule.is_allowed}
    context = {**_table(rules), "ticked": numbers, "refusal": refusal, "why": why}
    return render(request, "gallery/policy.html", context, status=status)


def _table(rules):
    cells = {(rule.review, rule.rendition, rule.audience): rule for rule in rules}
    entries = AuditEntry.objects.filter(subject_kind=DownloadRule._meta.label_lower)
    names = {str(rule.pk): rule for rule in rules}
    history = list(entries.select_related("actor")[:HISTORY_SHOWN])
    for entry in history:
        entry.rule = names.get(entry.subject_id, entry.subject_id)
    return {
        "tables": [
            (
                form,
                [
                    (review, [cells.get((review, form, who)) for who in Audience])
                    for review in AssetReview
                ],
            )
            for form in Rendition
        ],
        "audiences": [(who, _MEANINGS[who]) for who in Audience],
        "history": history,
        "fingerprint": acts.table_tag(rules),
        "proof_side": settings.PROOF_SIDE,
    }
