"""What went wrong, in the reader's language, and what mends it.

Codes of the engine keep the engine's sentence; this file adds those of the web side, and for every
code that has one the link that mends it. There is no second wording.
"""

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext_lazy, override

from brandstudio.core.problems import Problem, Text, filled
from training.engine.errors import SENTENCES as SENTENCES_OF_ENGINE
from training.engine.evaluate.checkpoint_reasons import REASONS, VERDICTS
from training.engine.fault_reasons import REASONS as REASONS_OF_FILES
from training.engine.fault_reasons import Counted

SENTENCES: dict[str, Text] = {
    # Uploads
    "rights-end-stays": gettext_noop(
        "The end of the rights of {names} stays as it was: it is past, and something was made of "
        "it already. An admin can extend the rights, with a reason, on its page “What it reached”. "
        "Everything else you wrote is noted."
    ),
    "rights-end-admin": gettext_noop(
        "The rights of {name} have ended, and something was made of it already. Only an admin "
        "extends them, with a reason, on its page “What it reached”: leave the end as it was."
    ),
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
    # Captions that came along
    "caption-taken": gettext_noop("{name} has its caption."),
    "caption-without-picture": gettext_noop(
        "The captions name {name}, but the dataset has no such picture. Add it, or ignore the line."
    ),
    "captions-without-picture": ngettext_lazy(
        "{count} more caption names a picture that the dataset does not have.",
        "{count} more captions name pictures that the dataset does not have.",
        "count",
    ),
    "captions-more-problems": ngettext_lazy(
        "{count} more line of {name} can't be read. Look at the file as a whole.",
        "{count} more lines of {name} can't be read. Look at the file as a whole.",
        "count",
    ),
    "caption-fits-several-pictures": gettext_noop(
        "The captions name {name}, which may be any of: {others}. Write the folder and the ending."
    ),
    "caption-second-left": gettext_noop(
        "{name} has its caption from {first}; {second} says another, which was left out: {caption}"
    ),
    "text-without-picture": gettext_noop(
        "{name} is a text without a picture of its name, and was left out."
    ),
    "text-empty": gettext_noop("{name} is an empty text: its picture has no caption from it."),
    "settings-left-out": gettext_noop(
        "{name} holds settings of a trainer; only pictures and captions are taken."
    ),
    "repeats-left-out": gettext_noop(
        "The folder {name} asks for {repeats} repeats, which are not kept: every picture counts "
        "once. Set “repeats” for the run instead."
    ),
    "pictures-without-caption": ngettext_lazy(
        "Without a caption: {count} picture ({name}). Draft the caption, or write it.",
        "Without a caption: {count} pictures ({name}). Draft the captions, or write them.",
        "count",
    ),
    "caption-kept": gettext_noop(
        "{name} keeps its caption: a person has checked it. Change it in place if you wish."
    ),
    "caption-too-many-letters": gettext_noop(
        "The caption of {name} has {letters} characters; the limit is {limit}. Shorten it."
    ),
    "caption-changed-meanwhile": gettext_noop(
        "Somebody else changed the caption of {name} a moment ago. Look at it again, then save."
    ),
    "photograph-barred": gettext_noop(
        "{name} is the photograph {other} of {place}: {decided}. That holds for it under every "
        "name, so it was left out. Ask an admin, who can clear its rights there, or leave it out."
    ),
    "photograph-barred-elsewhere": gettext_noop(
        "{name} is a photograph of which it is decided: {decided}. That holds for it under every "
        "name, so it was left out. Ask an admin, who sees where it lies, or leave it out."
    ),
    "photograph-alike": gettext_noop(
        "{name} looks like the photograph {other} of {place}: {decided}. It took over its rights, "
        "and nothing learns from it until an admin says that it is another picture."
    ),
    "photograph-alike-elsewhere": gettext_noop(
        "{name} looks like a photograph of which it is decided: {decided}. It took over its "
        "rights, and nothing learns from it until an admin says that it is another picture."
    ),
    "photographs-held": ngettext_lazy(
        "{count} picture is a photograph that was withdrawn, has expired or is not for training "
        "elsewhere in the studio ({names}). Take it out, or ask an admin to clear its rights.",
        "{count} pictures are photographs that were withdrawn, have expired or are not for "
        "training elsewhere in the studio ({names}). Take them out, or ask an admin to clear "
        "their rights.",
        "count",
    ),
    "photographs-alike": ngettext_lazy(
        "{count} picture looks like a photograph that may not be used ({names}). Take it out, or "
        "let an admin say that it is another picture.",
        "{count} pictures look like photographs that may not be used ({names}). Take them out, or "
        "let an admin say that they are other pictures.",
        "count",
    ),
    "rights-carried": gettext_noop(
        "The rights of {names} stay as they are: each looks like a photograph that may not be "
        "used, and took over its rights. First an admin says whether it is another picture."
    ),
    "rights-read": gettext_noop(
        "The file of {name} speaks of rights: {values}. Confirm them on the page of rights."
    ),
    "rights-conflict": gettext_noop(
        "The file of {name} contradicts itself about {what}: {values}. The stricter or first one "
        "was noted; put it right on the page of rights."
    ),
    "rights-unreadable": gettext_noop(
        "What the file of {name} says of rights can't be read in part ({what}). Note it yourself."
    ),
    # Before a run
    "no-pictures": gettext_noop("The dataset has no pictures yet. Add some first."),
    "few-pictures": ngettext_lazy(
        "The dataset has {count} picture. A style needs 20 or more, better about a hundred.",
        "The dataset has {count} pictures. A style needs 20 or more, better about a hundred.",
        "count",
    ),
    "captions-missing": ngettext_lazy(
        "{count} picture has no caption. Draft the caption, or write it.",
        "{count} pictures have no caption. Draft the captions, or write them.",
        "count",
    ),
    "captions-unchecked": ngettext_lazy(
        "{count} caption is a machine draft. Look at it once: a wrong word is learned too.",
        "{count} captions are machine drafts. Look at each once: a wrong word is learned too.",
        "count",
    ),
    "trigger-missing": gettext_noop(
        "The dataset has no trigger word, so the style can't be called by name. Set one."
    ),
    "trigger-not-in-captions": ngettext_lazy(
        "{count} caption lacks the trigger word. It is put in front of it while training.",
        "{count} captions lack the trigger word. It is put in front of them while training.",
        "count",
    ),
    "rights-missing": ngettext_lazy(
        "Nobody has noted whose {count} picture is, and this studio trains on nothing else than "
        "pictures of known rights. Note whose it is.",
        "Nobody has noted whose {count} pictures are, and this studio trains on nothing else than "
        "pictures of known rights. Note whose they are.",
        "count",
    ),
    "rights-unknown": ngettext_lazy(
        "Nobody has noted whose {count} picture is. A style that learned from it can be tried, but "
        "not approved: it can't be used for anything that leaves the house until that is noted.",
        "Nobody has noted whose {count} pictures are. A style that learned from them can be tried, "
        "but not approved: it can't be used for anything that leaves the house until that is "
        "noted.",
        "count",
    ),
    "rights-unknown-allowed": ngettext_lazy(
        "Nobody has noted whose {count} picture is. This studio lets styles that learned from it "
        "be approved all the same: whoever starts the run answers for it.",
        "Nobody has noted whose {count} pictures are. This studio lets styles that learned from "
        "them be approved all the same: whoever starts the run answers for it.",
        "count",
    ),
    "rights-unconfirmed": ngettext_lazy(
        "The rights of {count} picture are unknown. Note whose it is, or confirm below that "
        "the run is to start all the same.",
        "The rights of {count} pictures are unknown. Note whose they are, or confirm below that "
        "the run is to start all the same.",
        "count",
    ),
    "rights-unconfirmed-again": ngettext_lazy(
        "The rights of {count} picture are unknown, and nobody confirmed that this run was to "
        "start all the same. Note whose it is, or start it from its settings and confirm it there.",
        "The rights of {count} pictures are unknown, and nobody confirmed that this run was to "
        "start all the same. Note whose they are, or start it from its settings and confirm it "
        "there.",
        "count",
    ),
    "rights-expired": ngettext_lazy(
        "The rights of {count} picture have expired. Renew them, or take the picture out.",
        "The rights of {count} pictures have expired. Renew them, or take the pictures out.",
        "count",
    ),
    "pictures-withdrawn": ngettext_lazy(
        "{count} picture has been withdrawn. Take it out, or clear its rights again.",
        "{count} pictures have been withdrawn. Take them out, or clear their rights again.",
        "count",
    ),
    "rights-not-for-training": ngettext_lazy(
        "{count} picture may not be used for training, as its rights are noted. Take it out, "
        "or have training allowed.",
        "{count} pictures may not be used for training, as their rights are noted. Take them "
        "out, or have training allowed.",
        "count",
    ),
    "pictures-small": ngettext_lazy(
        "{count} picture is smaller than the {side} px this run trains at. Replace it, or "
        "choose a lower resolution.",
        "{count} pictures are smaller than the {side} px this run trains at. Replace them, or"
        " choose a lower resolution.",
        "count",
    ),
    "pictures-too-small": ngettext_lazy(
        "{count} picture is too small for this run: it would have to be enlarged by more than"
        " a quarter. Replace it or take it out, or choose a lower resolution.",
        "{count} pictures are too small for this run: they would have to be enlarged by more "
        "than a quarter. Replace them or take them out, or choose a lower resolution.",
        "count",
    ),
    "base-absent": gettext_noop(
        "The files of the base model {name} are not there any more. Put them back, "
        "or choose another base model."
    ),
    "disk-short": gettext_noop(
        "The run should find about {needed} MB free on the disk, and there are {free} MB. "
        "Make room, or save less often."
    ),
    "mirrors-writing": ngettext_lazy(
        "{count} picture carries writing, a badge or a plate ({names}), and this run also "
        "shows it mirrored: the style would learn letters the wrong way round. Turn “Mirror” "
        "off.",
        "{count} pictures carry writing, badges or plates ({names}), and this run also shows "
        "them mirrored: the style would learn letters the wrong way round. Turn “Mirror” off.",
        "count",
    ),
    "memory-short": gettext_noop(
        "The run needs at least {needed} MB on a device; the largest has {device} MB. Choose a "
        "smaller base model, a lower resolution or a lower rank."
    ),
    "memory-tight": gettext_noop(
        "As set, the run needs about {needed} MB and the largest device has {device} MB. It will "
        "work in smaller pieces, more slowly and to the same result."
    ),
    "config-key-is-ours": gettext_noop("The studio sets “{key}” itself; your line was left out."),
    "base-not-known": gettext_noop(
        "The YAML names the base model “{name}”, which the studio does not have. "
        "Choose one from the list."
    ),
    # Runs and tasks of datasets
    "stored-damaged": gettext_noop(
        "The stored file of {name} is missing or damaged. Ask an administrator to bring it back "
        "(“manage.py verify” lists such files), or take it out and send it again."
    ),
    "software-fault": gettext_noop(
        "The software failed here, through no fault of yours. The log has the details; "
        "tell an administrator, then try again."
    ),
    "message-not-sent": gettext_noop("The message could not be sent: {reason}"),
    "worker-lost": gettext_noop(
        "The worker was lost {attempts} times in a row. Look at the machine, then press Go on."
    ),
    "checkpoint-in-use": gettext_noop(
        "A style pack was made from the checkpoint of step {step}, so it stays."
    ),
    "checkpoint-held": gettext_noop(
        "The checkpoint of step {step} may not leave the studio: what it was made from was "
        "recalled, or its rights have ended ({names}). An admin extends the rights, or keeps it in "
        "use."
    ),
    "run-disk-full": gettext_noop(
        "The disk is full. The run is paused at step {step}; make room, then press Go on."
    ),
}

