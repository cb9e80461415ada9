"""Whose row a worker takes next: by priority, and within one priority people in turns.

Every row gets a turn's number when it is queued: one more than the same person's last, but no less
than the number that is being served. So whoever asks for one picture while a colleague waits for
twenty is served after the next, and two who wait for twenty each are served alternately. The order
is the rows' own (`WorkQuerySet.in_turn`); Redis is brought in line with it when a worker looks for
work (`queue.bring_forward`).
"""

from functools import reduce
from heapq import merge
from itertools import islice

from django.apps import apps
from django.db.models import Max, Min, Q

from brandstudio.core.models import Work


def models_of(queue_name):
    """Every model whose rows are carried out from this queue."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Work) and model.JOB and queue_name == model.QUEUE
    ]


def give_turn(row):
    """Give a row that is being queued its turn, behind what the same person has pending."""
    give_turns([row])


def give_turns(rows):
    """Give rows of one kind and one person their turns, one after the other."""
    row = rows[0]
    served, own = [], [0]
    for model in models_of(row.QUEUE):
        theirs = Q(**{model.OWNER: _owner(row)}) if model.OWNER and row.OWNER else Q(pk=None)
        others = model._default_manager.pending().filter(turn__gt=0)
        turns = others.aggregate(first=Min("turn"), own=Max("turn", filter=theirs))
        served.append(turns["first"])
        own.append(turns["own"] or 0)
    first = max(max(own) + 1, min(filter(None, served), default=1))
    for turn, row in enumerate(rows, start=first):
        row.turn = turn
    type(row)._default_manager.bulk_update(rows, ["turn"])


def next_rows(queue_name, most=None):
    """Rows that wait in this queue, the next one first; at most so many."""
    waiting = (
        model._default_manager.in_turn()[:most].iterator() for model in models_of(queue_name)
    )
    return list(islice(merge(*waiting, key=place_of), most))


def place_of(row):
    """What rows that wait are sorted by, of whatever kind."""
    queued = row.queued_at.timestamp() if row.queued_at else 0.0
    return (-row.priority, row.turn, queued, row.pk)


def _owner(row):
    """The primary key of the person the row is for."""
    return reduce(getattr, f"{row.OWNER}_id".split("__"), row)
