from django.shortcuts import render
from django.views.decorators.http import require_safe

from brandstudio.core.roles import admin_required, marketer_required
from gallery.models import StyleVersion


@marketer_required
@require_safe
def create(request):
    return render(request, "gallery/create.html")


@admin_required
@require_safe
def review(request):
    return render(request, "gallery/review.html", {"versions": StyleVersion.objects.in_review()})
