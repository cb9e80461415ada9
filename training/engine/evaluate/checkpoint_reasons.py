"""Why a checkpoint is recommended, in words. Apart from the scoring, which needs torch."""

from training.engine.errors import gettext_noop

REASONS: dict[str, str] = {
    "nearest-style": gettext_noop("Its pictures are nearest to the training set."),
    "keeps-content": gettext_noop("Its pictures still show what the prompts ask for."),
    "drifts": gettext_noop("Later checkpoints lose what the prompts ask for."),
    "copies": gettext_noop("Later checkpoints begin to copy training pictures."),
    "weak": gettext_noop("Earlier checkpoints show little of the style."),
    "only-one": gettext_noop("It is the only checkpoint."),
}
"""One English sentence per reason, marked for extraction."""
