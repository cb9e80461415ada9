"""Territories as contracts and channels name them, and whether one lies within another.

A territory is a text: places with commas between them, in either language. Places that the studio
knows are compared by what they are, all others by their words.
"""

import re

from django.utils.translation import gettext, gettext_noop, ngettext

_WORLD = "worldwide"
# A place, and what people call it.
_NAMES = {
    gettext_noop("worldwide"): ("world", "global", "everywhere", "全球", "全世界", "世界范围"),
    gettext_noop("China"): ("prc", "中国", "全国"),
    gettext_noop("Chinese mainland"): (
        "mainland china",
        "china mainland",
        "mainland",
        "中国大陆",
        "中国内地",
        "大陆",
        "内地",
    ),
    gettext_noop("Guangdong"): ("guangdong province", "广东", "广东省"),
    gettext_noop("Greater Bay Area"): ("gba", "大湾区", "粤港澳大湾区"),
    gettext_noop("Hong Kong"): ("hong kong sar", "hk", "香港", "中国香港"),
    gettext_noop("Macao"): ("macau", "macao sar", "澳门", "中国澳门"),
    gettext_noop("Taiwan"): ("台湾", "中国台湾"),
}
_WITHIN = {
    "Chinese mainland": "China",
    "Guangdong": "Chinese mainland",
    "Greater Bay Area": "China",
    "Hong Kong": "China",
    "Macao": "China",
    "Taiwan": "China",
}
_KNOWN = {word: name for name, words in _NAMES.items() for word in (name.casefold(), *words)}
_BETWEEN = re.compile(r"[,;/，；、／\n]+")


def places(text):
    """The places that a text names, each once, in their order; [] for none."""
    words = (" ".join(part.split()) for part in _BETWEEN.split(text))
    named = (_KNOWN.get(word.casefold(), word) for word in words if word)
    return list({name.casefold(): name for name in named}.values())


def covers(territory, target):
    """Whether each place of a target lies within a territory. Both: texts; one without a place is
    unlimited."""
    allowed = {place.casefold() for place in places(territory)}
    if not allowed or _WORLD in allowed:
        return True
    return all(allowed.intersection(_around(place)) for place in places(target) or [_WORLD])


def _around(place):
    """The place, and those that it lies within, in small letters."""
    around = []
    while place:
        around.append(place.casefold())
        place = _WITHIN.get(place)
    return around


def shown(text):
    """A territory in the reader's language, as far as its places are known."""
    return " · ".join(gettext(place) if place in _NAMES else place for place in places(text))


def doubt(text):
    """What a reader should know of the places in a text that the studio does not know; "" where it
    knows them all."""
    strange = [place for place in places(text) if place not in _NAMES]
    if not strange:
        return ""
    said = ngettext(
        "The studio does not know the place %(places)s: only rights that name it in these very "
        "words, or reach everywhere, reach there.",
        "The studio does not know the places %(places)s: only rights that name them in these very "
        "words, or reach everywhere, reach there.",
        len(strange),
    )
    return said % {"places": gettext(", ").join(f"“{place}”" for place in strange)}


def known():
    """The places that the studio knows, as a sentence for who writes a territory."""
    said = gettext("Known places: %(places)s. Any other is compared by its very words.")
    return said % {"places": gettext(", ").join(gettext(place) for place in _NAMES)}
