"""The words of a picture's features, by which those that share places with it are found."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from training.engine.screening.copies.features import Features

_MOST_CANDIDATES = 24
_TABLES, _BITS = 2, 16  # words of a feature, and bits of each
# The two values whose order is a bit of a word. Words are stored: they must never change.
_ORDER = random.Random(0)
_PAIRS = np.array(
    [[_ORDER.sample(range(128), 2) for _bit in range(_BITS)] for _table in range(_TABLES)]
)


def words_of(features: bytes) -> bytes:
    """What `Probe.candidates` finds a picture's `features_of` by: at most 2 kB."""
    return words_in(Features.from_bytes(features)).tobytes()


def words_in(features: Features) -> np.ndarray:
    """uint32, each once: for every feature two numbers of 16 bits, each bit the order of two of its
    128 values, so that equal places are likely to have equal words."""
    descriptors = features.descriptors
    is_greater = descriptors[:, _PAIRS[..., 0]] > descriptors[:, _PAIRS[..., 1]]
    numbers = (is_greater << np.arange(_BITS, dtype=np.uint32)).sum(axis=2, dtype=np.uint32)
    return np.unique(numbers + (np.arange(_TABLES, dtype=np.uint32) << _BITS))


def likeliest(all_features: Sequence[Features], others: Sequence[bytes]) -> list[int]:
    """The places of those of these `words_of` that share words with one of these features, those
    that share most first; at most 24."""
    stored = np.frombuffer(b"".join(others), dtype=np.uint32)
    ends = np.cumsum([len(other) // stored.itemsize for other in others], dtype=int)
    votes = np.zeros(len(others), dtype=int)
    for features in all_features:
        is_ours = np.zeros(_TABLES << _BITS, dtype=bool)
        is_ours[words_in(features)] = True
        shared = np.concatenate([[0], np.cumsum(is_ours[stored])])
        votes = np.maximum(votes, np.diff(shared[ends], prepend=0))
    order = np.argsort(-votes, kind="stable")[:_MOST_CANDIDATES]
    return [int(place) for place in order if votes[place]]
