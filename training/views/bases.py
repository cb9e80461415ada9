from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from brandstudio.core.access.roles import designer_required
from brandstudio.core.ui.methods import require_safe_or
from training import problems, services
from training.models import BaseModel


@designer_required
@require_safe_or("POST")
def base_list(request):
    """The base models and where to put more; POST looks at the folder again."""
    if request.method == "POST":
        unusable = services.sync_base_models()
        for code, facts in unusable.values():
            messages.warning(request, problems.sentence(code, facts))
        messages.success(request, _("The folder was read again."))
        return redirect("training:base-list")
    if not BaseModel.objects.exists():
        services.sync_base_models()
    bases = BaseModel.objects.all()
    context = {"bases": bases, "folder": settings.BASE_MODELS_DIR}
    return render(request, "training/base_list.html", context)
