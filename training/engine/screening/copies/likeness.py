"""How like a picture is to another one, where one of them lies on the other."""

from __future__ import annotations

import numpy as np

from training.engine.screening.copies import alignment, details, ink, pixels
from training.engine.screening.copies.light import SAME_LIGHT, Light

LEAST_ALIKE = 0.8  # correlation of details; from there on, one picture is made from the other
_RIM = 5  # px of a picture's rim that are not compared
_LEAST_FREE = 0.3  # of what is compared
_DOUBT = 0.04  # more that details must agree where ground isn't compared


def likeness_of(view, colours, features):
    """How well the details of a View agree, -1 to 1, with another picture's where one lies on the
    other; -1 where they share too little. colours: (h, w, 3) uint8, its `pixels.small`. features:
    its Features."""
    lies = alignment.lies_on(view.features.strongest(), features)
    if lies is None:
        lies = alignment.lies_on(view.features, features)
    if lies is None:
        return -1.0
    lies = alignment.fitted(view, pixels.grey_of(colours), lies)
    if not (alignment.is_sound(lies) and alignment.is_enough(view, colours, lies)):
        return -1.0
    best = _alike(view, colours, lies, SAME_LIGHT)
    if best >= LEAST_ALIKE:
        return best
    light = Light.between(view, colours, lies)
    lies = alignment.fitted(view, pixels.grey_of(light.on(colours)), lies)
    if not (alignment.is_sound(lies) and alignment.is_enough(view, colours, lies)):
        return best
    return max(best, _alike(view, colours, lies, light))


def _alike(view, colours, lies, light):
    """How well details agree, of all that lies on the other picture, under this light; or of what
    is neither ground nor covered."""
    rim = np.ones_like(view.shown)
    rim[_RIM:-_RIM, _RIM:-_RIM] = False  # what remains of a frame
    is_turned = abs(lies[0, 1]) > abs(lies[0, 0])
    compared = alignment.overlap(view, colours, lies) & view.shown & ~rim
    under = alignment.laid(colours, lies, view.grey)
    beneath = pixels.grey_of(light.on(under))
    is_same = np.abs(view.grey.astype(np.float32) - beneath) <= ink.INK_OFF
    told = compared & (view.told | is_same)
    best = details.agreement(view.grey, beneath, compared, is_turned)
    hides = [(lambda: ~told, _DOUBT)]
    if light is SAME_LIGHT:  # under another one, ink can't be told from other changes
        hides.append((lambda: ink.covered(view.grey, under, compared, light), 0.0))
    for hidden, doubt in hides:
        if best >= LEAST_ALIKE:
            break
        free = compared & ~hidden()
        if free.sum() >= _LEAST_FREE * compared.sum():
            best = max(best, details.agreement(view.grey, beneath, free, is_turned) - doubt)
    return best
