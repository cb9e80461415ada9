"""What waits for a second pair of eyes: styles, templates, pictures; and the decision."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.db.models import Model, prefetch_related_objects
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from brandstudio.core.access.roles import admin_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import User
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from gallery import problems, services
from gallery.forms import ChecklistForm, DecisionForm, VersionDecisionForm
from gallery.forms.review import DECISIONS
from gallery.models import Asset, AssetReview, Poster, PromptTemplate, ReviewState, StyleVersion
from gallery.pages import evidence as evidence_page
from gallery.pages import lineage, offers, template_words
from gallery.pages.history import claims_noted, history_of
from gallery.pages.near_weights import near_weights
from gallery.pages.rights import rights_summary
from gallery.pages.strays import mark_strays
from gallery.pages.version_diff import beside
from gallery.services import (
    assets,
    evidence,
    export,
    holds,
    library,
    lookalikes,
    moved_on,
    rights,
    source_rights,
    vehicle_words,
)
from gallery.views.refusals import refuse

_NEED_A_REASON = {"send-back-reason", "decline-reason", "band-widened", "decided-before"}


@dataclass
class Item:
    """One thing in the queue. kind: version, template, poster or asset."""

    kind: str
    row: StyleVersion | PromptTemplate | Poster | Asset
    title: str
    person: User
    at: datetime
    image: str

    @property
    def key(self):
        return f"{self.kind}-{self.row.pk}"

    @property
    def fingerprint(self):
        """Differs once the thing was sent back and submitted anew."""
        return self.at.isoformat()


@admin_required
@require_safe_or("POST")
def review(request):
    """The queue, and the thing chosen from it (?item=version-3), which may be decided here."""
    items = waiting_items()
    key = request.GET.get("item")
    item = next((i for i in items if i.key == key), items[0] if items and not key else None)
    if key and item is None:
        if request.method == "POST":
            return refuse(request, _why_not_waiting(key), "gallery:review")
        return redirect("gallery:review")
    posted = request.POST if request.method == "POST" else None
    form = _form(item, posted)
    # Templates are words: what they look like is asked of their pictures.
    checklist = _checklist(item, posted)
    if request.method == "POST":
        one_of(request.POST.get("decision"), dict(DECISIONS))
        if item is None:
            raise Http404
        if request.POST.get("seen") != item.fingerprint:
            back = f"{reverse('gallery:review')}?item={item.key}"
            return refuse(request, Refused("decided-already"), back)
        if form.is_valid() and _decide(form, checklist, item, request):
            return redirect("gallery:review")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"items": items, "item": item, "form": form, "checklist": checklist}
    context |= _details(item, request)
    context["signing_fault"] = offers.why_nothing_leaves()
    return render(request, "gallery/review.html", context, status=status)


_MODELS: dict[str, type[Model]] = {
    "version": StyleVersion,
    "template": PromptTemplate,
    "poster": Poster,
    "asset": Asset,
}


def _why_not_waiting(key):
    """The Refused of a decision about what the queue does not hold."""
    kind, _dash, number = key.partition("-")
    model = _MODELS.get(kind)
    row = model and model._default_manager.filter(pk=parse_id(number)).first()
    if row is None:
        return Refused("decided-already")
    if kind == "asset":
        return moved_on.refusal_of_image(row, AssetReview.ASKED)
    return moved_on.refusal_of_row(row, ReviewState.IN_REVIEW)


def _form(item, posted):
    if item and item.kind == "version":
        return VersionDecisionForm(posted, initial=item.row.band)
    return DecisionForm(posted)


def _checklist(item, posted):
    if item is None or item.kind == "template":
        return None
    asset = {"asset": item.row, "poster": getattr(item.row, "asset", None)}.get(item.kind)
    return ChecklistForm(posted, vehicles=vehicle_words.vehicles_in(asset) if asset else ())


def waiting_items():
    """All that waits, longest first."""
    versions = StyleVersion.objects.in_review().select_related(
        "pack", "base", "submitted_by", "sheet", "checkpoint__run__snapshot"
    )
    items = []
    for version in versions.prefetch_related("images"):
        cover = library.prepared(version).cover
        image = cover.get_absolute_url() if cover else ""
        items.append(
            Item(
                "version",
                version,
                str(version),
                version.submitted_by,
                version.submitted_at,
                image,
            )
        )
    for template in PromptTemplate.objects.in_review().select_related("submitted_by"):
        image = reverse("gallery:template-cover", args=[template.pk])
        items.append(
            Item(
                "template",
                template,
                str(template),
                template.submitted_by,
                template.submitted_at,
                image if template.cover_sha256 else "",
            )
        )
    related = ("submitted_by", "asset__scene", "channel", "legal")
    for poster in Poster.objects.in_review().select_related(*related):
        image = reverse("gallery:poster-image", args=[poster.pk])
        waiting = (poster.submitted_by, poster.submitted_at, image)
        items.append(Item("poster", poster, str(poster), *waiting))
    for asset in Asset.objects.asked():
        image = reverse("gallery:asset-thumb", args=[asset.pk])
        waiting = (asset.scene.owner, asset.waits_since, image)
        items.append(Item("asset", asset, str(asset), *waiting))
    return sorted(items, key=lambda item: item.at)


def _decide(form, checklist, item, request):
    """Carry out the decision; False, with the sentence on the form, when it is refused."""
    reason = form.cleaned_data["reason"]
    approves = form.cleaned_data["decision"] == "approve"
    answers = checklist.answers if checklist else None
    try:
        if item.kind == "asset":
            if approves:
                assets.approve(item.row, request.user, answers, reason)
            else:
                assets.decline(item.row, request.user, reason)
        elif approves:
            services.approve(item.row, request.user, reason, form.band, answers)
        else:
            services.send_back(item.row, request.user, reason)
    except Refused as error:
        if error.code == "checklist-open":
            checklist.mark_open()
        needs_reason = error.code in _NEED_A_REASON
        form.add_error("reason" if needs_reason else None, problems.of(error))
        return False
    messages.success(request, _what_was_done(item, approves) % {"thing": item.title})
    return True


def _what_was_done(item, approves):
    if approves:
        return _("%(thing)s is approved.")
    if item.kind == "asset":
        return _("%(thing)s is declined. Its maker reads your reason.")
    return _("%(thing)s went back with your reason.")


def _details(item, request):
    """What the middle and the side show of the chosen item."""
    if item is None:
        return {}
    details = {"history": history_of(item.row, 8)}
    row = item.row
    if item.kind == "poster":
        holds.mark([row.asset])
    if obstacle := _obstacle_of(item, request.user):
        details["closed"] = problems.of(obstacle)
    if item.kind == "template":
        details["words"] = template_words.words_of(row)
    if item.kind == "asset":
        row.sources = source_rights.sources_of([row])[row.pk]
        mark_strays([row])
        row.earlier = lookalikes.earlier([row])[row.pk]
    if item.kind == "version":
        prefetch_related_objects([row], "images__remarks__author")
        pk = parse_id(request.GET.get("picture"))
        former = _former(row)
        details |= {
            "former": former,
            "beside": beside(former, row) if former else None,
            "alone": _alone(row),
            "picture": next((image for image in row.images.all() if image.pk == pk), None),
            "evidence": evidence_page.of_version(row, request.user),
            "lineage": lineage.of_version(row, request.user),
            "rights": rights_summary(row),
            "claims_noted": claims_noted(row),
            "file_rights": export.rights_of(row),
            "near": near_weights([row], request.user),
        }
    return details


def _obstacle_of(item, person):
    """The Refused that this person's approval would raise as things stand; None for nothing."""
    if person.pk in item.row.author_ids:
        return Refused("own-work")
    if item.kind == "version":
        return evidence.obstacle_of(item.row) or rights.obstacle_of(item.row)
    return source_rights.obstacle_of(item.row) if item.kind == "asset" else None


def _former(version):
    """The version of the pack that was approved before this one, in use if one is; or None."""
    earlier = (
        StyleVersion.objects.filter(pack=version.pack, number__lt=version.number)
        .select_related("pack", "sheet")
        .prefetch_related("images")
        .order_by("-number")
    )
    retired = earlier.filter(state=ReviewState.RETIRED)
    return earlier.approved().first() or retired.first()


def _alone(version):
    """(the base model's own picture, the version's at its strength); None without a sheet."""
    first = version.rows[0] if version.rows else []
    return (first[0], version.cover) if first and first[0].strength == 0 else None
