"""What in a template would be saved and never act, or be read as words by the model."""

from collections import Counter

from django.utils.translation import gettext as _

from gallery.engine import slots
from training import problems
from training.engine.errors import EngineError
from training.engine.prompts import checks

SENTENCES = ("sentence_zh", "sentence_en")
READERS = {"text": checks.check, "negative_prompt": checks.check_negative}
PROMPTS = tuple(READERS)


def faults_of(template):
    """Field → its faults, in sentences; empty for a template of which every word acts."""
    if broken := list(_of_shape(template.slots)):
        return {"slots": broken}
    names = [slot["name"] for slot in template.slots]
    texts = {name: getattr(template, name) for name in (*PROMPTS, *SENTENCES)}
    faults: dict[str, list[str]] = {name: [] for name in (*texts, "slots")}
    for name in ("text", *SENTENCES):
        faults[name] += _of_slots_in(texts[name], names)
    for name in SENTENCES:
        faults[name] += _of_repeats(texts[name])
    if unused := [name for name in names if name not in slots.named_in(template.text)]:
        message = _(
            "The prompt never uses {slots}. Put it where its phrase belongs, or take the slot away."
        )
        faults["text"].append(message.format(slots=", ".join(f"{{{name}}}" for name in unused)))
    faults["negative_prompt"] += _of_braces(texts["negative_prompt"])
    for name in PROMPTS:
        faults[name] += _of_language(texts[name])
        faults[name] += _of_reading(texts[name], READERS[name])
    for slot in template.slots:
        faults["slots"] += _of_options(slot)
    return {name: sentences for name, sentences in faults.items() if sentences}


def _of_shape(entries):
    """What keeps slots from being read at all, as in a draft from before they were checked."""
    try:
        names = [slot["name"] for slot in entries]
        for slot in entries:
            texts = [slot["label_zh"], slot["label_en"]]
            texts += [option[key] for option in slot["options"] for key in ("value", "zh", "en")]
            "".join([slot["name"], *texts])
    except (KeyError, TypeError):
        yield _("The slots can't be read. Write them anew.")
        return
    for name in (name for name in names if not slots.SLOT.fullmatch(f"{{{name}}}")):
        message = _("“{name}” can't name a slot: use small letters, digits and _.")
        yield message.format(name=name)
    if len(names) != len(set(names)):
        yield _("Two slots have the same name.")
    for slot in entries:
        if not slot["options"]:
            message = _("The slot {name} has no options. Write one a line below it.")
            yield message.format(name=slot["name"])


def _of_reading(words, check):
    """Whatever in a prompt is not read as it looks when a scene is painted."""
    try:
        check(words)
    except EngineError as error:
        yield problems.sentence(error.code, error.facts)


def _of_slots_in(text, names):
    if piece := slots.not_a_slot(text):
        message = _(
            "“{piece}” is no slot, so it would be read as words. Write {example} or leave the "
            "braces out."
        )
        yield message.format(piece=piece, example=f"{{{names[0] if names else 'colour'}}}")
    if unknown := slots.named_in(text) - set(names):
        message = _("No slot is called {names}. Add it to the slots or mend the text.")
        yield message.format(names=", ".join(sorted(unknown)))


def _of_repeats(sentence):
    for name, count in Counter(slots.SLOT.findall(sentence)).items():
        if count > 1:
            message = _("The sentence has {slot} twice, but it is chosen once. Take one away.")
            yield message.format(slot=f"{{{name}}}")


def _of_braces(words):
    if piece := slots.brace(words):
        message = _("No slot acts here, so “{piece}” would be read as words. Leave the braces out.")
        yield message.format(piece=piece)


def _of_language(words):
    if piece := slots.not_english(words):
        message = _(
            "The base model reads English only, and “{piece}” means nothing to it. Write it in "
            "English."
        )
        yield message.format(piece=piece)


def _of_options(slot):
    """One empty phrase is a choice, such as “no lanterns”; two of the same are none."""
    name = f"{{{slot['name']}}}"
    labels = [slot["label_zh"], slot["label_en"]]
    labels += [option[language] for option in slot["options"] for language in ("zh", "en")]
    if not all(label.strip() for label in labels):
        message = _(
            "A line of {slot} lacks its Chinese or its English, so nobody could read what it is."
        )
        yield message.format(slot=name)
    phrases = [" ".join(option["value"].split()) for option in slot["options"]]
    if not any(phrases):
        message = _(
            "None of the options of {slot} has an English phrase, so it would never say anything."
        )
        yield message.format(slot=name)
    for phrase, count in Counter(phrase.casefold() for phrase in phrases).items():
        if count > 1:
            message = _(
                "Two options of {slot} have the same English phrase, “{value}”, and would paint "
                "the same."
            )
            yield message.format(slot=name, value=phrase)
    for phrase in phrases:
        yield from _of_braces(phrase)
        yield from _of_language(phrase)
        yield from _of_reading(phrase, checks.check_part)
