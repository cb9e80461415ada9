"""Why an order of pictures is refused, or only partly taken."""

from django.utils.translation import gettext_noop, ngettext_lazy

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "pack-not-approved": gettext_noop(
        "The style pack {name} is not approved (any more). Choose another one."
    ),
    "trial-only": gettext_noop(
        "Designers paint trials: choose a draft of your own style, or ask an admin for the "
        "marketer's role."
    ),
    "upload-unfit": gettext_noop(
        "{name} was not taken: a network is {chance} % sure that it shows nakedness. Choose "
        "another picture; where the network errs, an admin can set how sure it must be."
    ),
    "strokes-unreadable": gettext_noop(
        "These strokes can't be read. Load the page again: what was drawn before is still there."
    ),
    "strokes-too-many": gettext_noop(
        "A cut-out takes {limit} strokes. Take some back, or save it as it is."
    ),
    "cut-out-saved": gettext_noop("{name} was saved already. Look for it among the real cars."),
    "light-missing": gettext_noop("Choose in which light the car is to be seen."),
    "light-of-another-shape": gettext_noop(
        "This picture is {size}, that of {name} {other}: the car would change its place. Cut it "
        "out in the same shape."
    ),
    "light-twice": gettext_noop(
        "{name} is there {light} already. Retire that picture first, or choose another light."
    ),
    "same-as-declined": gettext_noop(
        "These very settings painted {name} (no. {number}), which was declined on {day}: {reason} "
        "They would paint the same picture, at another size as well, so it is not painted again. "
        "Change the words, the seed or another setting, or ask an admin to approve that picture."
    ),
    "same-as-withdrawn": gettext_noop(
        "These very settings painted {name} (no. {number}), which was withdrawn on {day}: {reason} "
        "They would paint the same picture, at another size as well, so it is not painted again. "
        "Change the words, the seed or another setting."
    ),
    "pack-replaced": gettext_noop(
        "{name} was replaced by version {number} meanwhile. Look at its strength, then paint again."
    ),
    "base-absent": gettext_noop(
        "The files of the base model {name} are not there any more. Ask an admin to put them back."
    ),
    "base-none": gettext_noop("There is no base model yet. Ask an admin to add one."),
    "reason-missing": gettext_noop(
        "Strength {strength} of {name} is outside {minimum} to {maximum}. "
        "You may go there: write the reason, it stays with the picture."
    ),
    "quota-waiting": ngettext_lazy(
        "{waiting} of your pictures is still under way; {limit} may be at once. Wait for it, "
        "or drop it.",
        "{waiting} of your pictures are still under way; {limit} may be at once. Wait for "
        "some, or drop them.",
        "waiting",
    ),
    "quota-day": ngettext_lazy(
        "You may paint {left} more picture today, of {limit}. Ask for fewer, or go on tomorrow.",
        "You may paint {left} more pictures today, of {limit}. Ask for fewer, or go on tomorrow.",
        "left",
    ),
    "quota-day-over": gettext_noop(
        "You have asked for all the pictures that you may paint in a day ({limit}). Go on tomorrow."
    ),
    "strength-unreadable": gettext_noop("“{value}” is no strength for {name}. Write 0.7 or so."),
    "sweep-needs-one-pack": gettext_noop("A strength sweep needs a style pack. Choose one."),
    "sweep-unreadable": gettext_noop(
        "Write two to eight strengths with spaces between, such as 0.5 0.6 0.7 0.8."
    ),
    "init-image-missing": gettext_noop(
        "Choose the picture to start from: upload one, or take one of your own."
    ),
    "strengths-add-up": gettext_noop(
        "{name} is called more than once, and its strengths add up: {parts} = {strength}, outside "
        "{minimum} to {maximum}. Take one away."
    ),
    "init-image-not-yours": gettext_noop(
        "The picture this starts from was never shared with you. Start from one of your own."
    ),
    "init-image-gone": gettext_noop(
        "The picture to start from is not there any more. Choose another one."
    ),
    "denoising-strength-out-of-range": gettext_noop(
        "How much changes lies above 0 % and at most at 100 %."
    ),
    "cutout-missing": gettext_noop(
        "Choose the car to place: one of the range, or upload a cut-out."
    ),
    "cutout-gone": gettext_noop("This cut-out is not offered any more. Choose another one."),
    "enlarged-already": gettext_noop(
        "This picture is enlarged already. Paint it anew for a channel with a larger size."
    ),
    "too-large-to-enlarge": gettext_noop(
        "Enlarged it would be more than {limit} px wide or high. It is large enough as it is."
    ),
}
