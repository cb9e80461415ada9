"""Figures of a dataset: sizes, shapes, words, and what is out of balance."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from brandstudio.core.models import GlossaryTerm
from training.engine.data.buckets import choose_bucket, make_buckets
from training.engine.errors import EngineError
from training.models import BaseModel
from training.rules.caption_checks import word_counts
from training.rules.run_estimate import described
from training.rules.run_settings import full_config

SHAPES = {
    "9:16": 9 / 16,
    "2:3": 2 / 3,
    "3:4": 3 / 4,
    "1:1": 1,
    "4:3": 4 / 3,
    "3:2": 3 / 2,
    "16:9": 16 / 9,
}
LOPSIDED = 0.7  # share of one term from which it colours its whole category
CATEGORIES: dict[str, str] = {  # what the seeded glossary calls its categories
    "place": gettext_noop("Location"),
    "detail": gettext_noop("Detail"),
    "festival": gettext_noop("Festival"),
    "weather": gettext_noop("Weather"),
    "time": gettext_noop("Time of day"),
    "object": gettext_noop("Object"),
    "material": gettext_noop("Material"),
    "light": gettext_noop("Light"),
    "composition": gettext_noop("Composition"),
}
RARE = 3  # a term in fewer pictures is hardly learned


@dataclass(frozen=True)
class Balance:
    """How one category of the glossary is spread. share: of its most frequent term, 0 to 1."""

    category: str
    terms: int
    first: GlossaryTerm
    share: float

    @property
    def percent(self):
        return round(100 * self.share)

    @property
    def is_lopsided(self):
        return self.share > LOPSIDED


@dataclass(frozen=True)
class Statistics:
    """images: how many. sizes: [(label, count)] by short side, px. shapes: [(name, count)].

    base, buckets: a base's name and [("320 × 192", count)], the shapes it would train them in.
    balance: list of Balance.

    terms: [(term, count)]. coverage: [(glossary term, count)], unused: those in no caption.
    rare: terms in too few pictures.
    """

    images: int
    sizes: list
    shapes: list
    base: str
    buckets: list
    balance: list
    terms: list
    coverage: list
    unused: list
    rare: list
    words_median: int


def dataset_statistics(dataset):
    rows = list(dataset.images.values_list("width", "height", "caption"))
    captions = [caption for _w, _h, caption in rows if caption]
    base = BaseModel.objects.default()
    terms = word_counts(captions, dataset.trigger_word)
    lengths = sorted(len(caption.split()) for caption in captions)
    coverage = _coverage(captions)
    return Statistics(
        images=len(rows),
        sizes=_sizes(min(width, height) for width, height, _c in rows),
        shapes=_shapes(rows),
        base=base.name if base else "",
        buckets=_buckets(base, rows) if base else [],
        balance=_balance(coverage),
        terms=terms,
        coverage=[(term, count) for term, count in coverage if count],
        unused=[term for term, count in coverage if not count],
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


def _buckets(base, rows):
    """[("320 × 192", count)], the most frequent first: shapes a run with default settings has."""
    try:
        shapes = make_buckets(full_config({}, base), described(base.path, base.sha256))
    except EngineError:  # its files are gone: the list of bases says so
        return []
    sizes = Counter((width, height) for width, height, _caption in rows)
    counts: Counter[str] = Counter()
    for (width, height), count in sizes.items():
        bucket = choose_bucket(shapes, width, height)
        counts[f"{bucket.width} × {bucket.height}"] += count
    return counts.most_common()


def _balance(coverage):
    """A line for each category of the glossary that captions speak of."""
    categories: dict[str, list] = {}
    for term, count in coverage:
        if count:
            categories.setdefault(term.category or "–", []).append((term, count))
    return [
        Balance(
            category=gettext(CATEGORIES.get(category, category)),
            terms=len(counts),
            first=counts[0][0],
            share=round(counts[0][1] / sum(count for _term, count in counts), 2),
        )
        for category, counts in categories.items()
    ]


def _coverage(captions):
    """How many captions use each glossary phrase, most frequent first."""
    lower = [caption.casefold() for caption in captions]
    counts = [
        (term, sum(term.phrase.casefold() in caption for caption in lower))
        for term in GlossaryTerm.objects.all()
    ]
    return sorted(counts, key=lambda pair: -pair[1])
