"""How a command ends: its exit code, and its faults on stderr, one line each."""

import sys

from training.engine.errors import EngineError, each_fault

DONE = 0
FAILED = 1  # on the way
REFUSED = 2  # before the first step, with every fault listed


def fail(error: EngineError, code: int) -> int:
    """Print every fault of an error on stderr; returns the code."""
    for fault in each_fault(error):
        print(fault, file=sys.stderr)
    return code
