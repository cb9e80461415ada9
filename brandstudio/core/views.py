import math
from http import HTTPStatus

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brandstudio.core.access import first_admin
from brandstudio.core.forms import FirstPasswordForm, SignInForm
from brandstudio.core.models import AuditEntry, WrongState
from brandstudio.core.ui.methods import require_safe_or


class SignIn(LoginView):
    """The door. After too many wrong passwords it answers 429 and says when to come back."""

    template_name = "core/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.until:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            seconds = math.ceil((form.until - timezone.now()).total_seconds())
            response.headers["Retry-After"] = str(max(1, seconds))
        return response


@require_safe
def admin_door(request):
    """The admin pages have no door of their own, with no throttle: the site's is theirs."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse_lazy('core:sign-in')}?{request.META.get('QUERY_STRING', '')}")


@admin.site.admin_view
def view_on_site(request, content_type_id, object_id):
    """From a row in the admin pages to its own page, where its admin class says that it has one."""
    kind = get_object_or_404(ContentType, pk=content_type_id).model_class()
    if admin.site.is_registered(kind) and not admin.site.get_model_admin(kind).view_on_site:
        raise Http404
    return shortcut(request, content_type_id, object_id)


class Welcome(PasswordResetConfirmView):
    """The one-time link of the first admin, who chooses a password here and is signed in."""

    template_name = "core/welcome.html"
    form_class = FirstPasswordForm
    post_reset_login = True
    success_url = reverse_lazy("core:home")

    def get_user(self, uidb64):
        return super().get_user(uidb64) if first_admin.is_missing() else None

    def form_valid(self, form):
        try:
            response = super().form_valid(form)
        except WrongState:
            messages.error(self.request, _("This link was used a moment ago. Sign in instead."))
            return redirect("core:sign-in")
        AuditEntry.objects.record(self.user, "", "password chosen", by=self.user, why="first admin")
        return response


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
@require_safe_or("POST")
def notices(request):
    if request.method == "POST":
        request.user.notices.mark_read()
        return redirect("core:notices")
    return render(request, "core/notices.html", {"notices": request.user.notices.all()[:100]})
