"""The boards of a person, each with the newest of its pictures that they may see."""

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber

from gallery.models import Asset, AssetState, Board, BoardItem

COVERS = 4


def boards_of(person):
    """Boards with .covers (pictures), .count and .is_kept (whether the person may change them)."""
    shown = Asset.objects.visible_to(person).filter(state=AssetState.READY).order_by()
    of_shown = Q(items__asset__in=shown.values("pk"))
    boards = list(
        Board.objects.visible_to(person)
        .select_related("owner")
        .annotate(count=Count("items", filter=of_shown))
    )
    own = set(Board.objects.kept_by(person).values_list("pk", flat=True))
    covers: dict[int, list] = {}
    newest = Window(RowNumber(), partition_by="board", order_by="-pk")
    items = BoardItem.objects.filter(board__in=boards, asset__in=shown.values("pk"))
    for item in items.annotate(place=newest).filter(place__lte=COVERS).select_related("asset"):
        covers.setdefault(item.board_id, []).append(item.asset)
    for board in boards:
        board.covers, board.is_kept = covers.get(board.pk, []), board.pk in own
    return boards
