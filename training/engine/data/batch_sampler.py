"""Which images a step sees, and all that it draws: a function of (seed, step) and nothing else.

So a resumed run needs no sampler state, several processes agree without talking, and a step that
is tried again after an out-of-memory error sees exactly the same.
"""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import torch


def derived_seed(seed: int, *parts: Hashable) -> int:
    """A 63-bit seed for one purpose, from the run's seed."""
    text = ":".join([str(seed), *map(str, parts)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def make_generator(seed: int, *parts: Hashable) -> torch.Generator:
    """A CPU generator for one purpose; drawn on the CPU, numbers are the same on every device."""
    return torch.Generator("cpu").manual_seed(derived_seed(seed, *parts))


@dataclass(frozen=True)
class BatchPlan:
    """The order of a run: each step sees up to `batch` images of one shape.

    groups: indices of the examples of each shape, repeats included.
    """

    groups: tuple[tuple[int, ...], ...]
    batch: int
    seed: int

    @property
    def steps_per_epoch(self) -> int:
        return sum(-(-len(group) // self.batch) for group in self.groups)

    def epoch_of(self, step: int) -> int:
        """Epoch of step 0, 1, …; counted from 0."""
        return step // self.steps_per_epoch

    def batch_of(self, step: int) -> list[int]:
        """Indices of the examples that step 0, 1, … sees."""
        epoch, place = divmod(step, self.steps_per_epoch)
        return self._epoch(epoch)[place]

    def _epoch(self, epoch: int) -> list[list[int]]:
        if _LAST.get("key") != (self, epoch):
            generator = make_generator(self.seed, "order", epoch)
            batches = []
            for group in self.groups:
                order = torch.randperm(len(group), generator=generator).tolist()
                shuffled = [group[i] for i in order]
                batches += [
                    shuffled[i : i + self.batch] for i in range(0, len(shuffled), self.batch)
                ]
            order = torch.randperm(len(batches), generator=generator).tolist()
            _LAST.update(key=(self, epoch), batches=[batches[i] for i in order])
        return _LAST["batches"]


# The order of the epoch at hand; making it anew at every step would cost more than the look-up.
_LAST: dict = {}


def make_plan(
    shapes: list[Hashable], batch: int, seed: int, repeats: int | Sequence[int] = 1
) -> BatchPlan:
    """A plan for examples with the given shapes; `batch` is what one optimizer step sees.

    repeats: how often an epoch shows an example; one number for all, or one for each.
    """
    each = [repeats] * len(shapes) if isinstance(repeats, int) else repeats
    groups: dict[Hashable, list[int]] = {}
    for index, shape in enumerate(shapes):
        groups.setdefault(shape, []).extend([index] * each[index])
    return BatchPlan(tuple(tuple(group) for group in groups.values()), batch, seed)


def hold_back(examples: list, share: float, seed: int) -> tuple[list, list]:
    """(training, held back): which ones depends on their pixels and the seed, not on their order.

    examples: with `.pixels`, a hash each. share: 0 … 0.5 of them; at least one is held back then.
    """
    count = round(len(examples) * share)
    if share:
        count = min(max(1, count), len(examples) - 1)
    names = sorted(example.pixels for example in examples)
    order = torch.randperm(len(names), generator=make_generator(seed, "split")).tolist()
    chosen = {names[i] for i in order[:count]}
    remaining = [example for example in examples if example.pixels not in chosen]
    return remaining, [example for example in examples if example.pixels in chosen]
