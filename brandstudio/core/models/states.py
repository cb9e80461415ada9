"""How a row changes state: guarded by what was last seen, and never without an audit row."""

from django.db import transaction

from brandstudio.core.models.audit import AuditEntry

_AT_ONCE = 500  # rows in one statement: every database takes so many parameters


class WrongState(Exception):
    """The row is not in a state from which this step is allowed, or it is not ours any more."""

    def __init__(self, row, target):
        self.row, self.target = row, target
        super().__init__(f"{row._meta.verbose_name} {row.pk} cannot become {target!r} now.")


def update_as_last_seen(row, expected: dict, changes: dict, target="changed"):
    """Write `changes` to the row only if it still is as expected.

    One UPDATE with the guard in its WHERE clause: when two workers race, the database picks one.
    expected: column → value the caller believes. changes: column → new value.
    Raises WrongState if no row matched; the object in memory is then unchanged.
    """
    rows = row._meta.base_manager.filter(pk=row.pk, **expected)  # row may be a lazy request.user
    if not rows.update(**changes):
        raise WrongState(row, target)
    for name, value in changes.items():
        setattr(row, name, value)


def move(
    row, target, *, sources, field="state", by=None, why="", guard=None, facts=None, **changes
):
    """Change the row's state from one of `sources` to `target` and write the audit row.

    by: the person, or None for the machine. why: free text. guard: further columns that must still
    hold what is given. facts: kept with the audit row. changes: columns written in the same UPDATE.
    Raises WrongState if the row is in no source state or changed meanwhile.
    """
    source = getattr(row, field)
    if source not in sources:
        raise WrongState(row, target)
    with transaction.atomic():
        update_as_last_seen(
            row, {field: source, **(guard or {})}, {field: target, **changes}, target=target
        )
        AuditEntry.objects.record(row, source, target, by=by, why=why, **(facts or {}))


def move_together(rows, target, *, expected, changes, source, by=None, why=""):
    """As `move`, for many rows of one model in few statements. Returns their audit rows in order.

    expected: columns that every row must still hold. changes: columns written. source: the state
    that the audit rows name. Raises WrongState, inside the caller's transaction, if one moved on.
    """
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        same = part[0]._meta.base_manager.filter(pk__in=[row.pk for row in part], **expected)
        if same.update(**changes) != len(part):
            raise WrongState(part[0], target)
    return AuditEntry.objects.record_each(rows, source, target, by=by, why=why)