# Lines of a run's log that are no problems, under the same roof: one table of sentences.
LINES: dict[str, str] = {
    "line-started": gettext_noop("Attempt {attempt} began on {worker}."),
    "line-resumed": gettext_noop("Attempt {attempt} goes on from step {step} on {worker}."),
    "line-anew": gettext_noop(
        "Attempt {attempt} begins anew on {worker}: nothing had been saved yet."
    ),
    "line-none-recommended": gettext_noop("No checkpoint is recommended; the run page says why."),
    "line-recommended": gettext_noop("The checkpoint of step {step} is recommended."),
    "line-not-recommended": gettext_noop("No checkpoint could be recommended: {reason}"),
    "line-phase": gettext_noop("{phase} began."),
    "line-checkpoint": gettext_noop("Checkpoint saved at step {step} ({megabytes} MB)."),
    "line-early-stop": gettext_noop(
        "Ended early at step {step} of {total}: no save after step {best} was better."
    ),
    "line-finished": gettext_noop("Finished after {seconds} s."),
    "line-validation": gettext_noop("Validation loss {loss} at step {step}."),
}

PHASES: dict[str, str] = {
    "checking": gettext_noop("Checking"),
    "loading": gettext_noop("Loading the base model"),
    "caching-images": gettext_noop("Caching pictures"),
    "caching-captions": gettext_noop("Caching captions"),
    "training": gettext_noop("Training"),
    "sampling": gettext_noop("Drawing samples"),
    "validating": gettext_noop("Validating"),
    "saving": gettext_noop("Saving"),
    "waiting": gettext_noop("Waiting for the device"),
    "choosing": gettext_noop("Choosing the best checkpoint"),
}


