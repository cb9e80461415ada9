import math

from hypothesis import given
from hypothesis import strategies as st

from gallery.engine import sizes


@given(st.integers(200, 8000), st.integers(200, 8000), st.sampled_from([(128, 32), (512, 64)]))
def test_native_size_fits_the_base(width, height, base):
    default, multiple = base
    native = sizes.native_size(
        width, height, default_width=default, default_height=default, multiple=multiple
    )

    assert all(side % multiple == 0 and side > 0 for side in native)
    assert 0.4 <= math.prod(native) / default**2 <= 2.2
    if width != height:
        assert (native[0] >= native[1]) == (width > height) or native[0] == native[1]


def test_square_channel_is_painted_in_the_base_own_size():
    assert sizes.native_size(1080, 1080, default_width=512, default_height=512, multiple=64) == (
        512,
        512,
    )


@given(
    subject=st.tuples(st.floats(0, 0.6), st.floats(0.05, 0.4)),
    part=st.floats(0.1, 1),
    clear=st.tuples(st.floats(0, 0.45), st.floats(0.55, 1)),
)
def test_cut_holds_its_whole_subject_wherever_that_fits(subject, part, clear):
    """And clear of what is covered, where that fits too and the picture reaches so far."""
    left, right = subject[0], sum(subject)
    car, free = (left, 0.4, right, 0.6), (clear[0], 0, clear[1], 1)

    focus = sizes.focus_for((1000, 1000), round(1000 * part), 1000, car, free)
    box = sizes.cut_box((1000, 1000), round(1000 * part), 1000, focus)
    start, end = box[0] / 1000, box[2] / 1000

    if right - left <= end - start:
        assert start <= left + 1e-6
        assert right <= end + 1e-6
    wide = end - start
    is_inside = start > 1e-6 and end < 1 - 1e-6
    if is_inside and right - left <= (clear[1] - clear[0]) * wide:
        assert left >= start + clear[0] * wide - 1e-6
        assert right <= start + clear[1] * wide + 1e-6


def test_boxes_apart_have_a_gap_and_touching_ones_none():
    assert sizes.gap((0, 0, 10, 10), (13, 14, 20, 20)) == 5
    assert sizes.gap((0, 0, 10, 10), (10, 0, 20, 10)) == 0
