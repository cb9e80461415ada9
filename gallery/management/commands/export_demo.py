from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from brandstudio.core.blobs import BlobMissing
from gallery import problems
from gallery.demo.export import export_demo
from gallery.services.orders import default_base
from training.engine.errors import EngineError
from training.engine.files import disk


class Command(BaseCommand):
    help = (
        "Writes this studio's datasets, runs, packs and scenes as demo content, whole or not at "
        "all. What may not leave is left out, each by name."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        base = default_base()
        if base is None:
            raise CommandError("There is no base model, so there is nothing to write.")
        with translation.override("en"):
            try:
                disk.check_folder_path(folder, "folder")
                exported = export_demo(folder, base)
            except EngineError as error:
                raise CommandError(str(error)) from error
            except BlobMissing as error:
                facts = {"name": error.name}
                raise CommandError(problems.sentence("stored-damaged", facts)) from error
        for line in exported.left_out:
            self.stdout.write(line)
        self.stdout.write(f"{exported.size / 1e6:.1f} MB in {folder}")
