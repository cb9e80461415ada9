"""Figures of a dataset: sizes, shapes, words, and what is out of balance."""

from collections import Counter
from dataclasses import dataclass

from brandstudio.core.models import GlossaryTerm
from training.caption_checks import word_counts

SHAPES = {
    "9:16": 9 / 16,
    "2:3": 2 / 3,
    "3:4": 3 / 4,
    "1:1": 1,
    "4:3": 4 / 3,
    "3:2": 3 / 2,
    "16:9": 16 / 9,
}
RARE = 3  # a term in fewer pictures is hardly learned


@dataclass(frozen=True)
class Statistics:
    """images: how many. sizes: [(label, count)] by short side, px. shapes: [(name, count)].

    terms: [(term, count)]. coverage: [(glossary term, count)]. rare: terms in too few pictures.
    """

    images: int
    sizes: list
    shapes: list
    terms: list
    coverage: list
    rare: list
    words_median: int


def dataset_statistics(dataset):
    rows = list(dataset.images.values_list("width", "height", "caption"))
    captions = [caption for _w, _h, caption in rows if caption]
    terms = word_counts(captions, dataset.trigger_word)
    lengths = sorted(len(caption.split()) for caption in captions)
    coverage = _coverage(captions)
    return Statistics(
        images=len(rows),
        sizes=_sizes(min(width, height) for width, height, _c in rows),
        shapes=_shapes(rows),
        terms=terms,
        coverage=coverage,
        rare=[term for term, count in coverage if 0 < count < RARE],
        words_median=lengths[len(lengths) // 2] if lengths else 0,
    )


def _sizes(sides):
    edges = (512, 768, 1024, 2048)
    counts = Counter(sum(side >= edge for edge in edges) for side in sides)
    labels = ["< 512", "512–767", "768–1023", "1024–2047", "≥ 2048"]
    return [(label, counts[n]) for n, label in enumerate(labels) if counts[n]]


def _shapes(rows):
    def nearest(width, height):
        ratio = width / height
        return min(SHAPES, key=lambda name: max(ratio / SHAPES[name], SHAPES[name] / ratio))

    counts = Counter(nearest(width, height) for width, height, _caption in rows)
    return [(name, counts[name]) for name in SHAPES if counts[name]]


def _coverage(captions):
    """How many captions use each glossary phrase, most frequent first."""
    lower = [caption.casefold() for caption in captions]
    found = [
        (term, sum(term.phrase.casefold() in caption for caption in lower))
        for term in GlossaryTerm.objects.all()
    ]
    return sorted(found, key=lambda pair: -pair[1])
