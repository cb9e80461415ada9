"""How hard was the picture compressed, now or in an earlier life?

Three witnesses, from the plain to the hidden:
1. The file's own quantisation table, compared with those of the IJG library at each quality.
2. The pixels: after a first compression, the cosine coefficients of 8 × 8 blocks lie on multiples
   of that compression's steps, also when the picture was saved again as PNG or at a higher
   quality. The steps give the quality back (the idea of Fan and de Queiroz 2003, “Identification
   of bitmap compression history”, https://doi.org/10.1109/TIP.2002.807361).
3. Enlarged pictures: the block edges lie 8 × the factor apart, a comb whose harmonics stand out
   in the spectrum of the mean jumps between neighbouring columns and rows.
"""

from functools import cache

import numpy as np
from scipy import fft, ndimage

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "jpeg-low-quality": Advice(
        gettext_noop(
            "{name} is saved as JPEG of quality {quality}; below {threshold}, blocks and halos "
            "show, and the model learns them."
        ),
        gettext_noop("Ask for the original, or export again at quality 90 or more."),
    ),
    "jpeg-saved-again": Advice(
        gettext_noop(
            "{name} was once compressed to JPEG quality {quality} (limit {threshold}) and then "
            "saved again; the newer file only hides it."
        ),
        gettext_noop("Ask for the original: saving again brings nothing back."),
    ),
    "jpeg-enlarged": Advice(
        gettext_noop(
            "{name} was strongly compressed and then enlarged about {factor} times: block edges "
            "show every {period} px, {height} grey levels high (limit {threshold})."
        ),
        gettext_noop("Ask for the original in its full size."),
    ),
}

# Luma table of the JPEG standard (ITU-T T.81, annex K.1), row by row; quality 50 uses it as it is.
STANDARD = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
# Coefficients that ordinary pictures fill well enough to show their steps.
FREQUENCIES = (
    ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1))
    + ((2, 2), (0, 3), (3, 0), (1, 3), (3, 1), (0, 4), (4, 0))
)  # fmt: skip
LARGEST_STEP = 60
SMALLEST_STEP = 3  # finer steps drown in the rounding of pixels
BLOCKS = 5000  # enough to see the steps
FEWEST_STEPS = 4  # untouched pictures show two at most
SPECTRUM = 8192
PERIODS = np.arange(9.0, 34.0, 0.02)  # px between block edges: enlarged 1.13 to 4.25 times
LOW = 35  # percentile; lower than half of the edges
CLEAR_COMB = 2.2  # times the spectrum's level around the harmonics


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """The lowest JPEG quality in the picture's life, 1 to 100 (100: no compression found)."""
    stated = table_quality(image.tables) if image.tables else None
    past = pixel_quality(image.luma)
    # The pixels show the file's own compression too, a little less exactly than its table.
    again = past is not None and (stated is None or past < stated - 8)
    lowest = round(past if past is not None and again else stated or 100)
    factor, height = enlarged_blocks(image.luma)
    measures = {"jpeg": lowest, "jpeg_blocks": round(height, 2)}
    limit = settings.jpeg_quality
    if lowest < limit:
        code = "jpeg-saved-again" if again else "jpeg-low-quality"
        severity = Severity.FAULT if lowest < 0.6 * limit else Severity.WARNING
        facts: dict[str, float] = {"quality": lowest, "threshold": limit}
        return measures, [Finding("jpeg", code, severity, lowest, limit, facts=facts)]
    if height > settings.jpeg_blocks:
        facts = {
            "factor": round(factor, 1),
            "period": round(8 * factor, 1),
            "height": round(height, 1),
            "threshold": settings.jpeg_blocks,
        }
        return measures, [
            Finding(
                "jpeg",
                "jpeg-enlarged",
                Severity.WARNING,
                round(height, 2),
                settings.jpeg_blocks,
                facts=facts,
            )
        ]
    return measures, []


