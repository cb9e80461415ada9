"""`manage.py export_lora`: the engine's `export`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "export"
