"""What leaves the studio, in which form, and by which policy."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "poster-retired": gettext_noop(
        "This poster was taken out of use, so no file of it leaves. Make a copy and have that "
        "approved."
    ),
    "poster-not-approved": gettext_noop(
        "The words of this poster are not approved, so no file for publication leaves. Submit it "
        "for review; until then there is a proof."
    ),
    "poster-waits": gettext_noop(
        "The words of this poster wait for review, so no file for publication leaves yet. Until "
        "then there is a proof."
    ),
    "file-large": gettext_noop(
        "The file for {channel} is so large that a worker makes it. The picture's page shows when "
        "it is there."
    ),
    "zip-being-made": gettext_noop(
        "These files are so large that a worker makes them now: {channels}. A notice tells when "
        "each is ready; a zip takes it from then on."
    ),
    "zip-empty": gettext_noop("No file can be put into the zip, so none was made. {why}"),
    "car-cut-off": gettext_noop(
        "The cut leaves no car: move it, paint anew in this shape, or tick that it is sent all the "
        "same."
    ),
    "file-stale": gettext_noop(
        "The file for {channel} is out of date: the producer code, the label's words, the channel "
        "or the cut were changed since. Press download once more, and it is made anew."
    ),
    "picture-file-missing": gettext_noop(
        "The stored picture is missing or damaged, so no file was made of it. Ask an administrator "
        "to run “manage.py verify” and to bring it back from a backup."
    ),
    "no-room-for-file": gettext_noop(
        "The disk of the studio is full, so this file could not be noted and stayed. Ask an "
        "administrator to make room, then download it again."
    ),
    "base-not-commercial": gettext_noop(
        "The licence of the base model {name} ({licence}) forbids commercial use: what was painted "
        "or trained on it stays in the studio. Paint or train anew on another base model, or ask "
        "an admin whether its licence was noted rightly."
    ),
    "publication-tells-nothing": gettext_noop(
        "A publication file carries its marks alone, no prompt and no names: it goes to everybody. "
        "Take a proof for colleagues instead."
    ),
    "original-why-missing": gettext_noop(
        "A file without the visible label leaves for a reason alone: write what it is needed for."
    ),
    "original-not-agreed": gettext_noop(
        "A file without the visible label leaves by agreement alone: take on the duty of labelling "
        "it by its checkbox, or download the labelled file."
    ),
    "picture-binned": gettext_noop(
        "This picture is in the bin, and from there nothing leaves. Bring it back first."
    ),
    "picture-declined": gettext_noop(
        "This picture was declined: it leaves the studio in no form, and nothing is built upon it, "
        "until an admin approves it after all. Change what the reason names and paint it anew; or, "
        "unless it waits for review again already, send it once more and write what is different."
    ),
    "picture-withdrawn": gettext_noop(
        "This picture was withdrawn: it leaves the studio in no form, and nothing is built upon "
        "it. Paint another one."
    ),
    "trial-stays": gettext_noop(
        "This picture is a trial with a draft of a style: it is judged in the house, never sent "
        "for review nor published. Paint it anew once the style is approved."
    ),
    "trial-of-colleague": gettext_noop(
        "{name} painted this trial with a draft of a style, which nobody else uses. You can look "
        "at it and say what you think; painting with the style begins once it is approved."
    ),
    "picture-private": gettext_noop(
        "Only approved pictures leave as publication files. Its maker sends it for review first."
    ),
    "picture-asked": gettext_noop(
        "This picture waits for review. Its publication file can be had as soon as it is approved."
    ),
    "rule-forbids": gettext_noop(
        "The studio's download policy does not let you have this picture in this form. An admin "
        "can change the policy."
    ),
    "policy-changed": gettext_noop(
        "A colleague changed the policy meanwhile. Here is how it stands now; change it again."
    ),
    "policy-fixed": gettext_noop(
        "“{rule}” can never be allowed: publication files come from approved pictures only, and "
        "what was declined or withdrawn leaves in no form. Nothing was changed."
    ),
    "policy-locks-out": gettext_noop(
        "So nobody could have publication files of approved pictures, and nothing would ever leave "
        "the studio. Allow them for at least one role that somebody has. Nothing was changed."
    ),
}
