"""What a template says, as its reviewer must read it: each label beside the phrase it puts in."""

from dataclasses import dataclass

from gallery import problems
from gallery.services import banned_names, glossary


@dataclass(frozen=True)
class OptionRow:
    """One option. slot: its slot's labels, on the first of them only. rows: how many share it.

    labels: what readers see; phrase: what enters the prompt; notes: doubts, in sentences.
    """

    slot: str
    rows: int
    labels: str
    phrase: str
    notes: tuple


@dataclass(frozen=True)
class TemplateWords:
    """The whole of a template. text_notes: doubts about the prompt itself, in sentences."""

    text_notes: tuple
    options: list

    @property
    def has_notes(self):
        return bool(self.text_notes or any(option.notes for option in self.options))


def words_of(template):
    """The TemplateWords of a template whose slots can be read; without options otherwise."""
    terms = glossary.phrases()
    try:
        options = [row for slot in template.slots for row in _rows_of(slot, terms)]
    except (KeyError, TypeError):  # a draft from before its slots were checked
        options = []
    return TemplateWords(tuple(_banned(template.text)), options)


def _rows_of(slot, terms):
    for place, option in enumerate(slot["options"]):
        yield OptionRow(
            slot=f"{slot['label_zh']} · {slot['label_en']}" if place == 0 else "",
            rows=len(slot["options"]),
            labels=f"{option['zh']} · {option['en']}",
            phrase=option["value"],
            notes=(*_banned(option["value"]), *_other_than_glossary(option, terms)),
        )


def _banned(words):
    refusal = banned_names.refusal_of(words)
    return [problems.of(refusal)] if refusal else []


def _other_than_glossary(option, terms):
    """A label that is a term of the glossary promises the term's phrase."""
    phrase = terms.get(option["zh"].strip())
    if phrase is None or phrase.casefold() in option["value"].casefold():
        return []
    return [problems.sentence("phrase-not-glossarys", {"term": option["zh"], "phrase": phrase})]
