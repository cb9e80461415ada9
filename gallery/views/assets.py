"""Finished pictures: the gallery, one picture with its proof and its way, and what may be done."""

from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.input import lengths
from brandstudio.core.input.choices import chosen
from brandstudio.core.models.rights import asked_once
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.serving import send_file
from gallery.engine import xmp
from gallery.models import (
    LABELLED,
    Asset,
    AssetReview,
    Channel,
    MetadataProfile,
    Rendition,
)
from gallery.pages import campaign, enlargement, lineage, marks, offers, results
from gallery.pages.history import history_of
from gallery.pages.next_steps import next_steps_of
from gallery.pages.scene_words import words_of
from gallery.problems import REFUSALS
from gallery.services import assets as acts
from gallery.services import (
    brand,
    channel_files,
    downloads,
    finishing,
    learned,
    policy,
    source_rights,
    vehicle_words,
    version_marks,
)
from gallery.views import refusals
from gallery.views.large_files import large_or_ordered


@login_required
@require_safe
@asked_once()
def asset_detail(request, pk):
    asset = _visible(request, pk)
    scene = asset.scene
    packs = asset.acting_packs()
    channels = list(Channel.objects.in_use())
    width, height = downloads.delivered_size(asset)
    [known] = offers.known_of([asset])
    context = {
        "asset": asset,
        "scene": scene,
        "packs": packs,
        "belonging": campaign.belonging_of(asset, request.user),
        "large_files": offers.large_files_of(asset),
        "offers": offers.offers_of(asset, request.user, channels, known),
        "steps": next_steps_of(asset, request.user),
        "may_ask": refusals.may_ask(request, asset),
        "proof_side": settings.PROOF_SIDE,
        "duty": offers.original_duty(asset, request.user, known),
        "size": {"width": width, "height": height},
        "marks": marks.marks_of(asset, request.user),
        "is_mine": scene.owner_id == request.user.pk,
        "init_image_url": _init_image_url(request, scene),
        "made_from": _made_from(request, scene),
        "words": words_of(scene),
        "denoising_percent": round((scene.denoising_strength or 0) * 100),
        "enlarged_by": enlargement.words_of(asset.lineage.get("enlarged_by")),
        "is_demo_code": brand.is_demo_code(),
        "mark": finishing.mark_of(asset),
        "visible_label": brand.label_words(),
        "is_composed": finishing.source_type_of(scene) == xmp.COMPOSED,
        "signs_by_itself": not settings.C2PA_CREDENTIALS_FILE,
        "downloads": asset.downloads.select_related("person", "channel", "rule", "poster")[:12],
        "history": history_of(asset, 12),
        "lineage": lineage.of_version(packs[0][0], request.user) if packs else {},
        "by_words": vehicle_words.by_words_only(scene),
        "sources": source_rights.sources_of([asset])[asset.pk],
        "learned": _learned_from(request, asset),
    }
    return render(request, "gallery/asset_detail.html", context)


@login_required
@require_safe
def asset_download(request, pk):
    """The labelled file: ?rendition=…, else the best one may have; ?channel=…, else the scene's;
    ?form=png or jpg, else the channel's; ?metadata=…, else the marks alone.
    A large one is ordered and shown on the picture's page."""
    asset = _visible(request, pk)
    form = chosen(request.GET, "form", downloads.FORMS)
    rendition = chosen(request.GET, "rendition", LABELLED)
    profile = chosen(
        request.GET, "metadata", MetadataProfile.values, default=MetadataProfile.EXTERNAL
    )
    channel = None
    if slug := request.GET.get("channel"):
        channel = get_object_or_404(Channel, slug=slug)
    try:
        where = channel or asset.scene.channel
        rendition = rendition or policy.best_for(asset, request.user, where)
        if rendition == Rendition.PUBLICATION and downloads.is_large(where):
            row = channel_files.order(asset, where, request.user)
            return large_or_ordered(request, row, asset)
        labelled = downloads.deliver(asset, request.user, rendition, channel, form, profile)
    except REFUSALS as error:
        return refusals.stays(request, asset, error)
    return send_file(labelled.content, labelled.name, labelled.content_type)


@login_required
@require_POST
def asset_ask(request, pk):
    """Send my picture for review; one that was declined with words of what is different now."""
    why = request.POST.get("reason", "")
    ask = partial(acts.ask_review, why=why)
    return _act(request, _mine(request, pk), ask, _("Sent for review."))


