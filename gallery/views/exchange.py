"""Exchange with other studios: signed bundles out and in, and whose signature is believed."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required, designer_required
from brandstudio.core.models import AuditEntry
from brandstudio.core.ui.methods import require_safe_or
from brandstudio.core.ui.once import made_once
from brandstudio.core.ui.serving import send_file
from gallery import problems
from gallery.engine import signing
from gallery.forms.exchange import BundleForm, StudioForm
from gallery.models import StyleVersion, TrustedStudio
from gallery.problems import REFUSALS
from gallery.services import bundles
from gallery.services import studios as acts
from gallery.views.refusals import refuse
from training.models import WeightsForm
from training.services.weights_downloads import note_made

HISTORY_SHOWN = 20


@designer_required
@require_safe
def version_bundle(request, slug, number):
    """The style for another studio of this kind: a zip with a signed list of what is in it."""
    versions = StyleVersion.objects.visible_to(request.user)
    version = get_object_or_404(versions, pack__slug=slug, number=number)
    try:
        file = bundles.signed_bundle(version)
    except REFUSALS as error:
        return refuse(request, error, version)
    note_made(request, version.weights_sha256, WeightsForm.BUNDLE, file)
    return send_file(file, bundles.file_name(version))


@designer_required
@require_safe_or("POST")
@made_once
def bundle_import(request):
    """A bundle of a trusted studio becomes a draft version."""
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (version := _taken_in(form, request.user)):
        messages.success(
            request, _("Imported as a draft. Its strength sheet is being painted now.")
        )
        if version.claim["base"]["sha256"] != version.base.sha256:
            messages.warning(
                request, problems.sentence("bundle-base-other", {"base": version.base.name})
            )
        return redirect(version)
    refusal = form.refusal
    unknown = refusal.facts if refusal and refusal.code == "bundle-signer-unknown" else None
    context = {"form": form, "unknown": unknown}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/bundle_import.html", context, status=status)


def _taken_in(form, person):
    """The version; None where it is refused, which the form then says."""
    fields = form.cleaned_data
    try:
        return bundles.take_in(
            fields["bundle"], fields["base"], person, fields["pack"], fields["changes"]
        )
    except REFUSALS as error:
        form.refuse(error)
        return None


@admin_required
@require_safe_or("POST")
def studios(request):
    """This studio's own key, the studios it trusts, and adding one."""
    initial = {name: request.GET.get(name, "") for name in ("name", "public_key")}
    form = StudioForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            studio = acts.trust(
                form.cleaned_data["name"], form.cleaned_data["public_key"], request.user
            )
        except REFUSALS as error:
            form.add_error("public_key", problems.of(error))
        else:
            messages.success(request, _("Bundles of %(name)s are let in.") % {"name": studio})
            return redirect("gallery:studios")
    context = {"form": form, "studios": TrustedStudio.objects.select_related("added_by")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/studios.html", context | _own_key(), status=status)


def _own_key():
    entries = AuditEntry.objects.filter(subject_kind=TrustedStudio._meta.label_lower)
    shown = {
        "own_name": settings.STUDIO_NAME,
        "history": entries.select_related("actor")[:HISTORY_SHOWN],
    }
    try:
        key = acts.public_key()
    except REFUSALS as error:
        return shown | {"key_problem": problems.of(error)}
    return shown | {"own_key": key, "own_fingerprint": signing.fingerprint(key)}


@admin_required
@require_POST
def studio_remove(request, pk):
    studio = get_object_or_404(TrustedStudio, pk=pk)
    acts.distrust(studio, request.user)
    messages.success(request, _("Bundles of %(name)s are refused from now on.") % {"name": studio})
    return redirect("gallery:studios")
