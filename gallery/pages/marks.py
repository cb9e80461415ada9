"""What people have put on a picture, as its page shows it."""

from dataclasses import dataclass

from gallery.models import AssetTag, Board
from gallery.models.rating import FEWEST, MOST_STARS


@dataclass(frozen=True)
class Marks:
    """tags: on the picture. words: of all tags, to choose from. own_stars: the person's, or None.
    laid_on: the boards it lies on. boards: all that it may be laid on."""

    tags: list
    words: list
    own_stars: int | None
    rated_by: int
    choices: range
    laid_on: list
    boards: list


def marks_of(asset, person):
    """The Marks of a picture for a person."""
    boards = list(Board.objects.visible_to(person))
    laid = set(asset.boards.values_list("pk", flat=True))
    ratings = dict(asset.ratings.values_list("person", "stars"))
    return Marks(
        tags=list(asset.tags.all()),
        words=list(AssetTag.objects.all()),
        own_stars=ratings.get(person.pk),
        rated_by=len(ratings),
        choices=range(FEWEST, MOST_STARS + 1),
        laid_on=[board for board in boards if board.pk in laid],
        boards=[board for board in boards if board.pk not in laid],
    )
