"""`manage.py inspect_lora`: the engine's `inspect`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "inspect"
