"""The style library as one browses it: the list, two versions side by side, tags and ratings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.polling import polled
from gallery.forms import RatingForm, TagsForm
from gallery.models import StylePack, StyleVersion
from gallery.pages import browsing as pages
from gallery.pages import evidence as evidence_page
from gallery.pages import version_rows
from gallery.pages.version_diff import beside, version_diff
from gallery.services import browsing, evidence, rating, search, tagging
from gallery.views.refusals import refuse

PER_PAGE = 24


@login_required
@require_safe
def pack_list(request):
    """Cards of the packs; words and filters stand in the address."""
    query = request.GET
    words = query.get("q", "").strip()
    problem = search.too_long(words)
    listing = browsing.browse(request.user, "" if problem else words, pages.chosen_in(query))
    page = Paginator([] if problem else listing.entries, PER_PAGE).get_page(query.get("page"))
    context = {
        "page": page,
        "versions": browsing.cards_of(page.object_list),
        "total": listing.total,
        "facets": pages.facets_of(listing),
        "chips": pages.chips_of(listing, query),
        "translations": listing.translations,
        "words": words,
        "search_problem": problem,
    }
    return render(request, "gallery/pack_list.html", context)


@login_required
@require_safe
@polled(lambda request, slug: version_rows.tag_of(request.user, slug))
def pack_card(request, slug):
    """One card of the list, polled while the pictures of its version are being painted."""
    entries = browsing.browse(request.user).entries
    cards = browsing.cards_of([entry for entry in entries if entry.pack.slug == slug])
    if not cards:
        raise Http404
    return render(request, "gallery/_pack_card.html", {"version": cards[0]})


@login_required
@require_safe
@polled(lambda request, slug, number: version_rows.tag_of(request.user, slug))
def version_list(request, slug, number):
    """The versions of a pack beside the one looked at, polled while a sheet is being painted."""
    listed = version_rows.listed(request.user, slug)
    version = next((row for row in listed["versions"] if row.number == number), None)
    if version is None:
        raise Http404
    return render(request, "gallery/_versions.html", {"version": version, **listed})


@login_required
@require_safe
def version_compare(request):
    """Two versions, of one pack or of two, ours or from elsewhere: ?a=3&b=5, their keys."""
    choices = list(
        StyleVersion.objects.visible_to(request.user)
        .select_related("pack", "base", "sheet", "checkpoint__run__snapshot")
        .order_by("pack__slug", "-number")
    )
    first, second = (_chosen(request, choices, name) for name in "ab")
    context = {"choices": choices, "chosen": (first, second)}
    if first and second:
        prefetch_related_objects([first, second], "images")
        context |= {
            "sides": [
                {"version": one, "evidence": evidence_page.of_version(one, request.user)}
                for one in (first, second)
            ],
            "diff": version_diff(first, second, request.user),
            "beside": beside(first, second),
            "are_read_alike": evidence.reading_of(first) == evidence.reading_of(second),
        }
    return render(request, "gallery/version_compare.html", context)


def _chosen(request, choices, name):
    pk = parse_id(request.GET.get(name))
    return next((version for version in choices if version.pk == pk), None)


@login_required
@require_safe
def pack_versions(request, slug):
    """On to the comparison of two versions of a pack: ?a=1&b=2, their numbers; else the newest."""
    versions = StyleVersion.objects.visible_to(request.user).filter(pack__slug=slug)
    by_number = dict(versions.order_by("number").values_list("number", "pk"))
    if not by_number:
        raise Http404
    asked = [parse_id(request.GET[name]) for name in "ab" if name in request.GET]
    pair = [pk for number, pk in by_number.items() if number in asked]
    if not set(asked) <= by_number.keys():
        raise Http404
    query = urlencode(dict(zip("ab", pair or [*by_number.values()][-2:], strict=False)))
    return redirect(f"{reverse('gallery:version-compare')}?{query}")


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
            return trouble.refused_form(request, form, pack)
    except Refused as error:
        return refuse(request, error, pack)
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
            return trouble.refused_form(request, form, version)
    except Refused as error:
        return refuse(request, error, version)
    return redirect(version)
