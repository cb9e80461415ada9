"""Is the picture large enough for the training resolution?"""

from training.engine.fault_reasons import gettext_noop
from training.engine.screening.report import Advice, Finding, Severity
from training.engine.screening.screened_image import ScreenedImage
from training.engine.screening.settings import ScreenSettings

ADVICE = {
    "too-small": Advice(
        gettext_noop(
            "{name} is {width} × {height} px. Its short side should have {needed} px; "
            "enlarged for training, it would teach the model softness."
        ),
        gettext_noop("Look for a larger original, or train at a lower resolution."),
    ),
}


def check(image: ScreenedImage, settings: ScreenSettings) -> tuple[dict, list[Finding]]:
    """Short side in px against the training resolution; below half of it is a fault."""
    side = min(image.width, image.height)
    findings = []
    if side < settings.resolution:
        severity = Severity.FAULT if 2 * side < settings.resolution else Severity.WARNING
        facts = {
            "width": image.width,
            "height": image.height,
            "needed": settings.resolution,
        }
        findings.append(
            Finding("size", "too-small", severity, side, settings.resolution, facts=facts)
        )
    return {"size": side}, findings
