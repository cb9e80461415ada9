"""Copies of pictures that may not come in again, however these were changed on the way.

`engine.screening.copies` knows them by local features. Those of a stored picture are kept once it
may not come in again: in the background, or when the next picture is compared with it.
"""

import time
from collections.abc import Callable, Iterable

from brandstudio.core import blobs
from brandstudio.core.models import LocalFeatures
from brandstudio.core.queue import work_queue
from training.engine.data import images
from training.engine.errors import EngineError

READ_SECONDS = 60  # then other work of the background has its turn
_MOST_READ = 100  # pictures that a comparison reads itself, 3 s; a recall may bar thousands at once
_AT_ONCE = 500  # hashes of one question to the database

_barred: list[Callable[[], Iterable[str]]] = []


def register(barred):
    """Have the pictures of another table read. barred(): the SHA-256 of the stored pictures that
    may not come in again, in whole or as something else than they are."""
    _barred.append(barred)


def _engine():
    """The comparison of pictures, with OpenCV: a process pays for it once it compares."""
    from training.engine.screening import copies  # noqa: PLC0415

    return copies


def likenesses(image, all_sha256, mask=None):
    """{SHA-256: likeness} of those of these stored pictures that an upright RGB picture is a copy
    of, the most alike first. One that is gone has no copies. mask: of what counts in it, mode L."""
    words = _words_of(sorted(set(all_sha256)))
    if not any(words.values()):
        return {}
    engine, others = _engine(), list(words)
    probe = engine.Probe(image, mask)
    candidates = [others[place] for place in probe.candidates(list(words.values()))]
    likeness = {}
    for sha256, features in _columns_of(candidates, "sha256", "features"):
        if (other := _stored_image(sha256)) is not None:
            likeness[sha256] = probe.likeness(bytes(features), other)
    alike = [(score, sha256) for sha256, score in likeness.items() if score >= engine.LEAST_ALIKE]
    return {sha256: score for score, sha256 in sorted(alike, reverse=True)}


def order_reading():
    """Have the features read of pictures of which that was never done. Safe to call at any time."""
    if _unread():
        job = "training.jobs.read_features"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-features")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Read such features until all are read or the seconds have passed."""
    end = time.monotonic() + seconds
    for sha256 in _unread():
        _read(sha256)
        if time.monotonic() >= end:
            return


def _unread():
    barred = sorted({sha256 for ask in _barred for sha256 in ask()} - {""})
    read = {sha256 for (sha256,) in _columns_of(barred, "sha256")}
    return [sha256 for sha256 in barred if sha256 not in read]


def _words_of(all_sha256):
    """{SHA-256: words} of stored pictures, but for those that the background is to read."""
    words = {sha256: bytes(data) for sha256, data in _columns_of(all_sha256, "sha256", "words")}
    unread = [sha256 for sha256 in all_sha256 if sha256 not in words]
    return words | {sha256: _read(sha256) for sha256 in unread[:_MOST_READ]}


def _columns_of(all_sha256, *columns):
    """These columns of the rows of stored pictures."""
    for start in range(0, len(all_sha256), _AT_ONCE):
        some = all_sha256[start : start + _AT_ONCE]
        yield from LocalFeatures.objects.filter(sha256__in=some).values_list(*columns)


def _read(sha256):
    """The words of a stored picture; they are kept with its features."""
    image = _stored_image(sha256)
    features = b"" if image is None else _engine().features_of(image)
    values = {"features": features, "words": _engine().words_of(features)}
    LocalFeatures.objects.get_or_create(sha256=sha256, defaults=values)
    return values["words"]


def _stored_image(sha256):
    """A stored picture, upright, RGB; None where it can't be opened any more."""
    try:
        with images.one_at_a_time():
            return images.open_rgb(blobs.local(sha256))
    except (EngineError, ValueError, blobs.BlobMissing):
        return None
