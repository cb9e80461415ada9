"""`manage.py export_dataset`: a dataset or one of its snapshots as a folder or a zip."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from brandstudio.core.blobs import BlobMissing
from brandstudio.core.problems import Refused
from training import problems
from training.engine.errors import EngineError
from training.engine.fault_reasons import counted
from training.engine.files.disk import check_folder_path, check_output, whole_file
from training.management.find import dataset_named
from training.models import Dataset, Snapshot
from training.services.exports import KOHYA_FLAGS, Layout, export_folder, export_zip


class Command(BaseCommand):
    help = "Write a dataset, or a snapshot of it, as a folder (or a zip) that other trainers read."

    def add_arguments(self, parser):
        parser.add_argument("--dataset", required=True, help="its number or its name")
        parser.add_argument("--snapshot", help="the first letters of a snapshot's hash")
        parser.add_argument("--output", required=True, help="a new folder, or a .zip")
        parser.add_argument("--layout", choices=Layout.values, default=Layout.STUDIO)

    def handle(self, *, dataset, snapshot, output, layout, **options):
        row = dataset_named(Dataset.objects.not_binned(), dataset)
        images = self._images(row, snapshot)
        path = Path(output)
        try:
            if path.suffix.lower() == ".zip":
                check_output(path, "--output", [".zip"])
                with whole_file(path) as temporary:
                    export_zip(images, temporary, layout, row.trigger_word)
            else:
                check_folder_path(path, "--output")
                export_folder(images, path, layout, row.trigger_word)
        except (FileExistsError, NotADirectoryError) as error:
            raise CommandError(f"{output} is no empty folder; name another.") from error
        except EngineError as error:
            raise CommandError(str(error)) from error
        except Refused as error:
            raise CommandError(problems.english(error.code, error.facts)) from error
        except BlobMissing as error:
            raise CommandError(problems.english("stored-damaged", {"name": error.name})) from error
        self.stdout.write(f"{counted(len(images), 'picture')} in {output}")
        if layout == Layout.KOHYA:
            self.stdout.write(f"kohya's trainer finds the captions with {KOHYA_FLAGS}")

    def _images(self, dataset, snapshot):
        if not snapshot:
            return Snapshot.images_of(dataset)
        matches = list(dataset.snapshots.filter(sha256__startswith=snapshot)[:2])
        if len(matches) != 1:
            raise CommandError(f"{dataset} has no single snapshot {snapshot}….")
        return list(matches[0].images.all())
