"""What was made with a training picture, for those who must act when it is withdrawn."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from brandstudio.core.access.roles import designer_required
from gallery.pages.downstream import downstream_of
from training.models import Dataset


@designer_required
@require_safe
def image_downstream(request, dataset_pk, sha256):
    """Known by its hash, since the picture may have been taken out of the dataset since."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), pk=dataset_pk)
    downstream = downstream_of(sha256, request.user)
    here = [i for i in downstream.images if i.dataset_id == dataset.pk]
    if not here and not any(s.dataset_id == dataset.pk for s in downstream.snapshots):
        raise Http404
    context = {"dataset": dataset, "downstream": downstream, "image": here[0] if here else None}
    return render(request, "gallery/downstream.html", context)
