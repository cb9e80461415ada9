"""Collect the site's texts into the Chinese catalogue and compile it."""

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Bring locale/zh_Hans up to date with the texts in code and templates, and compile it. "
        "With --check: change nothing, say what is missing or stale, and exit 1 if anything is."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="only say what is missing")

    def handle(self, *, check, **options):
        # polib and Babel are tools of development: a running site does not have them.
        from brandstudio.core.ui import catalogue  # noqa: PLC0415

        if not check:
            catalogue.write(catalogue.renewed(catalogue.collect(), catalogue.read_catalogue()))
        faults = catalogue.faults()
        if faults and check:
            raise CommandError("\n".join(faults), returncode=1)
        missing = [line for line in faults if line.startswith("no Chinese")]
        for line in missing:
            self.stdout.write(line)
        self.stdout.write(
            f"{len(catalogue.read_catalogue())} texts, {len(missing)} without Chinese"
        )