# What a failure is, in a word or two, so that the eye finds the mend before the sentence is read.
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


def _in_both_numbers(text: str) -> Text:
    """A sentence of the engine as `filled` takes it: one that counts has a singular, too."""
    return ngettext_lazy(text.one, str(text), text.by) if isinstance(text, Counted) else text


ENGINE_SENTENCES = {code: _in_both_numbers(text) for code, text in SENTENCES_OF_ENGINE.items()}


def sentence(code, facts=None):
    """The sentence for a code in the reader's language; an unknown code is shown as it is."""
    facts = facts or {}
    if code == "several-faults" and facts.get("faults"):
        return " ".join(sentence(f["code"], f["facts"]) for f in facts["faults"])
    if code == "line-phase":
        facts = {**facts, "phase": phase(facts.get("phase", ""))}
    if "reason" in facts:
        facts = {**facts, "reason": reason(facts)}
    for table in (SENTENCES, LINES, REASONS, VERDICTS, ENGINE_SENTENCES):
        if code in table:
            return filled(table[code], facts)
    return code


def reason(facts):
    """The fact `reason` in the reader's language: a named one, or another fault's sentence.

    fault: {"code", "facts"} of that other fault, where `reason` is its English.
    """
    if fault := facts.get("fault"):
        return sentence(fault["code"], fault["facts"])
    words = facts["reason"]
    return gettext(REASONS_OF_FILES[words]) if words in REASONS_OF_FILES else words


