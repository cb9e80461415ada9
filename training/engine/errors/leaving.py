"""Why a file for others can't be made as it should be."""

from training.engine.fault_reasons import gettext_noop

SENTENCES: dict[str, str] = {
    "certificate-missing": gettext_noop(
        "The file {path}, with which downloads are signed, can't be read. Put it there, or take "
        "C2PA_CREDENTIALS_FILE out of the settings."
    ),
    "certificate-unreadable": gettext_noop(
        "The file with which downloads are signed holds no key with its certificates. It must be "
        "PEM text without a password: the private key, then its certificate, then those above it."
    ),
    "certificate-key": gettext_noop(
        "The key that signs downloads belongs to another certificate than {name}. Put the key that "
        "this certificate was asked for with."
    ),
    "certificate-expired": gettext_noop(
        "The certificate {name}, with which downloads are signed, ended on {day}. Put a new one."
    ),
    "certificate-early": gettext_noop(
        "The certificate {name}, with which downloads are signed, counts from {day} only. Put one "
        "that counts now, or set this machine's clock."
    ),
    "certificate-use": gettext_noop(
        "The certificate {name} can't sign content credentials: it needs the uses “digital "
        "signature” and “e-mail protection” or “claim signing”, and a key of the kinds ES256, "
        "ES384, PS256 or Ed25519."
    ),
    "certificate-chain": gettext_noop(
        "The certificates above {name} don't follow from one another. Put them in order, each "
        "after the one that it has signed, the root last."
    ),
    "certificate-refused": gettext_noop(
        "The file could not be signed: {reason}. Check the certificate of the settings."
    ),
    "profile-unreadable": gettext_noop(
        "This file is no colour profile that leads from screens to the four colours of print "
        "(CMYK). Choose the ICC file that the printer gave you."
    ),
    "profile-unfit": gettext_noop(
        "{form} can't hold the four colours of print. Choose TIFF, JPEG or PDF."
    ),
    "limit-unmet": gettext_noop(
        "The picture doesn't fit into {limit} MB as {form} without visible harm. Raise the "
        "channel's limit, or lower its size."
    ),
    "limit-unmet-lossless": gettext_noop(
        "The picture doesn't fit into {limit} MB as {form}, which can't be made smaller. Raise the "
        "channel's limit, lower its size, or choose JPEG."
    ),
    "file-broken": gettext_noop(
        "The finished file was read back and is not right ({what}), so it was not handed out. "
        "Try again; if it stays so, tell an admin."
    ),
}
