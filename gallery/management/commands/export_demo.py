from pathlib import Path

from django.core.management.base import BaseCommand

from gallery.demo.export import export_demo
from gallery.services.orders import default_base


class Command(BaseCommand):
    help = "Writes this studio's datasets, runs, packs and scenes as demo content."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        size = export_demo(folder, default_base())
        self.stdout.write(f"{size / 1e6:.1f} MB in {folder}")
