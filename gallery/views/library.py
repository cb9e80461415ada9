"""One style with its evidence, and how a version comes to be."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core import blobs
from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.band_lines import band_geometry
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from brandstudio.core.ui.polling import polled
from brandstudio.core.ui.serving import send_file, serve_blob
from gallery import problems, services
from gallery.forms import ImportForm, OriginForm, PublishForm, TagsForm
from gallery.models import ReviewState, StyleVersion
from gallery.models.rating import FEWEST, MOST_STARS
from gallery.pages import evidence as evidence_page
from gallery.pages import lineage, version_rows
from gallery.pages.history import claims_noted, history_of
from gallery.pages.near_weights import near_weights
from gallery.pages.ratings import ratings_of
from gallery.pages.rights import rights_summary
from gallery.pages.where_used import where_used
from gallery.problems import REFUSALS
from gallery.services import (
    claims,
    drafts,
    evidence,
    export,
    holds,
    library,
    rights,
    tagging,
    version_marks,
)
from gallery.views.refusals import refuse
from gallery.views.retiring import retire_or_bring_back
from training.models import Checkpoint, TrainingRun, WeightsForm
from training.services.weights_downloads import note_made, note_stored


@login_required
@require_safe
def pack_detail(request, slug):
    """The pack's approved version, else its newest that this person may see."""
    versions = StyleVersion.objects.visible_to(request.user).filter(pack__slug=slug)
    version = (
        versions.approved().order_by("-number").first() or versions.order_by("-number").first()
    )
    if version is None:
        raise Http404
    return redirect(version)


@login_required
@require_safe
def version_detail(request, slug, number):
    version = _version(request, slug, number)
    context = {
        "version": version,
        **version_rows.listed(request.user, slug),
        "lineage": lineage.of_version(version, request.user),
        "history": history_of(version, 20),
        "claims_noted": claims_noted(version),
        "file_rights": export.rights_of(version),
        "near": near_weights([version], request.user),
        **_sheet_context(version, request.user),
        **_acts_context(version, request.user),
        "rights": _rights_for(request.user, version),
        "pinned": _pinned_for(request.user, version),
        "origin_form": _origin_form(version),
        "where": where_used(version, request.user),
        "ratings": ratings_of(version, request.user),
        "rating_choices": range(FEWEST, MOST_STARS + 1),
        "tags": version.pack.tags.all(),
        "tags_form": _tags_form(request.user, version.pack),
    }
    return render(request, "gallery/version_detail.html", context)


def _tags_form(person, pack):
    """The form of the pack's tags; None for who may not change them."""
    if not tagging.may_tag(person, pack):
        return None
    return TagsForm(initial={"tags": pack.tags.all()})


def _rights_for(person, version):
    """What its maker and admins see of the rights behind a version."""
    may_look = person.is_brand_admin or _may_edit(person, version)
    return rights_summary(version) if may_look else None


def _pinned_for(person, version):
    """The pictures of the sheet that reviewers pinned remarks to, for its maker and admins."""
    if not _may_edit(person, version):
        return []
    pinned = version.images.exclude(remarks=None).distinct()
    return pinned.prefetch_related("remarks__author")


@login_required
@require_safe
@polled(lambda request, slug, number: _sheet_tag(request.user, slug, number))
def sheet_fragment(request, slug, number):
    """The strength sheet, polled while it is being painted, and what may be done by now."""
    version = _version(request, slug, number)
    context = {
        "version": version,
        **_sheet_context(version, request.user),
        **_acts_context(version, request.user),
    }
    return render(request, "gallery/_sheet_answer.html", context)


@designer_required
@require_safe_or("POST")
@made_once
def version_publish(request, checkpoint_pk):
    """A checkpoint of one's own run becomes a draft version."""
    runs = TrainingRun.objects.visible_to(request.user)
    checkpoint = get_object_or_404(
        Checkpoint.objects.filter(run__in=runs).select_related("run__dataset", "run__base"),
        pk=checkpoint_pk,
    )
    if checkpoint.run.is_taste:
        refusal = Refused("taste-not-published", name=checkpoint.run.name)
        return refuse(request, refusal, checkpoint.run)
    initial = {
        "name_zh": checkpoint.run.name,
        "trigger_words": checkpoint.run.dataset.trigger_word,
    }
    form = PublishForm(request.POST or None, initial=initial)
    if form.is_valid():
        blobs.local(checkpoint.sha256, str(checkpoint.run))  # before anything is made of it
        version = _stored(
            form,
            lambda: services.publish(
                checkpoint,
                request.user,
                form.the_pack(),
                trigger_words=form.cleaned_data["trigger_words"],
                changes=form.cleaned_data["changes"],
                tags=form.cleaned_data["tags"],
            ),
        )
        if version:
            messages.success(
                request, _("Published as a draft. Its strength sheet is being painted now.")
            )
            return redirect(version)
    context = {"form": form, "checkpoint": checkpoint, "run": checkpoint.run}
    return render(request, "gallery/publish.html", context, status=_status(form))


