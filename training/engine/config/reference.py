"""The configuration's reference for the docs, made from the schema.

`python -m training.engine.config.reference docs/training.md` writes it between its two marks.
"""

import sys
from pathlib import Path

from training.engine.config.schema import FieldSchema, fields_schema

BEGIN = "<!-- configuration: made by python -m training.engine.config.reference -->"
END = "<!-- end of configuration -->"


def markdown() -> str:
    """One table row per key: name, default, range or choices, what it does."""
    lines = ["| Key | Default | Range | What it does |", "|---|---|---|---|"]
    for field in fields_schema():
        lines.append(f"| `{field.name}` | {_default(field)} | {_range(field)} | {field.help} |")
    return "\n".join(lines)


def with_reference(text: str) -> str:
    """The text with the table between its marks made anew. Raises ValueError without marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the marks around the configuration's reference are missing")
    return f"{before}{BEGIN}\n{markdown()}\n{END}{after}"


def _default(field: FieldSchema) -> str:
    if field.required:
        return "required"
    if field.default is None:
        return "the rank" if field.name == "lora_alpha" else "–"
    if field.default in ("", ()):
        return "none"
    if isinstance(field.default, bool):
        return "yes" if field.default else "no"
    return f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"


def _range(field: FieldSchema) -> str:
    if field.choices:
        return ", ".join(f"`{choice}`" for choice in field.choices)
    if field.kind == "bool":
        return "`true`, `false`"
    if field.minimum is not None:
        return f"{_number(field.minimum)} … {_number(field.maximum)}"
    return field.kind


def _number(value: float | None) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_reference(target.read_text(encoding="utf-8")), encoding="utf-8")
