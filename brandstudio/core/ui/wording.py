"""Words put together in the punctuation of the reader's language."""

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext


def labelled(label, value):
    """ "Label: value", in Chinese with its own colon; safe for HTML."""
    # Translators: a label before its value; the colon is the language's own.
    return format_html(gettext("{label}: {value}"), label=label, value=value)


def listed(names):
    """Names one after another, in Chinese with 、 between them; safe for HTML."""
    # Translators: what stands between two names of a list.
    between = gettext(", ")
    return mark_safe(between.join(conditional_escape(name) for name in names))  # each escaped
