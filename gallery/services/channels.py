"""Channels as rows that admins change, each change kept."""

from django.db import router, transaction
from django.db.models import ProtectedError
from django.db.models.deletion import Collector

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused


@transaction.atomic
def save(form, by):
    """Store a valid ChannelForm, with a row of the history if anything changed.

    Raises WrongState for a row that is gone meanwhile.
    """
    is_new = form.instance._state.adding
    before = {name: str(form.initial.get(name, "")) for name in form.changed_data}
    channel = form.save()
    if is_new or form.changed_data:
        after = {name: str(form.cleaned_data.get(name)) for name in before if name != "profile"}
        source, target = ("", "added") if is_new else ("changed", "changed")
        facts = {"after": after} if is_new else {"before": before, "after": after}
        AuditEntry.objects.record(channel, source, target, by=by, **facts)
    return channel


@transaction.atomic
def remove(channel, by):
    """Delete a channel that nothing was ever made for. Raises Refused: channel-used."""
    AuditEntry.objects.record(channel, "", "deleted", by=by, name=str(channel))
    try:
        channel.delete()
    except ProtectedError as error:
        raise Refused("channel-used", name=str(channel)) from error


def is_used(channel):
    """Whether a picture, a file, a poster or a campaign keeps the channel."""
    try:
        Collector(using=router.db_for_write(type(channel)), origin=channel).collect([channel])
    except ProtectedError:
        return True
    return False
