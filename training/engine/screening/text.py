"""Is there writing on the picture: a watermark, a date, a caption, or a sign in the street?

Asked of RapidOCR (https://github.com/RapidAI/RapidOCR), whose PP-OCR weights come inside its wheel,
where that package is installed (requirements-text.txt); nothing is judged where it is not. Regions
count when their letters were read with confidence: the detector alone takes folds and bricks for
writing. A sign in the street and a watermark look alike to it, so a person decides.
"""

import functools
import importlib.util
import logging

import numpy as np

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "text-found": Advice(
        gettext_noop(
            "{name} has writing on it (“{words}”, {share} % of the picture), and a style learns "
            "letters as squiggles."
        ),
        gettext_noop(
            "Crop a watermark, date or caption away; name a sign that belongs there in the caption."
        ),
    ),
}

SIDE = 960  # px, long side; smaller marks are no matter at training size
LEAST = 32  # px, short side; no letter can be read below
LONGEST_SHAPE = 8  # long side divided by short side
READ = 0.8  # confidence from which letters count
LETTERS = 3  # and digits; fewer are as often two eyes or a wheel
SHOWN = 60  # letters of the words in a message


def check(picture: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Share of the picture, 0 to 1, that readable writing covers; None without RapidOCR
    and for slivers."""
    if not is_installed():
        return {"text": None}, []
    image = picture.shrunk(SIDE)
    if min(image.size) < LEAST or max(image.size) > LONGEST_SHAPE * min(image.size):
        return {"text": None}, []  # the reader enlarges short sides, a sliver's without end
    regions = _read(np.asarray(image)[:, :, ::-1].copy())  # it was taught in BGR
    share = sum(area for area, _words in regions) / (image.width * image.height)
    measures = {"text": round(share, 4)}
    if not regions or share < settings.text_share:
        return measures, []
    words = " ".join(words for _area, words in regions)
    facts = {"words": words[:SHOWN], "share": round(100 * share, 1)}
    return measures, [
        Finding("text", "text-found", Severity.WARNING, share, settings.text_share, facts=facts)
    ]


@functools.cache
def is_installed() -> bool:
    """Whether the package that reads is there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


@functools.cache
def _reader():
    from rapidocr import RapidOCR  # noqa: PLC0415 -- optional, and slow to import

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)  # it tells of every picture
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        }
    )


def _read(pixels: np.ndarray) -> list[tuple[float, str]]:
    """[(area in px, words)] of the regions that were read. pixels: (h, w, 3) uint8, BGR."""
    regions = _reader()(pixels, use_cls=False)
    if regions.boxes is None:
        return []
    return [
        (_area(box), words.strip())
        for box, words, score in zip(regions.boxes, regions.txts, regions.scores, strict=True)
        if score >= READ and sum(map(str.isalnum, words)) >= LETTERS
    ]


def _area(box: np.ndarray) -> float:
    """Of a quadrilateral (4, 2), by the shoelace formula."""
    x, y = box[:, 0], box[:, 1]
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)
