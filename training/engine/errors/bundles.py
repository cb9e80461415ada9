"""What is wrong with a bundle of another studio, and with the keys that sign."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "signing-key-unreadable": gettext_noop(
        "The studio's signing key can't be read. Put the line back that was saved of it, as "
        "STUDIO_SIGNING_KEY or in the file “signing-key” of the data folder."
    ),
    "public-key-unreadable": gettext_noop(
        "This is no public key of a studio. Paste the line of 44 letters as the other studio's "
        "page shows it, “=” at its end included."
    ),
    "bundle-unreadable": gettext_noop(
        "The bundle {name} can't be read: {reason}. Get it again from its sender."
    ),
    "bundle-not-one": gettext_noop(
        "{name} is no bundle of a studio: its {file} is missing, or another tool's. Import a LoRA "
        "file by itself, or ask the sender for a signed bundle."
    ),
    "bundle-manifest-odd": gettext_noop(
        "The manifest of {name} can't be understood: {reason}. Ask its sender for a new bundle."
    ),
    "bundle-newer": gettext_noop(
        "{name} is a bundle of format {version}; this studio reads up to {newest}. Update this "
        "studio, or ask the sender for the older format."
    ),
    "bundle-signature-wrong": gettext_noop(
        "The signature of {name} is wrong: its manifest was changed after it was signed. Nothing "
        "of it was unpacked; get it again from its sender."
    ),
    "bundle-signer-other": gettext_noop(
        "{name} is signed with another key: {fingerprint}. The key you named is {expected}. Ask "
        "the sender which is right."
    ),
    "bundle-family-lies": gettext_noop(
        "{name} says it is for {told}, but its weights are made for {found}. Ask its sender for "
        "the right bundle."
    ),
    "bundle-file-missing": gettext_noop(
        "{name} lacks {file}, which its manifest names. Get the bundle again from its sender."
    ),
    "bundle-file-extra": gettext_noop(
        "{name} holds {file} besides what its manifest names, or twice. Nothing of it was "
        "unpacked; get the bundle again from its sender."
    ),
    "bundle-file-changed": gettext_noop(
        "{file} in {name} is not the file that was signed. Get the bundle again from its sender."
    ),
}
