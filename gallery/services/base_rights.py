"""Whether the licence of a base model lets a brand publish what was painted or trained on it."""

from brandstudio.core.problems import Refused
from training.engine.base.licences import NON_COMMERCIAL
from training.models import BaseModel


def barred_bases():
    """The keys of the base models whose licence forbids commercial use."""
    barred = BaseModel.objects.filter(licence_class=NON_COMMERCIAL)
    return frozenset(barred.values_list("pk", flat=True))


def obstacle_of(base):
    """The Refused("base-not-commercial") of a base model, or None."""
    if base.licence_class != NON_COMMERCIAL:
        return None
    return Refused("base-not-commercial", name=base.name, licence=base.licence or "–")


def check(base):
    """Raise what `obstacle_of` tells."""
    if obstacle := obstacle_of(base):
        raise obstacle