@designer_required
@require_safe_or("POST")
@made_once
def version_import(request):
    """A LoRA file that was trained elsewhere becomes a draft version."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        version = _stored(
            form,
            lambda: services.publish_file(
                form.style_file,
                request.user,
                form.the_pack(),
                trigger_words=form.cleaned_data["trigger_words"],
                changes=form.cleaned_data["changes"],
                **form.origin_rights,
                tags=form.cleaned_data["tags"],
            ),
        )
        if version:
            messages.success(
                request, _("Imported as a draft. Its strength sheet is being painted now.")
            )
            for remark in form.remarks:
                messages.warning(request, remark)
            return redirect(version)
    return render(request, "gallery/publish.html", {"form": form}, status=_status(form))


@designer_required
@require_POST
def version_submit(request, slug, number):
    version = _editable(request, slug, number)
    try:
        services.submit(version, request.user)
    except Refused as error:
        return refuse(request, error, version)
    else:
        messages.success(request, _("Sent for review. An admin will look at it."))
        if obstacle := rights.obstacle_of(version):
            messages.warning(request, problems.of(obstacle))
    return redirect(version)


@designer_required
@require_POST
def version_discard(request, slug, number):
    """Remove a draft that was published or imported by mistake."""
    version = _editable(request, slug, number)
    try:
        drafts.discard(version, request.user)
    except Refused as error:
        return refuse(request, error, version)
    messages.success(request, _("%(name)s is discarded, with its sheet.") % {"name": version})
    return redirect(version.checkpoint.run if version.checkpoint else "gallery:pack-list")


def _origin_form(version):
    return OriginForm(initial={name: getattr(version, name) for name in OriginForm.base_fields})


@designer_required
@require_POST
def version_origin(request, slug, number):
    """Note whose a draft's file from elsewhere is, its licence and commercial use."""
    version = _editable(request, slug, number)
    form = OriginForm(request.POST)
    if not version.is_from_elsewhere:
        raise Http404
    if not form.is_valid():
        return trouble.refused_form(request, form, version)
    try:
        claims.note_claims(version, request.user, form.origin_rights)
    except WrongState:
        return refuse(request, Refused("no-draft-any-more"), version)
    except Refused as error:
        return refuse(request, error, version)
    else:
        messages.success(request, _("Saved."))
    return redirect(version)


@designer_required
@require_POST
def sheet_again(request, slug, number):
    version = _editable(request, slug, number)
    try:
        evidence.render_again(version.sheet, request.user)
    except Refused as error:
        return refuse(request, error, version)
    return redirect(version)


@admin_required
@require_POST
def version_retire(request, slug, number):
    """Take it out of use with a reason, or back into it (act=bring-back)."""
    version = _version(request, slug, number)
    return retire_or_bring_back(request, version)


@designer_required
@require_safe
def version_weights(request, slug, number):
    """The LoRA file as it was trained, with all it knows of itself: for use in the house."""
    version = _version(request, slug, number)
    try:
        holds.check_version(version)
    except Refused as error:
        return refuse(request, error, version)
    name = f"{export.file_stem(version)}.safetensors"
    response = serve_blob(request, version.weights_sha256, download_as=name)
    note_stored(request, version.weights_sha256, response)
    return response


@designer_required
@require_safe
def version_export(request, slug, number):
    """The style for other tools and other houses: weights, card and picture in a zip."""
    version = _version(request, slug, number)
    try:
        file = export.external_zip(version)
    except REFUSALS as error:
        return refuse(request, error, version)
    note_made(request, version.weights_sha256, WeightsForm.ZIP, file)
    return send_file(file, f"{export.file_stem(version)}.zip")


def _version(request, slug, number):
    versions = (
        StyleVersion.objects.visible_to(request.user)
        .select_related(
            "pack", "base", "sheet", "checkpoint__run__dataset", "checkpoint__run__snapshot"
        )
        .prefetch_related(Prefetch("images"))
    )
    return library.prepared(get_object_or_404(versions, pack__slug=slug, number=number))


def _stored(form, publish):
    """The version that `publish` makes; None where it is refused, which the form then says."""
    try:
        return publish()
    except REFUSALS as error:
        form.add_error(
            "slug" if error.code in {"slug-taken", "slug-in-use"} else None, problems.of(error)
        )
        return None


def _editable(request, slug, number):
    version = _version(request, slug, number)
    if not _may_edit(request.user, version):
        raise Http404
    return version


def _may_edit(person, version):
    return person.is_brand_admin or person.pk == version.made_by_id


def _acts_context(version, person):
    held = holds.holds_of_version(version)
    version_marks.mark([version])
    return {
        "may_edit": _may_edit(person, version),
        "may_try": version.may_be_tried_by(person),
        "may_discard": _may_edit(person, version) and drafts.obstacle_of(version) is None,
        "holds": holds.names_of(held),
        "stays_why": _why_it_stays(version),
    }


def _why_it_stays(version):
    """Why an approved style may not go to other houses; "" where it may."""
    if version.state == ReviewState.APPROVED:
        try:
            export.check_leaves(version)
        except Refused as error:
            return problems.of(error)
    return ""


def _sheet_context(version, person):
    sheet = getattr(version, "sheet", None)
    entries = sheet.plan.get("prompts", []) if sheet else []
    rows = [  # each prompt comes once for every seed
        {"label": entries[index % len(entries)] if entries else None, "pictures": row}
        for index, row in enumerate(version.rows)
    ]
    problem = (
        problems.explain(sheet.problem, sheet.problem_facts) if sheet and sheet.problem else ""
    )
    return {
        "sheet": sheet,
        "rows": rows,
        "sheet_problem": problem,
        "evidence": evidence_page.of_version(version, person),
        "may_paint_again": _may_paint_again(version, sheet),
        "band": band_geometry(version) if version.has_band else None,
    }


def _may_paint_again(version, sheet):
    """Whether its maker may have the sheet painted anew: it failed, or is of former rules."""
    if sheet is None or version.state != ReviewState.DRAFT:
        return False
    is_former = not version.finding or evidence.is_read_formerly(version)
    return bool(sheet.problem) or (sheet.is_done and is_former)


def _sheet_tag(person, slug, number):
    row = (
        StyleVersion.objects.visible_to(person)
        .filter(pack__slug=slug, number=number)
        .values_list("pk", "state", "sheet__state", "sheet__done")
        .first()
    )
    return "-".join(map(str, row)) if row else None


def _status(form):
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
