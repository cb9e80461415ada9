"""The curves of a version's evidence as SVG geometry: numbers only, the template draws them."""

from django.utils.translation import gettext as _

from brandstudio.core.ui.end_labels import laid_apart
from gallery.pages.evidence_figures import rows_of

# Where strength 0 … 1 and score 0 … 1 stand in the chart's own units (viewBox 0 0 640 300).
LEFT, RIGHT, TOP, BOTTOM = 36, 500, 28, 272


def chart_of(version):
    """The evidence curves as numbers for an SVG, or None while there are no figures.

    Each line has `spread`, the outline between its least and greatest seed, "" without one; `band`
    is None for a version that has none.
    """
    rows = rows_of(version)
    if len(rows) < 2:
        return None
    lines = []
    for kind, label, look in (
        ("style", _("like the training set"), "s1"),
        ("scene", _("scene still there"), "s2"),
        ("drift", _("away from the base"), "s3"),
        ("distortion", _("signs of distortion"), "s4"),
    ):
        points = [(row["strength"], row[kind]) for row in rows if row[kind] is not None]
        if points:
            lines.append(_line(label, look, points))
    ends = laid_apart([line["dots"][-1]["y"] for line in lines], TOP, BOTTOM)
    return {
        "lines": [line | {"label_y": end} for line, end in zip(lines, ends, strict=True)],
        "strengths": [{"x": _x(row["strength"]), "value": row["strength"]} for row in rows],
        "band": _band(version) if version.has_band else None,
        "marks": [{"y": _y(value), "value": value} for value in (0, 0.25, 0.5, 0.75, 1)],
    }


def _band(version):
    start, end = _x(version.best_min), _x(version.best_max)
    return {"x": start, "width": round(end - start, 1), "now": _x(version.strength)}


def _line(label, look, points):
    dots = [{"x": _x(s), "y": _y(f.mean), "strength": s, "value": f.mean} for s, f in points]
    edge = [(s, f.high) for s, f in points] + [(s, f.low) for s, f in reversed(points)]
    is_spread = any(figure.has_spread for _strength, figure in points)
    return {
        "label": label,
        "look": look,
        "dots": dots,
        "points": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "spread": " ".join(f"{_x(s)},{_y(v)}" for s, v in edge) if is_spread else "",
    }


def _x(strength):
    return round(LEFT + strength * (RIGHT - LEFT), 1)


def _y(value):
    share = min(1.0, max(0.0, value))
    return round(BOTTOM - share * (BOTTOM - TOP), 1)
