"""What a scene says in words of the reader's language, beside the English prompt that was sent."""

import re

from django.utils.translation import get_language

from gallery.models.template import VEHICLE_SLOTS
from gallery.services import glossary
from gallery.services.search import fold

_CLAUSE = re.compile(r"[^，、。：,.:]+$")  # what stands behind the last sign
# A comma before slots that were left empty.
_DANGLING = re.compile(r"[，、,]\s*(?=[，、,。.]|$)")


def words_of(scene):
    """The template's sentence as it was filled in, and own words as the glossary reads them back:
    a list of texts, empty where the English prompt says all there is."""
    texts = [_sentence_of(scene)] if scene.template_id else []
    if not _reads_english():
        texts.append(scene.own_words or glossary.in_chinese(_free_words(scene)))
    return [text for text in texts if text]


def _sentence_of(scene):
    """The sentence on screen with the words of the options that were chosen; "" where a slot is no
    longer there. Of the real car it says what its cut-out shows, whatever was chosen."""
    template, values = scene.template, scene.slot_values or {}
    painted = [slot["name"] for slot in template.painted_slots(scene.cutout_id)]
    words = []
    for part in template.sentence:
        if "slot" not in part:
            words.append(part["text"])
            continue
        slot = part["slot"]
        if scene.cutout_id and slot["name"] not in painted:
            if shown := _of_cutout(scene, slot):
                words.append(shown + part["tail"])
            elif words and slot["name"] not in VEHICLE_SLOTS:
                words[-1] = _CLAUSE.sub("", words[-1])  # nobody knows: its clause says nothing
            continue
        options = {option["value"]: option for option in slot["options"]}
        if values.get(slot["name"]) not in options:
            return ""
        chosen = options[values[slot["name"]]]
        # An option without a phrase adds nothing to the picture.
        words.append((template.slot_label(chosen) if chosen["value"] else "") + part["tail"])
    between = " " if _reads_english() else ""
    return _DANGLING.sub("", " ".join(between.join(words).split()))


def _of_cutout(scene, slot):
    """The vehicle's name, or the option that the cut-out's name tells of, such as its facing; else
    ""."""
    cutout = scene.cutout
    if slot["name"] in VEHICLE_SLOTS:
        return str(scene.vehicle or cutout.shown_name)
    name = fold(f"{cutout.name} {cutout.name_en}")
    named = (o for o in slot["options"] if o["value"] and _tells(name, o))
    return next(map(scene.template.slot_label, named), "")


def _tells(name, option):
    english = re.search(rf"\b{re.escape(fold(option['en']))}\b", name)
    return bool(english) or fold(option["zh"]) in name


def _reads_english():
    return (get_language() or "en") == "en"


def _free_words(scene):
    """The English that no template wrote: all of a prompt in own words."""
    return "" if scene.template_id else scene.prompt
