"""What a reviewer answers for before a style or a picture is approved: the items, in one place."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brandstudio.core.problems import Refused

YES, NOT_APPLICABLE = "yes", "na"
VEHICLE = "vehicle"  # the key of an item that always applies to a picture with a vehicle
ANSWERS = {YES: _("yes"), NOT_APPLICABLE: _("not applicable")}


@dataclass(frozen=True)
class ChecklistItem:
    """One thing to look at. may_not_apply: whether “not applicable” is an answer to it."""

    key: str
    name: str | Promise
    question: str | Promise
    may_not_apply: bool = False

    @property
    def answers(self):
        """{answer: its word} of what may be said to it."""
        return ANSWERS if self.may_not_apply else {YES: ANSWERS[YES]}


ITEMS = (
    ChecklistItem(
        "brand", _("Brand"), _("Does it look and speak like the brand: colours, light, tone?")
    ),
    ChecklistItem(
        "culture",
        _("Culture"),
        _("Are customs, dress, buildings and writing of the place shown right and with respect?"),
        may_not_apply=True,
    ),
    ChecklistItem(
        VEHICLE,
        _("Vehicle truth"),
        _("Does the vehicle look like the real model: badge, grille, number of wheels?"),
        may_not_apply=True,
    ),
    ChecklistItem(
        "rights",
        _("Rights"),
        _("May all that is seen be shown: people, works, signs, other makers' marks?"),
    ),
)


def asked(vehicles=()):
    """The items that this studio asks (REVIEW_CHECKLIST), in their order here.

    vehicles: those that the picture names or shows, by `vehicle_words.vehicles_in`.
    """
    items = [item for item in ITEMS if item.key in settings.REVIEW_CHECKLIST]
    return [replace(item, may_not_apply=_may_not_apply(item, vehicles)) for item in items]


def _may_not_apply(item, vehicles):
    return item.may_not_apply and not (vehicles and item.key == VEHICLE)


def check(answers, vehicles=(), name=""):
    """What is kept of a reviewer's answers ({item's key: YES or NOT_APPLICABLE}).

    vehicles: as `asked`; name: of their picture. Raises Refused: checklist-open while an asked item
    has no answer that it takes, vehicle-applies where only a vehicle keeps it from taking it.
    """
    answers = answers or {}
    still_open = [item for item in asked(vehicles) if answers.get(item.key) not in item.answers]
    keys = {item.key for item in still_open}
    if keys == {VEHICLE} and answers.get(VEHICLE) == NOT_APPLICABLE and vehicles:
        raise Refused("vehicle-applies", name=name, vehicles=", ".join(vehicles))
    if still_open:
        raise Refused("checklist-open", items=", ".join(str(item.name) for item in still_open))
    return {item.key: answers[item.key] for item in asked()}


def all_confirmed():
    """The answers of somebody who looked at everything and found it right."""
    return {item.key: YES for item in asked()}


def in_words(answers):
    """[(item's name, answer in words)] of answers that were kept with a decision."""
    return [
        (item.name, ANSWERS.get(answers[item.key], answers[item.key]))
        for item in ITEMS
        if item.key in answers
    ]
