"""The list of pictures, what is done to several of them, and two beside each other."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id, parse_ids
from brandstudio.core.problems import Refused
from brandstudio.core.ui.redirects import led_to
from gallery.models import Asset, AssetState, Board, SavedFilter
from gallery.pages import asset_list as pages
from gallery.pages.compare import differences
from gallery.services import boards, deliveries, finding, saved_filters, together
from gallery.views import refusals
from gallery.views.choosing import chosen_assets


@login_required
@require_safe
def asset_list(request):
    """All finished pictures this person may see; filters stand in the address."""
    query, person = request.GET, request.user
    listing = finding.find(person, query)
    fields = pages.fields_of(listing, person)
    context = {
        "page": pages.stretch_of(listing.assets, query, person, number=listing.number),
        "finding": listing,
        "days": pages.day_names(listing.days),
        "fields": fields,
        "more_chosen": any(field.is_chosen for field in fields if field.is_more),
        "chips": pages.chips_of(listing, query, person),
        "board": _board_of(query, person),
        "boards": Board.objects.visible_to(person),
        "saved": person.saved_filters.all(),
        "query": query.urlencode(),
        "most_together": together.MOST,
        "is_bin": bool(query.get("bin")),
        "bin_days": settings.BIN_DAYS,
    }
    return render(request, "gallery/asset_list.html", context)


def _board_of(query, person):
    """The one board that the list is narrowed to, or None."""
    keys = parse_ids(query.getlist("board"))
    return Board.objects.visible_to(person).filter(pk=keys[0]).first() if len(keys) == 1 else None


PLAIN = {  # name of a button → what it does to the pictures
    "like": together.like,
    "unlike": together.unlike,
    "ask": together.ask,
    "discard": together.discard,
    "restore": together.restore,
}
WITH_MORE = ("tag", "lay-on", "take-off", "deliver", "compare")
WRITTEN = "written"  # Enter in one of the bar's fields: what is written there tells the act


@login_required
@require_POST
def assets_together(request):
    """One act for the pictures chosen: the button's. What became of them is told in messages."""
    data, person = request.POST, request.user
    act = one_of(data.get("act"), (*PLAIN, *WITH_MORE, WRITTEN))
    if act == WRITTEN:
        act = "lay-on" if data.get("new_board", "").strip() else "tag"
    if act in ("deliver", "compare"):
        return _lead_on(request, act, chosen_assets(person, data, deliveries.MOST_IMAGES))
    chosen = chosen_assets(person, data, together.MOST, of_bin=act == "restore")
    back = _back_to(data)
    if not chosen.assets:
        messages.warning(request, _("Choose one or more pictures first."))
        return led_to(request, back)
    try:
        outcome = _done(act, chosen.assets, person, data)
    except Refused as error:
        return refusals.refuse(request, error, back)
    _tell(request, outcome, chosen)
    return led_to(request, back)


def _back_to(data):
    """Where the act was asked for: the create page's results, else the list as it was narrowed."""
    if data.get("next") == "create":
        return refusals.results_address()
    return f"{reverse('gallery:asset-list')}?{data.get('query', '')}"


def _done(act, assets, person, data):
    """The Outcome of an act. Raises Refused."""
    if act in PLAIN:
        return PLAIN[act](assets, person)
    if act == "tag":
        return together.tag(assets, person, data.get("tags", ""))
    board = Board.objects.visible_to(person).filter(pk=parse_id(data.get("board"))).first()
    if act == "take-off" and board:
        return together.take_off(assets, person, board)
    if act == "lay-on" and data.get("new_board", "").strip():
        board = boards.make(person, data["new_board"])
    if board is None:
        raise Refused("board-missing")
    return together.lay_on(assets, person, board)


def _tell(request, outcome, chosen):
    if outcome.done:
        messages.success(request, outcome.done)
    for why, count in outcome.unchanged.items():
        said = ngettext("%(n)d stays as it is: %(why)s", "%(n)d stay as they are: %(why)s", count)
        messages.warning(request, said % {"n": count, "why": why})
    if (rest := chosen.count - len(chosen.assets)) > 0:
        said = ngettext(
            "%(n)d more was left out: one act takes at most %(most)d, so do it again.",
            "%(n)d more were left out: one act takes at most %(most)d, so do it again.",
            rest,
        )
        messages.warning(request, said % {"n": rest, "most": together.MOST})


def _lead_on(request, act, chosen):
    """To the page that goes on with these pictures."""
    route = "gallery:deliver" if act == "deliver" else "gallery:asset-compare"
    query = urlencode([("pick", asset.pk) for asset in chosen.assets])
    return led_to(request, f"{reverse(route)}?{query}")


@login_required
@require_safe
def asset_compare(request):
    """Two pictures, one over the other, and only the settings that differ."""
    visible = Asset.objects.visible_to(request.user).filter(state=AssetState.READY)
    pks = parse_ids(request.GET.getlist("pick"))[:2]
    rows = visible.titled().select_related("scene__channel").in_bulk(pks)
    pair = [rows[pk] for pk in pks if pk in rows]
    if len(pair) < 2:
        messages.warning(request, _("Choose two pictures to compare."))
        return redirect("gallery:asset-list")
    context = {
        "first": pair[0],
        "second": pair[1],
        "differences": differences(*pair),
        "zooms": (1, 2, 4, 8),
    }
    return render(request, "gallery/asset_compare.html", context)


@login_required
@require_POST
def filter_save(request):
    """Keep what narrows the list under a name."""
    query = request.POST.get("query", "")
    try:
        saved = saved_filters.save(request.user, request.POST.get("name", ""), query)
    except Refused as error:
        return refusals.refuse(request, error, f"{reverse('gallery:asset-list')}?{query}")
    messages.success(request, _("Saved."))
    return redirect(saved)


@login_required
@require_safe
def saved_filter(request, pk):
    """On to the list as a filter narrows it, its maker's or a colleague's."""
    saved = get_object_or_404(SavedFilter, pk=pk)
    return redirect(f"{reverse('gallery:asset-list')}?{saved.query}")


@login_required
@require_POST
def filter_forget(request, pk):
    """One's own filter goes; the pictures stay."""
    if not request.user.saved_filters.filter(pk=pk).delete()[0]:
        raise Http404
    return redirect(f"{reverse('gallery:asset-list')}?{request.POST.get('query', '')}")
