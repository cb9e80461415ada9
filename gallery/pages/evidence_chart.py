"""The curves of a version's evidence as SVG geometry: numbers only, the template draws them."""

from django.utils.translation import gettext as _

from brandstudio.core.ui.end_labels import laid_apart

# Where strength 0 … 1 and score 0 … 1 stand in the chart's own units (viewBox 0 0 640 300).
LEFT, RIGHT, TOP, BOTTOM = 36, 500, 28, 272


def chart_of(version):
    """The evidence curves as numbers for an SVG, or None while there are no scores."""
    scores = version.evidence.get("scores") or []
    if len(scores) < 2:
        return None
    lines = []
    for kind, label, look in (
        ("style", _("like the training set"), "s1"),
        ("content", _("scene still there"), "s2"),
        ("drift", _("away from the base"), "s3"),
    ):
        points = [(row["strength"], row[kind]) for row in scores if row.get(kind) is not None]
        if points:
            lines.append(_line(label, look, points))
    ends = laid_apart([line["dots"][-1]["y"] for line in lines], TOP, BOTTOM)
    return {
        "lines": [line | {"label_y": end} for line, end in zip(lines, ends, strict=True)],
        "strengths": [{"x": _x(row["strength"]), "value": row["strength"]} for row in scores],
        "band_x": _x(version.best_min),
        "band_width": round(_x(version.best_max) - _x(version.best_min), 1),
        "now": _x(version.strength),
        "marks": [{"y": _y(value), "value": value} for value in (0, 0.25, 0.5, 0.75, 1)],
    }


def _line(label, look, points):
    dots = [{"x": _x(s), "y": _y(v), "strength": s, "value": v} for s, v in points]
    return {
        "label": label,
        "look": look,
        "dots": dots,
        "points": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
    }


def _x(strength):
    return round(LEFT + strength * (RIGHT - LEFT), 1)


def _y(value):
    share = min(1.0, max(0.0, value))
    return round(BOTTOM - share * (BOTTOM - TOP), 1)