@login_required
@require_POST
def asset_title(request, pk):
    """Give my picture a title of its own; an empty one brings back what is made of its scene."""
    asset = _mine(request, pk)
    longest = Asset._meta.get_field("own_title").max_length
    title = lengths.within(request.POST.get("title", ""), longest)
    try:
        acts.name(asset, request.user, title)
    except Refused as error:
        return refusals.refuse(request, error, asset)
    messages.success(request, _("Saved."))
    return redirect(asset)


@login_required
@require_POST
def asset_share(request, pk):
    """Let colleagues see the scene of this picture, or not any more: as the button said that was
    pressed, whatever another tab did since."""
    is_shared = request.POST.get("share") == "on"
    return _act(request, _mine(request, pk), lambda row, _by: acts.share(row, is_shared), "")


@login_required
@require_POST
def asset_discard(request, pk):
    asset = _mine(request, pk)
    waited = asset.review == AssetReview.ASKED
    try:
        acts.discard(asset, request.user)
    except Refused as error:
        return refusals.refuse(request, error, asset)
    days = settings.BIN_DAYS
    messages.success(
        request,
        ngettext("In the bin for %(n)d day.", "In the bin for %(n)d days.", days) % {"n": days},
    )
    if waited:
        messages.info(request, _("It no longer waits for review: its request was taken back."))
    return redirect("gallery:asset-list")


@login_required
@require_POST
def asset_restore(request, pk):
    binned = Asset.objects.binned_by(request.user)
    return _act(request, get_object_or_404(binned, pk=pk), acts.restore, _("Back in the gallery."))


@login_required
@require_POST
def asset_withdraw(request, pk):
    """An admin takes an approval back, with a reason."""
    asset = _visible(request, pk)
    if not request.user.is_brand_admin:
        said = _("Only an admin may withdraw a picture.")
        return trouble.refused(request, said, asset, HTTPStatus.FORBIDDEN)
    reason = request.POST.get("reason", "")

    def withdraw(row, by):
        if others := acts.withdraw(row, by, reason):
            said = ngettext(
                "%(n)d approved picture that was made from it was withdrawn too.",
                "%(n)d approved pictures that were made from it were withdrawn too.",
                others,
            )
            messages.info(request, said % {"n": others})
        if versions := len(learned.learned_from(Asset.objects.filter(pk=row.pk)).versions):
            said = ngettext(
                "%(n)d style version learned from it as a photograph: it is named below.",
                "%(n)d style versions learned from it as a photograph: they are named below.",
                versions,
            )
            messages.warning(request, said % {"n": versions})

    return _act(request, asset, withdraw, _("Withdrawn."))


def _learned_from(request, asset):
    """What learned from its files, which concerns admins; None for others."""
    if not request.user.is_brand_admin:
        return None
    learners = learned.learned_from(Asset.objects.filter(pk=asset.pk))
    version_marks.mark(learners.versions)
    return learners


def _made_from(request, scene):
    """The picture whose settings were taken up; None for none, or one this person may not see."""
    if scene.made_from_id is None:
        return None
    return Asset.objects.visible_to(request.user).titled().filter(pk=scene.made_from_id).first()


def _init_image_url(request, scene):
    """Where the picture that a scene started from is shown; "" where this person may not look."""
    assets = Asset.objects.visible_to(request.user).filter(pk=scene.init_image_asset_id)
    if scene.init_image_asset_id is None or not assets.exists():
        return ""
    return scene.init_image_asset.get_absolute_url()


def _visible(request, pk):
    assets = Asset.objects.visible_to(request.user) | Asset.objects.binned_by(request.user)
    parts = ("channel", "owner", "base", "init_image_asset", "cutout__vehicle")
    related = [*(f"scene__{name}" for name in parts), "campaign"]
    shown = assets.titled().liked_by(request.user).select_related(*related)
    return get_object_or_404(shown, pk=pk)


def _mine(request, pk):
    mine = Asset.objects.not_binned().filter(scene__owner=request.user).select_related("scene")
    return get_object_or_404(mine, pk=pk)


def _act(request, asset, act, success):
    try:
        act(asset, request.user)
    except Refused as error:
        return refusals.refuse(request, error, refusals.address_back(request, asset))
    if success and not request.htmx:
        messages.success(request, success)
    return _back(request, asset)


def _back(request, asset):
    """To the create page (its results alone, when asked by htmx) or else to the picture."""
    if request.POST.get("next") == "create" and request.htmx:
        context = {"results": results.results_of(request.user)}
        return render(request, "gallery/_results.html", context)
    return redirect(refusals.address_back(request, asset))
