"""Words put together in the punctuation of the reader's language."""

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext


def labelled(label, value):
    """ "Label: value", in Chinese with its own colon; safe for HTML."""
    # Translators: a label before its value; the colon is the language's own.
    return format_html(gettext("{label}: {value}"), label=label, value=value)


def labelled_text(label, text):
    """As `labelled`, plain text; without a label the text alone."""
    return gettext("{label}: {value}").format(label=capfirst(label), value=text) if label else text


def sentences_of(form):
    """What is wrong with a form: a list of sentences, each with the label of its field."""
    return [
        labelled_text(form[name].label if name in form.fields else "", error)
        for name, errors in form.errors.items()
        for error in errors
    ]


def listed(names):
    """Names one after another, in Chinese with 、 between them; safe for HTML."""
    # Translators: what stands between two names of a list.
    between = gettext(", ")
    return mark_safe(between.join(conditional_escape(name) for name in names))  # each escaped
