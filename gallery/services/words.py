"""The words by which pictures are found: kept with a scene and with a picture's own title.

Chinese is written without blanks, so its words are every two characters that stand side by side;
the last one of a run stands alone too. Whatever has a row of its own (a vehicle, a channel, a
person, a pack, a tag) is found by its name as that is now, and needs no word here.
"""

import re

from django.db import transaction

from brandstudio.core.models import Vehicle
from gallery.models import AssetWord, Scene, SceneWord, Word
from gallery.services.search import fold
from training.engine.prompts.glossary import HAN

_AT_ONCE = 200  # scenes a minute, besides what the process has to do
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


def note_scene(scene):
    """Keep the words of what a scene was ordered with, and which vehicle is in it."""
    scene.vehicle, scene.has_words = _vehicle_of(scene), True
    scene.save(update_fields=["vehicle", "has_words"])
    SceneWord.objects.bulk_create(
        (SceneWord(word=word, scene=scene) for word in _rows(words_in(text_of(scene)))),
        ignore_conflicts=True,
    )


def text_of(scene):
    """All that a scene was ordered with, as one text."""
    return " ".join((scene.prompt, scene.own_words, scene.title, *_slot_words(scene)))


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
    """What the options that were chosen are called, in both languages."""
    for slot in scene.template.slots if scene.template_id else ():
        chosen = (scene.slot_values or {}).get(slot["name"])
        for option in slot["options"]:
            if option["value"] == chosen:
                yield from (option["zh"], option["en"])
