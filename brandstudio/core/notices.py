"""What a notice says: a sentence per code, filled in when read, in the reader's language."""

from django.utils.translation import gettext, gettext_noop

from brandstudio.core.problems import Facts

_ENDS_SOON = gettext_noop(
    "Rights in “{name}” end within {days} days (pictures: {count}, the first on {day})."
)
_DUE_SOON = gettext_noop(
    "{name}: the deadline of {channel} is {day}. Not published there yet: {missing}."
)
_ENDED_ALONE = gettext_noop(
    "Rights in “{name}” have ended (pictures: {count}). Nothing was made with them; nothing more "
    "is, until they are extended."
)
SENTENCES: dict[str, str] = {
    "run-finished": gettext_noop("The training “{name}” has finished."),
    "run-failed": gettext_noop("The training “{name}” has failed. Look there for the cause."),
    "run-paused": gettext_noop("The training “{name}” is paused."),
    "run-cancelled": gettext_noop("The training “{name}” was cancelled."),
    "run-interrupted": gettext_noop(
        "The training “{name}” was interrupted. It can go on from its last checkpoint."
    ),
    "styleversion-submitted": gettext_noop("The style “{name}” waits for your review."),
    "styleversion-approved": gettext_noop("The style “{name}” was approved."),
    "styleversion-sent-back": gettext_noop("The style “{name}” was sent back: {reason}"),
    "styleversion-retired": gettext_noop("The style “{name}” was retired."),
    "prompttemplate-submitted": gettext_noop("The template “{name}” waits for your review."),
    "prompttemplate-approved": gettext_noop("The template “{name}” was approved."),
    "prompttemplate-sent-back": gettext_noop("The template “{name}” was sent back: {reason}"),
    "prompttemplate-retired": gettext_noop("The template “{name}” was retired."),
    "rights-end-30": _ENDS_SOON,
    "rights-end-14": _ENDS_SOON,
    "rights-end-0": gettext_noop(
        "Rights in “{name}” have ended (pictures: {count}). What was made with them is held until "
        "an admin decides."
    ),
    "recalled": gettext_noop(
        "“{name}” was recalled with all that was made with it (pictures: {assets}). Do not use "
        "their files any more. Reason: {reason}"
    ),
    "recalled-alone": gettext_noop(
        "“{name}” was recalled. Do not use its files any more. Reason: {reason}"
    ),
    "recall-undone": gettext_noop("The recall of “{name}” was undone. Look at what holds again."),
    "campaign-due-7": _DUE_SOON,
    "campaign-due-1": _DUE_SOON,
    "campaign-due-past": gettext_noop(
        "{name}: the deadline of {channel} was {day}. Not published there yet: {missing}."
    ),
    "poster-submitted": gettext_noop("The poster “{name}” waits for your review."),
    "poster-approved": gettext_noop("The poster “{name}” was approved."),
    "poster-withdrawn": gettext_noop(
        "The picture of the poster “{name}” was withdrawn, and the poster with it: {reason}"
    ),
    "poster-sent-back": gettext_noop("The poster “{name}” was sent back: {reason}"),
    "zip-left-out": gettext_noop(
        "{missing} of {count} files are not in {name}. The first, for {channel}: {why} Its "
        "manifest.csv names each."
    ),
    "file-ready": gettext_noop("The large file of “{name}” for {channel} is ready."),
    "file-failed": gettext_noop("The large file of “{name}” for {channel} was not made: {why}"),
    "assets-asked": gettext_noop("{count} pictures wait for your review: {names}"),
    "assets-approved": gettext_noop("{count} pictures of yours were approved: {names}"),
    "assets-declined": gettext_noop("{count} pictures of yours were declined ({names}): {reason}"),
    "asset-asked": gettext_noop("The picture “{name}” waits for your review."),
    "asset-approved": gettext_noop("The picture “{name}” was approved."),
    "asset-declined": gettext_noop("The picture “{name}” was declined: {reason}"),
    "asset-withdrawn": gettext_noop("The picture “{name}” was withdrawn: {reason}"),
    "dataset-holds-barred": gettext_noop(
        "The dataset “{name}” holds a file of picture no. {number}, which may be used no longer: "
        "{reason} Nothing learns from it any more. Take it out of the dataset."
    ),
    "style-learned-barred": gettext_noop(
        "The style “{name}” learned from a file of picture no. {number}, which may be used no "
        "longer: {reason} An admin decides what becomes of the style."
    ),
}


def sentence(code: str, facts: dict) -> str:
    """The notice's sentence with its facts; the bare code where nobody gave it a sentence."""
    if code not in SENTENCES:
        return code
    is_alone = code == "rights-end-0" and facts.get("reached") == 0
    text = _ENDED_ALONE if is_alone else SENTENCES[code]
    return gettext(text).format_map(Facts(_defaults_of(code) | facts))


def _defaults_of(code):
    """What stands for a fact that a notice of an earlier studio lacks; any other is “?”."""
    days = code.removeprefix("rights-end-")
    return {"reason": "", **({"days": days} if days.isdigit() else {})}
