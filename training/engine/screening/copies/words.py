"""The words of a picture's features, by which those that share places with it are found."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.engine.screening.copies.features import Features

_MOST_CANDIDATES = 24
_AT_ONCE = 1_000  # pictures whose words are counted together: 2 MB, as much as a cache holds
_MOST_WEIGHT = 127  # of a word: of 512 words of a picture the sum stays below 1 << 16
_WEIGHED_ANEW = 1.25  # times as many pictures as before
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


class WordIndex:
    """The words of many pictures, packed: 2 bytes a word, so 100 MB for 100,000 pictures.

    Pictures count as more alike the rarer the words are that they share: by the cosine of their
    words weighed by inverse document frequency (Spärck Jones 1972).
    """

    def __init__(self, all_words: Sequence[bytes] = ()):
        self._parts: list[_Part] = []
        self._count = self._weighed = 0
        self._pictures_with = np.zeros((_TABLES, 1 << _BITS), dtype=np.int64)
        self._weights = np.zeros((_TABLES, 1 << _BITS), dtype=np.uint64)
        self.add(all_words)

    def __len__(self) -> int:
        return self._count

    def add(self, all_words: Sequence[bytes]) -> None:
        """Put in the `words_of` pictures, whose places are counted on."""
        for start in range(0, len(all_words), _AT_ONCE):
            some = all_words[start : start + _AT_ONCE]
            part = _Part.of(some, self._count)
            for table, words in enumerate(part.words):
                self._pictures_with[table] += np.bincount(words, minlength=1 << _BITS)
            part = part.weighed(self._weights)
            self._count += len(some)
            is_room = self._parts and len(self._parts[-1].places) + len(some) <= _AT_ONCE
            self._parts[-1:] = (
                [self._parts[-1].followed_by(part)] if is_room else [*self._parts[-1:], part]
            )
        if self._count > _WEIGHED_ANEW * self._weighed:
            self._weigh()

    def _weigh(self):
        ratio = 1 + self._count / np.maximum(self._pictures_with, 1)
        squares = (np.log2(ratio) / np.log2(1 + self._count)) ** 2
        self._weights = np.maximum(1, _MOST_WEIGHT * squares).astype(np.uint64)
        self._parts = [part.weighed(self._weights) for part in self._parts]
        self._weighed = self._count

    def likeliest(
        self, all_features: Sequence[Features], places: np.ndarray | None = None
    ) -> list[int]:
        """The places of those that share words with one of these features (at most 4), the most
        alike first; at most 24. places: int, of those to choose from; None for all."""
        counts = sum(
            (_ours(features) * self._weights) << np.uint64(16 * number)
            for number, features in enumerate(all_features)
        )
        parts = list(self._parts)  # before their count: others may be put in meanwhile
        votes = np.zeros(self._count, dtype=np.float32)
        for part in parts:
            shared = part.shared(counts)
            votes[part.places] = shared.view(np.uint16).reshape(-1, 4).max(axis=1) / part.lengths
        places = np.arange(self._count) if places is None else np.sort(places)
        order = np.argsort(-votes[places], kind="stable")[:_MOST_CANDIDATES]
        return [int(place) for place in places[order] if votes[place]]


@dataclass(frozen=True)
class _Part:
    """places: of pictures with words. words, firsts: for each table the words of all, uint16, and
    where each picture's begin. lengths: float32, of each picture's weighed words."""

    places: np.ndarray
    words: tuple[np.ndarray, ...]
    firsts: tuple[np.ndarray, ...]
    lengths: np.ndarray

    @classmethod
    def of(cls, all_words, first_place):
        read = [np.frombuffer(words, dtype=np.uint32) for words in all_words]
        places = np.array([place for place, words in enumerate(read) if len(words)], dtype=int)
        words, firsts = [], []
        for table in range(_TABLES):
            each = [read[place][read[place] >> _BITS == table] for place in places]
            words.append(np.concatenate([np.zeros(0, np.uint32), *each]).astype(np.uint16))
            firsts.append(np.cumsum([0, *map(len, each)], dtype=int)[:-1])
        lengths = np.ones(len(places), dtype=np.float32)
        return cls(first_place + places, tuple(words), tuple(firsts), lengths)

    def weighed(self, weights):
        """weights: (tables, words) uint64, the squares of each word's own."""
        lengths = np.sqrt(np.maximum(1, self.shared(weights))).astype(np.float32)
        return replace(self, lengths=lengths)

    def followed_by(self, other):
        return _Part(
            np.concatenate([self.places, other.places]),
            tuple(map(np.concatenate, zip(self.words, other.words, strict=True))),
            tuple(
                np.concatenate([ours, len(words) + theirs])
                for ours, words, theirs in zip(self.firsts, self.words, other.firsts, strict=True)
            ),
            np.concatenate([self.lengths, other.lengths]),
        )

    def shared(self, counts):
        """(n,) uint64: for each picture the sums of what its words count. counts: (tables, words)
        uint64."""
        total = np.zeros(len(self.places), dtype=np.uint64)
        for of_table, words, firsts in zip(counts, self.words, self.firsts, strict=True):
            if len(firsts):
                total += np.add.reduceat(of_table[words], firsts)
        return total


def _ours(features):
    """(tables, words) uint64: 1 for each word of these features."""
    ours = np.zeros((_TABLES, 1 << _BITS), dtype=np.uint64)
    ours.reshape(-1)[words_in(features)] = 1
    return ours
