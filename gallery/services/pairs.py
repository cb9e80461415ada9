"""Pairs of packs, and who decides about them."""

from contextlib import contextmanager

from django.db import transaction

from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from gallery.models import OwnWork, PackPair


def forbid(pair, by, reason):
    """Nobody may mix these two, whatever the strengths.

    Raises Refused: pair-reason, own-work, decided-already.
    """
    if not reason.strip():
        raise Refused("pair-reason")
    with _decision(pair):
        pair.forbid(by, reason.strip())


@contextmanager
def _decision(pair):
    """Around what changes a pair: its row is there, and refusals are told. Raises Refused."""
    try:
        with transaction.atomic():
            _store(pair)
            yield
    except OwnWork as error:
        raise Refused("own-work") from error
    except WrongState as error:
        raise Refused("decided-already") from error


def _store(pair):
    """Give the pair its row. What a colleague made of it meanwhile stays, and is found out."""
    if pair.pk is None:
        stored, _is_new = PackPair.objects.get_or_create(first=pair.first, second=pair.second)
        pair.pk, pair._state.adding = stored.pk, False
