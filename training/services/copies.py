"""Copies of pictures that may not come in again, however these were changed on the way.

`engine.screening.copies` knows them by local features, `painted_cars` what was cut out tightly.
What these need of a stored picture is kept once it may not come in again: in the background, or
when the next picture is compared with it.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

import numpy as np

from brandstudio.core import blobs
from brandstudio.core.models import LocalFeatures
from brandstudio.core.queue import work_queue
from training.engine.data import images
from training.engine.errors import EngineError

READ_SECONDS = 60  # then other work of the background has its turn
_MOST_READ = 100  # pictures that a comparison reads itself, 3 s; a recall may bar thousands at once
_AT_ONCE = 500  # hashes of one question to the database
_STRANGE = -1.0  # the likeness of what shares too little

_barred: list[Callable[[], Iterable[str]]] = []
_laid_over: list[Callable[[tuple[int, int]], Iterable]] = []


def register(barred):
    """Have the pictures of another table read. barred(): the SHA-256 of the stored pictures that
    may not come in again, in whole or as something else than they are."""
    _barred.append(barred)


def register_overlays(laid_over):
    """Have copies known under what is laid over pictures before people see them. laid_over(size):
    the `overlay`s of a picture of this size in px, (width, height), the likeliest first."""
    _laid_over.append(laid_over)


def _overlays(size):
    return itertools.chain.from_iterable(laid_over(size) for laid_over in _laid_over)


def _engine():
    """The comparison of pictures, with OpenCV: a process pays for it once it compares."""
    from training.engine.screening import copies  # noqa: PLC0415

    return copies


def overlay(ink, upon):
    """What somebody lays over pictures, RGBA, and what lies upon that, as these are compared."""
    return _engine().Overlay.of(ink, upon)


def _cars():
    from training.engine.screening import painted_cars  # noqa: PLC0415

    return painted_cars


class Compared:
    """A picture (upright, RGB) that is compared with stored ones: its features are read once, and
    a stored one is looked at once, however many questions there are.

    mask: of what counts in it, mode L.
    """

    def __init__(self, image, mask=None):
        self._image, self._mask = image, mask
        self._likeness: dict[str, float] = {}

    def likenesses(self, all_sha256):
        """{SHA-256: likeness} of those of these stored pictures that it is a copy of, the most
        alike first. One that is gone has no copies."""
        alike = self._scores(all_sha256)
        return {each: score for each, score in alike.items() if score >= _engine().LEAST_ALIKE}

    def touching(self, all_sha256):
        """Those of these stored pictures that show something at places that it has too: among them
        what may be a copy of it, seen from the other side, as one in a frame."""
        return {each for each, score in self._scores(all_sha256).items() if score > _STRANGE}

    def _scores(self, all_sha256):
        """{SHA-256: likeness} of the likeliest of these, the most alike first."""
        if not all_sha256:
            return {}
        candidates = _shelf().candidates(self._probe, all_sha256)
        self._look_at([sha256 for sha256 in candidates if sha256 not in self._likeness])
        alike = [(self._likeness.get(sha256, _STRANGE), sha256) for sha256 in candidates]
        return {sha256: score for score, sha256 in sorted(alike, reverse=True)}

    @cached_property
    def _probe(self):
        return _engine().Probe(self._image, self._mask, _overlays)

    def _look_at(self, all_sha256):
        for sha256, features in _column_of("features", all_sha256).items():
            if (other := _stored_image(sha256)) is not None:
                self._likeness[sha256] = self._probe.likeness(features, other)


class _Shelf:
    """The words of stored pictures, which never change: kept by a process from the first time that
    they are asked for."""

    def __init__(self):
        self._lock = threading.Lock()
        self._index = _engine().WordIndex()
        self._place_of: dict[str, int] = {}
        self._names: list[str] = []

    def candidates(self, probe, all_sha256):
        """The SHA-256 of those of these stored pictures that a Probe may be a copy of, the
        likeliest first. Those that the background is to read are none yet."""
        with self._lock:
            self._read(sorted(set(all_sha256) - self._place_of.keys()))
        places = [self._place_of[each] for each in all_sha256 if each in self._place_of]
        likeliest = probe.candidates(self._index, np.array(places, dtype=int))
        return [self._names[place] for place in likeliest]

    def _read(self, missing):
        words = _column_of("words", missing)
        self._index.add(list(words.values()))
        self._place_of |= {each: len(self._names) + number for number, each in enumerate(words)}
        self._names += words


@lru_cache(maxsize=1)
def _shelf():
    return _Shelf()


def compared(sha256):
    """The Compared of a stored picture; None where it can't be opened any more."""
    image = _stored_image(sha256)
    return None if image is None else Compared(image)


def read_these(all_sha256, end):
    """Read the features of those of these stored pictures of which that was never done, until this
    moment of `time.monotonic`. Whether all are read now."""
    unread = _unread_of(all_sha256)
    for count, sha256 in enumerate(unread, 1):
        _read(sha256)
        if time.monotonic() >= end:
            return count == len(unread)
    return True


def shown_in(all_sha256, image, mask):
    """The SHA-256 of one of these stored pictures, which shows what somebody cut out, such as a
    car; None where none does. image: RGB. mask: of its own pixels, mode L."""
    columns = _column_of("small", sorted(set(all_sha256)))
    smalls = {sha256: small for sha256, small in columns.items() if small}
    if not smalls:
        return None
    cutout, others = _cars().Cutout(image, mask), list(smalls)
    for place in cutout.candidates(list(smalls.values())):
        other = _stored_image(others[place])
        if other is not None and cutout.likeness(other) >= _cars().LEAST_ALIKE:
            return others[place]
    return None


def order_reading():
    """Have the features read of pictures of which that was never done. Safe to call at any time."""
    if _unread():
        job = "training.jobs.read_features"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-features")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Read such features until all are read or the seconds have passed."""
    read_these(_unread(), time.monotonic() + seconds)


def _unread():
    barred = sorted({sha256 for ask in _barred for sha256 in ask()} - {""})
    return _unread_of(barred)


def _unread_of(all_sha256):
    rows = _columns_of(all_sha256, "sha256", "small")
    read = {sha256 for sha256, small in rows if small is not None}
    return [sha256 for sha256 in all_sha256 if sha256 not in read]


def _column_of(column, all_sha256):
    """{SHA-256: value} of stored pictures, but for those that the background is to read."""
    values = {
        sha256: bytes(value)
        for sha256, value in _columns_of(all_sha256, "sha256", column)
        if value is not None
    }
    unread = [sha256 for sha256 in all_sha256 if sha256 not in values]
    return values | {sha256: _read(sha256)[column] for sha256 in unread[:_MOST_READ]}


def _columns_of(all_sha256, *columns):
    """These columns of the rows of stored pictures."""
    for start in range(0, len(all_sha256), _AT_ONCE):
        some = all_sha256[start : start + _AT_ONCE]
        yield from LocalFeatures.objects.filter(sha256__in=some).values_list(*columns)


def _read(sha256):
    """{column: value} of what is kept of a stored picture."""
    image = _stored_image(sha256)
    features = b"" if image is None else _engine().features_of(image)
    values = {
        "features": features,
        "words": _engine().words_of(features),
        "small": b"" if image is None else _cars().small_of(image),
    }
    LocalFeatures.objects.update_or_create(sha256=sha256, defaults=values)
    return values


def _stored_image(sha256):
    """A stored picture, upright, RGB; None where it can't be opened any more."""
    try:
        with images.one_at_a_time():
            return images.open_rgb(blobs.local(sha256))
    except (EngineError, ValueError, blobs.BlobMissing):
        return None
