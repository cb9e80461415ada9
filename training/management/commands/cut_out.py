"""`manage.py cut_out`: the engine's `cut_out`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "cut_out"
