"""Which stored LoRA files hold the same weights."""

from contextlib import suppress

from brandstudio.core import blobs
from training.engine.errors import EngineError
from training.engine.files.safetensors_header import hash_weights
from training.models import WeightsContent


def content_of(sha256, path):
    """What a LoRA file holds, as a WeightsContent that is not saved yet. sha256: the file's."""
    try:
        return WeightsContent(sha256=sha256, content=hash_weights(path))
    except EngineError:  # no sound file: it holds the same as itself alone
        return WeightsContent(sha256=sha256, content=sha256)


def note_content(sha256):
    """Keep, once, what a stored LoRA file holds. Returns its WeightsContent.

    One that was unsound or gone is looked at again: it may have been put back since.
    """
    row = WeightsContent.objects.filter(sha256=sha256).first()
    if row is None or row.content == sha256:
        content = sha256
        with suppress(blobs.BlobMissing):
            content = content_of(sha256, blobs.local(sha256)).content
        row, _is_new = WeightsContent.objects.update_or_create(
            sha256=sha256, defaults={"content": content}
        )
    return row


def unread(rows, column):
    """The hashes in this column, of which nobody has noted yet what the files hold."""
    noted = WeightsContent.objects.values("sha256")
    waiting = rows.exclude(**{f"{column}__in": noted})
    return waiting.order_by().values_list(column, flat=True).distinct()


def one_at_a_time(sha256):
    """Of those who bring these weights at one moment one goes on; the rest wait for its end.

    Call it in a transaction, and `note_content` before that: nobody sees what is not committed.
    """
    files = WeightsContent.objects.alike([sha256])
    list(files.select_for_update().order_by("sha256").values_list("pk"))
