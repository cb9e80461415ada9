"""What a template says, with the first option in every slot, while it is being written."""

from dataclasses import dataclass, field

from gallery.engine import prompts
from gallery.engine.slots import SLOT
from gallery.models.template_faults import faults_of
from gallery.services import glossary
from training.engine.errors import EngineError


@dataclass(frozen=True)
class Preview:
    """sentence_zh, sentence_en: as readers see them. pieces: of the prompt. notes: what is still
    amiss, in sentences; used: [(term, phrase)] that the glossary puts into English on saving.
    """

    sentence_zh: str = ""
    sentence_en: str = ""
    pieces: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    used: tuple = ()


def preview_of(template):
    """The Preview of a template, saved or not."""
    try:
        first = {slot["name"]: slot["options"][0] for slot in template.slots if slot["options"]}
        english = glossary.in_english(template.text)
        return Preview(
            sentence_zh=_filled(template.sentence_zh, first, "zh"),
            sentence_en=_filled(template.sentence_en, first, "en"),
            pieces=_pieces(english.text, first),
            notes=_notes(template),
            used=english.used,
        )
    except (KeyError, TypeError):  # a draft from before its slots were checked
        return Preview(notes=_notes(template))


def _filled(sentence, first, language):
    return SLOT.sub(
        lambda match: first[match[1]][language] if match[1] in first else match[0], sentence
    )


def _pieces(text, first):
    values = {name: glossary.in_english(option["value"]).text for name, option in first.items()}
    try:
        return prompts.compose(text, values)
    except (EngineError, KeyError):  # nothing written yet, or a slot that isn't there
        return []


def _notes(template):
    if not template.text:
        return []
    return [sentence for sentences in faults_of(template).values() for sentence in sentences]
