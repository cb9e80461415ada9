"""Campaigns: which pictures they have for which channel, and what was published where."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import painter_required
from brandstudio.core.input import reasons
from brandstudio.core.input.numbers import parse_ids
from brandstudio.core.models import Campaign, CampaignState, WrongState
from brandstudio.core.ui.counting import count_sentences
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.redirects import safe_next
from brandstudio.core.ui.serving import send_file
from gallery import problems
from gallery.forms import CampaignForm
from gallery.models import Asset, DriftCheck
from gallery.pages import campaign as pages
from gallery.pages.coverage import coverage_of
from gallery.pages.history import history_of_campaign
from gallery.pages.strays import strays_of
from gallery.problems import REFUSALS
from gallery.services import campaigns, drift_guard, finding, holds, publications

PER_PAGE = 48
OFFERED = 96  # pictures that may be added, the newest
PUBLICATIONS_SHOWN = 30
HISTORY_SHOWN = 12


@painter_required
@require_safe
def campaign_list(request):
    own = Count("assets", filter=Q(assets__deleted_at=None))
    rows = Campaign.objects.annotate(image_count=own).prefetch_related("places__channel")
    context = {"groups": pages.by_state(rows), "may_make": pages.may_make(request.user)}
    return render(request, "gallery/campaign_list.html", context)


@painter_required
@require_safe
def campaign_detail(request, slug):
    """?vehicle=…&channel=…: the pictures of one cell; ?outside=1: those that no cell counts."""
    campaign = get_object_or_404(Campaign.objects.select_related("made_by"), slug=slug)
    coverage = coverage_of(campaign)
    cell = coverage.cell(request.GET.get("vehicle", ""), request.GET.get("channel", ""))
    assets = pages.images_of(campaign, request.user)
    if cell:
        assets = assets.filter(pk__in=cell.pks)
    elif request.GET.get("outside"):
        assets = assets.filter(pk__in=coverage.outside)
    page = Paginator(assets, PER_PAGE).get_page(request.GET.get("page"))
    holds.mark(page.object_list)
    context = {
        "campaign": campaign,
        "coverage": coverage,
        "cell": cell,
        "is_outside": not cell and bool(request.GET.get("outside")),
        "page": page,
        "hidden": pages.hidden_count(campaign, request.user),
        "publications": pages.publications_of(campaign)[:PUBLICATIONS_SHOWN],
        "may_paint": pages.may_make(request.user) and campaign.state != CampaignState.ENDED,
        "strays": strays_of(campaign, request.user),
        "is_kept_by_me": campaign.is_kept_by(request.user),
        "deliverable": pages.deliverable(campaign, request.user).count(),
        "history": history_of_campaign(
            campaign, pages.images_of(campaign, request.user), HISTORY_SHOWN
        ),
    }
    return render(request, "gallery/campaign_detail.html", context)


@painter_required
@require_safe_or("POST")
def campaign_new(request):
    if not pages.may_make(request.user):
        raise PermissionDenied
    return _edit(request, Campaign())


@painter_required
@require_safe_or("POST")
def campaign_edit(request, slug):
    campaign = get_object_or_404(Campaign, slug=slug)
    if not campaign.is_kept_by(request.user):
        raise PermissionDenied
    return _edit(request, campaign)


def _edit(request, campaign):
    form = CampaignForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            saved = campaigns.save(form, request.user)
        except WrongState:
            messages.error(request, _("A colleague changed this campaign meanwhile. Look again."))
            return redirect("gallery:campaign-list")
        messages.success(request, _("Saved: {name}.").format(name=saved))
        return redirect("gallery:campaign-detail", saved.slug)
    context = {"form": form, "campaign": campaign if campaign.pk else None}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/campaign_form.html", context, status=status)


@painter_required
@require_safe
def campaign_add(request, slug):
    """Pictures that belong to no campaign yet, to choose several of; ?q=…: those of these words."""
    campaign = get_object_or_404(Campaign.objects.open(), slug=slug)
    assets = pages.addable(campaign, request.user, everybody=bool(request.GET.get("all")))
    listing = finding.among(assets, request.GET.get("q", ""))
    context = {
        "campaign": campaign,
        "assets": list(listing.ordered(*pages.ORDER)[:OFFERED]),
        "finding": listing,
        "asked": request.GET,
    }
    return render(request, "gallery/campaign_add.html", context)


@painter_required
@require_POST
def move_images(request):
    """Put chosen pictures into a campaign; without one, take them out of theirs."""
    pks = parse_ids(request.POST.getlist("pick"))[: campaigns.MOST_AT_ONCE]
    rows = Asset.objects.visible_to(request.user).filter(pk__in=pks)
    assets = list(rows.titled().select_related("campaign"))
    slug = request.POST.get("campaign", "")
    campaign = get_object_or_404(Campaign, slug=slug) if slug else None
    if not assets:
        messages.warning(request, _("Choose one or more pictures first."))
    else:
        _move(request, assets, campaign)
    page = ("gallery:campaign-detail", slug) if slug else ("gallery:campaign-list",)
    return redirect(safe_next(request, resolve_url(*page)))


def _move(request, assets, campaign):
    try:
        if campaign:
            moved = campaigns.add(assets, campaign, request.user)
            said = ngettext(
                "%(n)d picture belongs to {name} now.",
                "%(n)d pictures belong to {name} now.",
                len(moved.moved),
            ).format(name=campaign)
        else:
            moved = campaigns.take_out(assets, request.user)
            said = ngettext(
                "%(n)d picture was taken out of its campaign.",
                "%(n)d pictures were taken out of their campaigns.",
                len(moved.moved),
            )
    except REFUSALS as error:
        messages.error(request, problems.of(error))
        return
    if moved.moved or not moved.unmoved:
        messages.success(request, count_sentences((len(moved.moved), said)))
    for sentence in dict.fromkeys(problems.of(error) for _asset, error in moved.unmoved):
        messages.warning(request, sentence)


@painter_required
@require_POST
def stray_pass(request, pk):
    """Let a picture pass that strays, with a reason; who keeps the campaign, or an admin."""
    checks = DriftCheck.objects.exclude(campaign=None).select_related("campaign", "asset")
    visible = Asset.objects.visible_to(request.user).filter(pk=pk)
    check = get_object_or_404(checks, asset__in=visible)
    if not check.campaign.is_kept_by(request.user):
        raise PermissionDenied
    why = reasons.in_one_line(request.POST.get("why", ""))
    try:
        drift_guard.dismiss(check, request.user, why)
    except ValueError:
        messages.error(request, _("Write in a few words why it is right all the same."))
    except WrongState:
        messages.info(request, _("This picture does not stray any more, or was let pass already."))
    return redirect(f"{reverse('gallery:campaign-detail', args=[check.campaign.slug])}#strays")


@painter_required
@require_safe
def campaign_report(request, slug):
    """Who downloaded what for which channel and where it was published, as CSV."""
    campaign = get_object_or_404(Campaign, slug=slug)
    content = publications.report_csv(campaign, request.user)
    return send_file(content, f"campaign-{campaign.slug}.csv", "text/csv; charset=utf-8")