def table_quality(table) -> int:
    """IJG quality, 1 to 100, whose luma table is nearest. table: 64 steps, any order.

    Sums are compared, so the zigzag order doesn't matter, and tables of other makers get the
    quality of equal coarseness.
    """
    return 1 + int(np.argmin(np.abs(_table_sums() - sum(table))))


def pixel_quality(luma: np.ndarray) -> float | None:
    """Quality of an earlier compression, read from the pixels; None where there is no trace.

    luma: (h, w) float32, 0..255, at full size.
    """
    if min(luma.shape) < 32:
        return None
    left, top = (_grid_offset(jumps(luma, axis)) for axis in (1, 0))
    # A file that was never cut has its grid in the corner, also where its edges are too faint.
    traces = [_steps(luma, *corner) for corner in {(0, 0), (left, top)}]
    steps = max(traces, key=len)
    if len(steps) < FEWEST_STEPS:
        return None
    return _scale_to_quality(
        float(np.median([100 * step / STANDARD[place] for place, step in steps.items()]))
    )


def enlarged_blocks(luma: np.ndarray) -> tuple[float, float]:
    """(factor of enlargement, height of the block edges in grey levels); height 0: no blocks."""
    if min(luma.shape) < 128:
        return 1.0, 0.0
    profiles = [jumps(luma, axis) for axis in (0, 1)]
    combs = [_comb(profile, min(luma.shape)) for profile in profiles]
    # Blocks show along both axes with one period; a fence or a facade rarely does.
    both = np.minimum(combs[0][0], combs[1][0]) > 1
    clear = both * np.sqrt(combs[0][0] * combs[1][0])
    if clear.max() < CLEAR_COMB:
        return 1.0, 0.0
    # An edge of height h every P px gives harmonics of 2h/P; enlarging spread it over P/8 px.
    height = np.minimum(combs[0][1], combs[1][1]) * PERIODS / 2 * PERIODS / 8
    # Fractions of the true period share some of its harmonics, so the highest edge decides.
    best = int(np.argmax(np.where(clear >= max(CLEAR_COMB, 0.75 * clear.max()), height, 0)))
    factor = float(PERIODS[best] / 8)
    if not all(at_every_edge(profile, PERIODS[best]) for profile in profiles):
        return factor, 0.0
    return factor, float(height[best])


def at_every_edge(profile: np.ndarray, period: float) -> bool:
    """Whether the jumps lie at nearly all multiples of the period, as block edges do.

    The tiles of a mosaic or the panes of a window jump higher, but at every second or third
    multiple only. profile: (n,), see `jumps`. period: px.
    """
    widened = ndimage.maximum_filter1d(profile, 3)  # the period is known to a few hundredths
    multiples = np.arange(0, len(profile) - 2 * period, period)
    starts = np.arange(0, period, 0.5)
    edges = widened[np.round(starts[:, None] + multiples).astype(int)]
    here = edges[int(np.argmax(edges.mean(axis=1)))]
    elsewhere = np.median(edges, axis=0)
    gain = here.mean() - elsewhere.mean()
    low_gain = np.percentile(here, LOW) - np.percentile(elsewhere, LOW)
    return bool(low_gain > 0.3 * gain)


def jumps(luma: np.ndarray, axis: int) -> np.ndarray:
    """How much more each step along `axis` jumps than its two neighbours, averaged across.

    Entry i belongs to the edge between the pixels i + 1 and i + 2. Clipped, since block edges are
    low: contours in the picture would drown them.
    """
    lines = luma if axis == 1 else luma.T
    step = np.abs(np.diff(lines, axis=1))
    return np.clip(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2, -8, 8).mean(axis=0)


