"""The documentation of the configuration is the schema's own."""

from pathlib import Path

from training.engine.config.reference import markdown, with_reference
from training.engine.config.schema import fields_schema

DOCS = Path(__file__).parents[3] / "docs" / "training.md"


def test_reference_in_the_docs_is_up_to_date():
    text = DOCS.read_text(encoding="utf-8")

    assert with_reference(text) == text, "run python -m training.engine.config.reference on it"


def test_reference_names_every_key():
    assert all(f"| `{field.name}` |" in markdown() for field in fields_schema())
