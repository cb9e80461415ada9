"""The way to a picture without its visible label."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from brandstudio.core.input.choices import chosen
from brandstudio.core.problems import Refused
from brandstudio.core.ui.serving import send_file
from gallery.models import Asset, Channel, MetadataProfile
from gallery.problems import REFUSALS
from gallery.services import originals
from gallery.views import refusals

_LACKING = {"original-why-missing", "original-not-agreed"}  # what the form can still be given


@login_required
@require_POST
def asset_original(request, pk):
    """The file as it was painted, for a reason and by agreement to label it."""
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
    why, agreed = request.POST.get("why", ""), bool(request.POST.get("agreed"))
    profile = chosen(
        request.POST, "metadata", MetadataProfile.values, default=MetadataProfile.EXTERNAL
    )
    channel = None
    if slug := request.POST.get("channel"):
        channel = get_object_or_404(Channel, slug=slug)
    try:
        file = originals.deliver(asset, request.user, why, agreed, profile, channel)
    except REFUSALS as error:
        if isinstance(error, Refused) and error.code in _LACKING:
            return refusals.refuse(request, error, asset)
        return refusals.stays(request, asset, error)
    return send_file(file.content, file.name, file.content_type)
