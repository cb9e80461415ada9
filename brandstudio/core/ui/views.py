"""Views about how the site looks to one person: theme, account, the stylesheet, the style guide."""

from types import SimpleNamespace

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.input.acts import one_of
from brandstudio.core.models import User
from brandstudio.core.ui.context import queue_counts
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.polling import polled
from brandstudio.core.ui.redirects import safe_next
from brandstudio.core.ui.stylesheet import stylesheet

ONE_DAY = 24 * 3600
ONE_YEAR = 365 * ONE_DAY


@require_safe
@gzip_page
def site_css(request, version):
    """The stylesheet; the version in the address lets browsers keep it for ever."""
    text, current = stylesheet()
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    # An old address, from a page loaded before an update, is answered but not kept.
    patch_cache_control(
        response, public=True, immutable=True, max_age=ONE_YEAR if version == current else 0
    )
    return response


@require_safe
def favicon(request):
    """Where browsers look for the icon of what is no page, such as a picture in its own tab."""
    response = redirect(static("mark.svg"))
    patch_cache_control(response, public=True, max_age=ONE_DAY)
    return response


@require_POST
def theme(request):
    """Keep light or dark in a cookie, so that the first paint is already right."""
    name = one_of(request.POST.get("theme"), {"light", "dark", ""})
    response = redirect(safe_next(request, "/"))
    if name:
        response.set_cookie("theme", name, max_age=ONE_YEAR, samesite="Lax")
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _queue_tag(request):
    counts = queue_counts(request.user)
    return f"{counts['mine']}-{counts['all']}"


@login_required
@require_safe
@polled(_queue_tag)
def queue_count(request):
    """The figure in the top bar; an unchanged poll is answered without rendering."""
    return render(request, "_queue_count.html")


class AccountForm(GuardedModelForm):
    class Meta:
        model = User
        fields = ["last_name", "first_name", "email", "email_notices"]


@login_required
@require_safe_or("POST")
def account(request):
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("core:account")
    status = 422 if form.errors else 200
    return render(request, "core/account.html", {"form": form}, status=status)


class SampleForm(forms.Form):
    """The form of the style guide: one field of each kind, one of them refused."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("Six characters or fewer read best.")
    )
    limit = forms.FloatField(label=gettext_lazy("Greatest strength"), max_value=0.85)
    base = forms.ChoiceField(
        label=gettext_lazy("Base model"),
        choices=[("studio-mini", "studio-mini"), ("sd15", "SD 1.5")],
    )
    notes = forms.CharField(label=gettext_lazy("Notes"), required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label=gettext_lazy("The rights of every picture are settled"))


@login_required
@require_safe
def style_guide(request):
    """Every component with realistic content: to try out and as documentation."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    sample = {"name": "岭南水墨", "limit": "0.95", "base": "sd15", "agree": "on"}
    version = SimpleNamespace(
        pack="岭南水墨",
        strength_min=0.45,
        strength_max=0.85,
        best_min=0.55,
        best_max=0.75,
        strength=0.65,
    )
    context = {
        "form": SampleForm(sample),
        "version": version,
        "page": Paginator(range(240), 24).page(3),
        "problem": SimpleNamespace(
            sentence=_("This picture needs more memory than the card has free."),
            url="#",
            act=_("Try again"),
        ),
        "pictures": range(1, 7),
    }
    return render(request, "style_guide.html", context)
