"""The words at the ends of curves: apart, in order, and near."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.ui.end_labels import LINE, laid_apart

ENDS = st.lists(st.floats(20, 270), max_size=6)


def test_labels_far_from_each_other_stay_where_they_are():
    assert laid_apart([200.0, 40.0, 120.0], 20, 270) == [200.0, 40.0, 120.0]


def test_two_that_meet_give_way_alike_and_keep_their_order():
    assert laid_apart([102.0, 100.0], 20, 270, line=16) == [109.0, 93.0]


def test_a_third_is_pushed_along():
    assert laid_apart([100.0, 100.0, 118.0], 20, 270, line=16) == [90.0, 106.0, 122.0]


def test_labels_at_the_edge_stay_inside():
    assert laid_apart([22.0, 20.0], 20, 270, line=16) == [36.0, 20.0]
    assert laid_apart([270.0, 270.0], 20, 270, line=16) == [254.0, 270.0]


def test_no_curve_has_no_label():
    assert laid_apart([], 20, 270) == []


def test_more_labels_than_fit_are_refused():
    with pytest.raises(ValueError, match="3 labels of 16 don't fit between 20 and 50"):
        laid_apart([30.0, 30.0, 30.0], 20, 50, line=16)


@given(ENDS)
def test_labels_are_a_line_apart_in_order_and_inside(ends):
    stand = laid_apart(ends, 20, 270)

    order = sorted(range(len(ends)), key=lambda index: (ends[index], index))
    heights = [stand[index] for index in order]
    assert all(below - above >= LINE - 0.11 for above, below in pairwise(heights))
    assert all(19.9 <= height <= 270.1 for height in heights)
