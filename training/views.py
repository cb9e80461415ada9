from django.shortcuts import render
from django.views.decorators.http import require_safe

from brandstudio.core.roles import designer_required
from training.models import Dataset


@designer_required
@require_safe
def dataset_list(request):
    datasets = Dataset.objects.visible_to(request.user).with_counts()
    return render(request, "training/dataset_list.html", {"datasets": datasets})
