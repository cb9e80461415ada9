"""Short names stand in addresses, so a word that an address of the studio has there is not free."""

import re
from itertools import count

from django.core.exceptions import ValidationError
from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext, gettext_noop

IN_USE = gettext_noop(
    "“{slug}” is a word of the studio's own addresses, so its page could never be opened. "
    "Choose another short name."
)
ODD_SIGNS = gettext_noop(
    "“{signs}” can't stand in a short name. In it stand only a to z, A to Z, digits, hyphens and "
    "underscores, without blanks: such as spring-2027."
)
_WORD = re.compile(r"[-a-zA-Z0-9_]+")
_BLANKS = re.compile(r"\s+")
_ODD_SIGN = re.compile(r"[^-a-zA-Z0-9_]")


def words_in_use():
    """The words that stand in some address where another one has a short name.

    Read off the addresses themselves: with templates/cover/… and templates/<slug:slug>/…, "cover"
    is in use. The words of all kinds go together, so that one name is free for each kind.
    """
    routes = [route.split("/") for route in _routes(get_resolver())]
    before = {
        tuple(route[:at])
        for route in routes
        for at, part in enumerate(route)
        if part.startswith("<slug:")
    }
    return {
        part
        for route in routes
        for at, part in enumerate(route)
        if _WORD.fullmatch(part) and tuple(route[:at]) in before
    }


def refuse_odd_signs(slug):
    """A validator: raise ValidationError that names what can't stand in a short name."""
    signs = "".join(dict.fromkeys(_ODD_SIGN.findall(_BLANKS.sub(" ", slug))))
    if signs:
        raise ValidationError(gettext(ODD_SIGNS).format(signs=signs), code="invalid")


def refuse_word_in_use(slug):
    """A validator: raise ValidationError for a short name whose page no address would reach."""
    if slug in words_in_use():
        raise ValidationError(gettext(IN_USE).format(slug=slug), code="slug-in-use")


def free_name(slug, slugs_in_use):
    """The short name with the first number, from 2 on, with which nothing of its kind is called."""
    return next(name for n in count(2) if (name := f"{slug}-{n}") not in slugs_in_use)


def _routes(resolver, before=""):
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        else:
            yield route
