"""Whether every file that rows name is in the store, and is what was stored."""

import dataclasses
from dataclasses import dataclass, field

from brandstudio.core import blobs
from brandstudio.core.queue import housekeeping

MOST_NAMES = 5  # rows that are told of one file


@dataclass(frozen=True)
class Fault:
    """A stored file that is not as it should be. named_by: rows that need it, in words."""

    sha256: str
    place: str
    size: int
    named_by: tuple[str, ...] = ()


@dataclass
class Verdict:
    """damaged, missing: named by rows and not to be had. unreferenced: named by no row."""

    checked: int = 0
    bytes: int = 0
    damaged: list[Fault] = field(default_factory=list)
    missing: list[Fault] = field(default_factory=list)
    unreferenced: list[Fault] = field(default_factory=list)

    @property
    def is_sound(self):
        return not (self.damaged or self.missing)

    def to_json(self):
        return {**dataclasses.asdict(self), "sound": self.is_sound}


def verify(on_file=lambda done: None):
    """Read every stored file and compare it with its name. Returns a Verdict.

    Files of no row are read as well: damaged ones are told as such. on_file(done): after each.
    """
    verdict, here = Verdict(), set()
    files = list(blobs.every())
    # Asked after the store: a file whose row came meanwhile counts as named.
    hashes = housekeeping.all_named()
    for file in files:
        here.add(file.sha256)
        is_damaged = bool(file.sha256) and not _is_sound(file.sha256)
        fault = Fault(file.sha256, file.place, file.size, _names(file.sha256) if is_damaged else ())
        if is_damaged:
            verdict.damaged.append(fault)
        if file.sha256 not in hashes:
            verdict.unreferenced.append(fault)
        verdict.checked += 1
        verdict.bytes += file.size
        on_file(verdict.checked)
    for sha256 in sorted(hashes - here):
        # Stored since, or removed with its row since.
        if not blobs.exists(sha256) and housekeeping.is_named(sha256):
            verdict.missing.append(Fault(sha256, "", 0, _names(sha256)))
    return verdict


def _is_sound(sha256):
    try:
        blobs.check(sha256)
    except blobs.BlobDamaged:
        return False
    except blobs.BlobMissing:  # removed since the store was listed
        return True
    return True


def _names(sha256):
    """Rows that name the blob, in words: "picture 12, a.jpg (original)"."""
    rows = housekeeping.rows_naming(sha256)
    names = [
        f"{row._meta.verbose_name} {row.pk}, {row} ({_part(column)})"
        for row, column in rows[:MOST_NAMES]
    ]
    if len(rows) > MOST_NAMES:
        names.append(f"{len(rows) - MOST_NAMES} more")
    return tuple(names)


def _part(column):
    return column.removesuffix("sha256").rstrip("_") or "file"