@cache
def _table_sums() -> np.ndarray:
    """(100,) sums of the IJG library's luma tables for quality 1 to 100."""
    quality = np.arange(1, 101)
    percent = np.where(quality < 50, 5000 // quality, 200 - 2 * quality)
    tables = (STANDARD.ravel() * percent[:, None] + 50) // 100
    return tables.clip(1, 255).sum(axis=1)


def _scale_to_quality(percent: float) -> float:
    """Quality from the table's size in percent of the standard one, as the IJG library scales."""
    quality = 100 - percent / 2 if percent <= 100 else 5000 / percent
    return float(np.clip(quality, 1, 100))


def _grid_offset(profile: np.ndarray) -> int:
    means = [profile[start::8].mean() for start in range(8)]
    return (int(np.argmax(means)) + 2) % 8


def _steps(luma: np.ndarray, left: int, top: int) -> dict[tuple[int, int], int]:
    """Quantisation step of each frequency that shows one, with the block grid at (left, top)."""
    rows, columns = (luma.shape[0] - top) // 8, (luma.shape[1] - left) // 8
    cut = luma[top : top + 8 * rows, left : left + 8 * columns]
    blocks = cut.reshape(rows, 8, columns, 8).swapaxes(1, 2).reshape(-1, 8, 8)
    blocks = blocks[:: len(blocks) // BLOCKS + 1]
    steps = {}
    values = fft.dctn(blocks, axes=(1, 2), norm="ortho")
    for place in FREQUENCIES:
        step = _step(np.abs(values[:, place[0], place[1]]))
        if step:
            steps[place] = step
    return steps


def _step(sizes: np.ndarray) -> int | None:
    """The step on whose multiples the coefficients lie, None if on none. sizes: (n,), >= 0."""
    fits = {}
    for step in range(SMALLEST_STEP, LARGEST_STEP + 1):
        above = sizes[sizes > 0.6 * step]  # those rounded to zero fit any step
        if len(above) < 25:
            break
        fits[step] = float(np.cos(2 * np.pi / step * above).mean())
    best = max(fits.values(), default=0.0)
    if best < 0.4:
        return None
    # Divisors of the true step fit as well as the step itself, its multiples do not.
    return max(step for step, fit in fits.items() if fit > 0.85 * best)


def _comb(profile: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of PERIODS: how far its first harmonics stand out, and their mean amplitude."""
    profile = profile - ndimage.median_filter(profile, 25, mode="nearest")
    limit = 4 * profile.std()
    window = np.hanning(len(profile))
    spectrum = np.abs(np.fft.rfft(np.clip(profile, -limit, limit) * window, SPECTRUM))
    level = np.maximum(_running_level(spectrum), 1e-9)
    outstanding, amplitude = spectrum / level, 2 * spectrum / window.sum()
    # Unscaled 8 px blocks and the enlarging filter itself have lines of their own.
    own_frequencies = np.array([1 / 8, 1 / 4, 1 / 3, 3 / 8, 1 / 2])
    total, size, used = (np.zeros(len(PERIODS)) for _ in range(3))
    for harmonic in (1, 2, 3):
        frequency = harmonic / PERIODS
        free = np.abs(frequency[:, None] - own_frequencies).min(axis=1) > 2.5 / length
        place = np.minimum(np.round(frequency * SPECTRUM).astype(int), SPECTRUM // 2)
        total += free * np.log(np.clip(outstanding[place], 0.3, 12))
        size += free * amplitude[place]
        used += free
    divisor = np.maximum(used, 1)
    clear = np.where(used >= 2, np.exp(total / divisor), 0)
    # Lines between the harmonics belong to a longer period: tiles or windows, not blocks.
    between = [
        outstanding[np.round(part / PERIODS * SPECTRUM).astype(int)]
        for part in (1 / 3, 1 / 2, 3 / 2)
    ]
    return np.where(np.max(between, axis=0) < CLEAR_COMB * 2, clear, 0), size / divisor


def _running_level(spectrum: np.ndarray) -> np.ndarray:
    """Median over a broad neighbourhood, taken at every 32nd place and drawn through."""
    places = np.arange(0, len(spectrum), 32)
    medians = [np.median(spectrum[max(0, p - 200) : p + 201]) for p in places]
    return np.interp(np.arange(len(spectrum)), places, medians)
