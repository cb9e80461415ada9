"""The ratings of a version, as its page shows them."""

from dataclasses import dataclass

from gallery.models import StyleRating
from gallery.services import rating

SHOWN = 20


@dataclass(frozen=True)
class Ratings:
    """mean: of all, None without any; count: of how many. rows: the newest. own: the reader's, or
    None. may_rate: whether they have made a picture with it.
    """

    mean: float | None
    count: int
    rows: list[StyleRating]
    own: StyleRating | None
    may_rate: bool


def ratings_of(version, person):
    """The Ratings of a version for one reader."""
    rows = list(version.ratings.select_related("person"))
    return Ratings(
        mean=sum(row.stars for row in rows) / len(rows) if rows else None,
        count=len(rows),
        rows=rows[:SHOWN],
        own=next((row for row in rows if row.person_id == person.pk), None),
        may_rate=rating.may_rate(person, version),
    )
