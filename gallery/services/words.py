"""The words by which pictures are found: kept with a scene and with a picture's own title.

Chinese is written without blanks, so its words are every two characters that stand side by side;
the last one of a run stands alone too. Whatever has a row of its own (a vehicle, a channel, a
person, a pack, a tag) is found by its name as that is now, and needs no word here.

What says how the car looks is kept apart besides, as words of the car: a colour means the car's.
"""

import re

from django.db import transaction

from brandstudio.core.models import Vehicle
from gallery.models import AssetWord, Scene, SceneWord, Word
from gallery.services.search import fold
from training.engine.prompts.glossary import HAN

_AT_ONCE = 200  # scenes a minute, besides what the process has to do
_OF_CAR = "car:"  # no word of a text holds a colon
_NEAR = 5  # words before a car's name that say how it looks
_BODIES = {"car", "suv", "mpv", "sedan", "van", "pickup"}
_BEFORE_IT = {"a", "an", "the", "and", "with", "in", "on", "of", "by", "above", "behind", "over"}
_RUNS = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+")


def words_in(text):
    """The set of words under which a text is kept."""
    words = set()
    for run in _RUNS.finditer(fold(text)):
        if run["han"]:
            words |= {run[0][at : at + 2] for at in range(len(run[0]))}
        else:
            words.add(run[0][: Word.LONGEST])
    return words


def asked_in(text):
    """{word: whether it may be the beginning of a longer one}: all that must be in a text for it
    to hold this one."""
    asked = {}
    for run in _RUNS.finditer(fold(text)):
        if not run["han"]:
            asked[run[0][: Word.LONGEST]] = len(run[0]) > 1
        elif len(run[0]) == 1:
            asked[run[0]] = True
        else:
            asked |= {run[0][at : at + 2]: False for at in range(len(run[0]) - 1)}
    return asked


def keys_of(texts):
    """{text: key of its Word} of those that are kept."""
    return dict(Word.objects.filter(text__in=list(texts)).values_list("text", "pk"))


def note_scene(scene):
    """Keep the words of what a scene was ordered with, and which vehicle is in it."""
    scene.vehicle, scene.has_words = _vehicle_of(scene), True
    scene.save(update_fields=["vehicle", "has_words"])
    SceneWord.objects.bulk_create(
        (
            SceneWord(word=word, scene=scene)
            for word in _rows(words_in(text_of(scene)) | _words_of_car(scene))
        ),
        ignore_conflicts=True,
    )


def text_of(scene):
    """All that a scene was ordered with, as one text."""
    return " ".join((scene.prompt, scene.own_words, scene.title, *_slot_words(scene)))


def of_car(word):
    """The word under which a word that says how the car looks is kept."""
    return f"{_OF_CAR}{word}"[: Word.LONGEST]


def _words_of_car(scene):
    """Those of the real car's name, else those that stand before a car's name in the prompt."""
    if cutout := scene.cutout:
        return {of_car(run[0]) for run in _RUNS.finditer(fold(f"{cutout.name} {cutout.name_en}"))}
    names = _BODIES | {word for row in Vehicle.objects.all() for word in row.own_words}
    said = set()
    for clause in re.split(r"[,.;:，。；：]", fold(scene.prompt)):
        clause_words = re.findall(r"[\w-]+", clause)
        for at, word in enumerate(clause_words):
            if word in names:
                said |= set(_just_before(clause_words, at))
    return {of_car(word) for word in said}


def _just_before(clause_words, at):
    for word in reversed(clause_words[max(0, at - _NEAR) : at]):
        if word in _BEFORE_IT:
            return
        yield word


def read_waiting():
    """Note some of the scenes that were made before there were words. Safe to call twice.

    A look for lost rows asks it, as all that it asks, for the job ids of what it queued: none.
    """
    waiting = Scene.objects.filter(has_words=False).select_related("template", "cutout__vehicle")
    for scene in waiting.order_by("-pk")[:_AT_ONCE]:
        with transaction.atomic():
            note_scene(scene)
    return []


def note_title(asset):
    """Keep the words of a picture's own title, and no others."""
    AssetWord.objects.filter(asset=asset).delete()
    AssetWord.objects.bulk_create(
        AssetWord(word=word, asset=asset) for word in _rows(words_in(asset.own_title))
    )


def _rows(texts):
    """The Word of each text, made where it is new."""
    Word.objects.bulk_create([Word(text=text) for text in texts], ignore_conflicts=True)
    return Word.objects.filter(text__in=texts)


def _vehicle_of(scene):
    if scene.cutout_id:
        return scene.cutout.vehicle
    return next(iter(Vehicle.objects.all().named_in(scene.prompt)), None)


def _slot_words(scene):
    """What the options that were painted are called, in both languages."""
    for slot in scene.template.painted_slots(scene.cutout_id) if scene.template_id else ():
        chosen = (scene.slot_values or {}).get(slot["name"])
        for option in slot["options"]:
            if option["value"] == chosen:
                yield from (option["zh"], option["en"])
