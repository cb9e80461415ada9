"""One training picture: its captions so far, its findings and rights; withdrawn and back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import WrongState
from brandstudio.core.ui.withdrawing import withdraw_or_reinstate
from training.models import TrainingImage
from training.pages.image import ImagePage
from training.problems import sentence


@designer_required
@require_safe
def image_detail(request, pk):
    context = {"page": ImagePage(_visible(request, pk), request.user)}
    return render(request, "training/image_detail.html", context)


@designer_required
@require_POST
def image_revert(request, pk):
    """Back to what the caption said before the revision named."""
    image = _visible(request, pk)
    revision = get_object_or_404(image.revisions, pk=parse_id(request.POST.get("revision")))
    try:
        image.restore(revision, by=request.user)
        messages.success(request, _("The caption is back to what it was."))
    except WrongState:
        messages.error(request, sentence("caption-changed-meanwhile", {"name": image.name}))
    return redirect("training:image-detail", image.pk)


@designer_required
@require_POST
def image_withdraw(request, pk):
    """Take a picture's rights back (with a reason), or clear them again (act=reinstate)."""
    image = _visible(request, pk)
    withdraw_or_reinstate(request, image)
    return redirect("training:image-detail", image.pk)


def _visible(request, pk):
    images = TrainingImage.with_removed.visible_to(request.user).select_related("dataset__owner")
    return get_object_or_404(images, pk=pk)
