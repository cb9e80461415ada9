"""What went wrong, in the reader's language, and what mends it.

Codes of the engine keep the engine's sentence; this room adds those of the web side, a file for
each subject, and for every code that has one the link that mends it. There is no second wording.
"""

from django.urls import reverse
from django.utils.translation import gettext, ngettext_lazy, override

from brandstudio.core.problems import Problem, Text, filled
from training.engine.errors import SENTENCES as SENTENCES_OF_ENGINE
from training.engine.evaluate.checkpoint_reasons import REASONS, VERDICTS
from training.engine.fault_reasons import REASONS as REASONS_OF_FILES
from training.engine.fault_reasons import Counted
from training.problems import captions, readiness, rights, runs, uploads
from training.problems.causes import CAUSES
from training.problems.log import LINES, PHASES

SENTENCES: dict[str, Text] = {
    **rights.SENTENCES,
    **uploads.SENTENCES,
    **captions.SENTENCES,
    **readiness.SENTENCES,
    **runs.SENTENCES,
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
            "few-unconfirmed": (gettext("Add pictures"), _page("upload", dataset)),
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
            "photographs-painted": (gettext("Look at the pictures"), editor),
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
