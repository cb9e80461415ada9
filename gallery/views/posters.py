"""Posters: a picture with the brand's words, composed, looked at, reviewed, handed out."""

import base64
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, painter_required
from brandstudio.core.input.choices import chosen
from brandstudio.core.models import WrongState
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from brandstudio.core.ui.serving import send_file, serve_labelled
from gallery import problems, services
from gallery.forms.poster import PosterForm
from gallery.models import (
    LABELLED,
    Channel,
    Poster,
    Rendition,
    ReviewState,
)
from gallery.pages.history import history_of
from gallery.pages.offers import describe_large
from gallery.pages.posters import offers_of
from gallery.problems import REFUSALS
from gallery.services import channel_files, downloads, finding, holds
from gallery.services import posters as acts
from gallery.views.large_files import large_or_ordered
from gallery.views.refusals import refuse
from gallery.views.retiring import retire_or_bring_back

PER_PAGE = 24
_WORDS = frozenset(("headline", "subline", "price", "price_note", "legal", "font"))


@login_required
@require_safe
def poster_list(request):
    posters = Poster.objects.visible_to(request.user).select_related("made_by", "channel", "asset")
    page = Paginator(posters, PER_PAGE).get_page(request.GET.get("page"))
    holds.mark([poster.asset for poster in page.object_list])
    return render(request, "gallery/poster_list.html", {"page": page})


@painter_required
@require_safe
def poster_images(request):
    """The first step: which picture. Approved ones, and one's own; ?q=…: those of these words."""
    assets = acts.assets_for(request.user).may_leave().filter(scene__is_trial=False)
    listing = finding.among(assets, request.GET.get("q", ""))
    page = Paginator(listing.ordered("-pk"), PER_PAGE).get_page(request.GET.get("page"))
    holds.mark(page.object_list)
    return render(request, "gallery/poster_pictures.html", {"page": page, "finding": listing})


@painter_required
@require_safe_or("POST")
@made_once
def poster_new(request, asset_pk):
    asset = get_object_or_404(acts.assets_for(request.user), pk=asset_pk)
    if obstacle := acts.obstacle_of(asset):
        return refuse(request, obstacle, asset)
    channel = asset.scene.channel or Channel.objects.in_use().first()
    return _edit(request, Poster(asset=asset, channel=channel, made_by=request.user))


@painter_required
@require_safe_or("POST")
def poster_edit(request, pk):
    poster = _mine(request, pk)
    if poster.state != ReviewState.DRAFT and request.method != "POST":
        messages.warning(request, _("Only a draft can be changed. Make a copy instead."))
        return redirect(poster)
    return _edit(request, poster)


@painter_required
@require_POST
def poster_preview(request, asset_pk):
    """How the form's poster looks, before it is saved; or what stands in its way."""
    asset = get_object_or_404(acts.assets_for(request.user), pk=asset_pk)
    form = PosterForm(request.POST, instance=Poster(asset=asset, made_by=request.user))
    form.is_valid()
    context = {"form": form, "preview": _preview(form, request.user)}
    return render(request, "gallery/_poster_preview.html", context)


@login_required
@require_safe
def poster_detail(request, pk):
    poster = _visible(request, pk)
    holds.mark([poster.asset])
    context = {
        "poster": poster,
        "history": history_of(poster, 20),
        "is_mine": poster.made_by_id == request.user.pk,
        "offers": offers_of(poster, request.user),
        "large_file": _large_file_of(poster),
    }
    if obstacle := acts.obstacle_of(poster.asset):
        context["obstacle"] = problems.of(obstacle)
    return render(request, "gallery/poster_detail.html", context)


def _large_file_of(poster):
    """The newest ChannelFile of a poster that is still right, or None."""
    row = poster.files.order_by("-pk").first()
    if row is None or channel_files.is_stale(row):
        return None
    describe_large(row)
    return row


@login_required
@require_safe
def poster_image(request, pk):
    """The poster as its file will be, small enough for a page."""
    poster = _visible(request, pk)
    try:
        content = acts.preview(poster, acts.composed(poster), request.user)
    except REFUSALS as error:
        raise Http404 from error
    return serve_labelled(content, "image/jpeg")


@login_required
@require_safe
def poster_download(request, pk):
    """The file (?rendition=publication), or a proof. A large one is ordered."""
    poster = _visible(request, pk)
    rendition = chosen(request.GET, "rendition", LABELLED, Rendition.PUBLICATION)
    try:
        if rendition == Rendition.PUBLICATION and downloads.is_large(poster.channel):
            row = channel_files.order_poster(poster, request.user)
            return large_or_ordered(request, row, poster)
        file = acts.deliver(poster, request.user, rendition)
    except REFUSALS as error:
        return refuse(request, error, poster)
    return send_file(file.content, file.name, file.content_type)


@painter_required
@require_POST
def poster_submit(request, pk):
    poster = _mine(request, pk)
    try:
        services.submit(poster, request.user)
    except REFUSALS as error:
        return refuse(request, error, poster)
    messages.success(request, _("Sent for review. An admin will look at it."))
    return redirect(poster)


@painter_required
@require_POST
@made_once
def poster_copy(request, pk):
    """A new draft with the same parts."""
    poster = _visible(request, pk)
    if obstacle := acts.obstacle_of(poster.asset):
        return refuse(request, obstacle, poster)
    return redirect("gallery:poster-edit", acts.copy(poster, request.user).pk)


@admin_required
@require_POST
def poster_retire(request, pk):
    """Take it out of use with a reason, or back into it (act=bring-back)."""
    return retire_or_bring_back(request, get_object_or_404(Poster, pk=pk))


def _edit(request, poster):
    form = PosterForm(request.POST or None, instance=poster)
    if form.is_valid() and request.POST.get("act") != "preview":
        try:
            return redirect(acts.save(form, request.user))
        except WrongState:
            form.add_error(None, problems.sentence("no-draft-any-more"))
    preview = _preview(form, request.user)
    context = {"form": form, "poster": poster, "preview": preview}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/poster_form.html", context, status=status)


def _preview(form, person):
    """The poster of a form as a data address, so that nothing unsaved has one of its own; ""
    where it can't be drawn."""
    try:
        poster, composition = form.instance, form.composition
        refused = set(form.errors) if form.data.get("headline") else set(form.errors) - {"headline"}
        if composition is None:
            # What is wrong with no single part is wrong with the words or the font.
            parts = refused if NON_FIELD_ERRORS not in refused else refused | _WORDS
            poster = acts.without(poster, parts - {NON_FIELD_ERRORS})
            if not poster.channel_id:
                return {}
            poster = acts.with_sample(poster)
            composition = acts.composed(poster)
        content = acts.preview(poster, composition, person)
    except REFUSALS as error:
        return {} if form.errors else {"why": problems.of(error)}
    address = f"data:image/jpeg;base64,{base64.b64encode(content).decode()}"
    width, height = poster.channel.file_size
    return {
        "address": address,
        "lost": composition.lost_percent,
        "width": width,
        "height": height,
        "is_sample": poster.headline != form.instance.headline
        and not (poster.pk or form.data.get("headline")),
        "is_partial": bool(refused) and composition is not form.composition,
    }


def _visible(request, pk):
    related = ("asset__scene__cutout", "channel", "legal", "logo", "font", "colour", "made_by")
    posters = Poster.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(posters, pk=pk)


def _mine(request, pk):
    poster = _visible(request, pk)
    if poster.made_by_id != request.user.pk and not request.user.is_brand_admin:
        raise Http404
    return poster
