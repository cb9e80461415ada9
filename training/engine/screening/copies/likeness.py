"""How like a picture is to another one, where one of them lies on the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from training.engine.screening.copies import alignment, details, ink, overlay, pixels
from training.engine.screening.copies.features import Features
from training.engine.screening.copies.light import SAME_LIGHT, Light

LEAST_ALIKE = 0.8  # correlation of details; from there on, one picture is made from the other
_RIM = 5  # px of a picture's rim that are not compared
_LEAST_FREE = 0.3  # of what is compared
# More that details must agree where ground isn't compared, and where another light or what was laid
# over a copy may hide what differs: such a copy agrees by 0.95 and more.
_DOUBT_BY_GROUND, _DOUBT = 0.04, 0.12


@dataclass(frozen=True)
class Stored:
    """A picture with which others are compared. colours: (h, w, 3) uint8, its `pixels.small`.
    whole: left, top, right and bottom of all of it in px of these. size: its own, px."""

    colours: np.ndarray
    features: Features
    whole: tuple[float, float, float, float]
    size: tuple[int, int]

    @classmethod
    def of(cls, features: bytes, image: Image.Image) -> Stored:
        """features: `features_of` the picture (RGB, upright)."""
        box = left, top, right, _bottom = pixels.without_frame(image)
        colours = pixels.small(image, box)
        scale = (right - left) / colours.shape[1]
        edges = (-left, -top, image.width - left, image.height - top)
        whole = tuple(edge / scale for edge in edges)
        return cls(colours, Features.from_bytes(features), whole, image.size)


def likeness_of(view, stored, overlays=None):
    """How well the details of a View agree, -1 to 1, with those of a Stored picture where one lies
    on the other; -1 where they share too little. overlays: as of a `Probe`."""
    colours, features = stored.colours, stored.features
    lies = alignment.lies_on(view.features.strongest(), features)
    if lies is None:
        lies = alignment.lies_on(view.features, features)
    if lies is None:
        return -1.0
    told_by_places = lies
    lies = alignment.fitted(view, pixels.grey_of(colours), lies)
    if not (alignment.is_sound(lies) and alignment.is_enough(view, colours, lies)):
        return -1.0
    best = _alike(view, colours, lies, SAME_LIGHT)
    if best >= LEAST_ALIKE:
        return best
    light = Light.between(view, colours, lies)
    lies = alignment.fitted(view, pixels.grey_of(light.on(colours)), lies)
    if alignment.is_sound(lies) and alignment.is_enough(view, colours, lies):
        best = max(best, _alike(view, colours, lies, light))
    if best >= LEAST_ALIKE:
        return best
    hidden = view.covered
    if hidden is None and overlays:
        hidden = _overlaid(view, stored, told_by_places, overlays)
    if hidden is None:
        return best
    return max(best, _beside(hidden, view, colours, told_by_places))


def _overlaid(view, stored, lies, overlays):
    """Where one of those lies that may lie on the whole picture beneath; bool, None for nowhere."""
    light = Light.between(view, stored.colours, lies)
    under = pixels.grey_of(alignment.laid(stored.colours, lies, view.grey)).astype(np.float32)
    compared = alignment.overlap(view, stored.colours, lies) & view.told
    chosen = overlay.between(
        view.grey,
        under,
        compared,
        light.on_grey,
        overlays(stored.size),
        lambda one: one.laid(stored.whole, lies, view.grey.shape),
    )
    return None if chosen is None else chosen.covered


def _beside(hidden, view, colours, lies):
    """How well details agree where nothing was laid over them. hidden: bool."""
    light = Light.between(view, colours, lies, hidden)
    lies = alignment.fitted(view, pixels.grey_of(light.on(colours)), lies, hidden)
    if not (alignment.is_sound(lies) and alignment.is_enough(view, colours, lies)):
        return -1.0
    light = Light.between(view, colours, lies, hidden)
    return _alike(view, colours, lies, light, hidden)


def _alike(view, colours, lies, light, covered=None):
    """How well details agree, of all that lies on the other picture, under this light; or of what
    is neither ground nor covered. covered: bool, where something was laid over; None for where the
    studio's inks tell."""
    rim = np.ones_like(view.shown)
    rim[_RIM:-_RIM, _RIM:-_RIM] = False  # what remains of a frame
    is_turned = abs(lies[0, 1]) > abs(lies[0, 0])
    compared = alignment.overlap(view, colours, lies) & view.shown & ~rim
    under = alignment.laid(colours, lies, view.grey)
    beneath = pixels.grey_of(light.on(under))
    is_same = np.abs(view.grey.astype(np.float32) - beneath) <= ink.INK_OFF
    told = compared & (view.told | is_same)
    lit = 0.0 if light is SAME_LIGHT else _DOUBT
    least = details.LEAST_OF_TILE
    if covered is None:
        best = details.agreement(view.grey, beneath, compared, is_turned) - lit
        hides = [(lambda: ~told, max(lit, _DOUBT_BY_GROUND))]
        if light is SAME_LIGHT:  # under another one, ink can't be told from other changes
            hides.append((lambda: ink.covered(view.grey, under, compared, light), _DOUBT))
    else:
        least, best = details.LEAST_BESIDE_OVERLAY, -1.0
        hides = [(lambda: covered, _DOUBT), (lambda: covered | ~told, _DOUBT)]
    for hidden, doubt in hides:
        if best >= LEAST_ALIKE:
            break
        free = compared & ~hidden()
        if free.sum() >= _LEAST_FREE * compared.sum():
            alike = details.agreement(view.grey, beneath, free, is_turned, least)
            best = max(best, alike - doubt)
    return best
