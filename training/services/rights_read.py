"""What a file says of its rights, as columns of a row: a proposal until a person confirms it."""

from datetime import datetime

from brandstudio.core.models.rights import end_of_day, tellable
from training.engine.data.file_rights import read_rights

_COLUMNS = {
    "rights_holder": ("rights_holder", 160),
    "creator": ("creator", 160),
    "copyright_notice": ("copyright_notice", 300),
    "usage_terms": ("allowed_uses", 300),
}


def columns_of(path):
    """({column: value} of a WithRights, FileRights) of a picture's file; {} where it says nothing.

    Without a named owner the copyright notice, else the creator, stands for the holder.
    """
    said = read_rights(path)
    if not said:
        return {}, said
    values = said.values
    columns = {
        column: values[name][:longest]
        for name, (column, longest) in _COLUMNS.items()
        if name in values
    }
    holder = values.get("rights_holder") or values.get("copyright_notice") or values.get("creator")
    if holder:
        columns |= {"rights_holder": holder[:160], "rights_from_file": True}
    if end := values.get("expires"):
        columns["rights_expire_at"] = _moment(end)
    columns["file_rights"] = {
        "values": {name: str(value) for name, value in values.items()},
        "conflicts": said.conflicts,
        "unreadable": said.unreadable,
    }
    return columns, said


def _moment(end):
    """The moment of a file's end of rights, a datetime or a date."""
    if isinstance(end, datetime):
        return datetime.combine(tellable(end.date()), end.timetz())
    return end_of_day(end)
