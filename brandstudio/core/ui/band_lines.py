"""Where the parts of a strength band stand on the line that shows it."""


def band_geometry(version):
    """Where the band's parts stand, in percent of the line. version: anything with its fields."""
    end = max(1.0, version.strength_max)

    def percent(value):
        return round(100 * value / end, 2)

    return {
        "end": end,
        "allowed_x": percent(version.strength_min),
        "allowed_width": percent(version.strength_max - version.strength_min),
        "best_x": percent(version.best_min),
        "best_width": percent(version.best_max - version.best_min),
        "default_x": round(percent(version.strength) - 0.6, 2),
    }


def band_figures(low, high):
    """The figures under the line: both ends, and the marks that leave each other room."""
    span = (high - low) or 1.0
    inner = [mark for mark in tenths_inside(low, high) if 0.12 < (mark - low) / span < 0.88]
    ends = [(low, "start"), *((mark, "middle") for mark in inner), (high, "end")]
    return [
        {"value": round(value, 2), "x": round(100 * (value - low) / span, 2), "anchor": anchor}
        for value, anchor in ends
    ]


def tenths_inside(low, high):
    """The round tenths inside the band, thinned so that no more than six are drawn."""
    tenths = range(round(low * 10 + 0.499), int(high * 10 + 1e-6) + 1)
    marks = [tenth / 10 for tenth in tenths]
    return marks if len(marks) <= 6 else marks[:: -(-len(marks) // 6)]
