"""`manage.py verify`: damaged, missing and unreferenced stored files."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import translation

from brandstudio.core.services.verify import verify

MEND = (
    "Bring these files back from a backup: each belongs into the store under the name above. "
    "Sending the same file once more mends it too."
)


class Command(BaseCommand):
    help = (
        "Read every stored file, on disk or S3, and compare it with the hash that names it. Lists "
        "the damaged and the missing ones with the rows that need them, and those that no row "
        "names. Exits 1 if any is damaged or missing, 2 if it could not look."
    )

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="the findings as one JSON object")

    def handle(self, *, json: bool, **options):
        try:
            with translation.override("en"):
                verdict = verify()
        except DatabaseError as error:
            raise CommandError(
                f"The database can't be asked which files are needed ({error}). Run "
                "`manage.py migrate`, or set DATABASE_URL to the studio's own.",
                returncode=2,
            ) from error
        if json:
            self._as_json(verdict)
        else:
            self._in_words(verdict)
        if not verdict.is_sound:
            raise SystemExit(1)

    def _as_json(self, verdict):
        self.stdout.write(json.dumps(verdict.to_json(), ensure_ascii=False, indent=2))

    def _in_words(self, verdict):
        for kind in ("damaged", "missing", "unreferenced"):
            for fault in getattr(verdict, kind):
                self.stdout.write(f"{kind}: {fault.sha256 or fault.place}, {fault.size} bytes")
                for name in fault.named_by:
                    self.stdout.write(f"  needed by {name}")
        self.stdout.write(
            f"{verdict.checked} stored files, {verdict.bytes / 1e6:.1f} MB: "
            f"{len(verdict.damaged)} damaged, {len(verdict.missing)} missing, "
            f"{len(verdict.unreferenced)} that no row names."
        )
        if not verdict.is_sound:
            self.stdout.write(MEND)
