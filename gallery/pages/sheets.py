"""The sheets that renderers owe or that failed, as an admin's list of what is under way."""

from dataclasses import dataclass

from django.db.models import Q

from brandstudio.core.models import User
from gallery import problems
from gallery.models import EvidenceSheet, PairGrid, ReviewState
from gallery.models.sheet import Sheet, SheetState

_SHOWN = 8
_OPEN = Q(state__in=(SheetState.WAITING, SheetState.RENDERING, SheetState.FAILED))
# A failed sheet of a version that is decided needs nobody any more.
_UNDECIDED = ~Q(state=SheetState.FAILED) | Q(
    version__state__in=(ReviewState.DRAFT, ReviewState.IN_REVIEW)
)


@dataclass(frozen=True)
class SheetRow:
    """A strength sheet or a pair's grid. why: what it failed of, "" where it has not."""

    sheet: Sheet
    name: str
    url: str
    owner: User
    why: str

    @property
    def is_of_pair(self):
        return isinstance(self.sheet, PairGrid)


def open_sheets(person):
    """SheetRows that wait, are being painted or have failed, next one first; [] for no admin."""
    if not person.is_brand_admin:
        return []
    versions = EvidenceSheet.objects.filter(_OPEN, _UNDECIDED)
    grids = PairGrid.objects.filter(_OPEN)
    rows = [
        *(
            _row(sheet, sheet.version, sheet.version.made_by)
            for sheet in versions.select_related("version__pack", "version__made_by")[:_SHOWN]
        ),
        *(
            _row(grid, grid.pair, grid.ordered_by)
            for grid in grids.select_related(
                "pair__first__pack", "pair__second__pack", "ordered_by"
            )[:_SHOWN]
        ),
    ]
    return sorted(rows, key=lambda row: (row.sheet.state == SheetState.FAILED, row.sheet.turn))


def tag_of_sheets():
    """Changes when what `open_sheets` shows does."""
    return [
        list(model.objects.filter(_OPEN).values_list("pk", "state", "done", "attempt"))
        for model in (EvidenceSheet, PairGrid)
    ]


def _row(sheet, subject, owner):
    why = problems.sentence(sheet.problem, sheet.problem_facts) if sheet.problem else ""
    failed = sheet.state == SheetState.FAILED
    return SheetRow(sheet, str(subject), subject.get_absolute_url(), owner, why if failed else "")
