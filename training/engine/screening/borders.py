"""Bars, frames and letterboxes: plain strips along the rim with a straight inner edge."""

from typing import NamedTuple

import numpy as np

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "letterbox": Advice(
        gettext_noop(
            "{name} has plain bars above and below the picture ({top} and {bottom} px), "
            "{percent} % of its area."
        ),
        gettext_noop("Cut the bars off; otherwise the model learns to draw them."),
    ),
    "pillarbox": Advice(
        gettext_noop(
            "{name} has plain bars left and right of the picture ({left} and {right} px), "
            "{percent} % of its area."
        ),
        gettext_noop("Cut the bars off; otherwise the model learns to draw them."),
    ),
    "border": Advice(
        gettext_noop(
            "{name} has a plain border (left {left}, top {top}, right {right}, "
            "bottom {bottom} px), {percent} % of its area."
        ),
        gettext_noop("Cut the border off; otherwise the model learns to draw it."),
    ),
}

LONGEST = 768  # px; thinner than a pixel of this copy is no border
SAME = 12  # levels of 255; JPEG ripples beside an edge stay below
STEP = 18  # levels; what counts as a visible edge between strip and picture
PLAIN = 0.985  # share of a line that must have the strip's colour
STRAIGHT = 0.5  # share of the strip's inner rim that must be such an edge


class Strips(NamedTuple):
    """Depth of the strip on each side, in px; 0: none."""

    left: int
    top: int
    right: int
    bottom: int

    def share(self, width: int, height: int) -> float:
        """Share of the picture's area the strips cover."""
        inner = (width - self.left - self.right) * (height - self.top - self.bottom)
        return 1 - max(0, inner) / (width * height)


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Share of the area that plain strips along the rim cover."""
    colours = np.asarray(image.shrunk(LONGEST)).astype(np.int16)
    strips = find_strips(colours)
    share = strips.share(colours.shape[1], colours.shape[0])
    measures = {"border": round(share, 3)}
    if share < settings.border_share:
        return measures, []
    scale = image.width / colours.shape[1]
    sides = {side: round(depth * scale) for side, depth in strips._asdict().items()}
    return measures, [
        Finding(
            "border",
            _code(strips),
            Severity.WARNING,
            round(share, 3),
            settings.border_share,
            facts={**sides, "percent": round(100 * share)},
        )
    ]


def find_strips(colours: np.ndarray) -> Strips:
    """The plain strips along the rim. colours: (h, w, 3) int16, 0..255.

    A strip needs a straight inner edge: a subject before a plain ground ends in a curve, a sky
    fades.
    """
    turned = colours.swapaxes(0, 1)
    depths = {
        "left": _depth(turned),
        "top": _depth(colours),
        "right": _depth(turned[::-1]),
        "bottom": _depth(colours[::-1]),
    }
    height, width = colours.shape[:2]
    across = slice(depths["left"], width - depths["right"])
    along = slice(depths["top"], height - depths["bottom"])
    inner = {
        "left": turned[:, along],
        "top": colours[:, across],
        "right": turned[::-1][:, along],
        "bottom": colours[::-1][:, across],
    }
    straight = {
        side: depth if depth and ends_straight(inner[side], depth) else 0
        for side, depth in depths.items()
    }
    return Strips(**straight)


def ends_straight(lines: np.ndarray, depth: int) -> bool:
    """Whether the colour jumps along most of the line between `depth` and what follows.

    lines: (n, length, 3) int16, the rim first. Scaling may have blurred the jump over two lines.
    """
    if lines.shape[1] < 8:
        return False
    before = lines[max(0, depth - 2)]
    after = lines[min(len(lines) - 1, depth + 2)]
    return float((np.abs(after - before).max(axis=-1) > STEP).mean()) >= STRAIGHT


def _depth(lines: np.ndarray) -> int:
    """How many lines from the rim on have one and the same colour; 0 if the rim is not plain
    or nothing but the strip is there."""
    if len(lines) < 3:
        return 0  # a picture of one or two lines has no rim
    colour = np.median(lines[0], axis=0).astype(np.int16)
    if (np.abs(lines[1] - colour) <= SAME).all(axis=-1).mean() < PLAIN:
        return 0  # most pictures end here
    same = (np.abs(lines - colour) <= SAME).all(axis=-1).mean(axis=1) >= PLAIN
    depth = int(np.argmin(same)) if not same.all() else len(lines)
    return depth if 2 <= depth < 0.9 * len(lines) else 0


def _code(strips: Strips) -> str:
    upright, level = strips.left or strips.right, strips.top or strips.bottom
    if strips.top and strips.bottom and not upright:
        return "letterbox"
    if strips.left and strips.right and not level:
        return "pillarbox"
    return "border"
