"""Which pictures show the same? Fingerprints that survive small changes, compared by bits.

Each picture gets the perceptual hash (`imagehash.phash`, 64 bits: signs of its coarsest cosine
waves) of itself, of its mirror image, and of 18 cut-outs (90 % and 80 % of each side, at nine
places). Two pictures are alike when the hash of one whole picture is near any hash of the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image, ImageOps

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "near-duplicate": Advice(
        gettext_noop("{name} shows nearly the same picture as {other} ({bits} of 64 bits differ)."),
        gettext_noop("Keep the better of the two; doubles weigh twice in training."),
    ),
    "near-duplicate-crop": Advice(
        gettext_noop(
            "{name} and {other} are cut from the same picture ({bits} of 64 bits differ)."
        ),
        gettext_noop("Keep the better of the two, or choose clearly different details."),
    ),
    "near-duplicate-mirrored": Advice(
        gettext_noop("{name} is {other} mirrored ({bits} of 64 bits differ)."),
        gettext_noop("Keep one of the two; mirroring is a setting of the training run."),
    ),
}

SIDE = 160  # px, long side of the copy that is hashed
PLAINEST = 3.0  # grey levels; below this standard deviation the hash would be of noise
WHOLE, MIRRORED, FIRST_CUT = 0, 1, 2  # places in a fingerprint
SCALES = (0.9, 0.8)
HASHES = 20  # of a fingerprint: whole, mirrored, nine cuts of each scale


@dataclass(frozen=True)
class Duplicate:
    """Two pictures that show the same; distance in differing bits of 64."""

    name: str
    other: str
    distance: int
    code: str

    def finding(self, settings: ScreenSettings) -> Finding:
        """The finding for `name`."""
        crop = self.code == "near-duplicate-crop"
        threshold = settings.crop_distance if crop else settings.duplicate_distance
        return Finding(
            "duplicate",
            self.code,
            Severity.WARNING,
            self.distance,
            threshold,
            facts={"other": self.other, "bits": self.distance},
        )


def fingerprint(image: ScreenedImage) -> str:
    """20 hashes of 16 hexadecimal digits, joined by "-"; "" for a picture too plain to tell."""
    return fingerprint_of(image.shrunk(SIDE))


def fingerprint_of(image: Image.Image) -> str:
    """As `fingerprint`, for a small picture of any mode."""
    grey = image.convert("L")
    if np.asarray(grey, dtype=np.float32).std() < PLAINEST:
        return ""
    views = [grey, ImageOps.mirror(grey), *_cuts(grey)]
    return "-".join(str(imagehash.phash(view)) for view in views)


def near_duplicates(
    hashes: Mapping[str, str], settings: ScreenSettings | None = None
) -> list[Duplicate]:
    """Pairs that show the same, nearest first. hashes: name to `Report.phash`; "" is skipped.

    2,000 pictures take about a second and 1 MB beside the hashes.
    """
    settings = settings or ScreenSettings()
    names = [name for name, text in hashes.items() if text]
    prints = _bits(hashes[name] for name in names)
    duplicates = []
    for later in range(1, len(names)):
        duplicates += _near(names[later], prints[later], names, prints[:later], settings)
    return sorted(duplicates, key=lambda pair: (pair.distance, pair.name, pair.other))


def near_ones(
    text: str, others: Mapping[str, str], settings: ScreenSettings | None = None
) -> list[Duplicate]:
    """Those of `others` that show the same as one picture, nearest first, each with name "".

    text: the picture's `fingerprint`. others: name to fingerprint; "" is like nothing.
    """
    names = [name for name, other in others.items() if other]
    if not (text and names):
        return []
    prints = _bits(others[name] for name in names)
    near = _near("", _bits([text])[0], names, prints, settings or ScreenSettings())
    return sorted(near, key=lambda pair: (pair.distance, pair.other))


def _bits(texts: Iterable[str]) -> np.ndarray:
    """(number of fingerprints, 20) uint64"""
    digits = bytes.fromhex("".join(texts).replace("-", ""))
    return np.frombuffer(digits, dtype=">u8").astype(np.uint64).reshape(-1, HASHES)


def _near(
    name: str, own: np.ndarray, names: list[str], prints: np.ndarray, settings: ScreenSettings
) -> list[Duplicate]:
    """Those of `prints`, called `names`, that show the same as the one called `name`."""
    # Both ways round: either of the two may be the one that was cut.
    ours = np.bitwise_count(prints[:, WHOLE, None] ^ own)
    theirs = np.bitwise_count(prints ^ own[WHOLE])
    distances = np.minimum(ours, theirs)
    near = (distances[:, :FIRST_CUT] <= settings.duplicate_distance).any(axis=1)
    near |= (distances[:, FIRST_CUT:] <= settings.crop_distance).any(axis=1)
    return [
        _duplicate(name, names[other], distances[other], settings) for other in np.flatnonzero(near)
    ]


def _duplicate(name: str, other: str, distances: np.ndarray, settings) -> Duplicate:
    whole, mirrored = int(distances[WHOLE]), int(distances[MIRRORED])
    if whole <= settings.duplicate_distance and whole <= mirrored:
        return Duplicate(name, other, whole, "near-duplicate")
    if mirrored <= settings.duplicate_distance:
        return Duplicate(name, other, mirrored, "near-duplicate-mirrored")
    return Duplicate(name, other, int(distances[FIRST_CUT:].min()), "near-duplicate-crop")


def _cuts(grey: Image.Image) -> list[Image.Image]:
    width, height = grey.size
    return [
        grey.crop(
            (
                round(left * (1 - scale) * width),
                round(top * (1 - scale) * height),
                round((left * (1 - scale) + scale) * width),
                round((top * (1 - scale) + scale) * height),
            )
        )
        for scale in SCALES
        for top in (0, 0.5, 1)
        for left in (0, 0.5, 1)
    ]
