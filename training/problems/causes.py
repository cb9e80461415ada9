"""What a failure is, in a word or two: the eye finds the mend before the sentence is read."""

from django.utils.translation import gettext_noop

CAUSES: dict[str, str] = {
    "out-of-memory": gettext_noop("Out of memory"),
    "memory-short": gettext_noop("Out of memory"),
    "loss-not-finite": gettext_noop("The training diverged"),
    "loss-diverged": gettext_noop("The training diverged"),
    "lora-not-finite": gettext_noop("The training diverged"),
    "image-unreadable": gettext_noop("A picture is at fault"),
    "image-too-small": gettext_noop("A picture is at fault"),
    "image-too-large": gettext_noop("A picture is at fault"),
    "bad-latents": gettext_noop("A picture is at fault"),
    "stored-damaged": gettext_noop("A stored file is damaged"),
    "base-absent": gettext_noop("The base model is missing"),
    "base-missing": gettext_noop("The base model is missing"),
    "base-unreadable": gettext_noop("The base model is missing"),
    "base-is-pickle": gettext_noop("The base model is missing"),
    "disk-full": gettext_noop("The disk is full"),
    "run-disk-full": gettext_noop("The disk is full"),
    "folder-read-only": gettext_noop("The disk is full"),
    "package-missing": gettext_noop("The installation does not fit"),
    "device-missing": gettext_noop("The installation does not fit"),
    "resume-changed": gettext_noop("The installation does not fit"),
    "resume-damaged": gettext_noop("What was saved can't be used"),
    "resume-nothing": gettext_noop("What was saved can't be used"),
    "worker-lost": gettext_noop("Interrupted"),
    "software-fault": gettext_noop("A fault of the software"),
}
