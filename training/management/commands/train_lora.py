"""`manage.py train_lora`: the engine's `train`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "train"
