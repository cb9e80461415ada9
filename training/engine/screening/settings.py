"""How strict the screening is: one frozen dataclass, each field with its help and its range."""

import dataclasses
from dataclasses import dataclass, field

from training.engine.errors import EngineError


def _setting(default, help_text: str, minimum, maximum):
    metadata = {"help": help_text, "min": minimum, "max": maximum}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class ScreenSettings:
    """Thresholds of the checks; the defaults are those of the benchmark in docs/screening.md.

    Raises EngineError("setting-out-of-range") for a value outside its field's range.
    """

    resolution: int = _setting(
        512, "Training resolution: the short side, in pixels, a picture should have.", 64, 2048
    )
    blur_spread: float = _setting(
        0.8,
        "Blurred from this spread of its sharpest edges on, in pixels at training resolution.",
        0.3,
        5.0,
    )
    blur_sure: float = _setting(
        0.6, "Blur is reported only when at least this sure (0 to 1).", 0.0, 1.0
    )
    jpeg_quality: int = _setting(
        72, "JPEG compression is reported below this quality (1 to 100).", 1, 100
    )
    jpeg_blocks: float = _setting(
        0.4,
        "In enlarged pictures: block edges are reported from this height on, in grey levels.",
        0.1,
        10.0,
    )
    dark_highlight: float = _setting(
        0.42, "Underexposed when even the brightest hundredth stays below this (0 to 1).", 0.0, 1.0
    )
    bright_share: float = _setting(
        0.15, "Overexposed when more than this share of the picture is blown out.", 0.01, 1.0
    )
    subject_clarity: float = _setting(
        0.28, "The subject is called unclear below this clarity (0 to 1).", 0.0, 1.0
    )
    border_share: float = _setting(
        0.02, "Bars and frames are reported from this share of the picture on.", 0.005, 0.9
    )
    text_share: float = _setting(
        0.0005, "Writing is reported from this share of the picture on.", 0.0, 1.0
    )
    unfit_probability: float = _setting(
        0.5, "Called unfit to be seen at work from this chance on (0 to 1).", 0.0, 1.0
    )
    duplicate_distance: int = _setting(
        8, "Same picture when at most this many of the fingerprint's 64 bits differ.", 0, 20
    )
    crop_distance: int = _setting(
        8, "As above, between a whole picture and a cut-out of another.", 0, 20
    )
    max_megapixels: int = _setting(
        64, "Larger pictures are refused by their header, before they are decoded.", 1, 100
    )

    def __post_init__(self):
        for one in dataclasses.fields(self):
            value, low, high = getattr(self, one.name), one.metadata["min"], one.metadata["max"]
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{one.name} must be a number, got {value!r}")
            if not low <= value <= high:
                raise EngineError(
                    "setting-out-of-range",
                    setting=one.name,
                    value=value,
                    minimum=low,
                    maximum=high,
                )
