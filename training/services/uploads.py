"""Pictures and captions as people send them, one by one or in zips: what is valid stays."""

import logging
import re
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction

from brandstudio.core.blobs import disk
from brandstudio.core.problems import Refused
from training.engine import fault_reasons
from training.engine.data.captions.tables import (
    decode,
    read_metadata_bytes,
    sidecar_caption,
    sidecar_lines,
    table_order,
)
from training.engine.data.image_folder import clean_name, ending
from training.engine.data.images import IMAGE_EXTENSIONS
from training.engine.errors import EngineError
from training.models import TrainingImage
from training.services import photographs, rights_read
from training.services.caption_claims import LOOSE, Claim, Places, sent_as
from training.services.captions import LINES_SHOWN, claims_of, list_uncaptioned, match_captions
from training.services.image_store import free_name, safe_name, take_in
from training.services.upload_report import Line, UploadReport
from training.services.zip_entries import climbs_out, entries_of, is_litter

_log = logging.getLogger(__name__)

METADATA_SUFFIXES = {".csv", ".tsv", ".jsonl", ".ndjson", ".json"}
SIDECAR_SUFFIXES = {".txt", ".caption"}
# Settings of other trainers, our own dataset.toml for kohya among them.
SETTINGS_SUFFIXES = {".toml", ".yaml", ".yml"}
ZIP_SUFFIX = ".zip"
KINDS = frozenset(
    {*IMAGE_EXTENSIONS, *METADATA_SUFFIXES, *SIDECAR_SUFFIXES, *SETTINGS_SUFFIXES, ZIP_SUFFIX}
)
CONTENTS = {*IMAGE_EXTENSIONS, *METADATA_SUFFIXES, *SIDECAR_SUFFIXES}  # what of a zip is of use
ZIP_MAX_FILES = 20_000
TEXT_MAX_BYTES = 20 * 1024 * 1024
_CHUNK = 1 << 20


@dataclass(frozen=True)
class NamedFile:
    """A file on disk under another name than its sender's. name: the sender's, with its folders.

    source: the folder in which it was found by that name; "" if it came by itself.
    """

    path: Path
    name: str
    source: str = LOOSE


def add_images(dataset, files, *, checked=False, by=None, on_file=None):
    """Take in pictures, captions files and zips. Returns an UploadReport; never raises for a file.

    files: paths, NamedFiles, or Django's uploaded files. checked: the captions that come along
    have been read by `by`; otherwise they are drafts. on_file(done, total): after each file,
    those inside a zip counted by themselves.
    """
    intake = _Intake(dataset, by, on_file or (lambda done, total: None))
    intake.expect(len(files))
    for file in files:
        intake.source = getattr(file, "source", LOOSE)
        with _on_disk(file) as (path, name):
            intake.take(path, name)
    intake.match_captions(checked, by)
    return intake.report


@contextmanager
def _on_disk(file):
    """(path, name) of a path or an uploaded file, which may live in memory only."""
    if isinstance(file, str | Path):
        yield Path(file), Path(file).name
    elif isinstance(file, NamedFile):
        yield file.path, file.name
    elif hasattr(file, "temporary_file_path"):
        yield Path(file.temporary_file_path()), file.name
    else:
        with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
            for chunk in file.chunks():
                copy.write(chunk)
            copy.flush()
            yield Path(copy.name), file.name


