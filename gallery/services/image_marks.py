"""Which row of this studio the metadata mark in a file leads back to.

Another studio counts its rows too: the hash in a mark tells whose it is.
"""

import re

from gallery.engine import xmp
from gallery.models import Asset, AssetState, EvidenceImage, PairImage, PromptTemplate, StyleVersion
from gallery.services import holds, shown
from training.engine.errors import EngineError
from training.models import RunSample

# As `shown.mark` writes it, by what `MadeImage.number` begins with.
_NUMBER = re.compile(
    r"(studio|cover|evidence|pair|sample|style)-([0-9]{1,18})"
    r"-(?:poster[0-9]{1,18}-)?([0-9a-f]{16})"
)


def marked_assets(path):
    """The finished pictures that the marks in a file name; those on covers among them."""
    assets = (_ASSETS[kind](pk, start) for kind, pk, start in _numbers_in(path) if kind in _ASSETS)
    return [asset for asset in assets if asset is not None]


def holds_by_mark(path):
    """What holds the styles or the run that the marks in a file name: a list of Hold."""
    numbers = [number for number in _numbers_in(path) if number[0] in _HOLDS]
    return [hold for kind, pk, start in numbers for hold in _HOLDS[kind](pk, start)]


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


def _of_evidence(pk, start):
    images = EvidenceImage.objects.filter(pk=pk, sha256__startswith=start)
    return _of_versions(StyleVersion.objects.filter(images__in=images))


def _of_style(pk, start):
    images = EvidenceImage.objects.filter(version=pk, sha256__startswith=start)
    return _of_versions(StyleVersion.objects.filter(images__in=images))


def _of_pair(pk, start):
    images = PairImage.objects.filter(pk=pk, sha256__startswith=start).select_related("grid__pair")
    pairs = [image.grid.pair for image in images]
    keys = [key for pair in pairs for key in (pair.first_id, pair.second_id)]
    return _of_versions(StyleVersion.objects.filter(pk__in=keys))


def _of_sample(pk, start):
    samples = RunSample.objects.filter(pk=pk, sha256__startswith=start).select_related("run")
    return [hold for sample in samples for hold in holds.holds_of_run(sample.run)]


def _of_versions(versions):
    held = versions.select_related("pack").distinct()
    return [hold for version in held for hold in holds.holds_of_version(version)]


_ASSETS = {"studio": _asset, "cover": _on_cover}
_HOLDS = {
    "evidence": _of_evidence,
    "style": _of_style,
    "pair": _of_pair,
    "sample": _of_sample,
}
