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
from gallery.models import CutoutDraft, Daylight, InitImageUpload, ProductCutout
from gallery.problems import REFUSALS
from gallery.services import cutouts, cutting_out
from gallery.views.refusals import no_file, refuse

STARTS_SHOWN = 60  # the newest of a person's own


@login_required
@require_safe
def vehicle_list(request):
    offered = ProductCutout.objects.filter(is_retired=False)
    other_lights = Prefetch("other_lights", offered.as_the_day_goes())
    cars = offered.first_of_cars().prefetch_related(other_lights)
    context = {
        "vehicles": Vehicle.objects.filter(is_current=True).prefetch_related(
            Prefetch("cutouts", cars)
        ),
        "own": cars.filter(vehicle=None, made_by=request.user),
        "lights": Daylight.choices,
        "starts": InitImageUpload.objects.filter(owner=request.user)[:STARTS_SHOWN],
        "drafts": CutoutDraft.objects.open_to(request.user).select_related("photograph", "vehicle"),
        "is_cutting_off": cutting_out.is_off(),
        "may_add": request.user.is_designer or request.user.is_brand_admin,
    }
    return render(request, "gallery/vehicle_list.html", context)


@designer_required
@require_POST
def cutout_add(request, slug):
    """Take in a cut-out of this vehicle, for everybody."""
    vehicle = get_object_or_404(Vehicle, slug=slug)
    return _take_in(
        request,
        lambda file: cutouts.take_cutout(file, request.user, vehicle),
        lambda cutout: _("{name} can be placed now.").format(name=cutout),
    )


@login_required
@require_POST
def cutout_light(request, pk):
    """Take in the same car in another light; by those who may take it out of the offer."""
    cars = ProductCutout.objects.retirable_by(request.user).first_of_cars()
    first = get_object_or_404(cars, pk=pk)
    sentence = _("{name} is there {light} too: a scene takes the picture of its own light.")
    return _take_in(
        request,
        lambda file: cutouts.take_other_light(file, request.user, first, request.POST.get("light")),
        lambda cutout: sentence.format(name=first, light=cutout.get_light_display()),
    )


def _take_in(request, take, said):
    """Take the sent file in, say so, and go back to the range; else say why not.

    take(file): the ProductCutout. said(cutout): the sentence for it.
    """
    if (file := request.FILES.get("file")) is None:
        return no_file(request, "gallery:vehicle-list")
    try:
        messages.success(request, said(take(file)))
    except REFUSALS as error:
        return refuse(request, error, "gallery:vehicle-list")
    return redirect("gallery:vehicle-list")


@login_required
@require_POST
def cutout_retire(request, pk):
    """Offer a cut-out no longer. Pictures made with it stay as they are."""
    cutout = get_object_or_404(ProductCutout.objects.retirable_by(request.user), pk=pk)
    with suppress(WrongState):  # somebody else did it a moment ago
        cutout.retire(request.user)
    messages.success(request, _("{name} is offered no longer.").format(name=cutout))
    return redirect("gallery:vehicle-list")
