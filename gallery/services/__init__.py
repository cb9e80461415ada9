"""The gallery's acts over several models, the disk or the queue, by the names others call."""

from .orders import SceneOrder
from .publishing import approve, bring_back, publish, publish_file, retire, send_back, submit
from .reference import seed_reference, seed_templates
from .scenes import compose_scene

__all__ = [
    "SceneOrder",
    "approve",
    "bring_back",
    "compose_scene",
    "publish",
    "publish_file",
    "retire",
    "seed_reference",
    "seed_templates",
    "send_back",
    "submit",
]
