"""The evidence chart's numbers: what stands where, and labels that leave each other room."""

from types import SimpleNamespace

from brandstudio.core.ui.end_labels import LINE
from gallery.pages.evidence_chart import BOTTOM, TOP, chart_of


def version(*scores):
    return SimpleNamespace(
        evidence={"scores": list(scores)}, has_band=True, best_min=0.5, best_max=0.75, strength=0.6
    )


def row(strength, **figures):
    return {"strength": strength, **figures}


def test_labels_of_curves_that_end_together_stand_apart_and_in_order():
    chart = chart_of(
        version(
            row(0.0, style=0.1, content=1.0, drift=0.0),
            row(1.0, style=0.5, content=0.5, drift=0.48),
        )
    )

    style, content, drift = (line["label_y"] for line in chart["lines"])
    assert (content - style, drift - content) == (LINE, LINE)
    # Their mean stays where the mean of the three ends is.
    ends = [line["dots"][-1]["y"] for line in chart["lines"]]
    assert ends == [150.0, 150.0, 154.9]
    assert abs((style + content + drift) / 3 - sum(ends) / 3) < 0.1


def test_labels_of_curves_that_end_far_apart_stand_at_their_ends():
    chart = chart_of(version(row(0.0, style=0.1, drift=0.0), row(1.0, style=1.0, drift=0.0)))

    assert [line["label_y"] for line in chart["lines"]] == [TOP, BOTTOM]


def test_chart_needs_two_strengths():
    assert chart_of(version(row(0.0, style=0.1))) is None


def test_spread_over_seeds_is_drawn_as_an_outline_and_a_version_without_band_has_none():
    def figure(mean, low, high):
        return {"mean": mean, "low": low, "high": high}

    rows = [
        {"strength": s, "scene": figure(*scene), "copied": 0, "nearest": None}
        | dict.fromkeys(("style", "drift", "distortion", "copy"))
        for s, scene in ((0.0, (1, 1, 1)), (1.0, (0.5, 0.25, 0.75)))
    ]

    chart = chart_of(SimpleNamespace(evidence={"figures": {"rows": rows}}, has_band=False))

    [line] = chart["lines"]
    assert line["spread"] == "36.0,28.0 500.0,89.0 500.0,211.0 36.0,28.0"
    assert chart["band"] is None
