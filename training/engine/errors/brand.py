"""What is wrong with the brand kit, and with the words of a poster."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "font-without-glyph": gettext_noop(
        "The font {font} has no “{character}”. Choose another font, or other words."
    ),
    "text-too-long": gettext_noop(
        "“{text}” is {over} characters too long for its place; {fits} fit."
    ),
    "poster-words-long": gettext_noop(
        "These words have {count} characters, about {over} more than fit beside the others and the "
        "picture. Shorten them, or choose another channel."
    ),
    "poster-logo-unseen": gettext_noop(
        "{name} is drawn for another ground than this look has: it would hardly be seen. Choose "
        "the logo for this ground, or another look."
    ),
    "poster-small": gettext_noop(
        "Between what this channel covers, {width} × {height} px leave no room for words. Choose "
        "another channel."
    ),
    "label-without-ai": gettext_noop(
        "“{words}” names no AI: GB 45438-2025 asks for 人工智能 or AI in the visible label. Write, "
        "for example, AI生成."
    ),
    "label-without-making": gettext_noop(
        "“{words}” doesn't say that it was made: GB 45438-2025 asks for 生成 or 合成 in the "
        "visible label. Write, for example, AI生成."
    ),
    "label-long": gettext_noop(
        "The label has {count} characters; at most {limit} fit across a picture at the legal "
        "height. Shorten it."
    ),
    "label-glyph": gettext_noop(
        "The label's font has no “{character}”. Choose other words; Latin letters and "
        "人工智能生成合成内容标识 are there."
    ),
    "producer-code-length": gettext_noop(
        "The producer code's length is {count} instead of {length}. Copy all of it from the letter "
        "that granted it."
    ),
    "producer-code-character": gettext_noop(
        "“{character}” at place {place} can't stand in a producer code. There, only capital "
        "letters and digits stand; the credit code has no I, O, S, V and Z."
    ),
    "producer-code-begin": gettext_noop(
        "The producer code begins with {found} instead of {right}, which means an organisation. "
        "Copy all of it from the letter that granted it."
    ),
    "producer-code-check": gettext_noop(
        "The credit code within it ends in {found}; its check digit is {right}. One of its 18 "
        "characters is mistyped: compare places 5 to 22."
    ),
    "producer-code-service": gettext_noop(
        "The service digit at place 23 is {found}; 1 means generation and 2 propagation. Correct "
        "it, or end the code in 00000."
    ),
    "logo-large": gettext_noop(
        "This logo file is larger than {limit} MB. Export it smaller, as a PNG."
    ),
    "logo-form": gettext_noop(
        "This logo is a {form}; a PNG with a transparent ground is needed. Export it as one."
    ),
    "logo-small": gettext_noop(
        "This logo is {side} px on its longer side; {least} px are the least. Export it larger."
    ),
    "logo-opaque": gettext_noop(
        "This logo has no transparent ground: on a poster it would stand in a box. Export it as a "
        "PNG with transparency."
    ),
    "font-large": gettext_noop(
        "This font file is larger than {limit} MB. Take one with fewer languages."
    ),
    "font-unreadable": gettext_noop(
        "This is no font file that can be read. Choose an OTF or TTF file with one font in it."
    ),
    "font-forbids": gettext_noop(
        "The font {name} forbids its use in files that leave (fsType {bit}). Ask its foundry for "
        "a file with another licence, or choose another font."
    ),
    "font-without-letters": gettext_noop(
        "The font {name} has neither the Latin letters nor common Chinese ones. Choose another."
    ),
}
