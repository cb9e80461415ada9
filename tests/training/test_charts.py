"""The loss curve's geometry stays inside its frame, whatever was measured."""

from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.ui.end_labels import LINE
from training.pages.loss_chart import BOTTOM, LEFT, MOST_POINTS, RIGHT, TOP, loss_curve

losses = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=60)


@given(losses=losses, total=st.integers(0, 5000))
def test_curve_stays_in_its_frame(losses, total):
    curve = loss_curve([(n + 1, loss, None) for n, loss in enumerate(losses)], total)

    for pair in (curve.raw + " " + curve.smooth).split():
        x, y = map(float, pair.split(","))
        assert LEFT <= x <= RIGHT
        assert TOP - 0.1 <= y <= BOTTOM + 0.1


def test_long_run_is_thinned_and_keeps_its_end():
    curve = loss_curve([(n, 1 / n, None) for n in range(1, 5001)], 5000)

    points = curve.raw.split()
    assert len(points) <= MOST_POINTS
    assert points[-1].startswith(f"{float(RIGHT)},")


def test_no_points_no_curve():
    assert loss_curve([], 100) is None


def test_figures_at_the_end_leave_each_other_room_and_stay_in_the_frame():
    low = loss_curve([(1, 1.0, None), (2, 0.1, 0.1)], 2)
    same = loss_curve([(1, 0.2, None), (2, 0.2, 0.2)], 2)
    far = loss_curve([(1, 0.1, None), (2, 0.1, 1.0)], 2)

    for curve in (low, same):
        assert abs(curve.validation_label_y - curve.label_y) >= LINE
        assert min(curve.validation_label_y, curve.label_y) >= TOP
        assert max(curve.validation_label_y, curve.label_y) <= BOTTOM
    ends = far.validation[-1][1], float(far.smooth.rpartition(",")[2])
    assert (far.validation_label_y, far.label_y) == ends
