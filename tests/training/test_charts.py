"""The loss curve's geometry stays inside its frame, whatever was measured."""

from hypothesis import given
from hypothesis import strategies as st

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
