"""Pairs of packs: which may be mixed, the grid they were tested by, and the decision."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.polling import polled
from gallery import problems
from gallery.forms import PairForm
from gallery.models import PackPair, PairGrid, StyleVersion
from gallery.pages import pairs as shown
from gallery.pages.history import history_of
from gallery.problems import REFUSALS
from gallery.services import pairs
from gallery.views.refusals import refuse


@login_required
@require_safe
def pair_list(request):
    """All pairs, or those of one pack (?pack=ink)."""
    every = shown.every_pair(request.GET.get("pack", ""))
    return render(request, "gallery/pair_list.html", {"pairs": every})


@login_required
@require_safe
def pair_detail(request, first, second):
    return _page(request, _pair(request, first, second), PairForm())


def _page(request, pair, form):
    context = {
        "pair": shown.with_limit(pair),
        "form": form,
        "history": history_of(pair, 12) if pair.pk else [],
        "is_own": request.user.pk in pair.author_ids,
        "fingerprint": _fingerprint(pair),
        **shown.grid_of(pair),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/pair_detail.html", context, status=status)


@login_required
@require_safe
@polled(lambda request, first, second: _tag(_pair(request, first, second)))
def pair_fragment(request, first, second):
    """The grid; polled while it is being painted."""
    pair = _pair(request, first, second)
    return render(request, "gallery/_pair_grid.html", {"pair": pair, **shown.grid_of(pair)})


@designer_required
@require_POST
def pair_test(request, first, second):
    """Order the pair's grid, or let one that failed be painted again."""
    pair = _pair(request, first, second)
    try:
        pairs.order_test(pair, request.user)
    except REFUSALS as error:
        return refuse(request, error, pair)
    else:
        messages.success(request, _("The pair's grid is being painted now."))
    return redirect(pair)


@admin_required
@require_safe_or("POST")
def pair_decide(request, first, second):
    """May the two be mixed, and how strong? A refused decision shows the page with its sentence."""
    pair = _pair(request, first, second)
    if request.method != "POST":
        return redirect(pair)
    form = PairForm(request.POST)
    if request.POST.get("seen") != _fingerprint(pair):
        form.add_error(None, problems.sentence("decided-already"))
    elif form.is_valid():
        try:
            _decide(pair, form.cleaned_data, request.user)
        except REFUSALS as error:
            field = {"pair-reason": "reason", "pair-limit-too-great": "percent"}.get(error.code)
            form.add_error(field, problems.of(error))
        else:
            messages.success(request, _("Decided. Every order is held to it from now on."))
            return redirect(pair)
    return _page(request, _pair(request, first, second), form)


def _decide(pair, decision, by):
    if decision["decision"] == "forbid":
        pairs.forbid(pair, by, decision["reason"])
        return
    percent = decision["percent"]
    pairs.allow(pair, by, None if percent is None else percent / 100, decision["reason"])


def _pair(request, first, second):
    """The pair of two versions that this person may see; 404 for what can't be mixed."""
    versions = StyleVersion.objects.visible_to(request.user).select_related("pack", "base")
    one, other = (get_object_or_404(versions, pk=pk) for pk in (first, second))
    if one.base_id != other.base_id or one.pack_id == other.pack_id:
        raise Http404
    return PackPair.objects.of(one, other)


def _fingerprint(pair):
    """Differs once somebody has decided."""
    return pair.decided_at.isoformat() if pair.decided_at else pair.state


def _tag(pair):
    row = PairGrid.objects.filter(pair=pair.pk).values_list("pk", "state", "done").first()
    return "-".join(map(str, row)) if row else None
