"""What stops a training, and what it goes on from with a warning."""

from training.engine.fault_reasons import gettext_noop, ngettext_noop

SENTENCES: dict[str, str] = {
    "loss-not-finite": gettext_noop(
        "The loss was no longer a number at step {step}. The run was rolled back to step {kept}. "
        "Lower the learning rate (now {learning_rate}) and start again."
    ),
    "loss-diverged": gettext_noop(
        "The loss at step {step} is {ratio} times that of the start: the run diverges. It was "
        "rolled back to step {kept}. Lower the learning rate (now {learning_rate})."
    ),
    "out-of-memory": gettext_noop(
        "The device has not enough memory, even with {tried}. "
        "Lower resolution or rank, or use a larger device."
    ),
    "resume-nothing": gettext_noop(
        "The folder {path} holds nothing to resume from. Start without --resume."
    ),
    "resume-changed": gettext_noop(
        "The run can't be resumed, because its setting changed: {differences}. "
        "Set it back, or choose another output_dir."
    ),
    "resume-damaged": gettext_noop(
        "The saved state in {path} is damaged: {reason}. Start again in another output_dir."
    ),
    "sample-failed": gettext_noop(
        "The sample pictures of step {step} could not be made: {reason}. Training goes on."
    ),
    "memory-caches": gettext_noop(
        "Memory ran short at step {step}. Caches were emptied; the step is tried again."
    ),
    "memory-passes": ngettext_noop(
        "Memory ran short at step {step}. The run goes on with passes of {images} image each; "
        "the batch stays the same.",
        "Memory ran short at step {step}. The run goes on with passes of {images} images each; "
        "the batch stays the same.",
        "images",
    ),
    "memory-checkpointing": gettext_noop(
        "Memory ran short at step {step}. The run goes on with gradient checkpointing: "
        "slower, in less memory."
    ),
    "memory-optimizer": gettext_noop(
        "Memory ran short at step {step}. The run goes on with the 8-bit form of its optimizer."
    ),
    "memory-shapes": gettext_noop(
        "Memory ran short at step {step}. The run goes on with images of {percent} % of their area."
    ),
    "not-recommended": gettext_noop(
        "No checkpoint could be recommended: {reason}. The run and its files are whole."
    ),
}
