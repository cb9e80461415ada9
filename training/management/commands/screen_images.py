"""`manage.py screen_images`: the engine's `screen`, without database or Redis."""

from training.management.engine_command import EngineCommand


class Command(EngineCommand):
    engine_command = "screen"
