"""What became of files that somebody sent in."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "file-too-large": gettext_noop(
        "{name} has {megabytes} MB; the limit is {limit} MB. Make it smaller, or send it in parts."
    ),
    "file-empty": gettext_noop("{name} is empty. Send it again from where it came from."),
    "file-unknown-kind": gettext_noop(
        "{name} is neither a picture, nor a zip, nor captions. Send JPEG, PNG, WebP, TIFF or HEIC."
    ),
    "no-room": gettext_noop(
        "{name} could not be stored: the disk of the studio is full. Ask an administrator to make "
        "room, then try again."
    ),
    "file-passed-over": gettext_noop(
        "{name} is what an operating system leaves beside pictures; it was passed over."
    ),
    "file-not-taken": gettext_noop(
        "{name} could not be taken in: the software failed over it. The other files were; "
        "tell an administrator, who finds the details in the log."
    ),
    "picture-has-too-many-pixels": gettext_noop(
        "{name} says it is {width} × {height} px; the limit is {limit} megapixels. "
        "Make it smaller first."
    ),
    "picture-is-far-too-large": gettext_noop(
        "{name} says it has far more pixels than can be read; the limit is {limit} megapixels. "
        "Make it smaller first."
    ),
    "picture-there-already": gettext_noop(
        "{name} is in this dataset already, as {other}. Nothing was added."
    ),
    "picture-added": gettext_noop("{name} was added."),
    "picture-renamed": gettext_noop("{name} was added as {other}: the name was taken."),
    "zip-unreadable": gettext_noop("{name} can't be unpacked: {reason}. Make the zip again."),
    "upload-without-pictures": gettext_noop(
        "There are no pictures and no captions in {name}. Put some in, then send it again."
    ),
    "upload-took-nothing": gettext_noop(
        "Nothing of {name} could be used. Mend what is listed here, then send it again."
    ),
    "zip-too-large": gettext_noop(
        "{name} unpacks to more than {limit} MB. What came before that was kept; "
        "send the rest in a zip of its own."
    ),
    "zip-too-many-files": gettext_noop(
        "{name} holds {count} files; the limit is {limit}. Send it in parts."
    ),
    "zip-entry-encrypted": gettext_noop(
        "{name} is locked with a password. Make the zip without one."
    ),
    "zip-entry-climbs-out": gettext_noop(
        "{name} points outside the zip and was left out. Make the zip again from the folder itself."
    ),
    "upload-lost": gettext_noop(
        "What was sent of {name} is not there any more. Send the file again."
    ),
    "zip-in-zip": gettext_noop("{name} is a zip inside a zip and was left out. Send it by itself."),
}
