"""Styles whose weights are near those of another, for whoever decides about it."""

from dataclasses import dataclass

from gallery.models import StyleVersion
from gallery.services import known_weights


@dataclass(frozen=True)
class NearVersion:
    """percent: how alike, at most 99, since the same is told elsewhere. is_held: nobody may use
    it now."""

    version: StyleVersion
    percent: int
    is_held: bool


def near_weights(versions, person):
    """NearVersions of these versions that the person may see and that are none of them, the
    nearest first."""
    likenesses: dict[StyleVersion, float] = {}
    for version in versions:
        for other, likeness in known_weights.near(version):
            likenesses[other] = max(likeness, likenesses.get(other, 0))
    for version in versions:
        likenesses.pop(version, None)
    keys = [other.pk for other in likenesses]
    visible = set(_keys(StyleVersion.objects.visible_to(person), keys))
    held = set(_keys(StyleVersion.objects.held(), keys))
    return [
        NearVersion(other, min(99, round(100 * likeness)), other.pk in held)
        for other, likeness in sorted(likenesses.items(), key=lambda pair: -pair[1])
        if other.pk in visible
    ]


def _keys(versions, among):
    return versions.filter(pk__in=among).values_list("pk", flat=True) if among else []
