"""The answer to an act that is refused: why, under a status that says so to programs as well."""

from http import HTTPStatus

from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from brandstudio.core.problems import Refused
from brandstudio.core.ui import trouble
from gallery import problems
from gallery.models import AssetState
from gallery.models.asset import ASKS_FROM
from gallery.services import holds

# What changed since the page was shown; whoever looks again may decide anew.
_CONFLICTS = {
    "approved-already",
    "binned-already",
    "approved-not-binned",
    "asked-already",
    "channel-used",
    "cut-out-saved",
    "cutout-gone",
    "decided-already",
    "declined-already",
    "enlarged-already",
    "file-stale",
    "init-image-gone",
    "kit-changed",
    "newer-approved",
    "no-draft-any-more",
    "not-approved",
    "not-asked",
    "not-binned",
    "not-in-use",
    "not-submitted",
    "nothing-to-decide",
    "pack-replaced",
    "piece-offered",
    "piece-taken",
    "policy-changed",
    "recall-changed",
    "recall-too-late",
    "recall-undone",
    "recall-undone-own",
    "retired-already",
    "sheet-moved-on",
    "withdrawn-already",
    "withdrawn-not-asked",
}
# What the gates forbid, whatever is sent.
_FORBIDDEN = {
    "asset-held",
    "cutout-held",
    "cutout-painted",
    "cutout-withdrawn",
    "goes-nowhere-known",
    "init-image-alike",
    "init-image-alike-elsewhere",
    "init-image-held",
    "init-image-not-yours",
    "init-image-withdrawn",
    "licence-unknown",
    "mix-three-untested",
    "own-work",
    "pack-held",
    "pack-not-approved",
    "pack-recalled",
    "pair-forbidden",
    "picture-declined",
    "picture-withdrawn",
    "policy-fixed",
    "prompt-not-yours",
    "proof-not-in-house",
    "same-as-declined",
    "same-as-withdrawn",
    "style-territory-limited",
    "style-use-limited",
    "taste-not-published",
    "template-not-approved",
    "territory-not-allowed",
    "territory-of-channel-unknown",
    "trial-only",
    "trial-stays",
    "upload-declined",
    "upload-held",
    "upload-several",
    "upload-style-held",
    "upload-withdrawn",
    "use-not-allowed",
    "use-of-channel-unknown",
    "weights-near-recalled",
    "weights-recalled",
}


def refuse(request, error, back):
    """Say why an act was not done. error: Refused or EngineError. back: as trouble.refused."""
    return trouble.refused(request, problems.of(error), back, status_of([error.code]))


def no_file(request, back):
    """The answer to a form that takes a file in and was sent without one. back: as refuse."""
    return trouble.refused(request, _("Choose a file first."), back)


def status_of(codes):
    """The status that says for what kind of reasons nothing was done; 422 where kinds differ."""
    codes = set(codes)
    if codes <= _CONFLICTS:
        return HTTPStatus.CONFLICT
    return HTTPStatus.FORBIDDEN if codes <= _FORBIDDEN else HTTPStatus.UNPROCESSABLE_ENTITY


def address_back(request, asset):
    """Where an act on a picture leads: to the results where it was asked there, else to it."""
    if request.POST.get("next") == "create":
        return results_address()
    return asset.get_absolute_url()


def results_address():
    """The create page, at its results."""
    return f"{reverse('gallery:create')}#results"


def stays(request, asset, error):
    """The page of a file that does not leave: why, and the step that mends it."""
    is_refused = isinstance(error, Refused)
    holds.mark([asset])
    context = {
        "asset": asset,
        "heading": _why_there_is_no_file(asset) if is_refused else _("No file was made"),
        "why": problems.of(error),
        "may_ask": is_refused and may_ask(request, asset),
    }
    status = HTTPStatus.FORBIDDEN if is_refused else HTTPStatus.SERVICE_UNAVAILABLE
    return render(request, "gallery/stays.html", context, status=status)


def _why_there_is_no_file(asset):
    """In the few words of a heading."""
    if asset.state == AssetState.READY:
        return _("It stays in the studio")
    return _("Not finished yet") if asset.is_active else _("There is no picture")


def may_ask(request, asset):
    """Whether sending the picture for review is this person's next step."""
    if asset.scene.is_trial:
        return False
    is_mine = asset.scene.owner_id == request.user.pk and asset.deleted_at is None
    is_open = asset.state == AssetState.READY and asset.review in ASKS_FROM
    return is_mine and is_open and not holds.is_held(asset)
