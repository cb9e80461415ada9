"""What every page's frame needs. Nothing is counted until a template asks, so that a fragment
that is polled every two seconds pays for none of it."""

from functools import cache

from django.apps import apps
from django.db.models import Count, Q

from brandstudio.core.models import Work
from brandstudio.core.ui.navigation import rail


def shell(request):
    theme = request.COOKIES.get("theme")
    theme = theme if theme in ("light", "dark") else ""
    frame = {"theme": theme, "other_theme": "light" if theme == "dark" else "dark"}
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return frame
    return {
        **frame,
        "unread_notices": cache(lambda: person.notices.unread().count()),
        "queue": cache(lambda: queue_counts(person)),
        "rail": cache(lambda: rail(person, request.path)),
    }


def queue_counts(person):
    """How much work waits or is under way: {"mine": …, "all": …}, of every kind together:
    pictures, strength sheets, grids, trainings, tasks of datasets, uploads, files."""
    counts = {"mine": 0, "all": 0}
    for model in apps.get_models():
        if not issubclass(model, Work) or not model.OWNER:  # nobody's, such as messages
            continue
        is_mine = Q(**{model.OWNER: person})
        # The few that are pending first: joined to their owners all at once, SQLite begins with
        # the owners' side and looks through every row there is.
        few = model.objects.filter(pk__in=model.objects.pending().order_by().values("pk"))
        pending = few.aggregate(mine=Count("pk", filter=is_mine), all=Count("pk"))
        counts = {name: counts[name] + pending[name] for name in counts}
    return counts
