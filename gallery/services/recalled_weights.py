"""Weights that were recalled stay out, under whatever name and metadata they come back."""

from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.models import Recall, SourceKind, StyleVersion
from training.engine.files.safetensors_header import hash_weights


def check(sha256):
    """Raise Refused("weights-recalled") if a stored file holds the weights of a recalled version.

    sha256: the blob's. Once a recall is undone its weights are free again.
    """
    recalled = list(StyleVersion.objects.exclude(recalled_at=None).select_related("pack"))
    same = [version for version in recalled if version.weights_sha256 == sha256]
    if not same and recalled:
        weights = _weights_of(sha256)
        same = [version for version in recalled if _is_of(version, weights)]
    if same:
        raise _refusal(same[0])


def _is_of(version, weights):
    try:
        return _weights_of(version.weights_sha256) == weights
    except blobs.BlobMissing:
        return False  # nothing is left to compare with


@lru_cache(maxsize=1000)
def _weights_of(sha256):
    # A blob never changes, so what it holds is read once.
    return hash_weights(blobs.local(sha256))


def _refusal(version):
    row = Recall.objects.filter(
        kind=SourceKind.VERSION, source_key=str(version.pk), undone_at=None
    ).first()
    return Refused(
        "weights-recalled",
        name=str(version),
        day=date_format(timezone.localtime(version.recalled_at), "SHORT_DATE_FORMAT"),
        reason=row.why if row else "–",
    )
