"""The answer to an act that is refused: why, under a status that says so to programs as well."""

from http import HTTPStatus

from brandstudio.core.ui import trouble
from gallery import problems

# What changed since the page was shown; whoever looks again may decide anew.
_CONFLICTS = {
    "decided-already",
    "newer-approved",
    "no-draft-any-more",
    "recall-changed",
    "recall-too-late",
}
# What the gates forbid, whatever is sent.
_FORBIDDEN = {
    "asset-held",
    "licence-unknown",
    "own-work",
    "pack-held",
    "pack-not-approved",
    "taste-not-published",
    "trial-stays",
    "weights-near-recalled",
    "weights-recalled",
}


def refuse(request, error, back):
    """Say why an act was not done. error: Refused or EngineError. back: as trouble.refused."""
    return trouble.refused(request, problems.of(error), back, _status_of(error.code))


def _status_of(code):
    if code in _CONFLICTS:
        return HTTPStatus.CONFLICT
    return HTTPStatus.FORBIDDEN if code in _FORBIDDEN else HTTPStatus.UNPROCESSABLE_ENTITY
