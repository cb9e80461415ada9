"""Which pictures a person is looking for: words and filters as they stand in an address."""

import re
from dataclasses import dataclass, replace

from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from brandstudio.core.input.choices import UnknownChoice
from brandstudio.core.models import Campaign, GlossaryTerm, User, Vehicle, VehicleColour
from gallery.models import (
    Asset,
    AssetState,
    AssetTag,
    AssetWord,
    Channel,
    PromptTemplate,
    Scene,
    ScenePack,
    SceneWord,
    StylePack,
    Word,
)
from gallery.services import asset_filters, day_words, search, state_words, words
from gallery.services.asset_filters import FILTERS, Unreadable

_NUMBER = re.compile(r"(#?)([0-9]{1,18})号?")  # as the name of a picture ends: #16
_MOST_ENDINGS = 200  # longer words that one beginning stands for


@dataclass(frozen=True)
class Finding:
    """assets: the pictures, in no order. chosen: {filter: values asked for}.

    problems: sentences about what could not be read; is_refused: then there are no pictures, since
    nobody asked for any other. translations: what was searched besides the words typed. days:
    [(first, last)] that its words for days mean. number: of the picture that is listed first, since
    it was asked for by its own number, or None.
    """

    assets: QuerySet
    chosen: dict[str, list[str]]
    text: str
    problems: list[str]
    translations: tuple[str, ...] = ()
    days: tuple = ()
    is_refused: bool = False
    number: int | None = None

    def ordered(self, *order):
        """The pictures in an order, after the one whose number was asked for."""
        if self.number is None:
            return self.assets.order_by(*order)
        return self.assets.order_by(Case(When(pk=self.number, then=0), default=1), *order)


def find(person, query):
    """The Finding of an address (its QueryDict). Raises UnknownChoice."""
    if query.get("bin"):
        assets = Asset.objects.binned_by(person).filter(state=AssetState.READY)
    else:
        assets = Asset.objects.listed_for(person)
    chosen, problems = chosen_in(query), []
    for one in FILTERS:
        if not (values := chosen[one.name]):
            continue
        _check(one, values, person)
        try:
            assets = one.narrow(assets, values, person)
        except Unreadable as error:
            problems.append(str(error))
    by_words = among(assets, query.get("q", ""))
    is_refused = by_words.is_refused or bool(problems)
    return replace(
        by_words,
        assets=assets.none() if is_refused else by_words.assets,
        chosen=chosen,
        problems=[*problems, *_backwards(chosen), *by_words.problems],
        is_refused=is_refused,
    )


def among(assets, text):
    """The Finding of those of the pictures that hold these words, days, states or number."""
    text = text.strip()
    if problem := search.too_long(text):
        return Finding(assets.none(), {}, text, [problem], is_refused=True)
    rest, days = day_words.read(text, timezone.localdate())
    if days:
        assets = asset_filters.made_between(assets, days)
    rest, fits = state_words.read(rest)
    assets = assets.filter(fits)
    translations, number = (), None
    if rest:
        assets, translations, number = _with_words(assets, rest)
    return Finding(assets, {}, text, [], translations, tuple(days), number=number)


def chosen_in(query):
    """{filter: values} of an address; empty values narrow nothing."""
    return {one.name: [v for v in query.getlist(one.name) if v.strip()] for one in FILTERS}


def _check(one, values, person):
    if not one.is_closed:
        return
    known = [str(value) for value, _label in one.choices(person)]
    for value in values:
        if value not in known:
            raise UnknownChoice(one.name, value[:40], known)


def _backwards(chosen):
    """A sentence where the days asked for end before they begin."""
    try:
        first, last = (asset_filters.day_of(chosen[name][0]) for name in ("from", "to"))
    except (IndexError, Unreadable):
        return []
    return [str(asset_filters.BACKWARDS)] if first > last else []


def _with_words(assets, text):
    """(those of the pictures that have each word of the text, what was searched besides, the number
    that one of the words is or None). A number is a picture's own, and a word unless # says so."""
    names, of_vehicles = _Names(), VehicleColour.objects.all()
    colours = _named(of_vehicles)
    pairs = [*GlossaryTerm.objects.values_list("term", "phrase"), *names]
    asked = search.read_search(text, [*pairs, *((c.name_zh, c.phrase) for c in of_vehicles)])
    bound = search.in_longer_names(asked.text, [english for _chinese, english in pairs])
    keys = _keys({one for alternatives in asked.words for one in alternatives})
    number = None
    for alternatives in asked.words:
        [typed] = [word for word, share in alternatives.items() if share == 1]
        if typed in colours and typed not in bound:
            assets = assets.filter(_in_colour(typed, colours[typed], keys, names))
            continue
        fits = Q(pk__in=[])
        if numbered := _NUMBER.fullmatch(typed):
            number = int(numbered[2])
            fits |= Q(pk=number)
        for alternative in () if numbered and numbered[1] else alternatives:
            fits |= _has(alternative, keys, names)
        assets = assets.filter(fits)
    return assets, asked.translations, number


