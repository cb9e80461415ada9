"""What is wrong with a base model."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "base-missing": gettext_noop(
        "There is no base model “{name}”. Looked in: {places}. "
        "Put the file there, or give its full path."
    ),
    "base-is-pickle": gettext_noop(
        "{name} is a pickle file, which can run code when opened. "
        "Use the .safetensors version of this model."
    ),
    "base-unreadable": gettext_noop(
        "The base model {name} can't be read: {reason}. Download or copy it again."
    ),
    "base-family-unsupported": gettext_noop(
        "{name} is not a model this studio can tune ({reason}). "
        "Use a Stable Diffusion 1.x or SDXL checkpoint, or studio-mini."
    ),
    "base-not-a-model": gettext_noop(
        "{name} is not a base model but {what}. Choose a full checkpoint."
    ),
    "targets-match-nothing": gettext_noop(
        "None of the targets ({targets}) exists in {base}. Use “attention”, or leave targets out."
    ),
}
