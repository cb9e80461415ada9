"""Channels as rows that admins change, each change kept."""

from django.db import transaction

from brandstudio.core.models import AuditEntry


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
