"""Large files, which a worker makes: ordered once, then downloads like any other."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brandstudio.core.ui.serving import send_file
from gallery.models import Asset, ChannelFile
from gallery.problems import REFUSALS
from gallery.services import channel_files
from gallery.views import refusals


@login_required
@require_safe
def large_file(request, pk):
    """A large file that is ready, as a download."""
    visible = Asset.objects.visible_to(request.user)
    row = get_object_or_404(ChannelFile.objects.filter(asset__in=visible), pk=pk)
    if not row.is_ready:
        return redirect(row.asset)
    try:
        labelled = channel_files.deliver(row, request.user)
    except REFUSALS as error:
        if error.code == "file-stale":
            return refusals.refuse(request, error, row.poster or row.asset)
        return refusals.stays(request, row.asset, error)
    return send_file(labelled.content, labelled.name, labelled.content_type)


def large_or_ordered(request, row, page):
    """The ChannelFile that was asked for, where it is there; else a word, on its page."""
    if row.is_ready:
        return redirect("gallery:large-file", row.pk)
    messages.success(request, _("The large file is being made; it appears here."))
    return redirect(page)
