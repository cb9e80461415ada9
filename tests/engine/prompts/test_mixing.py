import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.prompts import mixing
from training.engine.prompts.mixing import MixedPack


def mixed(*packs):
    """mixed((0.5, 0.3, 0.9), …): packs with their strength, least and greatest, numbered."""
    return [MixedPack(key, *numbers) for key, numbers in enumerate(packs)]


def test_shares_of_the_greatest_strengths_sum_to_one():
    half_each = mixed((0.45, 0.2, 0.9), (0.275, 0.2, 0.55))

    assert mixing.limit_of(half_each, {}) == 1
    assert mixing.total_of(half_each) == pytest.approx(1)
    assert mixing.is_within(half_each, {})
    assert not mixing.is_within(mixed((0.46, 0.2, 0.9), (0.275, 0.2, 0.55)), {})


def test_equal_bands_give_their_greatest_strength_whatever_the_proportions():
    for first, second in ((0.1, 0.8), (0.45, 0.45), (0.8, 0.1)):
        assert mixing.is_within(mixed((first, 0.0, 0.9), (second, 0.0, 0.9)), {})
        assert not mixing.is_within(mixed((first, 0.0, 0.9), (second + 0.01, 0.0, 0.9)), {})


def test_tested_pair_has_the_shares_of_its_grid():
    packs = mixed((0.7, 0.3, 0.9), (0.5, 0.3, 1.0))
    shares = 0.7 / 0.9 + 0.5

    assert mixing.limit_of(packs, {frozenset((0, 1)): shares}) == shares
    assert mixing.is_within(packs, {frozenset((0, 1)): shares})
    assert not mixing.is_within(packs, {frozenset((0, 1)): shares - 0.01})


def test_three_are_held_to_the_least_limit_of_their_pairs():
    packs = mixed((0.4, 0.2, 0.9), (0.4, 0.2, 0.5), (0.3, 0.2, 1.0))
    tested = {frozenset((0, 1)): 1.6, frozenset((0, 2)): 1.55, frozenset((1, 2)): 1.7}

    assert mixing.limit_of(packs, {}) == 1
    assert mixing.limit_of(packs, tested) == 1.55
    assert mixing.total_of(packs) == pytest.approx(0.4 / 0.9 + 0.8 + 0.3)
    assert mixing.is_within(packs, tested)
    assert not mixing.is_within(packs, tested | {frozenset((1, 2)): 1.54})


def test_three_go_together_only_when_every_two_were_tested():
    packs = mixed((0.3, 0.2, 0.9), (0.3, 0.2, 0.9), (0.3, 0.2, 0.9))
    tested = {frozenset((0, 1)): 1.2, frozenset((0, 2)): 1.2}

    assert mixing.untested_among(packs, {}) == (0, 1)
    assert mixing.untested_among(packs, tested) == (1, 2)
    assert mixing.untested_among(packs, tested | {frozenset((1, 2)): 1.3}) is None
    assert mixing.untested_among(packs[:2], {}) is None  # two are held to their bands
    idle = mixed((0.3, 0.2, 0.9), (0.3, 0.2, 0.9), (0.0, 0.2, 0.9))
    assert mixing.untested_among(idle, {}) is None


def test_percent_never_makes_a_refused_sum_look_allowed():
    assert (mixing.percent(1.2 / 0.9), mixing.percent_beyond(1.2 / 0.9)) == ("133", "134")
    assert (mixing.percent(1.1), mixing.percent_beyond(1.1)) == ("110", "110")
    assert mixing.percent_beyond(mixing.total_of(mixed((0.1, 0.0, 0.0)))) == "∞"


def test_one_pack_and_what_does_not_act_is_no_mixture():
    assert mixing.limit_of(mixed((0.9, 0.3, 0.9)), {}) is None
    assert mixing.limit_of(mixed((0.9, 0.3, 0.9), (0.0, 0.0, 0.9)), {}) is None


def test_pack_that_may_have_no_strength_mixes_with_none():
    assert not mixing.is_within(mixed((0.1, 0.0, 0.0), (0.1, 0.0, 0.9)), {})


def test_scaled_down_none_where_the_least_are_too_much():
    assert mixing.scaled_down(mixed((0.7, 0.5, 0.8), (0.7, 0.5, 0.8)), {}) is None


bands = st.tuples(st.floats(0.05, 0.4), st.floats(0.5, 1.5), st.floats(0, 1)).map(
    lambda drawn: (drawn[0] + drawn[2] * (drawn[1] - drawn[0]), drawn[0], drawn[1])
)


@given(packs=st.lists(bands, min_size=2, max_size=3), limit=st.none() | st.floats(0.5, 2))
def test_scaled_down_is_within_and_raises_nothing(packs, limit):
    packs = mixed(*packs)
    tested = {} if limit is None else {frozenset((0, 1)): limit}

    strengths = mixing.scaled_down(packs, tested)

    if strengths is None:
        return
    lowered = [
        MixedPack(pack.key, strength, pack.least, pack.greatest)
        for pack, strength in zip(packs, strengths, strict=True)
    ]
    assert mixing.is_within(lowered, tested)
    assert all(
        pack.least <= strength <= pack.strength
        for pack, strength in zip(packs, strengths, strict=True)
    )
