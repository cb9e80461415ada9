"""What is decided of a photograph holds for it under every name.

A picture of equal pixels is the photograph itself: `RightsQuerySet` asks all rows of it. Of one
that only looks like it a `Likeness` is kept: told of all pictures by `engine.data.variants`, and of
those that may not be used, more closely, by `copies`. Where the photograph may not be used, it
comes in with that one's rights, and nothing learns from it until an admin decided.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, Fingerprint, Likeness, WithRights, WrongState
from brandstudio.core.models.rights import barred, ended, tables_with_rights
from brandstudio.core.problems import Refused, in_each_language
from brandstudio.core.queue import work_queue
from training.engine.data import images, variants
from training.engine.errors import EngineError
from training.models import TrainingImage
from training.services import copies, image_store

READ_SECONDS = 60  # then other work of the background has its turn
_AT_ONCE = 5_000  # fingerprints of one reading, 656 bytes each


@dataclass(frozen=True)
class Origins:
    """What a room that makes pictures knows of photographs that are files of these.

    check(path, image, pixels): raises Refused for a file that may not come into a dataset; image is
    the picture in it, upright, RGB, small. read(rows): knows these TrainingImages (a queryset), of
    whatever day. barred(all_pixels): {pixels: number of the painted picture, or None} of those that
    nothing may learn from as things stand now.
    """

    check: Callable
    read: Callable
    barred: Callable


_registered: list[Origins] = []


def register(origins):
    """Have an Origins asked of each file that comes into a dataset, and before each training."""
    _registered.append(origins)


def read_painted(rows):
    """Have it known which of these TrainingImages (a queryset) were painted here."""
    for origins in _registered:
        origins.read(rows)


def painted_barred(rows):
    """The names of those TrainingImages (a queryset) that are pictures of this studio which were
    declined, withdrawn or recalled: each with its number, where it is a finished picture."""
    named = list(
        rows.exclude(pixels_sha256="").order_by("name").values_list("name", "pixels_sha256")
    )
    pixels = sorted({each for _name, each in named})
    barred_ones = {
        each: pk for origins in _registered for each, pk in origins.barred(pixels).items()
    }
    return [
        f"{name} (#{barred_ones[each]})" if barred_ones[each] else name
        for name, each in named
        if each in barred_ones
    ]


class Shelf:
    """The fingerprints of all pictures, read once for many that come in together."""

    def __init__(self):
        self._newest = 0
        self._pixels = []
        self._parts = []

    def near(self, fingerprint):
        """The pixels of pictures that may be variants of the one of this fingerprint."""
        if not fingerprint:
            return []
        self._read_on()
        place, matches = 0, []
        for part in self._parts:
            places = variants.candidates(fingerprint, part)
            matches += [self._pixels[place + here] for here in places]
            place += len(part)
        return matches

    def _read_on(self):
        while True:
            fresh = Fingerprint.objects.filter(pk__gt=self._newest).order_by("pk")
            rows = list(fresh.values_list("pk", "pixels_sha256", "hashes")[:_AT_ONCE])
            if not rows:
                return
            self._newest = rows[-1][0]
            comparable = [(pixels, bytes(hashes)) for _pk, pixels, hashes in rows if hashes]
            if comparable:
                self._pixels += [pixels for pixels, _hashes in comparable]
                self._parts.append(variants.stacked([hashes for _pixels, hashes in comparable]))


def columns_for(stored_image, name, by, *, for_training, shelf=None):
    """(columns that the row of a picture taken in just now is made with, the photograph that may
    not be used and that it looks like, or None). Keeps what it looks like.

    stored_image: an image_store.StoredImage. by: who sends it, None for whoever is at the machine;
    what they may not see they are not told. for_training: whether photographs that are only
    declined for training count too. Raises Refused (photograph-barred, photograph-barred-elsewhere)
    for such a photograph itself; its blobs are gone then.
    """
    condition = barred() if for_training else ended()
    read_barred(condition)
    pixels = stored_image.pixels_sha256
    if row := next(iter(rows_of([pixels], condition)), None):
        stored_image.discard()
        raise _refusal(row, name, by)
    note(pixels, stored_image.fingerprint, stored_image.thumb_sha256, shelf)
    _note_copies(pixels, stored_image.thumb_sha256, condition)
    row = next(iter(originals_near(pixels, condition)), None)
    carried = row.carried_rights() if row else {}
    return {"pixels_sha256": pixels, **carried}, row


def note(pixels, fingerprint, thumb, shelf=None):
    """Keep what a picture looks like and which others look like it, once for its pixels.

    thumb: the SHA-256 of a small picture of it. shelf: a Shelf that is at hand already.
    """
    if Fingerprint.objects.filter(pixels_sha256=pixels).exists():
        return
    near = (shelf or Shelf()).near(fingerprint)
    alike = [other for other in near if _look_alike(thumb, other)]
    with transaction.atomic():
        values = {"hashes": fingerprint}
        Fingerprint.objects.get_or_create(pixels_sha256=pixels, defaults=values)
        pairs = [Likeness.between(pixels, other) for other in alike]
        Likeness.objects.bulk_create(pairs, ignore_conflicts=True)


def _note_copies(pixels, thumb, condition):
    """Keep of which photographs of this condition a picture is a copy, however it was changed."""
    barred_ones = _thumbs_of(condition)
    image = images.open_rgb(blobs.local(thumb))
    known = copies.Compared(image).likenesses(barred_ones)
    pairs = [Likeness.between(pixels, barred_ones[other]) for other in known]
    Likeness.objects.bulk_create(pairs, ignore_conflicts=True)


def _thumbs_of(condition):
    """{SHA-256 of its small picture: its pixels} of the photographs of this condition."""
    columns = ("thumb_sha256", "pixels_sha256")
    return {
        thumb: pixels
        for model in tables_with_rights()
        for thumb, pixels in model._base_manager.filter(condition).values_list(*columns)
        if thumb and pixels
    }


def stored_barred():
    """The SHA-256 of the small pictures of photographs that may not be used now."""
    return _thumbs_of(barred())


def check_file(path, stored_image):
    """Raise Refused for a file that may not come into a dataset. Its blobs are gone then."""
    image = images.open_rgb(blobs.local(stored_image.thumb_sha256))
    try:
        for origins in _registered:
            origins.check(path, image, stored_image.pixels_sha256)
    except Refused:
        stored_image.discard()
        raise


def _look_alike(thumb, pixels):
    row = next(iter(rows_of([pixels])), None)
    if row is None:  # nowhere in the studio any more
        return False
    try:
        return _are_variants(*sorted((thumb, row.thumb_sha256)))
    except (EngineError, OSError, blobs.BlobMissing):
        return True  # what can't be looked at is for an admin to tell


@lru_cache(maxsize=10_000)
def _are_variants(thumb, other):
    one, two = (images.open_rgb(blobs.local(sha256)) for sha256 in (thumb, other))
    return variants.are_variants(one, two)


def alike_to(pixels):
    """The pixels of pictures that look like this one, of which no admin has said that they are
    others: a list."""
    pairs = Likeness.objects.undecided().of(pixels).values_list("first", "second")
    return sorted({each for pair in pairs for each in pair} - {pixels})


def rows_of(all_pixels, condition=None):
    """The rows of pictures of these pixels (of this condition) in all tables; withdrawn first, and
    of those the originals before what took over their rights."""
    if not all_pixels:
        return []
    condition = Q() if condition is None else condition
    rows = [
        row
        for model in tables_with_rights()
        for row in model._base_manager.filter(condition, pixels_sha256__in=all_pixels)
    ]
    return sorted(rows, key=_weight)


def _weight(row):
    return row.withdrawn_at is None, not row.is_expired, row.carried_from != ""


def originals_near(pixels, condition, carried_from=""):
    """The rows of photographs of this condition that a picture of these pixels looks like, and of
    which no admin has said that it is another: one of each, for all copies of it the original's.

    carried_from: the pixels of the photograph whose rights the picture took over.
    """
    near = {*alike_to(pixels), carried_from} - {"", pixels}
    others: dict[str, WithRights] = {}
    for row in rows_of(near, condition):
        others.setdefault(row.original_pixels, row)
    others = {root: row for root, row in others.items() if root not in {pixels, *_apart(pixels)}}
    own = {row.pixels_sha256: row for row in reversed(rows_of(set(others), condition))}
    return sorted((others | own).values(), key=_weight)


def _apart(pixels):
    """The pixels of which an admin has said that they are another picture than these."""
    pairs = Likeness.objects.of(pixels).exclude(apart_at=None).values_list("first", "second")
    return {each for pair in pairs for each in pair} - {pixels}


def near_undecided(rows, condition):
    """[(row, photograph)] of those rows of a queryset of one table that look like a photograph of
    this condition, and of which no admin has said that it is another picture."""
    for row in rows.filter(pixels_sha256=""):
        read_pixels(row)
    read_barred(condition)
    own = rows.filter(~condition | ~Q(carried_from=""))
    pixels = own.exclude(pixels_sha256="").values("pixels_sha256")
    pairs = Likeness.objects.undecided().filter(Q(first__in=pixels) | Q(second__in=pixels))
    near = {each for pair in pairs.values_list("first", "second") for each in pair}
    return [
        (row, photograph)
        for mine in sorted(near)
        for row in own.filter(pixels_sha256=mine)
        for photograph in originals_near(mine, condition, row.carried_from)
    ]


def copies_of(photograph):
    """One row for each picture that looks like a photograph, or took over its rights, under another
    name, and of which no admin has said that it is another; those that were taken out are among
    them."""
    pixels = photograph.pixels_sha256
    rows = [*rows_of(alike_to(pixels)), *_carrying(pixels)]
    return list({row.pixels_sha256: row for row in rows if row.pixels_sha256 != pixels}.values())


def _carrying(pixels):
    """The rows of all tables that took over the rights of the photograph of these pixels."""
    return [
        row
        for model in tables_with_rights()
        for row in model._base_manager.filter(carried_from=pixels)
    ]


def decide(row, photograph, by, why, *, is_same):
    """An admin says whether a row is the photograph that it looks like: then it has its rights; or
    another picture: then what it took over is forgotten, and what is decided of that one, or of its
    copies, does not hold for it. Raises WrongState when somebody decided meanwhile."""
    if is_same:
        row.carry_rights(photograph, by, why)
        return
    original = photograph.original_pixels
    with transaction.atomic():
        if original in {row.pixels_sha256, *_apart(row.pixels_sha256)}:
            raise WrongState(row, "two pictures")
        pair = Likeness.between(row.pixels_sha256, original)
        named = {"first": pair.first, "second": pair.second}
        group = {original, photograph.pixels_sha256}
        group |= {copy.pixels_sha256 for copy in _carrying(original)} - {row.pixels_sha256}
        pairs = list(Likeness.objects.undecided().of(row.pixels_sha256))
        near = [other for other in pairs if group & {other.first, other.second}]
        if not near and row.carried_from != original:
            raise WrongState(row, "two pictures")
        Likeness.objects.get_or_create(**named)[0].part(by, why)
        for other in near:
            if (other.first, other.second) != (pair.first, pair.second):
                other.part(by, why)
        for same in rows_of([row.pixels_sha256]):
            if same.carried_from in group:
                same.part_from(by, why)


@dataclass(frozen=True)
class Alike:
    """A row that looks like a photograph which may not be used, as somebody may see it.

    photograph: None where the reader may not see it; decided: what was decided of it, in words.
    """

    row: WithRights
    photograph: WithRights | None
    decided: str


def alike_of(row, person):
    """The Alike pairs of a row with photographs that may not be used now, one for each; and with
    that whose rights it took over, be it free again."""
    near = originals_near(row.pixels_sha256, barred(), row.carried_from)
    named = {other.pixels_sha256 for other in near} | _apart(row.pixels_sha256)
    if row.carried_from and row.carried_from not in named:
        near += rows_of([row.carried_from])[:1]
    return [_seen_by(person, row, photograph) for photograph in near]


def _seen_by(person, row, photograph):
    is_seen = may_see(photograph, person)
    decided = decision_of(photograph, with_person=is_seen)
    return Alike(row, photograph if is_seen else None, decided)


def read_barred(condition):
    """Read the pixels of photographs of this condition of which that was never done."""
    for model in tables_with_rights():
        for row in model._base_manager.filter(condition, pixels_sha256=""):
            read_pixels(row)


def read_pixels(row, shelf=None):
    """Note the pixels, and what they look like, of a row from before that was done.

    A file that can't be opened any more counts as a photograph of its own.
    """
    if row.pixels_sha256:
        return
    sha256 = getattr(row, "original_sha256", "") or row.sha256
    try:
        with images.one_at_a_time():
            pixels, fingerprint = image_store.pixels_of(images.open_rgb(blobs.local(sha256)))
    except (EngineError, OSError, blobs.BlobMissing):
        pixels, fingerprint = sha256, b""
    note(pixels, fingerprint, row.thumb_sha256, shelf)
    row.pixels_sha256 = pixels
    row.save(update_fields=["pixels_sha256"])


def order_reading():
    """Have rows read whose pixels nobody has noted. Safe to call at any time."""
    if any(rows.exists() for rows in _unread()):
        job = "training.jobs.read_photographs"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-photographs")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Read such rows until all are read or the seconds have passed."""
    end, shelf = time.monotonic() + seconds, Shelf()
    for rows in _unread():
        for row in rows.iterator(chunk_size=100):
            read_pixels(row, shelf)
            if time.monotonic() >= end:
                return


