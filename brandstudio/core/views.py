from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe


@login_required
@require_safe
def home(request):
    """Each person begins where their work is."""
    person = request.user
    if person.is_brand_admin:
        return redirect("gallery:review")
    if person.is_designer:
        return redirect("training:dataset-list")
    return redirect("gallery:create")


@login_required
@require_http_methods(["GET", "POST"])
def notices(request):
    if request.method == "POST":
        request.user.notices.mark_read()
        return redirect("core:notices")
    return render(request, "core/notices.html", {"notices": request.user.notices.all()[:100]})
