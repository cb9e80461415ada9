"""Is the picture too dark or blown out?"""

import numpy as np
from PIL import Image
from scipy import ndimage

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "underexposed": Advice(
        gettext_noop(
            "{name} is very dark: even its brightest parts reach only {percent} % of white "
            "(limit {threshold} %)."
        ),
        gettext_noop("Brighten it from the raw file, or choose another; a night scene may stay."),
    ),
    "overexposed": Advice(
        gettext_noop(
            "{name} is blown out: {percent} % of it is pure white without any detail "
            "(limit {threshold} %)."
        ),
        gettext_noop("Choose a darker exposure; what is pure white can't be brought back."),
    ),
}

SIDE = 128  # px; exposure is a matter of areas
BLOWN = 0.975  # luma in 0..1; above, JPEG and scaling leave nothing to see
BACKDROP = 0.8  # share of the rim that is white where a product stands before a white backdrop
SUBJECT = 0.65  # luma; what stands before a backdrop is darker than this


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Level of the brightest hundredth (0..1) and share of blown-out area (0..1)."""
    small = image.overview.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    luma = np.asarray(small, dtype=np.float32) @ (
        np.array([0.2126, 0.7152, 0.0722], dtype=np.float32) / 255
    )
    highlight = float(np.percentile(luma, 99))
    blown = blown_share(luma)
    measures = {"highlight": round(highlight, 3), "blown": round(blown, 3)}
    if highlight < settings.dark_highlight:
        severity = Severity.FAULT if highlight < 0.5 * settings.dark_highlight else Severity.WARNING
        return measures, [_finding("underexposed", severity, highlight, settings.dark_highlight)]
    if blown > settings.bright_share:
        severity = Severity.FAULT if blown > 3 * settings.bright_share else Severity.WARNING
        return measures, [_finding("overexposed", severity, blown, settings.bright_share)]
    return measures, []


def blown_share(luma: np.ndarray) -> float:
    """Share of the picture that is pure white, a white backdrop left out.

    A backdrop is white area that reaches most of the rim while the rest of the picture is well
    exposed. luma: (h, w) in 0..1.
    """
    white = luma >= BLOWN
    rim = np.concatenate([white[0], white[-1], white[1:-1, 0], white[1:-1, -1]])
    if rim.mean() >= BACKDROP and not white.all():
        areas, _ = ndimage.label(white)
        at_rim = np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]])
        backdrop = np.isin(areas, at_rim[at_rim > 0])
        if np.median(luma[~backdrop]) < SUBJECT:
            white = white & ~backdrop
    return float(white.mean())


def _finding(code: str, severity: Severity, value: float, threshold: float) -> Finding:
    facts = {"percent": round(100 * value), "threshold": round(100 * threshold)}
    return Finding("exposure", code, severity, round(value, 3), threshold, facts=facts)
