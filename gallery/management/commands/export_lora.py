"""`manage.py export_lora`: the engine's `export`, without database or Redis; or a signed bundle."""

import argparse
import re
import shutil
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import translation

from brandstudio.core.blobs import BlobMissing
from gallery import problems
from gallery.models import StyleVersion
from gallery.services import bundles
from training.engine import cli
from training.engine.files import disk
from training.management.engine_command import EngineCommand

STYLE = re.compile(r"(?P<slug>[\w-]+)-v(?P<number>[0-9]{1,9})")


class Command(EngineCommand):
    engine_command = "export"

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--bundle",
            action="store_true",
            help="a bundle signed with the studio's key; FILE is then an approved version of the "
            "library, as ink-v2, and all the bundle says comes from there",
        )

    def handle(self, *args, bundle, **options):
        if not bundle:
            super().handle(*args, **options)
            return
        self._refuse_idle(options)
        version = self._version(options["file"])
        with translation.override("en"):
            try:
                target = self._write(version, Path(options["output"]))
            except problems.REFUSALS as error:
                raise CommandError(problems.of(error)) from error
            except BlobMissing as error:
                facts = {"name": str(version)}
                raise CommandError(problems.sentence("weights-missing", facts)) from error
        self.stdout.write(str(target))

    def _refuse_idle(self, options):
        """What a bundle takes from the library is not told a second time."""
        parser = argparse.ArgumentParser()
        cli.COMMANDS[self.engine_command].add_arguments(parser)
        defaults = vars(parser.parse_args(["x", "--output", "x"]))
        for name, default in defaults.items():
            if name not in ("file", "output") and options.get(name, default) != default:
                option = "--" + name.replace("_", "-")
                raise CommandError(
                    f"{option} does nothing with --bundle, which takes everything from the "
                    f"library. Take {option} away."
                )

    def _version(self, name):
        match = STYLE.fullmatch(name)
        versions = StyleVersion.objects.select_related("pack", "base", "reviewed_by")
        version = (
            match and versions.filter(pack__slug=match["slug"], number=int(match["number"])).first()
        )
        if not version:
            raise CommandError(
                f"There is no style {name} in the library. Name one as ink-v2: its short name and "
                "its version."
            )
        return version

    def _write(self, version, folder):
        disk.check_folder_path(folder, "--output")
        disk.check_writable(folder)
        target = folder / bundles.file_name(version)
        disk.check_replaceable(target, "--output")
        with (
            bundles.signed_bundle(version) as source,
            disk.whole_file(target) as temporary,
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(source, file)
        return target
