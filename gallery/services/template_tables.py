"""A template's slots as a table: out as CSV, and in again, row by row."""

from brandstudio.core.problems import Refused
from training.engine.data.named_table import csv_bytes, read_named_table

COLUMNS = ("slot", "slot_zh", "slot_en", "of_vehicle", "option_zh", "option_en", "phrase")
_YES = {"1", "yes", "true", "y", "是"}
LARGEST_TABLE = 2**20  # bytes


def as_csv(template):
    """The slots as bytes of a CSV file that spreadsheets open: a row an option, in their order."""
    return csv_bytes(
        COLUMNS,
        (
            (
                slot["name"],
                slot["label_zh"],
                slot["label_en"],
                "yes" if slot.get("of_vehicle") else "",
                option["zh"],
                option["en"],
                option["value"],
            )
            for slot in template.slots
            for option in slot["options"]
        ),
    )


def read_slots(upload):
    """(slots as `PromptTemplate.slots`, EngineErrors of rows that were left out) of a CSV file.

    The labels of a slot are those of its first row. Raises Refused("file-too-large") and
    EngineError, as read_named_table, for a file of which nothing can be read.
    """
    if upload.size > LARGEST_TABLE:
        facts = {"megabytes": round(upload.size / 2**20, 1), "limit": LARGEST_TABLE // 2**20}
        raise Refused("file-too-large", name=upload.name, **facts)
    table = read_named_table(upload.read(), upload.name, COLUMNS, filled=("slot", "option_zh"))
    slots: dict[str, dict] = {}
    for row in table.rows:
        slot = slots.setdefault(
            row["slot"],
            {
                "name": row["slot"],
                "label_zh": row["slot_zh"],
                "label_en": row["slot_en"],
                **({"of_vehicle": True} if row["of_vehicle"].casefold() in _YES else {}),
                "options": [],
            },
        )
        option = {"value": row["phrase"], "zh": row["option_zh"], "en": row["option_en"]}
        slot["options"].append(option)
    return list(slots.values()), table.problems


def merged(slots, others):
    """The slots with those of the same name replaced by the others', and what is new at the end."""
    named = {slot["name"]: slot for slot in others}
    first = [named.pop(slot["name"], slot) for slot in slots]
    return first + list(named.values())
