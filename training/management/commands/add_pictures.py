"""`manage.py add_pictures`: a folder, zips and captions files into a dataset, without a browser."""

import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from brandstudio.core.models import User
from training import services
from training.engine.data.image_folder import clean_name, find_files
from training.engine.errors import EngineError
from training.engine.fault_reasons import counted
from training.engine.prompts import letters
from training.engine.prompts import trigger_words as triggers
from training.management.find import dataset_named
from training.models import Dataset
from training.services.uploads import KINDS


class Command(BaseCommand):
    help = (
        "Take pictures, zips and captions files into a dataset; folders are walked. What is there "
        "already is not added again, so that a broken run can simply be repeated."
    )

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH", help="folders or files")
        parser.add_argument("--dataset", required=True, help="its number or its name")
        parser.add_argument("--owner", help="user name; with it a dataset of a new name is made")
        parser.add_argument("--trigger", default="", help="trigger word of a new dataset")
        parser.add_argument(
            "--checked", action="store_true", help="the captions have been checked by the owner"
        )

    @no_translations  # as all commands: English, whatever the site speaks
    def handle(self, *, paths, dataset, owner, trigger, checked, **options):
        try:
            triggers.check(trigger, "--trigger")
        except EngineError as error:
            raise CommandError(str(error)) from error
        files, faults = self._files(paths)
        target = self._dataset(dataset, owner, trigger)
        report = services.add_images(
            target, files, checked=checked, by=target.owner, on_file=self._tell
        )
        for fault in faults:
            report.note(fault.facts["name"], "refused", fault.code, **fault.facts)
        for line in report.refused + report.noted:
            self.stderr.write(line.text)
        self.stdout.write(f"{target} ({target.pk}): {_in_short(report)}")
        if report.refused:
            raise CommandError("Not everything was taken; see above.", returncode=1)

    def _files(self, paths):
        """(the files to take in, faults of folders): what is hidden stays where it is."""
        files, faults = [], []
        for path in map(Path, paths):
            if os.path.isfile(path):
                files.append(services.NamedFile(path, clean_name(path.name)))
                continue
            try:
                listing = find_files(path, KINDS)
            except EngineError as error:
                raise CommandError(f"{path} is not there, or can't be read.") from error
            files += [
                services.NamedFile(inside, name, str(path))
                for name, inside in listing.files.items()
            ]
            faults += listing.faults
            for remark in listing.remarks:
                self.stderr.write(str(remark))
        return files, faults

    def _dataset(self, name, owner, trigger):
        datasets = Dataset.objects.not_binned()
        trigger = letters.one_line(trigger)
        if owner is None:
            if trigger:
                raise CommandError(_idle_trigger("--owner"))
            return dataset_named(datasets, name)
        person = User.objects.filter(username=owner).first()
        if person is None:
            raise CommandError(f"There is no user {owner}.")
        mine = datasets.filter(owner=person, name=name).first()
        if mine and trigger not in ("", mine.trigger_word):
            raise CommandError(_idle_trigger("a new dataset"))
        return mine or services.make_dataset(person, name, trigger_word=trigger)

    def _tell(self, done, total):
        if done % 50 == 0:
            self.stdout.write(f"{done} / {total}")


def _in_short(report):
    """What became of the files, without what counts none."""
    numbers = (
        (len(report.added), f"{len(report.added)} added"),
        (len(report.duplicates), f"{len(report.duplicates)} there already"),
        (len(report.captioned), counted(len(report.captioned), "caption")),
        (len(report.refused), f"{len(report.refused)} refused"),
    )
    return ", ".join(said for number, said in numbers if number) or "nothing to take in"


def _idle_trigger(needed):
    return str(EngineError("option-without-option", option="--trigger", needed=needed))
