"""Why a picture, or a sheet of them, can't be painted."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "size-impossible": gettext_noop(
        "A picture of {width} × {height} px is not possible with {base}: "
        "both sides must be multiples of {multiple}, at least {multiple}, at most {maximum}."
    ),
    "strength-out-of-band": gettext_noop(
        "Strength {strength} of {name} is outside {minimum} to {maximum}."
    ),
    "mask-without-image": gettext_noop(
        "A mask needs a picture to begin from. Choose the picture, or take the mask away."
    ),
    "mask-empty": gettext_noop(
        "The mask is black everywhere, so nothing would be painted. Make white what may change."
    ),
    "cutout-without-alpha": gettext_noop(
        "{name} has no transparent background. Upload the product cut out, as a PNG or WebP "
        "with transparency."
    ),
    "cutout-empty": gettext_noop(
        "{name} is transparent everywhere: there is no product in it. Upload the cut-out again."
    ),
    "cutout-too-small": gettext_noop(
        "The product in {name} is {side} px on its longer side; at least {needed} px are needed. "
        "Upload a larger cut-out."
    ),
    "cutout-outside": gettext_noop(
        "The product would stand outside the picture. Move it into the frame, or make it larger."
    ),
    "picture-too-large": gettext_noop(
        "The picture would become {width} × {height} px; at most {maximum} px a side are possible."
    ),
    "picture-withheld": gettext_noop(
        "The safety check withheld this picture. Change the prompt or the seed, then paint again."
    ),
    "safety-unreadable": gettext_noop(
        "The safety checker in {path} can't be read: {reason}. Put its folder there again, "
        "or take it away."
    ),
    "picture-not-finite": gettext_noop(
        "The picture came out empty (values that are not finite). "
        "Lower the strength or the guidance, or render in fp32."
    ),
    "evidence-incomplete": gettext_noop(
        "The strength sheet lacks {count} of its pictures at strength {strength}. "
        "Let the sheet be painted again."
    ),
    "evidence-not-finite": gettext_noop(
        "The strength sheet gave figures that are no numbers. Let the sheet be painted again; "
        "if it stays, the style's file is damaged."
    ),
}
