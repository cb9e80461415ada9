import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.evaluate import pair_grid
from training.engine.evaluate.figures import Figures, Spread, StrengthFigures
from training.engine.evaluate.pair_grid import Cell
from training.engine.evaluate.strength_band import Thresholds


def cell(shares, is_kept=True):
    return Cell(0.1, 0.1, 0.9, 0.0, 0.0, shares, is_kept)


def figures_of(scenes, distortions=None, least=None):
    def spread(value):
        return Spread(value, value, value)

    rows = zip(scenes, distortions or [0.0] * len(scenes), least or scenes, strict=True)
    return Figures(
        tuple(
            StrengthFigures(float(n), None, spread(scene), least, spread(0.1), spread(bent))
            for n, (scene, bent, least) in enumerate(rows)
        ),
        "edges",
        None,
    )


def test_strengths_run_from_least_to_greatest():
    assert pair_grid.strengths_of(0.3, 0.9) == [0.3, 0.5, 0.7, 0.9]
    assert pair_grid.strengths_of(0.5, 0.51) == [0.5, 0.51]
    assert pair_grid.strengths_of(0.4, 0.4) == [0.4]


def test_cell_is_kept_while_the_scene_is_there_and_the_picture_sound():
    mixtures = [(0.3, 0.5), (0.6, 0.5), (0.9, 0.5)]
    figures = figures_of([0.95, 0.8, 0.64, 0.8], [0.0, 0.0, 0.0, 0.5])

    cells = pair_grid.cells_of(mixtures, figures, (0.9, 1.0), Thresholds())

    assert [one.is_kept for one in cells] == [True, False, False]
    assert cells[0].shares == pytest.approx(0.3 / 0.9 + 0.5)


def test_cell_that_loses_the_scene_at_one_place_is_not_kept():
    figures = figures_of([0.95, 0.8, 0.8], least=[0.9, 0.61, 0.59])

    cells = pair_grid.cells_of([(0.3, 0.5), (0.6, 0.5)], figures, (0.9, 1.0), Thresholds())

    assert [one.is_kept for one in cells] == [True, False]


def test_limit_is_below_every_mixture_that_lost_the_scene():
    cells = [cell(0.7), cell(1.1), cell(1.2, is_kept=False), cell(1.3), cell(1.6, is_kept=False)]

    assert pair_grid.limit_of(cells) == 1.1
    assert pair_grid.limit_of([cell(0.7), cell(1.6)]) == 1.6
    assert pair_grid.limit_of([cell(0.7, is_kept=False), cell(1.6)]) is None


@given(st.lists(st.tuples(st.floats(0.1, 2), st.booleans()), min_size=1))
def test_no_lost_mixture_is_within_the_limit(drawn):
    cells = [cell(shares, is_kept) for shares, is_kept in drawn]

    limit = pair_grid.limit_of(cells)

    assert limit is None or all(one.is_kept for one in cells if one.shares <= limit)
