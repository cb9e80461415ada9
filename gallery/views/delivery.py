"""One act for all channels: pictures × channels, the cut of each, and one zip."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import painter_required
from brandstudio.core.input.numbers import parse_id, parse_number
from brandstudio.core.models import Campaign
from brandstudio.core.ui import trouble
from brandstudio.core.ui.serving import send_file
from gallery.models import Asset, Channel, ChannelFile, Rendition
from gallery.pages import campaign as pages
from gallery.pages import delivery, offers
from gallery.problems import REFUSALS
from gallery.services import channel_files, cuts, deliveries
from gallery.views import refusals
from gallery.views.choosing import chosen_assets


@login_required
@require_safe
def deliver(request):
    """?pick=… pictures, ?channel=… or ?campaign=…: how each will be cut, and the way to the zip.

    ?campaign=… alone: all its approved pictures.
    """
    campaign = Campaign.objects.filter(pk=parse_id(request.GET.get("campaign", ""))).first()
    assets = chosen_assets(request.user, request.GET, deliveries.MOST_IMAGES).assets
    if campaign and "pick" not in request.GET:
        assets = _of_campaign(request, campaign)
    if not assets:
        messages.warning(request, _("Choose one or more pictures first."))
        return redirect("gallery:asset-list")
    channels = list(Channel.objects.in_use())
    chosen = delivery.chosen_channels(request.GET.getlist("channel"), campaign, channels, assets)
    context = {
        "assets": assets,
        "channels": channels,
        "chosen": chosen,
        "closed": delivery.closed_channels(assets, channels),
        "campaigns": Campaign.objects.all(),
        "campaign": campaign,
        "may_paint": request.user.is_marketer or request.user.is_brand_admin,
        "rows": delivery.rows_of(assets, chosen, request.user),
    }
    return render(request, "gallery/deliver.html", context)


@login_required
@require_POST
def deliver_zip(request):
    """The zip, made while it is sent. Points that were dragged are kept first."""
    assets = chosen_assets(request.user, request.POST, deliveries.MOST_IMAGES).assets
    channels = _channels(request)
    if problem := _why_no_zip(assets, channels, request.user):
        sentence, status = problem
        return trouble.refused(request, sentence, _address(assets, channels), status)
    for asset in assets:
        for channel in channels:
            if focus := _focus(request.POST.get(f"focus-{asset.pk}-{channel.slug}", "")):
                cuts.set_focus(asset, channel, focus)
    anew = deliveries.painted_anew(assets, channels, request.POST.getlist("anew"))
    parts = deliveries.zip_parts(assets, channels, request.user, anew)
    name = deliveries.zip_name(assets, timezone.now())
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)


def _channels(request):
    chosen = Channel.objects.in_use().filter(slug__in=request.POST.getlist("channel"))
    return list(chosen[: deliveries.MOST_CHANNELS])


def _address(assets, channels):
    """The page again, with all that was chosen; the list of pictures where nothing was."""
    if not assets:
        return reverse("gallery:asset-list")
    chosen = [("pick", asset.pk) for asset in assets]
    chosen += [("channel", channel.slug) for channel in channels]
    return f"{reverse('gallery:deliver')}?{urlencode(chosen)}"


def _why_no_zip(assets, channels, person):
    """(sentence, status) where there is nothing to send; None where there is."""
    if not assets or not channels:
        said = _("Choose at least one picture and one channel.")
        return said, HTTPStatus.UNPROCESSABLE_ENTITY
    reasons = [
        offers.why_not(asset, person, Rendition.PUBLICATION, known)
        or offers.why_not_there(asset, Rendition.PUBLICATION, channel, known.limits)
        for asset, known in zip(assets, offers.known_of(assets), strict=True)
        for channel in channels
    ]
    return (reasons[0], HTTPStatus.FORBIDDEN) if all(reasons) else None


def _focus(text):
    """(x, y) of "0.25,0.6"; None for anything else or what lies outside."""
    numbers = [parse_number(part, None) for part in text.split(",")]
    if len(numbers) != 2 or None in numbers or not all(0 <= number <= 1 for number in numbers):
        return None
    return tuple(numbers)


@painter_required
@require_POST
def paint_anew(request):
    """?anew=… cells of the page: the same prompt, packs and seed in the shape of the channel."""
    assets = chosen_assets(request.user, request.POST, deliveries.MOST_IMAGES).assets
    channels = _channels(request)
    chosen = deliveries.painted_anew(assets, channels, request.POST.getlist("anew"))
    if not chosen:
        said = _("Choose at least one picture to be painted anew.")
        return trouble.refused(request, said, _address(assets, channels))
    try:
        deliveries.paint_anew(chosen, request.user)
    except REFUSALS as error:
        return refusals.refuse(request, error, _address(assets, channels))
    return redirect("gallery:create")


@login_required
@require_safe
def large_file(request, pk):
    """A large file that is ready, as a download."""
    visible = Asset.objects.visible_to(request.user)
    row = get_object_or_404(ChannelFile.objects.filter(asset__in=visible), pk=pk)
    if not row.is_ready:
        return redirect(row.asset)
    try:
        labelled = channel_files.deliver(row, request.user)
    except REFUSALS as error:
        if error.code == "file-stale":
            return refusals.refuse(request, error, row.poster or row.asset)
        return refusals.stays(request, row.asset, error)
    return send_file(labelled.content, labelled.name, labelled.content_type)


_SHOWN = (
    "campaign",
    "scene__channel",
    "scene__cutout__vehicle",
    "scene__owner",
    "scene__base",
)


def _of_campaign(request, campaign):
    """The newest approved pictures of a campaign; says so where a zip does not hold all."""
    assets = pages.deliverable(campaign, request.user).select_related(*_SHOWN)
    chosen = list(assets[: deliveries.MOST_IMAGES])
    if (count := assets.count()) > len(chosen):
        said = _(
            "A zip holds {most} pictures: these are the newest of {count}. Deliver the others "
            "from the campaign's page, cell by cell."
        )
        messages.info(request, said.format(most=len(chosen), count=count))
    return chosen
