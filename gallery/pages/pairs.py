"""What the pages of pairs show: all pairs of the library, and one with its grid."""

from django.utils.translation import gettext as _

from gallery import problems
from gallery.models import PackPair, PairGrid, PairState, StyleVersion
from gallery.models.sheet import SheetState
from gallery.services import pairs
from training.engine.prompts import mixing

_ORDER = ("testing", "tested", "forbidden", "untested")


def every_pair(slug=""):
    """The pairs of approved versions that share a base, those under test first.

    slug: of a pack, whose pairs alone are asked for; "" for all.
    """
    approved = StyleVersion.objects.approved().select_related("pack", "base")
    newest = {version.pack_id: version for version in approved.order_by("number")}
    every = PackPair.objects.every(list(newest.values()))
    asked = [p for p in every if not slug or slug in (p.first.pack.slug, p.second.pack.slug)]
    drawn = _drawn()
    return [with_limit(pair, drawn) for pair in sorted(asked, key=lambda p: _ORDER.index(p.state))]


def with_limit(pair, drawn=None):
    """The pair with .limit_in_words, how strong both may be together; "" when forbidden.

    .example: two strengths that may go together, as near their defaults as can be, or None. And
    .state_in_words: with its grid whole it is tested no longer, somebody has to decide. drawn: the
    keys of the pairs whose grid is whole, looked up when None.
    """
    drawn = _drawn() if drawn is None else drawn
    awaits = pair.state == PairState.TESTING and pair.pk in drawn
    pair.state_in_words = _("drawn, to be decided") if awaits else pair.get_state_display()
    limit = mixing.UNTESTED if pair.limit is None else pair.limit
    pair.limit_in_words = "" if pair.is_forbidden else _in_words(limit)
    pair.example = None if pair.is_forbidden else _example(pair, limit)
    return pair


def _example(pair, limit):
    if not all(version.has_band for version in pair.versions):
        return None
    packs = [
        mixing.MixedPack(version.pk, version.strength, version.strength_min, version.strength_max)
        for version in pair.versions
    ]
    return mixing.scaled_down(packs, {frozenset(pack.key for pack in packs): limit})


def _in_words(limit):
    """A sum of shares in the words of the create page."""
    return problems.sentence("mix-limit", {"limit": mixing.percent(limit)})


def _drawn():
    return set(PairGrid.objects.filter(state=SheetState.DONE).values_list("pair_id", flat=True))


def grid_of(pair):
    """{"grid", "rows", "columns", "computed", "problem"} of a pair's page; grid None before a test.

    rows: (strength of the first pack, [(figures or None, pictures)] by rising second strength).
    """
    grid = PairGrid.objects.filter(pair=pair.pk).first() if pair.pk else None
    if grid is None:
        return {"grid": None}
    images: dict[tuple, list] = {}
    for image in grid.images.all():
        images.setdefault((image.first, image.second), []).append(image)
    figures = {(cell["first"], cell["second"]): cell for cell in grid.cells}
    rows = [
        (first, [_cell(figures, images, (first, second)) for second in grid.plan["second"]])
        for first in grid.plan["first"]
    ]
    computed = pairs.limit_of(pair)
    return {
        "grid": grid,
        "rows": rows,
        "plain": images.get((0.0, 0.0), []),
        "columns": grid.plan["second"],
        "computed": "" if computed is None else _in_words(computed),
        "problem": grid.problem and problems.explain(grid.problem, grid.problem_facts),
    }


def _cell(figures, images, mixture):
    return figures.get(mixture), images.get(mixture, [])
