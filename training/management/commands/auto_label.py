"""`manage.py auto_label`: the engine's `label`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "label"
