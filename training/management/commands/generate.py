"""`manage.py generate`: the engine's `generate`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "generate"
