"""Tags, boards and saved filters of the list of pictures."""

from django.utils.translation import gettext_noop

from brandstudio.core.input.names import ODD_SIGN, UNSEEN_SIGN
from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "kit-changed": gettext_noop(
        "The brand kit was changed since you opened the page, by a colleague or in another window "
        "of yours. Here is how it stands now; change it again."
    ),
    "piece-offered": gettext_noop("{name} is offered already, so nothing was changed."),
    "piece-taken": gettext_noop("{name} is taken away already, so nothing was changed."),
    "tags-none": gettext_noop("Write at least one tag, or several with commas between them."),
    "tags-too-many": gettext_noop("At most {most} tags at once; these are more."),
    "name-odd": ODD_SIGN,
    "unseen-sign": UNSEEN_SIGN,
    "board-name-missing": gettext_noop("Give the board a name of at most {most} characters."),
    "board-name-in-use": gettext_noop("You have a board called “{name}” already."),
    "board-missing": gettext_noop("Choose a board, or write the name of a new one."),
    "asset-not-yours": gettext_noop("It is a colleague's: only its maker can do that."),
    "filter-name-missing": gettext_noop("Give the filter a name of at most {most} characters."),
    "channel-used": gettext_noop(
        "Pictures, files, posters or campaigns name the channel {name}, so it stays. Put it out of "
        "use instead: then nothing new is offered for it."
    ),
    "filter-empty": gettext_noop("Nothing narrows the list, so there is nothing to save."),
}
