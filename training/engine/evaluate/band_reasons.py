"""Why a style has this band, or none, in words. Apart from the computing, which needs torch."""

from training.engine.fault_reasons import gettext_noop

VERDICTS: dict[str, str] = {
    "no-effect": gettext_noop(
        "This style changes next to nothing, even at full strength: likeness to its training "
        "pictures rises by {gain}, {needed} is the least. Train longer, or at a higher rate."
    ),
    "no-effect-plain": gettext_noop(
        "This file changes next to nothing: at full strength its pictures differ from the base "
        "model's by {drift}, {needed} is the least. Check that it is the right file, for this base."
    ),
    "hardly-shows": gettext_noop(
        "This style hardly shows in pictures that can be used: up to {strength} they come {reach} "
        "of the way from the base model's to the training pictures, {needed} is the least. Train "
        "longer at a lower rate, or on more pictures."
    ),
    "scene-lost": gettext_noop(
        "The scene is lost too early for a band: at {strength} only {scene} of it is left, "
        "{needed} is needed. Train at a lower rate or for fewer steps, or take an earlier "
        "checkpoint."
    ),
    "distorts": gettext_noop(
        "Pictures break too early for a band: at {strength} the signs of distortion are at "
        "{distortion}, {needed} is the most. Train at a lower rate, or take an earlier checkpoint."
    ),
    "copies": gettext_noop(
        "This style paints its training pictures over again: from {strength} on, {copied} of the "
        "pictures are as near to one of them as a copy is. Train on more pictures, or for fewer "
        "steps."
    ),
}
"""One English sentence per verdict, marked for extraction. Facts are written for reading."""

REASONS: dict[str, str] = {
    "band-least": gettext_noop("Below {strength} the style hardly shows."),
    "band-one-prompt": gettext_noop(
        "Above {strength} one of the prompts loses its scene: at {at} only {scene} of it is left, "
        "{needed} is needed. Who reviews it may allow more, with a reason."
    ),
    "band-whole": gettext_noop(
        "Up to {strength}, the strongest that was drawn, the scene is kept and the pictures are "
        "sound."
    ),
    "band-scene": gettext_noop(
        "Above {strength} the scene is lost: at {at} only {scene} of it is left, {needed} is "
        "needed."
    ),
    "band-distorts": gettext_noop(
        "Above {strength} pictures break: at {at} the signs of distortion are at {distortion}, "
        "{needed} is the most."
    ),
    "band-copies": gettext_noop(
        "Above {strength} pictures copy the training set: at {at} it is {copied} of them."
    ),
    "band-default": gettext_noop(
        "At {strength} style and scene together are at their best: {style} of the style shows, "
        "{scene} of the scene is kept."
    ),
}
"""One English sentence per reason for a band, marked for extraction."""
