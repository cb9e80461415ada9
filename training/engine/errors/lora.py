"""What is wrong with a LoRA file, and with safetensors at all."""

from training.engine.fault_reasons import gettext_noop, ngettext_noop

SENTENCES: dict[str, str] = {
    "file-is-pickle": gettext_noop(
        "{name} is a pickle file, which can run code when opened. Only .safetensors is accepted."
    ),
    "file-not-safetensors": gettext_noop(
        "{name} is not a sound safetensors file: {reason}. Get the file again from its source."
    ),
    "lora-kind-unsupported": gettext_noop(
        "{name} is a {kind} file, which this studio can't serve. Export it as plain LoRA."
    ),
    "lora-empty": gettext_noop("{name} holds no LoRA weights."),
    "lora-header-lies": gettext_noop(
        "{name} says it is made for {claimed}, but its weights fit {found}. "
        "The weights are what counts."
    ),
    "lora-incomplete": gettext_noop(
        "{name} lacks the other half of {module}. The file is damaged: export it again."
    ),
    "lora-not-finite": gettext_noop(
        "{name} holds values that are not finite in {module}. Use an earlier checkpoint."
    ),
    "lora-tensors-foreign": ngettext_noop(
        "{name} holds {count} tensor that is no part of a plain LoRA: {tensor}. "
        "A picture without it would be another one: export it as plain LoRA.",
        "{name} holds {count} tensors that are no part of a plain LoRA, such as {tensor}. "
        "A picture without them would be another one: export it as plain LoRA.",
        "count",
    ),
    "lora-shapes-odd": gettext_noop(
        "The two halves of {module} in {name} don't go together ({down} and {up}). "
        "The file is damaged: export it again."
    ),
    "lora-layer-twice": gettext_noop(
        "{name} holds the same weights of one layer twice: {first} and {second}. "
        "Export it again with one adapter only."
    ),
    "lora-dtype-unsupported": gettext_noop(
        "{name} stores {module} as {dtype}, which this studio can't use. "
        "Export it in fp16, bf16 or fp32."
    ),
    "lora-alpha-unusable": gettext_noop(
        "The alpha of {module} in {name} is {value}, so nobody can tell how strong the style is. "
        "Export it again with its true alpha."
    ),
    "lora-alpha-contradicts": gettext_noop(
        "{name} tells two alphas for {module}: {first} and {second}. "
        "Export it again with its true alpha."
    ),
    "lora-rank-differs": gettext_noop(
        "{module} in {name} has rank {rank}, but its configuration says {told}. "
        "Put the configuration there that was saved with this file."
    ),
    "lora-config-missing": gettext_noop(
        "{name} is a PEFT file and stores no alpha, so nobody can tell how strong it is. "
        "Give the {config} that was saved with it: put it beside the file, or send it along."
    ),
    "lora-settings-unreadable": gettext_noop(
        "The settings of {name} ({source}) can't be read: {reason}. Save the style again."
    ),
    "lora-setting-unsupported": gettext_noop(
        "{name} was trained with {setting} = {value} ({source}), which this studio can't serve. "
        "Export it as plain LoRA."
    ),
    "lora-folder-unclear": gettext_noop(
        "The folder {name} does not hold one style file but: {files}. Name the file itself."
    ),
    "lora-layers-beyond-kohya": ngettext_noop(
        "{count} layer of {name} ({layers}) is passed over by kohya's sd-scripts, which draws "
        "without it. This studio, ComfyUI, WebUI and diffusers read it.",
        "{count} layers of {name} ({layers}) are passed over by kohya's sd-scripts, which draws "
        "without them. This studio, ComfyUI, WebUI and diffusers read them.",
        "count",
    ),
    "lora-alpha-missing": gettext_noop(
        "{name} stores no alpha for {count} of its {total} layers; tools take alpha = rank there, "
        "which may not be what was trained."
    ),
    "lora-network-foreign": gettext_noop(
        "{name} fits no network that this studio paints with: it has layers such as {layer}. "
        "Choose a style made for Stable Diffusion 1.x, SDXL or studio-mini."
    ),
    "lora-does-not-fit": gettext_noop(
        "The style pack {name} is made for {family} and does not fit the base model {base}: "
        "{reason}. Choose a pack for this base."
    ),
    "lora-unknown-name": gettext_noop(
        "There is no style pack “{name}” in {folder}. Those there: {known}."
    ),
    "lora-export-damaged": gettext_noop(
        "The written file {name} differs from what was trained ({reason}). "
        "Nothing was published; check the disk and save again."
    ),
    "lora-without-effect": gettext_noop(
        "Pictures made with {name} are the ones {base} makes without it. "
        "Train longer, or export another checkpoint."
    ),
    "lora-all-zero": gettext_noop(
        "{name} has no effect: in each of its layers one half is all zeros, as before the first "
        "step of a training. Get a later checkpoint of it, and send that."
    ),
    "lora-rank-lies": gettext_noop(
        "{name} says its rank is {told}, but its layers have rank {found}. "
        "The weights are what counts."
    ),
    "export-without-licence": gettext_noop(
        "A style that leaves the house needs a licence. Give one with --license, "
        "or set “license” in the run's configuration."
    ),
}
