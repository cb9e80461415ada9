"""What a scene says in words of the reader's language, beside the English prompt that was sent."""

import re

from django.utils.translation import get_language

from gallery.services import glossary

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
    longer there."""
    template, values = scene.template, scene.slot_values or {}
    words = []
    for part in template.sentence:
        if "slot" not in part:
            words.append(part["text"])
            continue
        slot = part["slot"]
        options = {option["value"]: option for option in slot["options"]}
        if values.get(slot["name"]) not in options:
            return ""
        chosen = options[values[slot["name"]]]
        # An option without a phrase adds nothing to the picture.
        words.append((template.slot_label(chosen) if chosen["value"] else "") + part["tail"])
    between = " " if _reads_english() else ""
    return _DANGLING.sub("", " ".join(between.join(words).split()))


def _reads_english():
    return (get_language() or "en") == "en"


def _free_words(scene):
    """The English that no template wrote: all of a prompt in own words."""
    return "" if scene.template_id else scene.prompt
