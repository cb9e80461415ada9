"""Is it a screenshot? By its name or metadata, or by bars and pages that programs draw."""

import numpy as np
from scipy import ndimage

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "screenshot": Advice(
        gettext_noop(
            "{name} looks like a screenshot: {percent} % of it is the plain ground of a bar or a "
            "page with small signs on it."
        ),
        gettext_noop("Use the picture itself, without the program around it."),
    ),
    "screenshot-by-name": Advice(
        gettext_noop("{name} is a screenshot by its name or its metadata."),
        gettext_noop("Use the picture itself, or cut away everything that is not the picture."),
    ),
}

WORDS = ("screenshot", "screen shot", "screen_shot", "截屏", "截图", "截圖", "屏幕快照")
LONGEST = 1024  # px
GROUND = 0.55  # share of a line that its ground colour must fill
SAME = 6  # levels of 255 from the ground colour
INK = 60  # levels from the ground colour; JPEG ripples stay below
AIR = 0.97  # share of a line without signs that has the ground colour
SIGNS = 3  # letters or icons on a bar, at least
PAGE_SIGNS = 40  # letters or icons on a page without bars
PAGE = 0.35  # share of the picture that a page's one colour fills
FLAT = 0.6  # share of the ground that equals its neighbour exactly; a sky or a wall has grain


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Share of the picture that is drawn ground, 0 to 1."""
    share = drawn_share(np.asarray(image.shrunk(LONGEST)))
    measures = {"screenshot": round(share, 3)}
    words = f"{image.name} {image.clues}".lower()
    if any(word in words for word in WORDS):
        return measures, [
            Finding("screenshot", "screenshot-by-name", Severity.WARNING, 1.0, 1.0, sure=0.95)
        ]
    if share <= 0:
        return measures, []
    return measures, [
        Finding(
            "screenshot",
            "screenshot",
            Severity.WARNING,
            round(share, 3),
            0.0,
            sure=0.8,
            facts={"percent": round(100 * share)},
        )
    ]


def drawn_share(colours: np.ndarray) -> float:
    """Share of the picture that bars at its rim, or one page, cover; 0 where there is neither.

    colours: (h, w, 3) uint8.
    """
    values = colours.astype(np.int16)
    height, width = values.shape[:2]
    if min(height, width) < 64:
        return 0.0
    turned = values.swapaxes(0, 1)
    bars = [_bar(lines) for lines in (values, values[::-1], turned, turned[::-1])]
    share = min(1.0, (bars[0] + bars[1]) / height + (bars[2] + bars[3]) / width)
    return share or _page(values)


def _bar(lines: np.ndarray) -> int:
    """Depth of the bar at the rim that lines[0] is, in px; 0: none.

    A bar has one ground colour, a few small signs with air above and below, and a straight edge.
    """
    reach = int(0.3 * len(lines))
    ground = _commonest(lines[:4].reshape(-1, 3))
    if _like(lines[:4], ground).mean() < AIR:
        return 0  # most pictures end here
    like = _like(lines[:reach], ground)
    filled = like.mean(axis=1)
    depth = int(np.argmin(filled >= GROUND)) if (filled < GROUND).any() else 0
    if depth < max(8, 0.02 * len(lines)) or filled[depth - 3] < AIR:
        return 0
    after = (np.abs(lines[depth + 2] - ground) > 2 * SAME).any(axis=-1).mean()
    ink = _ink(lines[:depth], ground)
    if after < 0.6 or not 0.001 < ink.mean() < 0.4 or _signs(ink, largest=depth) < SIGNS:
        return 0
    return depth if _flat_share(lines[:depth], like[:depth]) >= FLAT else 0


def _page(values: np.ndarray) -> float:
    """Share of the ground of a page with text on it, which has plain margins left and right."""
    sample = values[::4, ::4]
    ground = _commonest(sample.reshape(-1, 3))
    if _like(sample, ground).mean() < 0.9 * PAGE:
        return 0.0  # most pictures end here
    like = _like(values, ground)
    share = float(like.mean())
    margin = max(4, like.shape[1] // 50)
    margins = min(like[:, :margin].mean(), like[:, -margin:].mean())
    if share < PAGE or margins < AIR or _flat_share(values, like) < 0.9:
        return 0.0
    signs = _signs(_ink(values, ground), largest=0.05 * max(like.shape))
    return share if signs >= PAGE_SIGNS else 0.0


def _ink(values: np.ndarray, ground: np.ndarray) -> np.ndarray:
    return (np.abs(values - ground) > INK).any(axis=-1)


def _like(values: np.ndarray, ground: np.ndarray) -> np.ndarray:
    return (np.abs(values - ground) <= SAME).all(axis=-1)


def _commonest(pixels: np.ndarray) -> np.ndarray:
    colours, counts = np.unique(
        pixels.astype(np.int32) @ np.array([65536, 256, 1], dtype=np.int32), return_counts=True
    )
    code = int(colours[np.argmax(counts)])
    return np.array([code >> 16, code >> 8 & 255, code & 255], dtype=np.int16)


def _signs(mask: np.ndarray, largest: float) -> int:
    """Number of connected marks in the mask that are 2 px and more and at most `largest` high."""
    marks, _ = ndimage.label(mask)
    boxes = ndimage.find_objects(marks)
    heights = [max(side.stop - side.start for side in box) for box in boxes]
    return sum(2 <= height <= largest for height in heights)


def _flat_share(values: np.ndarray, ground: np.ndarray) -> float:
    pairs = ground[:, 1:] & ground[:, :-1]
    equal = (values[:, 1:] == values[:, :-1]).all(axis=-1)
    return float(equal[pairs].mean()) if pairs.any() else 0.0
