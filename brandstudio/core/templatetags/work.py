"""What pages say of work that waits for a worker."""

from django import template

from brandstudio.core.queue import work_queue

register = template.Library()


@register.inclusion_tag("_unattended.html")
def unattended(work):
    """A line under work that waits while no worker takes from its queue yet: {% unattended run %}.

    work: a row of a `Work` model, or None, of which nothing is said.
    """
    is_told = work is not None and work.is_waiting and work_queue.is_unattended(work.QUEUE)
    return {"since": work.queued_at, "is_told": is_told} if is_told else {}
