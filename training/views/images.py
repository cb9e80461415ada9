"""One training picture: its captions so far, its findings and rights; withdrawn and back."""

from http import HTTPStatus

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import WrongState
from brandstudio.core.ui.trouble import refused
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
    except WrongState:
        said = sentence("caption-changed-meanwhile", {"name": image.name})
        back = reverse("training:image-detail", args=[image.pk])
        return refused(request, said, back, HTTPStatus.CONFLICT)
    messages.success(request, _("The caption is back to what it was."))
    return redirect("training:image-detail", image.pk)


@designer_required
@require_POST
def image_withdraw(request, pk):
    """Take a picture's rights back (with a reason), or clear them again (act=reinstate)."""
    image = _visible(request, pk)
    back = reverse("training:image-detail", args=[image.pk])
    return withdraw_or_reinstate(request, image, back)


def _visible(request, pk):
    images = TrainingImage.with_removed.visible_to(request.user).select_related("dataset__owner")
    return get_object_or_404(images, pk=pk)
