"""What is wrong with a prompt and the styles that it calls."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "prompt-empty": gettext_noop("The prompt is empty. Say what the picture should show."),
    "prompt-too-long": gettext_noop(
        "The prompt has {length} characters; the limit is {limit}. Shorten it."
    ),
    "pack-unknown": gettext_noop("There is no style pack “{name}”. Did you mean “{nearest}”?"),
    "pack-not-among": gettext_noop(
        "There is no style pack “{name}”. Those that may be called: {known}."
    ),
    "prompt-bad-tag": gettext_noop(
        "“{tag}” is not a style tag. Write <lora:name>, or with a strength that the style allows, "
        "as in <lora:name:0.7>."
    ),
    "prompt-tag-like": gettext_noop(
        "“{tag}” is not a style tag and would be read as words. Did you mean {meant}?"
    ),
    "prompt-tag-parts": gettext_noop(
        "“{tag}” says more than a name and one strength; separate strengths for text encoder and "
        "network, and other settings, are not supported. Did you mean {meant}?"
    ),
    "prompt-tag-unsupported": gettext_noop(
        "“{tag}” calls something that is not supported here. Write <lora:name> for a style, "
        "or take the angle brackets away."
    ),
    "prompt-tag-in-negative": gettext_noop(
        "“{tag}” stands in the negative prompt, where no style acts. "
        "Put it into the prompt, or take it away."
    ),
    "prompt-not-text": gettext_noop(
        "The prompt holds bytes that are no UTF-8 text. Set the terminal or the script to UTF-8."
    ),
    "prompt-tag-here": gettext_noop("“{tag}” stands where no style can be called. Take it away."),
    "prompt-alternating": gettext_noop(
        "“{form}” changes words from step to step, which is not supported. Choose one of the "
        "words, or write \\[ for a bracket that is read as it stands."
    ),
    "prompt-scheduled": gettext_noop(
        "“{form}” brings words in at a later step, which is not supported. Write (word:1.2) for "
        "a weight, or \\[ for a bracket that is read as it stands."
    ),
    "prompt-composed": gettext_noop(
        "“{form}” in capitals joins several prompts, which is not supported. "
        "Write “and” in small letters, or a comma."
    ),
    "prompt-weight-like": gettext_noop(
        "“{form}” is not a weight and would be read as words. Did you mean {meant}?"
    ),
    "prompt-weight-impossible": gettext_noop(
        "“{form}” asks for the weight {weight}; −{most} to {most} is possible. Write a smaller "
        "number, or \\( for a bracket that is read as it stands."
    ),
    "prompt-brackets-crossed": gettext_noop(
        "The brackets in “{form}” cross. Close the inner one first, or write \\( and \\[ for "
        "brackets that are read as they stand."
    ),
}
