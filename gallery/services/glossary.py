"""The house's glossary at work: prompts in English."""

from brandstudio.core.models import GlossaryTerm, Vehicle
from training.engine import families
from training.engine.prompts.glossary import English, has_chinese, to_english


def phrases():
    """{Chinese term: English phrase}: the glossary's, and the vehicles' names."""
    vehicles = dict(Vehicle.objects.values_list("name_zh", "phrase"))
    return vehicles | dict(GlossaryTerm.objects.values_list("term", "phrase"))


def in_english(text, base=None):
    """The text as this base reads it (an English). base: a BaseModel; None reads English only."""
    if not has_chinese(text) or base and families.of(base.family).reads_chinese:
        return English(text, ())
    return to_english(text, phrases())