def english(code, facts=None):
    """The sentence in English, as logs keep it."""
    with override(None):
        return sentence(code, facts)


def phase(name):
    """What a run is doing, in the reader's language."""
    return gettext(PHASES[name]) if name in PHASES else name


def faults_of(error):
    """[(code, facts)] of an EngineError, several if it gathers several."""
    gathered = error.facts.get("faults")
    if gathered:
        return [(f["code"], f["facts"]) for f in gathered]
    return [(error.code, error.facts)]


def explain(code, facts=None, *, dataset=None, run=None, stops=True):
    """A Problem with its mend. dataset, run: what the reader is looking at, for the link."""
    act, url = _mend(code, dataset, run)
    cause = gettext(CAUSES[code]) if code in CAUSES else ""
    return Problem(code, sentence(code, facts), stops, act, url, cause)


def _mend(code, dataset, run):
    """(words of the link, address), or two empty strings where only the sentence helps."""
    dataset = dataset or (run.dataset if run else None)
    if dataset:
        editor = reverse("training:dataset-detail", args=[dataset.pk])
        unknown = f"{_page('rights', dataset)}?show=unknown"
        at_dataset = {
            "no-pictures": (gettext("Add pictures"), _page("upload", dataset)),
            "few-pictures": (gettext("Add pictures"), _page("upload", dataset)),
            "captions-missing": (gettext("Show them"), f"{editor}?state=missing"),
            "captions-unchecked": (gettext("Show them"), f"{editor}?state=drafted"),
            "trigger-missing": (gettext("Set it"), _page("edit", dataset)),
            "trigger-not-in-captions": (gettext("Show them"), f"{editor}?finding=no-trigger"),
            "rights-missing": (gettext("Show them"), unknown),
            "rights-unknown": (gettext("Show them"), unknown),
            "rights-unknown-allowed": (gettext("Show them"), unknown),
            "rights-unconfirmed": (gettext("Show them"), unknown),
            "rights-unconfirmed-again": (gettext("Show them"), unknown),
            "pictures-withdrawn": (gettext("Look at the rights"), _page("rights", dataset)),
            "rights-expired": (gettext("Look at the rights"), _page("rights", dataset)),
            "rights-not-for-training": (
                gettext("Look at the rights"),
                _page("rights", dataset),
            ),
            "photographs-held": (gettext("Look at the rights"), _page("rights", dataset)),
            "photographs-alike": (gettext("Look at the rights"), _page("rights", dataset)),
            "image-unreadable": (gettext("Look at the pictures"), editor),
            "image-without-caption": (gettext("Show them"), f"{editor}?state=missing"),
            "image-too-small": (gettext("Look at the pictures"), editor),
            "pictures-too-small": (gettext("Look at the pictures"), editor),
            "bad-latents": (gettext("Look at the pictures"), editor),
            "stored-damaged": (gettext("Look at the pictures"), editor),
        }
        if code in at_dataset:
            return at_dataset[code]
    if code in {"base-absent", "base-missing", "base-unreadable", "base-not-known"}:
        return gettext("Base models"), reverse("training:base-list")
    if run and code in {
        "out-of-memory",
        "loss-not-finite",
        "loss-diverged",
        "targets-match-nothing",
        "batch-larger-than-dataset",
        "device-missing",
        "package-missing",
        "resume-changed",
        "resume-damaged",
        "resume-nothing",
        "config-unknown-key",
        "lora-not-finite",
    }:
        return gettext("Change the settings"), reverse("training:run-again", args=[run.pk])
    return "", ""


def _page(name, dataset):
    return reverse(f"training:dataset-{name}", args=[dataset.pk])
