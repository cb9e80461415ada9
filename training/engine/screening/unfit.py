"""Is the picture fit to be seen at work? Asked of `tools.open_nsfw`, and a person decides."""

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings
from training.engine.tools import open_nsfw

ADVICE = {
    "unfit": Advice(
        gettext_noop("{name} may show nakedness (a network is {chance} % sure of it)."),
        gettext_noop("Look at it yourself; leave it out if it is so."),
    ),
}

SIDE = 1024  # px; the network sees 224 of a side


def check(picture: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Chance, 0 to 1, that the picture is unfit to be seen at work; None without the network."""
    chance = open_nsfw.probability_of(picture.shrunk(SIDE))
    if chance is None:
        return {"unfit": None}, []
    measures = {"unfit": round(chance, 3)}
    if chance < settings.unfit_probability:
        return measures, []
    facts = {"chance": round(100 * chance)}
    return measures, [
        Finding("unfit", "unfit", Severity.WARNING, chance, settings.unfit_probability, facts=facts)
    ]
