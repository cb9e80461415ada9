"""The uses, the territory and the terms that rights are limited to, and who may widen them."""

from collections import defaultdict
from collections.abc import Callable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input import reasons, territories

LIMITS = ("uses", "territory", "allowed_uses")  # the columns; the last one in a person's words


class Use(models.TextChoices):
    """What a contract may allow. None noted: nobody has limited it."""

    TRAINING = "training", _("training of models")
    INTERNAL = "internal", _("inside the house")
    ONLINE = "online", _("web and social media")
    PRINT = "print", _("print")
    OUTDOOR = "outdoor", _("outdoor advertising")
    BROADCAST = "broadcast", _("film and television")
    EVENT = "event", _("showrooms and exhibitions")


# What a file may be for that leaves: of a learning model none does.
OUTGOING_USES = [(use.value, use.label) for use in Use if use != Use.TRAINING]


def in_words(uses):
    """Values of Use in the reader's language."""
    return " · ".join(str(label) for value, label in Use.choices if value in uses)


def limited():
    """The condition of a row whose rights reach some uses or places only."""
    return ~Q(uses="") | ~Q(territory="")


# What says of rows, in a list, which were made into something approved, or that left: the keys.
_relying: list[Callable[[list], set]] = []


def register(relied_on):
    """Have the room asked that knows what became of pictures. relied_on(rows of one model): the
    keys of those of which something approved, or that left the studio, was made."""
    _relying.append(relied_on)


def stays_narrow(rows, rights, by, why):
    """{key: columns of LIMITS} that are not to be written on rows of one model, for they would
    reach further than before: something that was approved, or has left, was made of the row within
    the former limits, so only an admin widens them, with a reason."""
    if by.is_brand_admin and reasons.written(why):
        return {}
    wider = {row.pk: columns for row in rows if (columns := widened(row, rights))}
    asked = [row for row in rows if row.pk in wider]
    relied_on = {pk for relying in _relying if asked for pk in relying(asked)}
    return {pk: columns for pk, columns in wider.items() if pk in relied_on}


def widened(row, rights):
    """Those of LIMITS that reach further in these {column: value} than the row's own do. Of terms
    in words nobody can tell: other ones may."""
    columns = set()
    if row.allowed_uses.strip() not in {"", rights.get("allowed_uses", row.allowed_uses).strip()}:
        columns.add("allowed_uses")
    if _allows_more(row.uses, rights.get("uses", row.uses)):
        columns.add("uses")
    if not territories.covers(row.territory, rights.get("territory", row.territory)):
        columns.add("territory")
    return columns


def former_limits(rows, rights):
    """What the audit keeps of rows on which these {column: value} are written: facts; {} where no
    limit is among them. limits: the new ones; former: the old ones, and the keys of their rows."""
    limits = {name: rights[name] for name in LIMITS if name in rights}
    if not limits:
        return {}
    keys: dict[tuple, list] = defaultdict(list)
    for row in rows:
        keys[tuple(getattr(row, name) for name in LIMITS)].append(row.pk)
    former = [
        {**dict(zip(LIMITS, values, strict=True)), "rows": sorted(pks)}
        for values, pks in keys.items()
    ]
    return {"limits": limits, "former": former}


def _allows_more(former, uses):
    """Whether values of Use, with blanks between, allow what former ones do not, be it to the
    picture itself or to what a style that learned from it paints: of this “training” says nothing.
    """
    before, after = set(former.split()), set(uses.split())
    aside = {Use.TRAINING}
    return _exceeds(before, after) or _exceeds(before - aside, after - aside)


def _exceeds(before, after):
    return bool(before) and (not after or bool(after - before))
