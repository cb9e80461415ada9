"""Which stored LoRA files hold the same weights."""

from contextlib import suppress

from brandstudio.core import blobs
from training.engine.errors import EngineError
from training.engine.files.safetensors_header import hash_file, hash_weights
from training.models import WeightsContent


def note_content(sha256):
    """Read, once, what a stored LoRA file holds. Returns its WeightsContent.

    Raises blobs.BlobMissing for one that is gone and was never read.
    """
    row = WeightsContent.objects.filter(sha256=sha256).first()
    if row is None:
        content = _read(blobs.local(sha256))
        row, _is_new = WeightsContent.objects.get_or_create(
            sha256=sha256, defaults={"content": content}
        )
    return row


def _read(path):
    try:
        return hash_weights(path)
    except EngineError:  # no sound file: it holds the same as itself alone
        return hash_file(path)


def same_among(sha256, hashes):
    """The set of those hashes whose files hold the same weights as this one.

    hashes: a queryset of one flat column. Files that were not read yet are read now; of one that
    is gone unread, only the hash is compared.
    """
    candidates = set(hashes)
    noted = WeightsContent.objects.filter(sha256__in=hashes)
    for other in candidates - set(noted.values_list("sha256", flat=True)):
        with suppress(blobs.BlobMissing):
            note_content(other)
    own = WeightsContent.objects.filter(sha256=sha256).values("content")
    alike = noted.filter(content__in=own)
    return candidates & {sha256} | set(alike.values_list("sha256", flat=True))
