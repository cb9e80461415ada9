"""Where a picture was published: noted by those who may have its files."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from brandstudio.core.access.roles import painter_required
from brandstudio.core.problems import Refused
from brandstudio.core.ui.methods import require_safe_or
from gallery import problems
from gallery.forms import PublicationForm
from gallery.models import Asset, Publication
from gallery.pages import offers
from gallery.services import publications


@painter_required
@require_safe_or("POST")
def publication_new(request, pk):
    """Note where a file of this picture was published, or say that none has left yet."""
    visible = Asset.objects.visible_to(request.user).titled().select_related("campaign")
    asset = get_object_or_404(visible, pk=pk)
    files = publications.files_that_left(asset)
    hosts = {request.get_host().partition(":")[0].casefold()}
    form = PublicationForm(request.POST or None, files=files, hosts=hosts)
    if request.method == "POST" and form.is_valid():
        try:
            publications.note(form, request.user)
        except Refused as error:
            form.add_error(None, problems.of(error))
        else:
            messages.success(request, _("Noted where it was published."))
            return redirect(asset)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "asset": asset, "has_files": files.exists()}
    context["beyond"] = offers.beyond_rights(asset, files)
    return render(request, "gallery/publication_form.html", context, status=status)


@painter_required
@require_POST
def publication_remove(request, pk):
    """Take back a publication that was noted wrongly: its writer, the campaign's keeper, admins."""
    rows = Publication.objects.select_related("download__asset__campaign")
    rows = rows.filter(download__asset__in=Asset.objects.visible_to(request.user))
    row = get_object_or_404(rows, pk=pk)
    asset = row.download.asset
    keeps = asset.campaign is not None and asset.campaign.is_kept_by(request.user)
    if not (row.by_id == request.user.pk or request.user.is_brand_admin or keeps):
        raise PermissionDenied
    publications.take_back(row, request.user)
    messages.success(request, _("Taken back. The history keeps it."))
    return redirect(asset)
