"""The range: each vehicle with the cut-outs of the real car that scenes are painted around."""

from contextlib import suppress

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.models import Vehicle, WrongState
from gallery import problems
from gallery.models import InitImageUpload, ProductCutout
from gallery.services import sources

STARTS_SHOWN = 60  # the newest of a person's own


@login_required
@require_safe
def vehicle_list(request):
    offered = ProductCutout.objects.filter(is_retired=False)
    context = {
        "vehicles": Vehicle.objects.filter(is_current=True).prefetch_related(
            Prefetch("cutouts", offered)
        ),
        "own": offered.filter(vehicle=None, made_by=request.user),
        "starts": InitImageUpload.objects.filter(owner=request.user)[:STARTS_SHOWN],
        "may_add": request.user.is_designer or request.user.is_brand_admin,
    }
    return render(request, "gallery/vehicle_list.html", context)


@designer_required
@require_POST
def cutout_add(request, slug):
    """Take in a cut-out of this vehicle, for everybody."""
    vehicle = get_object_or_404(Vehicle, slug=slug)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("Choose a file first."))
        return redirect("gallery:vehicle-list")
    try:
        cutout = sources.take_cutout(file, request.user, vehicle)
    except problems.REFUSALS as error:
        messages.error(request, problems.of(error))
    else:
        messages.success(request, _("{name} can be placed now.").format(name=cutout))
    return redirect("gallery:vehicle-list")


@login_required
@require_POST
def cutout_retire(request, pk):
    """Offer a cut-out no longer. Pictures made with it stay as they are."""
    cutout = get_object_or_404(ProductCutout.objects.retirable_by(request.user), pk=pk)
    with suppress(WrongState):  # somebody else did it a moment ago
        cutout.retire(request.user)
    return redirect("gallery:vehicle-list")
