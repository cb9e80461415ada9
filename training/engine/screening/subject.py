"""Does one subject stand out, or is the picture busy all over?

Clarity = structure − spread + 0.2 × contrast to the rim, cut to 0..1, where
- structure is the share of the colour variation that large areas (6 % of the width and more)
  carry; a texture or a mosaic has most of its variation in small pieces;
- spread is the area holding half of the spectral-residual saliency (Hou and Zhang 2007,
  “Saliency detection: a spectral residual approach”, https://doi.org/10.1109/CVPR.2007.383267);
  where everything is equally surprising, it is nearly half the picture;
- contrast to the rim is how far the tenth most different inner part is in colour from anything
  at the rim, relative to the whole variation: a subject is made of what its surroundings are not.
It knows colours and shapes, not meanings: treat it as a hint.
"""

import numpy as np
from PIL import Image
from scipy import ndimage

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "subject-unclear": Advice(
        gettext_noop(
            "No subject stands out in {name}: its clarity is {clarity} (limit {threshold}), "
            "so the model may learn the clutter instead."
        ),
        gettext_noop(
            "Crop closer or choose a calmer background; leave it if the texture is the style."
        ),
    ),
}

SIDE = 96  # px, long side; clutter is judged at a glance
AREA = 0.06  # of the long side: what counts as a large area
RIM = 0.06  # of the short side


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Clarity of the subject, 0 (busy all over) to 1 (one thing before a calm ground)."""
    clarity = subject_clarity(image.shrunk(SIDE))
    if clarity is None:
        return {"clarity": None}, []
    measures = {"clarity": round(clarity, 2)}
    if clarity >= settings.subject_clarity:
        return measures, []
    facts = {"clarity": round(clarity, 2), "threshold": settings.subject_clarity}
    return measures, [
        Finding(
            "subject",
            "subject-unclear",
            Severity.NOTE,
            round(clarity, 2),
            settings.subject_clarity,
            facts=facts,
        )
    ]


def subject_clarity(image: Image.Image) -> float | None:
    """Clarity in [0, 1], None for a picture without any variation. image: RGB, small."""
    colours = lab(np.asarray(image, dtype=np.float32) / 255)
    variation = float(np.sqrt(colours.reshape(-1, 3).var(axis=0).sum()))
    if variation < 1 or min(colours.shape[:2]) < 8:
        return None
    large = ndimage.gaussian_filter(colours, (AREA * SIDE, AREA * SIDE, 0))
    structure = float(np.sqrt(large.reshape(-1, 3).var(axis=0).sum())) / variation
    spread = half_area(spectral_residual(image))
    contrast = rim_contrast(colours) / variation
    return float(np.clip(structure - spread + 0.2 * contrast, 0, 1))


def lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB in 0..1 to CIE L*a*b* (D65); (…, 3) to (…, 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]],
        dtype=np.float32,
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089], dtype=np.float32)
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def spectral_residual(image: Image.Image) -> np.ndarray:
    """(64, 64) saliency >= 0: what the picture's spectrum has beyond its own smooth trend."""
    grey = image.convert("L").resize((64, 64), Image.Resampling.LANCZOS)
    spectrum = np.fft.fft2(np.asarray(grey, dtype=np.float32))
    amplitude = np.log(np.abs(spectrum) + 1e-6)
    residual = amplitude - ndimage.uniform_filter(amplitude, 3, mode="wrap")
    saliency = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return ndimage.gaussian_filter(saliency, 2.5)


def half_area(saliency: np.ndarray) -> float:
    """Smallest share of the area that holds half of the saliency, in (0, 0.5]."""
    falling = np.sort(saliency.ravel())[::-1]
    total = np.cumsum(falling)
    return (int(np.searchsorted(total, total[-1] / 2)) + 1) / len(falling)


def rim_contrast(colours: np.ndarray) -> float:
    """Distance in Lab of the tenth most different inner part to the rim's nearest colours."""
    soft = ndimage.gaussian_filter(colours, (1, 1, 0))
    height, width = soft.shape[:2]
    rim = max(2, round(RIM * min(height, width)))
    inner = np.zeros((height, width), dtype=bool)
    inner[rim:-rim, rim:-rim] = True
    around, within = soft[~inner][::4], soft[inner][::3]
    squared = (within**2).sum(axis=1)[:, None] + (around**2).sum(axis=1) - 2 * within @ around.T
    # The fourth nearest, so that a speck at the rim doesn't hide the subject.
    nearest = np.sqrt(np.maximum(np.partition(squared, 3, axis=1)[:, 3], 0))
    return float(np.percentile(nearest, 90))
