"""Several processes on one run, through accelerate: each takes its share of every batch.

Started by `accelerate launch` or `torchrun`; alone, it costs nothing. All processes draw the
same batch of a step and take every n-th image of it, so the course is that of one process.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from accelerate import PartialState


class DistributedState:
    """The processes of a run. rank: which one this is, 0 … size-1; the first one writes files."""

    def __init__(self, device: torch.device):
        self.size = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.device = device
        if self.size > 1:
            # Sets up NCCL between cards and gloo between processors.
            self.state = PartialState(cpu=device.type == "cpu")
            self.device = self.state.device

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def all_reduce_gradients(
        self, parameters: list[torch.nn.Parameter], loss: torch.Tensor
    ) -> None:
        """Replace every gradient and the loss by their sums over all processes, in one message."""
        if self.size == 1:
            return
        with torch.no_grad():
            parts = [
                torch.zeros_like(p) if p.grad is None else p.grad.contiguous() for p in parameters
            ]
            message = torch.cat([*(part.flatten() for part in parts), loss.reshape(1)])
            torch.distributed.all_reduce(message)
            start = 0
            for parameter, part in zip(parameters, parts, strict=True):
                count = part.numel()
                parameter.grad = message[start : start + count].view_as(parameter).clone()
                start += count
            loss.copy_(message[-1])

    def any(self, flags: Iterable[bool]) -> list[bool]:
        """Each flag, true when it is so for any process: all then do the same."""
        flags = list(flags)
        if self.size == 1:
            return flags
        message = torch.tensor([float(flag) for flag in flags], device=self.device)
        torch.distributed.all_reduce(message, op=torch.distributed.ReduceOp.MAX)
        return [bool(flag) for flag in message.tolist()]

    def wait(self) -> None:
        """Return when all processes are here."""
        if self.size > 1:
            self.state.wait_for_everyone()

    @contextmanager
    def first_goes_first(self) -> Iterator[None]:
        """The block runs in the first process, then in the others, who find what it left."""
        if not self.is_first:
            self.wait()
        yield
        if self.is_first:
            self.wait()
