"""How long a text may be. Nothing is cut: a text that is too long is refused, and stays typed."""

from django.utils.translation import gettext as _


class TooLong(Exception):
    """A text that was sent has more signs than fit where it belongs; nothing was done."""

    def __init__(self, text, longest):
        self.text, self.longest = text, longest
        super().__init__(f"{len(text)} characters, where {longest} fit.")


def within(text, longest):
    """The text as it is. Raises TooLong for one of more characters than `longest`."""
    if len(text) > longest:
        raise TooLong(text, longest)
    return text


def sentence(text, longest):
    """What is said to the person who wrote a text that is too long."""
    return _("“{start}…” has {count} characters; at most {longest} fit here. Shorten it.").format(
        start=text[:20], count=len(text), longest=longest
    )
