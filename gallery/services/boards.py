"""Boards: made, named, given to the team, filled and emptied."""

from django.db import transaction

from brandstudio.core.input import lengths, names
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import Board, BoardItem


def make(person, name, *, is_team=False):
    """A new board. Raises TooLong, and Refused: board-name-missing, board-name-in-use,
    name-odd."""
    return Board.objects.create(owner=person, name=_free(person, name), is_team=is_team)


def change(board, by, name, *, is_team):
    """Another name, or another reach. Raises as `make`."""
    board.name = _free(board.owner, name, besides=board)
    if board.is_team != is_team:
        change_of = ("team", "private") if board.is_team else ("private", "team")
        AuditEntry.objects.record(board, *change_of, by=by)
    board.is_team = is_team
    board.save(update_fields=["name", "is_team"])


def remove(board, by):
    """The board goes; its pictures stay where they are."""
    with transaction.atomic():
        AuditEntry.objects.record(board, "", "deleted", by=by, name=str(board))
        board.delete()


def add(board, assets, by):
    """Lay pictures on a board. Returns how many did not lie there."""
    before = board.items.count()
    rows = (BoardItem(board=board, asset=asset, added_by=by) for asset in assets)
    BoardItem.objects.bulk_create(rows, ignore_conflicts=True)
    return board.items.count() - before


def take_off(board, assets):
    """Take pictures off a board. Returns how many lay there."""
    return board.items.filter(asset__in=[asset.pk for asset in assets]).delete()[0]


def _free(person, name, besides=None):
    longest = Board._meta.get_field("name").max_length
    name = lengths.within(" ".join(name.split()), longest)
    if not name:
        raise Refused("board-name-missing", most=longest)
    if sign := names.odd_sign(name):
        raise Refused("name-odd", sign=sign)
    others = Board.objects.filter(owner=person, name=name)
    if others.exclude(pk=besides and besides.pk).exists():
        raise Refused("board-name-in-use", name=name)
    return name
