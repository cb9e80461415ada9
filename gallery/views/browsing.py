"""The style library as one browses it: the list, two versions side by side, tags and ratings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.forms import RatingForm, TagsForm
from gallery.models import StylePack, StyleVersion
from gallery.pages import browsing as pages
from gallery.pages.version_diff import version_diff
from gallery.services import browsing, library, rating, tagging

PER_PAGE = 24


@login_required
@require_safe
def pack_list(request):
    """Cards of the packs; words and filters stand in the address."""
    query = request.GET
    words = query.get("q", "").strip()
    listing = browsing.browse(request.user, words, pages.chosen_in(query))
    page = Paginator(listing.entries, PER_PAGE).get_page(query.get("page"))
    context = {
        "page": page,
        "versions": browsing.cards_of(page.object_list),
        "total": listing.total,
        "facets": pages.facets_of(listing),
        "chips": pages.chips_of(listing, query),
        "translations": listing.translations,
        "words": words,
    }
    return render(request, "gallery/pack_list.html", context)


@login_required
@require_safe
def version_differences(request, slug):
    """Two versions of a pack side by side: ?a=1&b=2, their numbers; else the two newest."""
    versions = list(
        StyleVersion.objects.visible_to(request.user)
        .filter(pack__slug=slug)
        .select_related("pack", "base", "checkpoint__run__snapshot")
        .prefetch_related("images")
        .order_by("-number")
    )
    if not versions:
        raise Http404
    pair = _pair(request.GET, versions)
    context = {"pack": versions[0].pack, "versions": versions, "pair": pair}
    if pair:
        older, newer = (library.prepared(version) for version in pair)
        context |= {
            "older": older,
            "newer": newer,
            "diff": version_diff(older, newer, request.user),
        }
    return render(request, "gallery/version_differences.html", context)


def _pair(query, versions):
    """The two that were asked for, the older first; None for a pack with one version only."""
    if "a" not in query and "b" not in query:
        return versions[1::-1] if len(versions) > 1 else None
    by_number = {version.number: version for version in versions}
    pair = [by_number.get(parse_id(query.get(name))) for name in ("a", "b")]
    if None in pair:
        raise Http404
    return sorted(pair, key=lambda version: version.number)


@login_required
@require_POST
def pack_tags(request, slug):
    """Change by which words a pack is listing."""
    visible = StyleVersion.objects.visible_to(request.user)
    pack = get_object_or_404(StylePack.objects.filter(versions__in=visible).distinct(), slug=slug)
    form = TagsForm(request.POST)
    try:
        if form.is_valid():
            tagging.set_tags(pack, request.user, form.cleaned_data["tags"])
            messages.success(request, _("Saved."))
        else:
            messages.error(request, form.errors["tags"][0])
    except Refused as error:
        messages.error(request, problems.of(error))
    return redirect(pack)


@login_required
@require_POST
def version_rate(request, slug, number):
    """Give one's stars, change them, or take them back (act=take-back)."""
    visible = StyleVersion.objects.visible_to(request.user).select_related("pack")
    version = get_object_or_404(visible, pack__slug=slug, number=number)
    if one_of(request.POST.get("act"), ("", "take-back")):
        rating.take_back(version, request.user)
        messages.success(request, _("Your rating is taken back."))
        return redirect(version)
    form = RatingForm(request.POST)
    try:
        if form.is_valid():
            rating.rate(version, request.user, **form.cleaned_data)
            messages.success(request, _("Thank you: your rating stands with the style."))
        else:
            messages.error(request, next(iter(form.errors.values()))[0])
    except Refused as error:
        messages.error(request, problems.of(error))
    return redirect(version)
