"""The brand kit: logos, fonts, colours, lines of law, the label and the limits, kept by admins."""

from http import HTTPStatus

from django.contrib import messages
from django.forms import ModelForm
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, painter_required
from brandstudio.core.models import BrandKit, WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.serving import serve_blob
from gallery.forms.brand import BrandKitForm, ColourForm, FontForm, LegalLineForm, LogoForm
from gallery.models import BrandColour, BrandFont, BrandLogo, LegalLine
from gallery.pages import offers
from gallery.services import brand as acts
from gallery.views.refusals import refuse

HISTORY_SHOWN = 20
_FORMS: dict[str, type[ModelForm]] = {
    "logo": LogoForm,
    "font": FontForm,
    "colour": ColourForm,
    "line": LegalLineForm,
}


@admin_required
@require_safe_or("POST")
def brand_kit(request):
    """The whole kit, and the change of what stands in its one row."""
    form = BrandKitForm(request.POST or None, instance=BrandKit.objects.current())
    if request.method == "POST" and form.is_valid():
        try:
            acts.save_kit(form, request.user)
        except WrongState:
            return refuse(request, Refused("kit-changed"), "gallery:brand")
        messages.success(request, _("Saved."))
        return redirect("gallery:brand")
    return _page(request, form, {})


@admin_required
@require_POST
def brand_add(request, kind):
    """Add a piece. kind: of `services.brand.KINDS`."""
    if kind not in _FORMS:
        raise Http404
    form = _FORMS[kind](request.POST, request.FILES, prefix=kind)
    if form.is_valid():
        item = acts.add(form, request.user)
        # A legal line brings its own full stop.
        messages.success(request, _("Added: {name}.").format(name=str(item).rstrip("。.")))
        return redirect(f"{reverse('gallery:brand')}#h-{kind}")
    return _page(request, BrandKitForm(instance=BrandKit.objects.current()), {kind: form})


@admin_required
@require_POST
def brand_offer(request, kind, pk):
    """Take a piece away (act=take), or offer it again (act=offer)."""
    item = get_object_or_404(_model(kind), pk=pk)
    is_offered = request.POST.get("act") == "offer"
    try:
        acts.offer(item, request.user, is_offered)
    except WrongState:
        code = "piece-offered" if is_offered else "piece-taken"
        return refuse(request, Refused(code, name=str(item)), "gallery:brand")
    return redirect(f"{reverse('gallery:brand')}#h-{kind}")


@painter_required
@require_safe
def logo_image(request, pk):
    """The logo itself, as it was brought."""
    logo = get_object_or_404(BrandLogo, pk=pk)
    return serve_blob(request, logo.sha256, content_type="image/png")


def _model(kind):
    if kind not in acts.KINDS:
        raise Http404
    return acts.KINDS[kind]


def _page(request, form, refused):
    context = {
        "form": form,
        "forms": {kind: refused.get(kind) or make(prefix=kind) for kind, make in _FORMS.items()},
        "logos": BrandLogo.objects.all(),
        "fonts": BrandFont.objects.all(),
        "colours": BrandColour.objects.all(),
        "lines": LegalLine.objects.all(),
        "is_demo_code": acts.is_demo_code(),
        "signing_fault": offers.why_nothing_leaves(),
        "history": acts.history(HISTORY_SHOWN),
    }
    is_refused = form.errors or refused
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "gallery/brand.html", context, status=status)