class _Intake:
    """One upload on its way in. Pictures are stored as they come, captions matched at the end."""

    def __init__(self, dataset, by, on_file):
        self.dataset = dataset
        self.by = by
        self.on_file = on_file
        self.done = self.total = 0
        self.had_table = False  # a captions file that speaks of many pictures
        self.report = UploadReport()
        self.source = LOOSE  # what the file at hand came in: a zip, a folder, or by itself
        self.zips = 0
        self.claims = []
        self.places = Places(dataset)
        self.repeats_told = set()
        rows = list(dataset.images.values_list("name", "original_sha256"))
        self.names = {name.casefold() for name, _ in rows}
        self.by_hash = {sha256: name for name, sha256 in rows}

    @cached_property
    def shelf(self):
        return photographs.Shelf()

    def expect(self, files):
        """So many more files will be taken."""
        self.total += files

    def take(self, path, name):
        """Take in one file, and say so."""
        name = clean_name(name)
        try:
            self._take(path, name)
        except (OSError, DatabaseError) as error:
            if not disk.is_full(error):
                raise
            self._refuse(name, "no-room")
        self.done += 1
        self.on_file(self.done, self.total)

    def _take(self, path, name):
        suffix = ending(name)
        if is_litter(name):
            self.report.note(name, "noted", "file-passed-over")
        elif path.stat().st_size > settings.UPLOAD_MAX_BYTES:
            self._refuse(
                name,
                "file-too-large",
                megabytes=_megabytes(path.stat().st_size),
                limit=_megabytes(settings.UPLOAD_MAX_BYTES),
            )
        elif suffix == ZIP_SUFFIX:
            self._zip(path, name)
        else:
            self._one(suffix, path, name)

    def _one(self, suffix, path, name):
        """As `_take`, for what is no zip: whatever goes wrong with it does not stop the others."""
        try:
            self._by_kind(suffix, path, name)
        except (OSError, DatabaseError):
            raise
        except Exception:
            _log.exception("%s could not be taken in", name)
            self._refuse(name, "file-not-taken")

    def _by_kind(self, suffix, path, name):
        if suffix in METADATA_SUFFIXES:
            self._metadata(path, name)
        elif suffix in SIDECAR_SUFFIXES:
            self._sidecar(path, name)
        elif suffix in SETTINGS_SUFFIXES:
            self.report.note(name, "noted", "settings-left-out")
        elif suffix in IMAGE_EXTENSIONS:
            self._image(path, name)
        else:
            self._refuse(name, "file-unknown-kind")

    def match_captions(self, checked, by):
        self.claims.sort(key=lambda claim: table_order(claim.said_in))
        match_captions(self.dataset, self.claims, self.places, self.report, checked=checked, by=by)
        if self.had_table:
            list_uncaptioned(self.dataset, self.report)

    def _refuse(self, name, code, /, **facts):
        self.report.note(name, "refused", code, **facts)

    def _image(self, path, name):
        try:
            stored_image = take_in(path, PurePosixPath(name).name)
            self._tell_repeats(name)
            if other := self.by_hash.get(stored_image.original_sha256):
                self.places.note(name, other, self.source)
                self.report.note(name, "duplicate", "picture-there-already", other=other)
                return
            photographs.check_file(path, stored_image)
            known = photographs.columns_for(
                stored_image, name, self.by, for_training=True, shelf=self.shelf
            )
        except Refused as refusal:
            self._refuse(name, refusal.code, **refusal.facts)
            self.places.note(name, "", self.source)
            return
        self._add(path, name, stored_image, *known)

    def _add(self, path, name, stored_image, known, alike):
        """known, alike: of `photographs.Known.columns_for`."""
        free = free_name(safe_name(name), self.names)
        rights, said = rights_read.columns_of(path)
        try:
            with transaction.atomic():
                image = TrainingImage.objects.create(
                    dataset=self.dataset,
                    name=free,
                    sent_as=sent_as(name, self.source),
                    original_sha256=stored_image.original_sha256,
                    image_sha256=stored_image.image_sha256,
                    thumb_sha256=stored_image.thumb_sha256,
                    width=stored_image.width,
                    height=stored_image.height,
                    **{**rights, **known},
                )
        except IntegrityError:
            # The same file, or one of the same name, arrived in another request a moment ago.
            self._image_arrived_twice(path, name)
            return
        self.names.add(free.casefold())
        self.by_hash[stored_image.original_sha256] = free
        self.places.note(name, free, self.source)
        self.report.added.append(image)
        is_renamed = free != PurePosixPath(name).name
        code = "picture-renamed" if is_renamed else "picture-added"
        self.report.note(name, "added", code, other=free)
        if alike is not None:
            code, facts = photographs.alike_note(alike, self.by)
            self.report.note(name, "noted", code, **facts)
        self._tell_rights(name, said)

    def _tell_rights(self, name, said):
        """What the file says of rights; what of it disagrees or can't be read is named."""
        if said.values:
            values = "; ".join(map(str, said.values.values()))
            self.report.note(name, "noted", "rights-read", values=values)
        for what, values in said.conflicts.items():
            self.report.note(name, "noted", "rights-conflict", what=what, values=" ≠ ".join(values))
        if said.unreadable:
            self.report.note(name, "noted", "rights-unreadable", what=", ".join(said.unreadable))

    def _image_arrived_twice(self, path, name):
        rows = list(self.dataset.images.values_list("name", "original_sha256"))
        self.names = {stored_name.casefold() for stored_name, _ in rows}
        self.by_hash = {sha256: stored_name for stored_name, sha256 in rows}
        self._image(path, name)

    def _tell_repeats(self, name):
        """A folder called 10_ink counts ten times to kohya's trainer, and once here: say so."""
        folder = PurePosixPath(name).parent.name
        match = re.match(r"0*(\d{1,4})_", folder)
        if match and int(match[1]) > 1 and folder not in self.repeats_told:
            self.repeats_told.add(folder)
            self.report.note(folder, "noted", "repeats-left-out", repeats=int(match[1]))

    def _metadata(self, path, name):
        place = PurePosixPath(name)
        if (data := self._bytes(path, name)) is None:
            return
        try:
            table = read_metadata_bytes(data, place.name)
        except EngineError as error:
            self._refuse(name, error.code, **error.facts)
            return
        self.claims += claims_of(table, name, str(place.parent), self.source)
        self.had_table = True
        for remark in table.remarks:
            self.report.note(name, "noted", remark.code, **remark.facts)
        for problem in table.problems[:LINES_SHOWN]:
            facts = {"name": name, **problem.facts}
            self.report.lines.append(Line(name, "refused", problem.code, facts))
        if (more := len(table.problems) - LINES_SHOWN) > 0:
            self._refuse(name, "captions-more-problems", count=more)

    def _sidecar(self, path, name):
        place = PurePosixPath(name)
        if (data := self._bytes(path, name)) is None:
            return
        try:
            text = decode(data, place.name)
        except EngineError as error:
            self._refuse(name, error.code, **error.facts)
            return
        # Its picture has the same stem; which ending it has is known once all are in.
        stem, folder, source = place.with_suffix("").name, str(place.parent), self.source
        if caption := sidecar_caption(text):
            lines = sidecar_lines(text)
            claim = Claim(stem, caption, folder, source, name, lines=lines)
            self.claims.append(claim)
        else:
            self.report.note(name, "noted", "text-empty")

    def _bytes(self, path, name):
        if path.stat().st_size > TEXT_MAX_BYTES:
            self._refuse(
                name,
                "file-too-large",
                megabytes=_megabytes(path.stat().st_size),
                limit=_megabytes(TEXT_MAX_BYTES),
            )
            return None
        return path.read_bytes()

    def _zip(self, path, name):
        self.zips += 1
        self.source = f"{self.zips} {name}"  # two zips may have one name
        try:
            with zipfile.ZipFile(path) as archive:
                entries = [
                    entry
                    for entry in entries_of(archive)
                    if not entry.is_dir() and not is_litter(entry.filename)
                ]
                if len(entries) > ZIP_MAX_FILES:
                    self._refuse(
                        name, "zip-too-many-files", count=len(entries), limit=ZIP_MAX_FILES
                    )
                    return
                if not any(ending(entry.filename) in CONTENTS for entry in entries):
                    self._refuse(name, "upload-without-pictures")
                self.expect(len(entries))
                room = settings.ZIP_MAX_BYTES
                for entry in entries:
                    room = self._entry_or_refusal(archive, entry, room)
                    if room < 0:
                        limit = _megabytes(settings.ZIP_MAX_BYTES)
                        self._refuse(name, "zip-too-large", limit=limit)
                        return
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
            if disk.is_full(error):
                raise
            self._refuse(name, "zip-unreadable", reason=fault_reasons.of_zip(error, path))

    def _entry_or_refusal(self, archive, entry, room):
        try:
            return self._entry(archive, entry, room)
        except OSError as error:
            if not disk.is_full(error):
                raise
            self._refuse(entry.filename, "no-room")
            return room

    def _entry(self, archive, entry, room):
        """Take in one file of a zip. room: bytes that may still be unpacked. Returns what is left,
        negative once the zip has proved too large: its directory's own sizes are not believed."""
        name = entry.filename
        if entry.flag_bits & 0x1:
            self._refuse(name, "zip-entry-encrypted")
            return room
        if climbs_out(name):
            self._refuse(name, "zip-entry-climbs-out")
            return room
        if ending(name) == ZIP_SUFFIX:
            self._refuse(name, "zip-in-zip")
            return room
        with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
            try:
                with archive.open(entry) as source:
                    while chunk := source.read(_CHUNK):
                        room -= len(chunk)
                        if room < 0:
                            return room
                        copy.write(chunk)
                copy.flush()
            except Exception as error:
                # A damaged or oddly packed entry: zipfile lets through what its decoders raise.
                if disk.is_full(error):
                    raise
                reason = fault_reasons.of_zip(error)
                self._refuse(name, "zip-unreadable", reason=reason)
                return room
            self.take(Path(copy.name), name)
        return room


def _megabytes(size):
    return max(1, round(size / 1e6))
