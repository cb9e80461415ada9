"""A training makes room for a renderer that does not fit on the card beside it."""

import pytest
import torch

from training.engine.sampling.renderer import memory_needed
from training.engine.train import run, run_samples
from training.engine.train.control import Control
from training.engine.train.trainer import train
from training.engine.train.training_step import TrainingStep

GIGABYTE = 10**9


class RendererWaits(Control):
    """A renderer waits at the second step boundary; notes what was moved before it got its turn."""

    def __init__(self, moves):
        self.moves, self.boundaries, self.seen = moves, 0, None

    def device_wanted(self):
        return self.boundaries == 1

    def yield_device(self):
        if self.boundaries == 1:
            self.seen = list(self.moves)
        self.boundaries += 1


@pytest.fixture
def moves(monkeypatch):
    """Where the training has moved to, in turn: the real moves, noted."""
    moves, move = [], TrainingStep.move
    monkeypatch.setattr(
        TrainingStep, "move", lambda self, device: (moves.append(str(device)), move(self, device))
    )
    return moves


@pytest.mark.parametrize(("total", "expected"), [(8, ["cpu"]), (80, [])])
def test_training_leaves_a_small_card_to_a_renderer_and_stays_on_a_large_one(
    make_config, moves, monkeypatch, total, expected
):
    card = (6 * GIGABYTE, total * GIGABYTE)
    monkeypatch.setattr(run_samples, "card_memory", lambda device: card)
    control = RendererWaits(moves)

    events = list(train(make_config(), control=control))

    assert control.seen == expected
    assert moves == expected * 2  # there and back: on this machine both are the processor
    assert events[-1].kind == "finished"


def test_room_is_what_the_run_holds_and_a_renderer_needs(toy_base, monkeypatch):
    info, device = toy_base("sd15"), torch.device("cpu")
    needed = memory_needed(info)

    def leaves_no_room(held, total):
        monkeypatch.setattr(run_samples, "card_memory", lambda device: (held, total))
        return run_samples.leaves_no_room(info, device)

    assert not leaves_no_room(held=GIGABYTE, total=GIGABYTE + needed)
    assert leaves_no_room(held=GIGABYTE + 1, total=GIGABYTE + needed)


def test_processor_is_never_left(toy_base):
    assert not run.leaves_no_room(toy_base("sd15"), torch.device("cpu"))
