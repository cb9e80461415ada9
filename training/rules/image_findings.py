"""What screening found in a picture, in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from training.engine.errors import SENTENCES
from training.problems import reason

LABELS: dict[str, str] = {
    "too-small": gettext_noop("Small"),
    "blurred": gettext_noop("Blurred"),
    "blurred-by-motion": gettext_noop("Motion blur"),
    "jpeg-low-quality": gettext_noop("Compressed"),
    "jpeg-saved-again": gettext_noop("Compressed before"),
    "jpeg-enlarged": gettext_noop("Enlarged"),
    "underexposed": gettext_noop("Too dark"),
    "overexposed": gettext_noop("Blown out"),
    "subject-unclear": gettext_noop("Subject unclear"),
    "letterbox": gettext_noop("Bars above and below"),
    "pillarbox": gettext_noop("Bars left and right"),
    "border": gettext_noop("Border"),
    "text-found": gettext_noop("Writing on it"),
    "unfit": gettext_noop("Perhaps unfit to be seen"),
    "screenshot": gettext_noop("Screenshot"),
    "screenshot-by-name": gettext_noop("Screenshot"),
    "near-duplicate": gettext_noop("Nearly the same"),
    "near-duplicate-crop": gettext_noop("Cut from the same"),
    "near-duplicate-mirrored": gettext_noop("Mirrored twin"),
    "image-unreadable": gettext_noop("Unreadable"),
    "image-too-large": gettext_noop("Too large"),
}
MEASURES: dict[str, str] = {
    "size": gettext_noop("Short side, px"),
    "blur": gettext_noop("Edge spread, px"),
    "jpeg": gettext_noop("JPEG quality"),
    "jpeg_blocks": gettext_noop("Block edges, grey levels"),
    "highlight": gettext_noop("Brightest level"),
    "blown": gettext_noop("Blown-out share"),
    "clarity": gettext_noop("Clarity of the subject"),
    "border": gettext_noop("Share of borders"),
    "screenshot": gettext_noop("Share of drawn ground"),
    "text": gettext_noop("Share of text"),
}
GRAVE = ("warning", "fault")  # a note alone asks nobody to act


@dataclass(frozen=True)
class ImageFinding:
    """label: two or three words for a chip. sentence: what was measured, and what to do."""

    label: str
    sentence: str
    is_fault: bool


def image_findings(image):
    """The findings of an image's screening report, the gravest first; [] before screening."""
    grave = [f for f in image.report.get("findings", ()) if f["severity"] in GRAVE]
    grave.sort(key=lambda finding: finding["severity"] != "fault")
    return [
        ImageFinding(
            label=gettext(LABELS.get(finding["code"], finding["code"])),
            sentence=_sentence(finding, image.name),
            is_fault=finding["severity"] == "fault",
        )
        for finding in grave
    ]


def measures(image):
    """[(what was measured, number)] of an image's report, where a check could judge."""
    numbers = image.report.get("measures", {})
    return [
        (gettext(MEASURES.get(name, name)), value)
        for name, value in numbers.items()
        if value is not None
    ]


def _sentence(finding, name):
    from training.engine.screening import ADVICE  # noqa: PLC0415 -- scipy; few pages need it

    code, facts = finding["code"], {"name": name, **finding["facts"]}
    if code not in ADVICE:
        return SENTENCES.get(code, code)
    if "reason" in facts:
        facts["reason"] = reason(facts)
    return " ".join(gettext(part).format_map(facts) for part in ADVICE[code] if part)
