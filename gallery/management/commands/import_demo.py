from pathlib import Path

from django.core.management.base import BaseCommand

from brandstudio.core.access import demo_accounts
from gallery.demo.load import FOLDER, load_demo


class Command(BaseCommand):
    help = "Takes in the demo content: three people, templates, two packs, finished scenes."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)

    def handle(self, *, folder, **options):
        for line in load_demo(folder, self.say):
            self.stdout.write(self.style.WARNING(line))
        if names := ", ".join(demo_accounts.open_demo_accounts()):
            self.stdout.write(f"Sign in as {names}; password: {demo_accounts.PASSWORD}")
        else:
            self.stdout.write(
                "The demo's people have no password, since others may reach this studio. "
                "`manage.py changepassword NAME` gives one."
            )

    def say(self, line):
        self.stdout.write(f"  {line}")
        self.stdout.flush()
