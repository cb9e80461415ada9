"""What a person puts on one picture: that it is a favourite, tags, stars."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.problems import Refused
from gallery.models import Asset, Favourite
from gallery.models.rating import FEWEST, MOST_STARS
from gallery.pages import results
from gallery.services import marks
from gallery.views.refusals import refuse

STARS = tuple(str(stars) for stars in range(FEWEST, MOST_STARS + 1))


@login_required
@require_POST
def asset_favourite(request, pk):
    """A favourite of mine, or not any more. Back to where it was pressed."""
    asset = _seen(request, pk)
    if Favourite.objects.filter(asset=asset, person=request.user).exists():
        marks.unlike([asset], request.user)
    else:
        marks.like([asset], request.user)
    if request.POST.get("next") == "create":
        if request.htmx:
            context = {"results": results.results_of(request.user)}
            return render(request, "gallery/_results.html", context)
        return redirect(f"{reverse('gallery:create')}#results")
    if "query" in request.POST:
        return redirect(f"{reverse('gallery:asset-list')}?{request.POST['query']}#asset-{asset.pk}")
    return redirect(asset)


@login_required
@require_POST
def asset_tags(request, pk):
    """Put tags on a picture, or take one off: gone=…, its number."""
    asset = _seen(request, pk)
    if gone := asset.tags.filter(pk=parse_id(request.POST.get("gone"))).first():
        marks.untag(asset, gone, request.user)
        return redirect(f"{asset.get_absolute_url()}#marks")
    try:
        marks.tag([asset], marks.tags_of(request.POST.get("tags", "")), request.user)
    except Refused as error:
        return refuse(request, error, asset)
    return redirect(f"{asset.get_absolute_url()}#marks")


@login_required
@require_POST
def asset_stars(request, pk):
    """Give a picture one's stars; none takes them back."""
    asset = _seen(request, pk)
    stars = one_of(request.POST.get("stars"), ("", *STARS))
    marks.rate(asset, request.user, int(stars) if stars else None)
    return redirect(f"{asset.get_absolute_url()}#marks")


def _seen(request, pk):
    return get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
