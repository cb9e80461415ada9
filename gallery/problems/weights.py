"""Weights that are here already, or may not come back."""

from django.utils.translation import gettext_noop, ngettext_lazy

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "licence-unknown": gettext_noop(
        "{name} stays in this studio: nobody noted the licence of the file it came from, so none "
        "can be told to others. Ask its maker for a style whose licence is known."
    ),
    "weights-recalled": gettext_noop(
        "These are the weights of {name}, which was recalled on {day}: {reason} They are not "
        "published again under any name. Train anew without what was recalled."
    ),
    "weights-near-recalled": gettext_noop(
        "These weights are {percent} % like those of {name}, which was recalled on {day}: {reason} "
        "Trainings of their own have less in common, so this file was made of those weights. "
        "What was made of them does not come back either. Bring a style that was trained without "
        "what was recalled."
    ),
    "weights-unread": ngettext_lazy(
        "The studio still reads {count} weight file that it holds, and can't tell before whether "
        "these weights are among them. Nothing was done. Try again in a few minutes.",
        "The studio still reads {count} weight files that it holds, and can't tell before whether "
        "these weights are among them. Nothing was done. Try again in a few minutes.",
        "count",
    ),
    "weights-known": gettext_noop(
        "These weights are here already, as {name} ({state}): a second copy would escape "
        "what is decided of that one. Nothing was imported. Look at {name} in the library; to "
        "change its words, name or rights, go on there."
    ),
    "weights-of-run": gettext_noop(
        "These weights were trained here: step {step} of the run “{name}”. Nothing was imported. "
        "Publish them from the page of that run, so that its pictures and their rights go along."
    ),
    "weights-of-taste": gettext_noop(
        "These weights are of the taste “{name}”, a minute's training on a few pictures, and no "
        "taste is ever published. Nothing was imported. Train the style, then publish a checkpoint "
        "of that run."
    ),
    "weights-of-colleague": gettext_noop(
        "These weights were trained here, in a colleague's run. Nothing was imported. Ask the "
        "colleague who gave you the file to publish them from the run, or an admin to find it."
    ),
    "weights-missing": gettext_noop(
        "The weights of {name} are not in the store. Ask an admin to restore them."
    ),
}
