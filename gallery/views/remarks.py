"""Remarks pinned to pictures under review: assets, and those of a style's strength sheet."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from brandstudio.core.access.roles import admin_required
from brandstudio.core.input import lengths
from brandstudio.core.input.numbers import parse_number
from brandstudio.core.problems import Refused
from gallery.models import Asset, EvidenceImage, Remark
from gallery.services import remarks
from gallery.views.refusals import refuse


@admin_required
@require_POST
def asset_pin(request, pk):
    """Pin a remark to a point of an asset: ?x and y in percent, as its page shows it."""
    return _pin(request, get_object_or_404(Asset.objects.visible_to(request.user), pk=pk))


@admin_required
@require_POST
def evidence_pin(request, pk):
    """As `asset_pin`, of a picture of a style's strength sheet."""
    return _pin(request, get_object_or_404(EvidenceImage.objects.select_related("version"), pk=pk))


def _pin(request, image):
    x, y = (parse_number(request.POST.get(name), -1) / 100 for name in ("x", "y"))
    longest = Remark._meta.get_field("text").max_length
    text = lengths.within(request.POST.get("text", ""), longest)
    try:
        remarks.pin(image, request.user, x, y, text)
    except Refused as error:
        return refuse(request, error, _review_of(image))
    return redirect(_review_of(image))


@admin_required
@require_POST
def unpin(request, pk):
    """Take one's own remark off again."""
    rows = Remark.objects.select_related("asset", "evidence__version")
    remark = get_object_or_404(rows, pk=pk)
    try:
        remarks.unpin(remark, request.user)
    except Refused as error:
        return refuse(request, error, _review_of(remark.image))
    return redirect(_review_of(remark.image))


def _review_of(image):
    """The address of the review that shows a picture."""
    if isinstance(image, Asset):
        query = f"item=asset-{image.pk}"
    else:
        query = f"item=version-{image.version_id}&picture={image.pk}"
    return f"{reverse('gallery:review')}?{query}"
