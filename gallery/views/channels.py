"""Channels: where pictures go and what their files must be there; admins keep them."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from brandstudio.core.access.roles import admin_required
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from brandstudio.core.ui.methods import require_safe_or
from gallery.forms import ChannelForm
from gallery.models import Channel
from gallery.pages.history import history_of
from gallery.services import channels
from gallery.views.refusals import refuse


@login_required
@require_safe
def channel_list(request):
    return render(request, "gallery/channel_list.html", {"channels": Channel.objects.all()})


@admin_required
@require_safe_or("POST")
def channel_new(request):
    return _edit(request, Channel(position=Channel.objects.count()))


@admin_required
@require_safe_or("POST")
def channel_edit(request, slug):
    return _edit(request, get_object_or_404(Channel, slug=slug))


@admin_required
@require_POST
def channel_remove(request, slug):
    """Delete a channel that nothing was made for yet."""
    channel = get_object_or_404(Channel, slug=slug)
    try:
        channels.remove(channel, request.user)
    except Refused as error:
        return refuse(request, error, channel)
    messages.success(request, _("The channel {name} is gone.").format(name=channel))
    return redirect("gallery:channel-list")


def _edit(request, channel):
    form = ChannelForm(request.POST or None, request.FILES or None, instance=channel)
    if request.method == "POST" and form.is_valid():
        try:
            channels.save(form, request.user)
        except WrongState:
            said = _("A colleague changed this channel meanwhile. Look again.")
            return trouble.refused(request, said, request.path, HTTPStatus.CONFLICT)
        messages.success(request, _("Saved: {name}.").format(name=form.instance))
        return redirect("gallery:channel-list")
    context = {
        "form": form,
        "channel": channel if channel.pk else None,
        "history": history_of(channel, 8) if channel.pk else (),
        "may_remove": bool(channel.pk) and not channels.is_used(channel),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "gallery/channel_form.html", context, status=status)
