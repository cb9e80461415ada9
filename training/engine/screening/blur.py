"""Is the picture blurred, at the size it will be trained at?

The spread of an edge is found by blurring it once more: a sharp edge loses much of its slope, a
soft one hardly any. For an edge spread by a Gaussian of σ px, a further blur of σ₀ divides the
slope by R = √(σ² + σ₀²) / σ, so σ = σ₀ / √(R² − 1) (Zhuo and Sim 2011, “Defocus map estimation
from a single image”, https://doi.org/10.1016/j.patcog.2011.03.009).

The sharpest fifth of the strong edges decides: a portrait before a soft background is sharp.
Edges are also taken by direction, since camera shake spares those along its path. The measure
looks at edges, so a plain picture isn't blurred but unjudged: with too few edges it says nothing.
"""

import numpy as np
from scipy import ndimage

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "blurred": Advice(
        gettext_noop(
            "{name} looks blurred: even its sharpest edges are spread over {spread} px at "
            "training size, and more than {threshold} is soft ({percent} % sure)."
        ),
        gettext_noop("Look for a sharper original; the model learns softness as part of a style."),
    ),
    "blurred-by-motion": Advice(
        gettext_noop(
            "{name} looks blurred along one direction, as by camera shake or a moving subject: "
            "edges across it are spread over {spread} px at training size, and more than "
            "{threshold} is soft ({percent} % sure)."
        ),
        gettext_noop("Take another picture of the series, unless the motion is wanted."),
    ),
}

SMOOTHING = 0.7  # px; first blur of both copies, so that single-pixel noise counts less
REBLUR = 1.0  # px; σ₀
FLATTEST = 3.0  # grey levels per px; weaker slopes may be noise or compression
SHARPEST = 20  # percentile of the spreads that speaks for the picture
DIRECTIONS = 4
FEWEST = 40  # edges; fewer say nothing
ENOUGH = 400  # edges in one direction from which on their number casts no more doubt


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Spread of the sharpest edges, in px at training resolution."""
    grey = image.at_short_side(settings.resolution).convert("L")
    spread, directed, edges = edge_spread(np.asarray(grey, dtype=np.float32))
    if spread is None:
        return {"blur": None}, []
    value = max(spread, directed)
    measures = {"blur": round(value, 2)}
    sure = certainty(value, edges, settings.blur_spread)
    if value < settings.blur_spread or sure < settings.blur_sure:
        return measures, []
    code = "blurred" if spread >= 0.6 * directed else "blurred-by-motion"
    severity = Severity.FAULT if value >= 2 * settings.blur_spread else Severity.WARNING
    facts = {
        "spread": round(value, 1),
        "threshold": settings.blur_spread,
        "percent": round(100 * sure),
    }
    return measures, [
        Finding(
            "blur", code, severity, round(value, 2), settings.blur_spread, round(sure, 2), facts
        )
    ]


def edge_spread(grey: np.ndarray) -> tuple[float | None, float, int]:
    """Spread of the sharpest edges overall and in the softest direction, and how many edges.

    grey: (h, w) float32, 0..255. The spreads are in px; the first is None where there are too
    few edges to tell.
    """
    if min(grey.shape) < 16:
        return None, 0.0, 0
    soft = ndimage.gaussian_filter(grey, SMOOTHING)
    across, down = _slopes(soft)
    slope = np.hypot(across, down)
    softer = np.hypot(*_slopes(ndimage.gaussian_filter(soft, REBLUR)))
    ridge = _ridges(slope, np.abs(across) >= np.abs(down))
    strong = max(FLATTEST, 0.3 * np.percentile(slope, 99.5))
    edge = ridge & (slope > strong)
    edge[:4] = edge[-4:] = edge[:, :4] = edge[:, -4:] = False  # filters guess beyond the rim
    count = int(edge.sum())
    if count < FEWEST:
        return None, 0.0, count
    loss = np.maximum(slope[edge] / np.maximum(softer[edge], 1e-3), 1.001)
    squared = REBLUR**2 / (loss**2 - 1) - SMOOTHING**2
    spreads = np.sqrt(np.maximum(squared, 0))
    angle = np.arctan2(down[edge], across[edge]) % np.pi
    direction = ((angle * DIRECTIONS / np.pi) + 0.5).astype(int) % DIRECTIONS
    groups = [spreads[direction == one] for one in range(DIRECTIONS)]
    directed = [float(np.percentile(group, SHARPEST)) for group in groups if len(group) >= FEWEST]
    return float(np.percentile(spreads, SHARPEST)), max(directed, default=0.0), count


def certainty(value: float, edges: int, threshold: float) -> float:
    """How sure the verdict is, in [0, 1]: far from the threshold and many edges are surer."""
    distance = abs(np.log(max(value, 0.05) / threshold))
    return float((0.6 + 0.4 * min(1.0, distance / 0.7)) * min(1.0, (edges / ENOUGH) ** 0.5))


def _slopes(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return ndimage.sobel(grey, 1) / 8, ndimage.sobel(grey, 0) / 8


def _ridges(slope: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Where the slope is at its height, looking along its own direction."""
    beside = (slope >= np.roll(slope, 1, 1)) & (slope >= np.roll(slope, -1, 1))
    above = (slope >= np.roll(slope, 1, 0)) & (slope >= np.roll(slope, -1, 0))
    return np.where(across, beside, above)
