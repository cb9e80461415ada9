"""`manage.py enlarge`: the engine's `enlarge`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "enlarge"
