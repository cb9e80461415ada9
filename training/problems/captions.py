"""What became of captions that came along."""

from django.utils.translation import gettext_noop, ngettext_lazy

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "caption-taken": gettext_noop("{name} has its caption."),
    "caption-without-picture": gettext_noop(
        "The captions name {name}, but the dataset has no such picture. Add it, or ignore the line."
    ),
    "captions-without-picture": ngettext_lazy(
        "{count} more caption names a picture that the dataset does not have.",
        "{count} more captions name pictures that the dataset does not have.",
        "count",
    ),
    "captions-more-problems": ngettext_lazy(
        "{count} more line of {name} can't be read. Look at the file as a whole.",
        "{count} more lines of {name} can't be read. Look at the file as a whole.",
        "count",
    ),
    "caption-fits-several-pictures": gettext_noop(
        "The captions name {name}, which may be any of: {others}. Write the folder and the ending."
    ),
    "caption-second-left": gettext_noop(
        "{name} has its caption from {first}; {second} says another, which was left out: {caption}"
    ),
    "text-without-picture": gettext_noop(
        "{name} is a text without a picture of its name, and was left out."
    ),
    "text-empty": gettext_noop("{name} is an empty text: its picture has no caption from it."),
    "settings-left-out": gettext_noop(
        "{name} holds settings of a trainer; only pictures and captions are taken."
    ),
    "repeats-left-out": gettext_noop(
        "The folder {name} asks for {repeats} repeats, which are not kept: every picture counts "
        "once. Set “repeats” for the run instead."
    ),
    "pictures-without-caption": ngettext_lazy(
        "Without a caption: {count} picture ({name}). Draft the caption, or write it.",
        "Without a caption: {count} pictures ({name}). Draft the captions, or write them.",
        "count",
    ),
    "caption-kept": gettext_noop(
        "{name} keeps its caption: a person has checked it. Change it in place if you wish."
    ),
    "caption-too-many-letters": gettext_noop(
        "The caption of {name} has {letters} characters; the limit is {limit}. Shorten it."
    ),
    "caption-changed-meanwhile": gettext_noop(
        "Somebody else changed the caption of {name} a moment ago. Look at it again, then save."
    ),
}
