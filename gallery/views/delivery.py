"""One act for all channels: pictures × channels, the cut of each, and one zip."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import painter_required
from brandstudio.core.input.numbers import parse_id, parse_ids
from brandstudio.core.models import Campaign
from brandstudio.core.problems import Refused
from brandstudio.core.ui import once, trouble
from brandstudio.core.ui.polling import polled
from brandstudio.core.ui.redirects import led_to
from gallery import problems
from gallery.models import Channel, Rendition
from gallery.pages import campaign as pages
from gallery.pages import delivery, offers
from gallery.pages import zip_told as pages_zip
from gallery.problems import REFUSALS
from gallery.services import (
    cuts,
    deliveries,
    posters,
    shapes,
    zip_deliveries,
)
from gallery.views import refusals
from gallery.views.choosing import chosen_assets


@login_required
@require_safe
def deliver(request):
    """?pick=… pictures, ?channel=… or ?campaign=…: how each will be cut, and the way to the zip.

    ?campaign=… alone: all its approved pictures. Without one: the campaign of all the pictures.
    """
    campaign = Campaign.objects.filter(pk=parse_id(request.GET.get("campaign", ""))).first()
    picked = chosen_assets(request.user, request.GET, deliveries.MOST_IMAGES)
    assets = picked.assets
    if campaign and "pick" not in request.GET:
        assets = _of_campaign(request, campaign)
    assets = shapes.without_stand_ins(assets)
    if not assets:
        messages.warning(request, _("Choose one or more pictures first."))
        return redirect("gallery:asset-list")
    channels = list(Channel.objects.in_use())
    is_told = "campaign" in request.GET
    campaign = campaign if is_told else delivery.campaign_of(assets)
    slugs = request.GET.getlist("channel")
    chosen = delivery.chosen_channels(slugs, campaign, channels, assets, with_ordered=not is_told)
    stand_ins = shapes.stand_ins(assets, chosen, request.user)
    wishes = delivery.Wishes.of(request.GET)
    rows = delivery.rows_of(assets, chosen, request.user, stand_ins, wishes)
    plan = delivery.plan_of(rows, chosen)
    chosen_posters = posters.deliverable([*assets, *stand_ins.values()], request.user)
    context = {
        "assets": assets,
        "unseen": min(picked.count, deliveries.MOST_IMAGES) - len(picked.assets),
        "beyond": max(0, picked.count - deliveries.MOST_IMAGES),
        "most": deliveries.MOST_IMAGES,
        "channels": channels,
        "chosen": chosen,
        "closed": delivery.closed_channels(assets, channels),
        "campaigns": Campaign.objects.all(),
        "campaign": campaign,
        "may_paint": request.user.is_marketer or request.user.is_brand_admin,
        "rows": rows,
        "plan": plan,
        "most_growth": cuts.LARGEST_FACTOR,
        "staying": [row for row in rows if row.why],
        "posters": chosen_posters,
        "may_begin": plan.may_begin or bool(chosen_posters),
        "ticked_posters": wishes.posters,
        "token": once.new_token(),
    }
    return render(request, "gallery/deliver.html", context)


@login_required
@require_POST
def deliver_zip(request):
    """The zip, made while it is sent. Points that were dragged are kept first."""
    assets, channels = _assets(request), _channels(request)
    cells = _cells(request, assets, channels)
    chosen_posters = _posters(request, [*assets, *(asset for asset, _channel in cells)])
    name = deliveries.zip_name(assets, timezone.now())
    count = len(cells) + len(chosen_posters)
    delivery = zip_deliveries.begin(request.user, request.POST.get("zip", ""), name, count)
    if problem := _why_no_zip(cells, chosen_posters, request.user):
        zip_deliveries.end(delivery, is_whole=False)
        sentence, status = problem
        return trouble.refused(request, sentence, _address(request, assets, channels), status)
    _keep_points(request, cells)
    anew, carless = (
        deliveries.among(cells, request.POST.getlist(field)) for field in ("anew", "carless")
    )
    try:
        parts = deliveries.zip_parts(cells, delivery, anew, carless, chosen_posters)
    except Refused as error:
        zip_deliveries.end(delivery, is_whole=False)
        if error.code == "zip-being-made":  # what was asked for is on its way
            messages.success(request, problems.of(error))
            return redirect(_address(request, assets, channels))
        return refusals.refuse(request, error, _address(request, assets, channels))
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return StreamingHttpResponse(parts, content_type="application/zip", headers=headers)


@login_required
@require_safe
@polled(lambda request, token: pages_zip.tag_of(request.user, token))
def zip_told(request, token):
    """How far the zip is that a page asked for; polled by that page until it is over."""
    row = pages_zip.zip_told(request.user, token)
    context = {
        "zip": row,
        "token": token if row.is_made else once.new_token(),
        "may_begin": True,
    }
    return render(request, "gallery/_zip_told.html", context)


def _assets(request):
    chosen = chosen_assets(request.user, request.POST, deliveries.MOST_IMAGES)
    return shapes.without_stand_ins(chosen.assets)


def _cells(request, assets, channels):
    """[(asset, channel)] of the files asked for: a picture that was painted in a channel's shape
    stands in for the one it was painted of, unless ?cut=… says that this one is cut."""
    stand_ins = shapes.stand_ins(assets, channels, request.user)
    cells = [(asset, channel) for asset in assets for channel in channels]
    for asset, channel in deliveries.among(cells, request.POST.getlist("cut")):
        stand_ins.pop((asset.pk, channel.pk), None)
    return [(stand_ins.get((asset.pk, channel.pk), asset), channel) for asset, channel in cells]


def _posters(request, assets):
    ticked = parse_ids(request.POST.getlist("poster"))
    return [one for one in posters.deliverable(assets, request.user) if one.pk in ticked]


def _channels(request):
    chosen = Channel.objects.in_use().filter(slug__in=request.POST.getlist("channel"))
    return list(chosen[: deliveries.MOST_CHANNELS])


def _keep_points(request, cells):
    """Keep the points of these cells that were dragged."""
    focuses = delivery.Wishes.of(request.POST).focuses
    for asset, channel in cells:
        if focus := focuses.get((asset.pk, channel.slug)):
            cuts.set_focus(asset, channel, focus)


def _address(request, assets, channels):
    """The page again, with all that was chosen; the list of pictures where nothing was."""
    if not assets:
        return reverse("gallery:asset-list")
    chosen = [("pick", asset.pk) for asset in assets]
    chosen += [("channel", channel.slug) for channel in channels]
    if "campaign" in request.POST:  # also where none was chosen: that is a choice
        chosen.append(("campaign", parse_id(request.POST["campaign"]) or ""))
    chosen += delivery.Wishes.of(request.POST).pairs()
    return f"{reverse('gallery:deliver')}?{urlencode(chosen)}"


def _why_no_zip(cells, chosen_posters, person):
    """(sentence, status) where there is nothing to send; None where there is."""
    if chosen_posters:
        return None
    if not cells:
        said = _("Choose at least one picture and one channel.")
        return said, HTTPStatus.UNPROCESSABLE_ENTITY
    assets = list(dict.fromkeys(asset for asset, _channel in cells))
    known = dict(zip((one.pk for one in assets), offers.known_of(assets), strict=True))
    reasons = [
        offers.why_not(asset, person, Rendition.PUBLICATION, known[asset.pk])
        or offers.why_not_there(asset, Rendition.PUBLICATION, channel, known[asset.pk].limits)
        for asset, channel in cells
    ]
    return (reasons[0], HTTPStatus.FORBIDDEN) if all(reasons) else None


@painter_required
@require_POST
def paint_anew(request):
    """?anew=… cells of the page: the same prompt, packs and seed in the shape of the channel.

    Points that were dragged are kept, since this leads away from the page.
    """
    assets, channels = _assets(request), _channels(request)
    cells = [(asset, channel) for asset in assets for channel in channels]
    chosen = deliveries.among(cells, request.POST.getlist("anew"))
    if not chosen:
        said = _("Choose at least one picture to be painted anew.")
        return trouble.refused(request, said, _address(request, assets, channels))
    try:
        _keep_points(request, _cells(request, assets, channels))
        shapes.paint_anew(chosen, request.user)
    except REFUSALS as error:
        return refusals.refuse(request, error, _address(request, assets, channels))
    return led_to(request, "gallery:create")


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
