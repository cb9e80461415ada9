"""Django has no types of its own; these tell mypy of its choices, and let all else be anything."""

from typing import Any

def __getattr__(name: str) -> Any: ...
