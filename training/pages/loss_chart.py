"""The loss curve as SVG geometry: numbers only, the template draws them."""

from dataclasses import dataclass

from brandstudio.core.ui.end_labels import laid_apart
from training.engine.data.spread import evenly_to_the_last

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 690, 10, 214
MOST_POINTS = 320  # more than the curve has pixels helps nobody
SMOOTHING = 0.92


@dataclass(frozen=True)
class Curve:
    """A drawn curve. Coordinates in the viewBox 0 0 WIDTH HEIGHT."""

    raw: str
    smooth: str
    validation: list
    validation_line: str
    y_axis: list  # (y, label)
    x_axis: list  # (x, label)
    now_x: float
    last: float  # smoothed loss at the end, unitless
    label_y: float  # where the figure of `last` stands
    first: float
    last_validation: float | None
    validation_label_y: float | None


def loss_curve(points, steps_total):
    """A Curve of [(step, loss, validation or None)], in order of steps; None without points."""
    points = [point for point in points if point[1] is not None]
    if not points:
        return None
    smoothed = _smoothed([loss for _step, loss, _validation in points])
    rows = evenly_to_the_last(
        [(step, loss, mean) for (step, loss, _), mean in zip(points, smoothed, strict=True)],
        MOST_POINTS,
    )
    checks = [(step, value) for step, _loss, value in points if value is not None]
    values = [value for _step, loss, mean in rows for value in (loss, mean)]
    low, high, ticks = _nice_range(
        min(values + [v for _s, v in checks]), max(values + [v for _s, v in checks])
    )
    end = max(steps_total, points[-1][0], 1)

    def x(step):
        return round(LEFT + (RIGHT - LEFT) * step / end, 1)

    def y(value):
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    ends = [smoothed[-1], *(value for _step, value in checks[-1:])]
    labels = laid_apart([y(value) for value in ends], TOP, BOTTOM)
    return Curve(
        raw=" ".join(f"{x(step)},{y(loss)}" for step, loss, _mean in rows),
        smooth=" ".join(f"{x(step)},{y(mean)}" for step, _loss, mean in rows),
        validation=[(x(step), y(value)) for step, value in checks],
        validation_line=" ".join(f"{x(step)},{y(value)}" for step, value in checks),
        y_axis=[(y(tick), _short(tick)) for tick in ticks],
        x_axis=[(x(step), step) for step in _steps(end)],
        now_x=x(points[-1][0]),
        last=smoothed[-1],
        label_y=labels[0],
        first=smoothed[0],
        last_validation=checks[-1][1] if checks else None,
        validation_label_y=labels[1] if checks else None,
    )


def _smoothed(values):
    """Running average without the slow start from zero: each mean weighs only what it has seen."""
    means, total, weight = [], 0.0, 0.0
    for value in values:
        total = total * SMOOTHING + value
        weight = weight * SMOOTHING + 1
        means.append(total / weight)
    return means


def _nice_range(low, high):
    """(low, high, ticks) on round numbers around the values."""
    if high - low < 1e-9:
        low, high = low - abs(low) * 0.1 - 1e-6, high + abs(high) * 0.1 + 1e-6
    step = _nice_step((high - low) / 4)
    first = int(low // step)
    last = int(-(-high // step))
    ticks = [round(n * step, 10) for n in range(first, last + 1)]
    return ticks[0], ticks[-1], ticks


def _nice_step(rough):
    size = 1.0
    while size > rough:
        size /= 10
    while size * 10 <= rough:
        size *= 10
    return next(factor * size for factor in (1, 2, 5, 10) if factor * size >= rough)


def _steps(end):
    step = max(1, round(_nice_step(end / 5)))
    return list(range(0, end + 1, step))


def _short(value):
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
