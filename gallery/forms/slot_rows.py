"""The rows in which a template's slots are written: as a page sends them, moved, made JSON.

A page sends a slot as slots-3-name, slots-3-label_zh, …, its options as slots-3-options-5-zh, ….
The figures tell rows apart; their order is the order in which they are sent.
"""

import re
from dataclasses import dataclass, field

from django import forms
from django.utils.translation import gettext as _

from brandstudio.core.input import lengths
from brandstudio.core.input.names import refuse_unseen_sign

LABELS = ("name", "label_zh", "label_en")
SLOT_FIELDS = (*LABELS, "of_vehicle")
OPTION_FIELDS = ("value", "zh", "en")
_READ_BY_PEOPLE = {"label_zh", "label_en", "zh", "en"}
_LONGEST = {"name": 40, "label_zh": 80, "label_en": 80, "value": 200, "zh": 80, "en": 80}
MOST_OPTIONS = 250  # of a template: what a page can send, and a person can overlook
_FIELD = re.compile(
    rf"slots-(\d{{1,5}})-(?:({'|'.join(SLOT_FIELDS)})|options-(\d{{1,5}})-({'|'.join(OPTION_FIELDS)}))"
)
_ACT = re.compile(r"(add|remove|up|down|keep)(?: (\d{1,5})(?:-(\d{1,5}))?)?")


@dataclass
class OptionRow:
    """One choice: its English phrase, and what readers see."""

    key: int
    value: str = ""
    zh: str = ""
    en: str = ""

    @property
    def is_blank(self):
        return not (self.value or self.zh or self.en)


@dataclass
class SlotRow:
    """One slot with its choices."""

    key: int
    name: str = ""
    label_zh: str = ""
    label_en: str = ""
    of_vehicle: bool = False
    options: list[OptionRow] = field(default_factory=list)

    @property
    def is_blank(self):
        return not (self.name or self.label_zh or self.label_en) and all(
            option.is_blank for option in self.options
        )


def rows_sent(data):
    """The rows of a sent form, in its order. data: a QueryDict or another mapping."""
    slots: dict[str, SlotRow] = {}
    options: dict[tuple[str, str], OptionRow] = {}
    for name in data:
        if not (match := _FIELD.fullmatch(name)):
            continue
        key, column, option_key, option_column = match.groups()
        slot = slots.setdefault(key, SlotRow(int(key)))
        words = str(data[name]).strip()
        if column:
            setattr(slot, column, bool(words) if column == "of_vehicle" else words)
            continue
        if (key, option_key) not in options:
            options[key, option_key] = OptionRow(int(option_key))
            slot.options.append(options[key, option_key])
        setattr(options[key, option_key], option_column, words)
    return list(slots.values())


def rows_of(slots):
    """The rows of a template's slots; a draft may be older than the rule that they are whole."""
    if not isinstance(slots, list) or not all(isinstance(slot, dict) for slot in slots):
        return [SlotRow(0, name=str(slots))]  # can't be told apart, but it is somebody's words
    return [
        SlotRow(
            key,
            **{name: str(slot.get(name, "")) for name in LABELS},
            of_vehicle=bool(slot.get("of_vehicle")),
            options=[
                OptionRow(number, **{name: str(option.get(name, "")) for name in OPTION_FIELDS})
                for number, option in enumerate(slot.get("options", ()))
            ],
        )
        for key, slot in enumerate(slots)
    ]


def slots_of(rows):
    """The rows as `PromptTemplate.slots`; blank rows are nobody's words and are left out."""
    return [
        {
            "name": row.name,
            "label_zh": row.label_zh,
            "label_en": row.label_en,
            **({"of_vehicle": True} if row.of_vehicle else {}),
            "options": [
                {name: getattr(option, name) for name in OPTION_FIELDS}
                for option in row.options
                if not option.is_blank
            ],
        }
        for row in rows
        if not row.is_blank
    ]


class SlotsField(forms.Field):
    """A template's slots, from the rows of a page; cleans to `PromptTemplate.slots`."""

    class Rows(forms.Widget):
        def value_from_datadict(self, data, files, name):
            return slots_of(rows_sent(data))

    widget = Rows

    def has_changed(self, initial, data):
        return data != (initial or [])

    def clean(self, value):
        count = sum(len(slot["options"]) for slot in value)
        if count > MOST_OPTIONS:
            message = _("{count} options are more than a page can hold; {limit} may be.")
            raise forms.ValidationError(message.format(count=count, limit=MOST_OPTIONS))
        long = [
            lengths.sentence(row[name], longest)
            for slot in value
            for row in (slot, *slot["options"])
            for name, longest in _LONGEST.items()
            if len(row.get(name, "")) > longest
        ]
        if long:
            raise forms.ValidationError(long)
        for slot in value:
            for row in (slot, *slot["options"]):
                for name in _READ_BY_PEOPLE & row.keys():
                    refuse_unseen_sign(row[name])
        return value


def is_act(text):
    """Whether a button asks for rows to be added, moved or removed."""
    return bool(_ACT.fullmatch(text))


def act_on(rows, text):
    """Do what a button of the rows says: "add", "add 3", "up 3", "remove 3-5", …; "keep" leaves
    them as they were sent.

    Figures are keys: of a slot, then of its option. Returns (the id of what gets the focus, what
    was done, in a sentence); ("", "") where the row is gone already.
    """
    if not (match := _ACT.fullmatch(text)):
        raise ValueError(f"no act of rows: {text}")
    verb, *figures = match.groups()
    keys = [int(figure) for figure in figures if figure]
    if verb == "add":
        return _add(rows, keys)
    siblings, prefix = rows, []
    if len(keys) == 2:
        siblings = next((row.options for row in rows if row.key == keys[0]), [])
        prefix = keys[:1]
    place = next((i for i, row in enumerate(siblings) if keys and row.key == keys[-1]), None)
    if place is None:
        return "", ""
    if verb == "remove":
        return _remove(siblings, place, prefix)
    target = min(max(place + (1 if verb == "down" else -1), 0), len(siblings) - 1)
    siblings.insert(target, siblings.pop(place))
    facts = {"place": target + 1, "count": len(siblings)}
    return _id(verb, keys), _("Row {place} of {count} now.").format(**facts)


def _add(rows, keys):
    if not keys:
        row = SlotRow(_next(rows), options=[OptionRow(0)])
        rows.append(row)
        return _id("name", [row.key]), _("A slot was added.")
    for row in rows:
        if row.key == keys[0]:
            option = OptionRow(_next(row.options))
            row.options.append(option)
            return _id("zh", [row.key, option.key]), _("An option was added.")
    return "", ""


def _remove(siblings, place, prefix):
    del siblings[place]
    if not siblings:
        return _id("add", prefix), _("The row was removed.")
    nearest = siblings[min(place, len(siblings) - 1)]
    return _id("remove", [*prefix, nearest.key]), _("The row was removed.")


def _next(rows):
    return max((row.key for row in rows), default=-1) + 1


def _id(what, keys):
    return "-".join([what, *map(str, keys)])
