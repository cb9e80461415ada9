"""Bands from figures: what each kind of style gets, and that a band never holds what it may not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.errors import EngineError
from training.engine.evaluate.band_reasons import REASONS, VERDICTS
from training.engine.evaluate.figures import Figures, Spread, StrengthFigures
from training.engine.evaluate.strength_band import Band, Thresholds, find, told_apart

STRENGTHS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
GOOD = {
    "style": (0.20, 0.35, 0.45, 0.50, 0.53, 0.55, 0.57),
    "scene": (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.5),
    "drift": (0.0, 0.05, 0.08, 0.1, 0.12, 0.14, 0.17),
}


def figures(*, style, scene, drift, distortion=(0.0,) * 7, copied=(0.0,) * 7, least_scene=None):
    def at(values, n):
        return Spread.of([values[n]])

    return Figures(
        tuple(
            StrengthFigures(
                strength=strength,
                style=at(style, n) if style else None,
                scene=at(scene, n),
                least_scene=(least_scene or scene)[n],
                drift=at(drift, n),
                distortion=at(distortion, n),
                copied=copied[n],
            )
            for n, strength in enumerate(STRENGTHS)
        ),
        judge="edges",
        copy_limit=0.9,
    )


def test_good_style_gets_a_band_with_its_reasons():
    found = find(figures(**GOOD))

    # √style · scene² is greatest at 0.5, within six hundredths of that up to 0.65, and from 0.4 on
    # half of the style is there; the scene falls below 0.7 at 0.85; and at 0.15 a fifth of the
    # style's rise shows.
    assert found.band == Band(0.15, 0.4, 0.5, 0.65, 0.8)
    assert found.verdict == ""
    assert found.scene_lost_from == 0.85
    assert [code for code, _ in found.reasons] == ["band-default", "band-least", "band-scene"]
    assert found.reasons[2][1]["at"] == "0.85"


def test_band_ends_before_one_prompt_loses_its_scene_and_a_reviewer_may_go_on():
    found = find(figures(**GOOD, least_scene=(1.0, 0.8, 0.67, 0.55, 0.4, 0.3, 0.2)))

    # 0.61 of a single prompt's scene are left at 0.55, and 0.6 is the least; of all, 0.7 up to 0.8.
    assert found.band == Band(0.15, 0.4, 0.5, 0.55, 0.55)
    assert found.scene_lost_from == 0.85
    reason, facts = found.reasons[2]
    assert reason == "band-one-prompt"
    assert facts == {"strength": "0.55", "at": "0.6", "scene": "0.55", "needed": "0.60"}


def test_prompt_that_never_had_its_scene_leaves_the_least_strength():
    found = find(figures(**GOOD, least_scene=(0.3,) * 7))

    assert found.band == Band(0.15, 0.15, 0.15, 0.15, 0.15)
    assert found.scene_lost_from == 0.85


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"style": (0.2, 0.2, 0.21, 0.21, 0.22, 0.22, 0.23)}, "no-effect"),
        ({"style": None, "drift": (0.0,) * 7}, "no-effect-plain"),
        ({"style": (0.2, 0.22, 0.25, 0.27, 0.29, 0.31, 0.50)}, "hardly-shows"),
        ({"scene": (1.0, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0)}, "scene-lost"),
        ({"distortion": (0.0, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)}, "distorts"),
        ({"copied": (0.0, 0.0, 0.1, 0.3, 0.6, 0.8, 1.0)}, "copies"),
    ],
)
def test_style_without_a_band_gets_a_verdict(changed, verdict):
    found = find(figures(**(GOOD | changed)))

    assert found.band is None
    assert found.verdict == verdict
    assert "{" not in VERDICTS[verdict].format_map(found.facts)


# Means as measured on the bundled base (docs/evidence.md); neon's scene is of the former reading.
NEON = {
    "style": (0.10, 0.11, 0.12, 0.12, 0.13, 0.15, 0.25),
    "scene": (0.95, 0.92, 0.90, 0.87, 0.82, 0.77, 0.50),
    "drift": (0.0, 0.03, 0.05, 0.07, 0.09, 0.10, 0.18),
}
PAPERCUT = {
    "style": (0.058, 0.152, 0.289, 0.386, 0.503, 0.584, 0.648),
    "scene": (0.996, 0.960, 0.885, 0.814, 0.730, 0.661, 0.559),
    "least_scene": (0.996, 0.942, 0.816, 0.670, 0.493, 0.367, 0.217),
    "drift": (0.0, 0.088, 0.142, 0.167, 0.190, 0.211, 0.243),
}


def test_style_that_shows_only_as_ruin_has_no_band():
    found = find(figures(**NEON))

    # Lost from 0.9 on, 0.64 of the scene; at 0.85 likeness is 0.175, 0.075 of the way of 0.9.
    assert found.band is None
    assert (found.verdict, found.scene_lost_from) == ("hardly-shows", 0.9)
    assert found.facts == {"strength": "0.85", "reach": "0.08", "needed": "0.20"}


def test_style_that_shows_before_its_scene_is_lost_keeps_its_band():
    found = find(figures(**PAPERCUT))

    assert found.verdict == ""
    assert found.band.strength_max == 0.6  # in the harbour the car is a smear from 0.65 on


def test_strength_at_which_less_than_half_of_the_style_is_there_is_not_recommended():
    found = find(figures(**PAPERCUT))

    # Likeness is 0.152 at 0.3 and 0.386 at 0.6, the last that may be used: half way at 0.40.
    assert found.band.strength_min == 0.3
    assert found.band.best_min == 0.45


@given(style=st.lists(st.floats(0, 1), min_size=7, max_size=7))
def test_default_is_never_without_half_of_the_style_that_may_be_had(style):
    found = find(figures(style=style, scene=(1.0,) * 7, drift=GOOD["drift"]))

    if found.band:
        there = np.interp(found.band.strength, STRENGTHS, style) - style[0]
        assert there >= 0.5 * (max(style) - style[0]) - 1e-9


def test_style_that_copies_only_at_full_strength_keeps_a_band_below():
    found = find(figures(**GOOD, copied=(0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.9)))

    assert found.band.strength_max == 0.8
    assert found.reasons[-1][0] == "band-copies"


def test_style_from_elsewhere_is_judged_by_its_drift():
    found = find(figures(**(GOOD | {"style": None})))

    assert found.band.strength_max == 0.8


@given(
    scene=st.lists(st.floats(0, 1), min_size=6, max_size=6),
    style=st.lists(st.floats(0, 1), min_size=7, max_size=7),
    least=st.floats(0.1, 0.95),
)
def test_band_never_holds_a_strength_at_which_the_scene_is_lost(scene, style, least):
    made = figures(style=style, scene=[1.0, *scene], drift=GOOD["drift"])

    found = find(made, Thresholds(scene=least))

    if found.band:
        lost = [row.strength for row in made.rows if row.scene.mean < least]
        assert not lost or found.band.strength_max < min(lost)
        for code, facts in found.reasons:
            assert "{" not in REASONS[code].format_map(facts)
    else:
        assert found.verdict in VERDICTS


@given(least=st.lists(st.floats(0.6, 1), min_size=2, max_size=2), lost=st.floats(0, 0.59))
def test_band_never_reaches_a_strength_at_which_one_prompt_lost_its_scene(least, lost):
    whole = {"style": GOOD["style"], "scene": (1.0,) * 7, "drift": GOOD["drift"]}

    found = find(figures(**whole, least_scene=(1.0, *least, lost, lost, lost, lost)))

    assert found.band.strength_max < 0.6
    assert found.scene_lost_from is None


@pytest.mark.parametrize("values", [(0.9, 0.5, 0.6, 0.7, 0.8), (0.1, 0.2, float("nan"), 0.5, 0.6)])
def test_band_upside_down_or_without_numbers_is_refused(values):
    with pytest.raises(ValueError, match="rise from least to greatest"):
        Band(*values)


def test_figure_that_is_no_number_is_refused():
    with pytest.raises(EngineError) as caught:
        Spread.of([0.5, float("nan")])

    assert caught.value.code == "evidence-not-finite"


def test_spread_tells_the_seeds_apart():
    assert Spread.of([0.2, 0.6, 0.4]) == Spread(pytest.approx(0.4), 0.2, 0.6)


@pytest.mark.parametrize(
    ("value", "told"), [(0.5, ("0.50", "0.65")), (0.648, ("0.648", "0.650")), (0.65, ("0.65",) * 2)]
)
def test_figure_just_below_what_is_needed_is_told_apart_from_it(value, told):
    assert tuple(told_apart("scene", value, 0.65).values()) == told