def _named(colours):
    """{what a colour of a vehicle is called, such as 红色, 红 and red: the words of its phrase}."""
    named = {}
    for colour in colours:
        if phrase := search.fold(colour.phrase).split():
            chinese = colour.name_zh
            for name in (chinese, chinese.removesuffix("色"), colour.name_en, colour.phrase):
                named[search.fold(name)] = phrase
            named.setdefault(phrase[-1], phrase[-1:])  # white, of "pearl white"
    return named


def _in_colour(typed, phrase, keys, names):
    """Pictures whose car has this colour, and those that a person called by it: a title, a tag."""
    of_car = words.keys_of(map(words.of_car, phrase))
    fits = Q(pk__in=[])
    if len(of_car) == len(phrase):
        asked = [(word, False) for word in of_car]
        at = {(word, False): [pk] for word, pk in of_car.items()}
        fits |= _each(asked, at, SceneWord, "scene", "scene")
    return fits | _called(typed, keys, names)


def _called(text, keys, names):
    """Pictures with this text in their own title or in the name of a tag."""
    tags = names.holding(text).get("tag", ())
    fits = Q(pk__in=AssetTag.assets.through.objects.filter(assettag__in=tags).values("asset"))
    asked = list(words.asked_in(text).items())
    if asked and all(keys[item] for item in asked):
        fits |= _each(asked, keys, AssetWord, "pk", "asset")
    return fits


class _Names:
    """The rows whose names find pictures: what they are called now, and by which column."""

    def __init__(self):
        named = {
            "vehicle": Vehicle.objects.all(),
            "channel": Channel.objects.all(),
            "template": PromptTemplate.objects.only("name_zh", "name_en"),
            "pack": StylePack.objects.only("name_zh", "name_en"),
            "campaign": Campaign.objects.only("name_zh", "name_en"),
        }
        self._rows = [
            (column, row.pk, (row.name_zh, row.name_en))
            for column in named
            for row in named[column]
        ]
        self._people = [
            ("owner", user.pk, (user.shown_name, user.username)) for user in User.objects.all()
        ]
        self._tags = [("tag", tag.pk, (tag.name,)) for tag in AssetTag.objects.all()]

    def __iter__(self):
        """(Chinese, English) of each, so that what is written without blanks is parted there."""
        return (names for _column, _pk, names in self._rows)

    def holding(self, word):
        """{column: keys of the rows in whose name the word stands}."""
        keys: dict[str, list] = {}
        for column, pk, names in (*self._rows, *self._people, *self._tags):
            if any(_stands_in(word, search.fold(name)) for name in names):
                keys.setdefault(column, []).append(pk)
        return keys


def _stands_in(word, name):
    """Whether a word stands in a name; one of Latin letters at the beginning of a word there."""
    if not word.isascii():
        return word.replace(" ", "") in name.replace(" ", "")
    return f" {word}" in f" {name}"


def _keys(texts):
    """{(word, whether it may go on): keys of the Words that it stands for} of all these texts."""
    asked = {item for text in texts for item in words.asked_in(text).items()}
    pks = words.keys_of(word for word, _goes_on in asked)
    keys = {}
    for word, goes_on in asked:
        keys[word, goes_on] = [pks[word]] if word in pks else []
        if goes_on:
            longer = Word.objects.filter(text__startswith=word).order_by("text")
            keys[word, goes_on] += longer.values_list("pk", flat=True)[:_MOST_ENDINGS]
    return keys


def _has(text, keys, names):
    """Pictures with this text: each of its words in the scene's or in the picture's own, or all of
    it in the name of a row that the scene has."""
    asked = list(words.asked_in(text).items())
    rows = names.holding(text)
    packs, campaigns = rows.pop("pack", ()), rows.pop("campaign", ())
    rows.pop("tag", None)
    fits = Q(campaign__in=campaigns) | _called(text, keys, names)
    if rows:
        of_rows = Q(pk__in=[])
        for column, pks in rows.items():
            of_rows |= Q(**{f"{column}__in": pks})
        fits |= Q(scene__in=Scene.objects.filter(of_rows).order_by().values("pk"))
    if packs:
        used = ScenePack.objects.filter(version__pack__in=packs).order_by()
        fits |= Q(scene__in=used.values("scene"))
    if asked and all(keys[item] for item in asked):
        fits |= _each(asked, keys, SceneWord, "scene", "scene")
    return fits


def _each(asked, keys, model, column, of_word):
    """Pictures with all of the words, of their scene or of their own title."""
    fits = Q()
    for item in asked:
        rows = model.objects.filter(word__in=keys[item]).order_by()
        fits &= Q(**{f"{column}__in": rows.values(of_word)})
    return fits