def _unread():
    return [model._base_manager.filter(pixels_sha256="") for model in tables_with_rights()]


def alike_note(row, by):
    """(code, facts) of what is told of a picture that looks like this photograph."""
    facts = _facts(row, by)
    return ("photograph-alike" if "other" in facts else "photograph-alike-elsewhere"), facts


def _refusal(row, name, by):
    facts = _facts(row, by)
    code = "photograph-barred" if "other" in facts else "photograph-barred-elsewhere"
    return Refused(code, name=name, **facts)


def _facts(row, by):
    """What a person may know of the photograph: where it lies and who decided is for those who see
    it; by: None for whoever is at the machine itself."""
    is_seen = by is None or may_see(row, by)
    decided = in_each_language(lambda: decision_of(row, with_person=is_seen))
    if not is_seen:
        return {"decided": decided}
    place = in_each_language(lambda: place_of(row))
    return {"other": str(row), "place": place, "decided": decided}


def may_see(row, person):
    """Whether a person may see a row of any table with rights, and what was decided of it."""
    if person.is_brand_admin:
        return True
    owner = row.dataset.owner_id if isinstance(row, TrainingImage) else row.brought_by_id
    return owner == person.pk


def place_of(row):
    """Where a row lies: its dataset's name, else what kind of thing it is."""
    return str(row.dataset) if isinstance(row, TrainingImage) else str(row._meta.verbose_name)


def decision_of(row, *, with_person=False):
    """What was decided of a photograph, in the reader's language: what, when; and who and why. ""
    where it may be used."""
    if row.withdrawn_at:
        day = date_format(timezone.localtime(row.withdrawn_at), "SHORT_DATE_FORMAT")
        facts = {"day": day, "why": row.withdrawn_why, "who": _who_withdrew(row)}
        if with_person and facts["who"]:
            return _("withdrawn on %(day)s by %(who)s (%(why)s)") % facts
        return _("withdrawn on %(day)s") % facts
    if row.is_expired:
        return _("its rights ended: %(day)s") % {"day": row.expires_shown}
    return "" if row.may_train else _("not allowed for training")


def _who_withdrew(row):
    entry = AuditEntry.objects.about(row).filter(target="withdrawn").first()
    return entry.actor.shown_name if entry and entry.actor else ""
