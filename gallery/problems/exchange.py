"""Styles from other studios, and those studios' keys."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "bundle-signer-unknown": gettext_noop(
        "{name} is signed by a studio that this one doesn't know: it calls itself “{studio}”, with "
        "the key {fingerprint}. Compare the fingerprint with the sender; an admin can then add the "
        "key."
    ),
    "bundle-base-differs": gettext_noop(
        "{name} is for base models of the family {family}; {base} is of {other}. Choose a base of "
        "{family}."
    ),
    "bundle-base-absent": gettext_noop(
        "{name} is for base models of the family {family}, and this studio has none. Ask an admin "
        "to add one."
    ),
    "bundle-base-other": gettext_noop(
        "The sender made it for other weights than those of {base}, of the same family. Its own "
        "figures need not hold here: look at the sheet."
    ),
    "studio-known": gettext_noop(
        "The key {fingerprint} is on the list already, as “{name}”. Nothing was added."
    ),
    "studio-key-own": gettext_noop(
        "This is this studio's own key; its bundles are known here anyway. Nothing was added."
    ),
}
