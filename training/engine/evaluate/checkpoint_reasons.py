"""Why a checkpoint is recommended, in words. Apart from the scoring, which needs torch."""

from training.engine.fault_reasons import gettext_noop

REASONS: dict[str, str] = {
    "nearest-style": gettext_noop("Its pictures are nearest to the training set."),
    "keeps-content": gettext_noop("Its pictures still show what the prompts ask for."),
    "drifts": gettext_noop("Later checkpoints lose what the prompts ask for."),
    "copies": gettext_noop("Later checkpoints begin to copy training pictures."),
    "weak": gettext_noop("Earlier checkpoints show little of the style."),
    "only-one": gettext_noop("It is the only checkpoint."),
}
"""One English sentence per reason, marked for extraction."""

VERDICTS: dict[str, str] = {
    "none-keeps-scene": gettext_noop(
        "None of these checkpoints keeps the scene: at strength {strength} the best of them leaves "
        "{scene} of it, {needed} is needed. Train at a lower rate or for fewer steps, or on more "
        "pictures."
    ),
    "learned-nothing": gettext_noop(
        "This run learned next to nothing: its pictures are hardly nearer to the training set than "
        "the base model's. Train longer, or at a higher rate."
    ),
}
"""Why none of a run's checkpoints is recommended, and what mends it; marked for extraction."""
