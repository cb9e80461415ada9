"""Which row of this studio the metadata mark in a file leads back to.

Another studio counts its rows too: the hash in a mark tells whose it is.
"""

import re
from dataclasses import dataclass

from gallery.engine import xmp
from gallery.models import (
    Asset,
    AssetState,
    EvidenceImage,
    Painted,
    PairImage,
    PromptTemplate,
    StyleVersion,
)
from gallery.services import holds, shown
from training.engine.errors import EngineError
from training.models import RunSample

# As `shown.mark` writes it, by what `MadeImage.number` begins with.
_NUMBER = re.compile(
    r"(studio|cover|evidence|pair|sample|style)-([0-9]{1,18})"
    r"-(?:poster[0-9]{1,18}-)?([0-9a-f]{16})"
)


@dataclass(frozen=True)
class NamedRows:
    """What the marks in a file name. assets: finished pictures; those on covers among them. trials:
    (Painted, key) of the pictures that were painted to try a style or a run."""

    assets: list
    trials: list


def rows_named_in(path):
    """The NamedRows of a file."""
    numbers = _numbers_in(path)
    assets = (_ASSETS[kind](pk, start) for kind, pk, start in numbers if kind in _ASSETS)
    trials = [
        (kind, pk)
        for kind, pk, start in numbers
        if kind in _TRIALS and _TRIALS[kind][0](pk).filter(**_begins(kind, start)).exists()
    ]
    return NamedRows([asset for asset in assets if asset is not None], trials)


def holds_of_trial(kind, pk):
    """What holds the styles or the run that such a picture was painted to try: a list of Hold."""
    rows, holds_of = _TRIALS[kind]
    return holds_of(rows(pk))


def _numbers_in(path):
    """[(kind, key of the row, start of its picture's SHA-256)]"""
    try:
        marks = xmp.read_mark(path).marks
    except (EngineError, ValueError):
        return []  # odd metadata marks nothing
    texts = [str(text) for mark in marks if isinstance(mark, dict) for text in mark.values()]
    matches = filter(None, map(_NUMBER.fullmatch, dict.fromkeys(texts)))
    return [(match[1], int(match[2]), match[3]) for match in matches]


def _finished():
    return Asset.objects.titled().filter(state=AssetState.READY)


def _asset(pk, start):
    asset = _finished().filter(pk=pk).first()
    if asset is None:
        return None
    signs = (asset.image_sha256, shown.preview_sign(asset))
    return asset if any(sign.startswith(start) for sign in signs) else None


def _on_cover(pk, start):
    covers = PromptTemplate.objects.filter(pk=pk, cover_sha256__startswith=start)
    return _finished().filter(thumb_sha256__in=covers.values("cover_sha256")).first()


def _begins(kind, start):
    column = "images__sha256" if kind == Painted.STYLE else "sha256"
    return {f"{column}__startswith": start}


def _of_evidence(images):
    return _of_versions(StyleVersion.objects.filter(images__in=images))


def _of_pair(images):
    pairs = [image.grid.pair for image in images.select_related("grid__pair")]
    keys = [key for pair in pairs for key in (pair.first_id, pair.second_id)]
    return _of_versions(StyleVersion.objects.filter(pk__in=keys))


def _of_sample(samples):
    return [hold for sample in samples for hold in holds.holds_of_run(sample.run)]


def _of_versions(versions):
    held = versions.select_related("pack").distinct()
    return [hold for version in held for hold in holds.holds_of_version(version)]


_ASSETS = {Painted.ASSET: _asset, "cover": _on_cover}
# The rows that a mark names, and what holds what they were painted to try.
_TRIALS = {
    Painted.EVIDENCE: (lambda pk: EvidenceImage.objects.filter(pk=pk), _of_evidence),
    Painted.STYLE: (lambda pk: StyleVersion.objects.filter(pk=pk), _of_versions),
    Painted.PAIR: (lambda pk: PairImage.objects.filter(pk=pk), _of_pair),
    Painted.SAMPLE: (lambda pk: RunSample.objects.filter(pk=pk), _of_sample),
}
