"""What a dataset or a run lacks before it can start."""

from django.utils.translation import gettext_noop, ngettext_lazy

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "no-pictures": gettext_noop("The dataset has no pictures yet. Add some first."),
    "few-pictures": ngettext_lazy(
        "The dataset has {count} picture. A style needs 20 or more, better about a hundred.",
        "The dataset has {count} pictures. A style needs 20 or more, better about a hundred.",
        "count",
    ),
    "few-unconfirmed": ngettext_lazy(
        "The dataset has {count} picture, and a style needs {enough} or more: of fewer it learns "
        "the pictures by heart. Add pictures, or confirm below that the run is to start all the "
        "same.",
        "The dataset has {count} pictures, and a style needs {enough} or more: of fewer it learns "
        "the pictures by heart. Add pictures, or confirm below that the run is to start all the "
        "same.",
        "count",
    ),
    "captions-missing": ngettext_lazy(
        "{count} picture has no caption. Draft the caption, or write it.",
        "{count} pictures have no caption. Draft the captions, or write them.",
        "count",
    ),
    "captions-unchecked": ngettext_lazy(
        "{count} caption is a machine draft. Look at it once: a wrong word is learned too.",
        "{count} captions are machine drafts. Look at each once: a wrong word is learned too.",
        "count",
    ),
    "trigger-missing": gettext_noop(
        "The dataset has no trigger word, so the style can't be called by name. Set one."
    ),
    "trigger-not-in-captions": ngettext_lazy(
        "{count} caption lacks the trigger word. It is put in front of it while training.",
        "{count} captions lack the trigger word. It is put in front of them while training.",
        "count",
    ),
    "pictures-small": ngettext_lazy(
        "{count} picture is smaller than the {side} px this run trains at. Replace it, or "
        "choose a lower resolution.",
        "{count} pictures are smaller than the {side} px this run trains at. Replace them, or"
        " choose a lower resolution.",
        "count",
    ),
    "pictures-too-small": ngettext_lazy(
        "{count} picture is too small for this run: it would have to be enlarged by more than"
        " a quarter. Replace it or take it out, or choose a lower resolution.",
        "{count} pictures are too small for this run: they would have to be enlarged by more "
        "than a quarter. Replace them or take them out, or choose a lower resolution.",
        "count",
    ),
    "base-absent": gettext_noop(
        "The files of the base model {name} are not there any more. Put them back, "
        "or choose another base model."
    ),
    "disk-short": gettext_noop(
        "The run should find about {needed} MB free on the disk, and there are {free} MB. "
        "Make room, or save less often."
    ),
    "mirrors-writing": ngettext_lazy(
        "{count} picture carries writing, a badge or a plate ({names}), and this run also "
        "shows it mirrored: the style would learn letters the wrong way round. Turn “Mirror” "
        "off.",
        "{count} pictures carry writing, badges or plates ({names}), and this run also shows "
        "them mirrored: the style would learn letters the wrong way round. Turn “Mirror” off.",
        "count",
    ),
    "memory-short": gettext_noop(
        "The run needs at least {needed} MB on a device; the largest has {device} MB. Choose a "
        "smaller base model, a lower resolution or a lower rank."
    ),
    "memory-tight": gettext_noop(
        "As set, the run needs about {needed} MB and the largest device has {device} MB. It will "
        "work in smaller pieces, more slowly and to the same result."
    ),
    "config-key-is-ours": gettext_noop("The studio sets “{key}” itself; your line was left out."),
    "base-not-known": gettext_noop(
        "The YAML names the base model “{name}”, which the studio does not have. "
        "Choose one from the list."
    ),
}
