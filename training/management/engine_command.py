"""A management command that hands over to the engine's own command of the same arguments."""

import argparse
import sys

from django.core.management.base import BaseCommand

from training.engine import cli


class EngineCommand(BaseCommand):
    """Subclasses name the engine's command. Needs neither database nor Redis."""

    engine_command = ""
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    @property
    def help(self):
        return cli.COMMANDS[self.engine_command].help

    def add_arguments(self, parser):
        cli.COMMANDS[self.engine_command].add_arguments(parser)

    def handle(self, *args, **options):
        code = cli.run(self.engine_command, argparse.Namespace(**options))
        if code:
            sys.exit(code)
