"""The bundled base's own training, in the tests' process."""

import pytest
import torch


@pytest.fixture(autouse=True)
def subnormal_numbers():
    """Training on a CPU flushes them to zero, in a process of its own otherwise."""
    yield
    torch.set_flush_denormal(False)
