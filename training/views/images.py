"""One training picture: its captions so far, its findings and rights; withdrawn and back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import designer_required
from brandstudio.core.input.acts import one_of
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import WrongState
from training.models import TrainingImage
from training.pages.image import ImagePage
from training.problems import sentence


@designer_required
@require_safe
def image_detail(request, pk):
    context = {"page": ImagePage(_visible(request, pk))}
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
    act = one_of(request.POST.get("act", "withdraw"), {"withdraw", "reinstate"})
    why = " ".join(request.POST.get("why", "").split())[:300]
    try:
        if act == "reinstate":
            image.reinstate(by=request.user)
            messages.success(request, _("The picture's rights are clear again."))
        elif why:
            image.withdraw(by=request.user, why=why)
            messages.success(request, _("Withdrawn. Look at what it has reached."))
        else:
            messages.error(request, _("Write why the picture is withdrawn."))
    except WrongState:
        messages.error(request, _("Somebody else did that a moment ago."))
    return redirect("training:image-detail", image.pk)


def _visible(request, pk):
    images = TrainingImage.with_removed.visible_to(request.user).select_related("dataset__owner")
    return get_object_or_404(images, pk=pk)
