"""What the gallery refuses or fails at, in the reader's language, and what mends it.

Codes of the engine keep the engine's sentence; this file adds those of the gallery. There is no
second wording.
"""

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext_lazy

from brandstudio.core.input import addresses
from brandstudio.core.problems import Problem, Refused, Text, filled
from training import problems as training_problems
from training.engine.errors import EngineError
from training.engine.evaluate.band_reasons import REASONS, VERDICTS

SENTENCES: dict[str, Text] = {
    # Posters
    "poster-retired": gettext_noop(
        "This poster was taken out of use, so no file of it leaves. Make a copy and have that "
        "approved."
    ),
    "poster-not-approved": gettext_noop(
        "The words of this poster are not approved, so no file for publication leaves. Submit it "
        "for review; until then there is a proof."
    ),
    # Making pictures
    "prompt-not-yours": gettext_noop(
        "Free prompts need a permission that your account lacks. Choose a template, "
        "or ask an admin."
    ),
    "template-not-approved": gettext_noop(
        "The template {name} is not approved (any more). Choose another one."
    ),
    "pack-not-approved": gettext_noop(
        "The style pack {name} is not approved (any more). Choose another one."
    ),
    "trial-only": gettext_noop(
        "Designers paint trials: choose a draft of your own style, or ask an admin for the "
        "marketer's role."
    ),
    "light-missing": gettext_noop("Choose in which light the car is to be seen."),
    "light-of-another-shape": gettext_noop(
        "This picture is {size}, that of {name} {other}: the car would change its place. Cut it "
        "out in the same shape."
    ),
    "light-twice": gettext_noop(
        "{name} is there {light} already. Retire that picture first, or choose another light."
    ),
    "upload-declined": gettext_noop(
        "This file is {name} (no. {number}), a picture of this studio that was declined on {day}: "
        "{reason} Nothing is made of it under another name. Choose another picture, or ask an "
        "admin to approve that one."
    ),
    "upload-withdrawn": gettext_noop(
        "This file is {name} (no. {number}), a picture of this studio that was withdrawn on {day}: "
        "{reason} Nothing is made of it under another name. Choose another picture."
    ),
    "upload-held": gettext_noop(
        "This file is picture no. {number} of this studio: what it was made from was recalled, or "
        "its rights have ended. Choose another picture, or ask an admin what becomes of it."
    ),
    "same-as-declined": gettext_noop(
        "These very settings painted {name} (no. {number}), which was declined on {day}: {reason} "
        "They would paint the same picture, so it is not painted again. Change the words, the seed "
        "or another setting, or ask an admin to approve that picture."
    ),
    "same-as-withdrawn": gettext_noop(
        "These very settings painted {name} (no. {number}), which was withdrawn on {day}: {reason} "
        "They would paint the same picture, so it is not painted again. Change the words, the seed "
        "or another setting."
    ),
    "pack-replaced": gettext_noop(
        "{name} was replaced by version {number} meanwhile. Look at its strength, then paint again."
    ),
    "packs-too-many": gettext_noop("At most {limit} style packs go together. Take one away."),
    "pair-forbidden": gettext_noop(
        "{first} and {second} may not be mixed: {reason} Take one of them away."
    ),
    # The limit of a mixture, on every page in these words
    "mix-limit": gettext_noop("Together at most {limit} %."),
    "mix-within": gettext_noop("Together {total} %, at most {limit} %."),
    "mix-too-strong": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. Lower one of them."
    ),
    "mix-three-untested": gettext_noop(
        "Three styles go together only when every two of them were tested, and {first} with "
        "{second} was not. Take one of the three away, or ask an admin to have that pair tested."
    ),
    "mix-needs-test": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. Even their lowest strengths are too much: "
        "take one away, or have the pair tested."
    ),
    "mix-reason-missing": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. You may go beyond: write the reason, it "
        "stays with the picture."
    ),
    "packs-of-two-bases": gettext_noop(
        "{first} and {second} are made for different base models. Choose packs of one base."
    ),
    "file-large": gettext_noop(
        "The file for {channel} is so large that a worker makes it. The picture's page shows when "
        "it is there."
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
    "base-absent": gettext_noop(
        "The files of the base model {name} are not there any more. Ask an admin to put them back."
    ),
    "base-none": gettext_noop("There is no base model yet. Ask an admin to add one."),
    "reason-missing": gettext_noop(
        "Strength {strength} of {name} is outside {minimum} to {maximum}. "
        "You may go there: write the reason, it stays with the picture."
    ),
    "slot-value-unknown": gettext_noop(
        "“{value}” is not on the list of {slot}. Choose one of the list."
    ),
    "prompt-in-parts": gettext_noop(
        "The base model reads {limit} tokens at a time, so these {tokens} go in several parts. "
        "Nothing is cut off; what comes first counts most."
    ),
    "term-twice": gettext_noop("{term} stands in {name} more than once; its first row counts."),
    "term-refused": gettext_noop("{term} was left out. {why}"),
    "words-in-english": gettext_noop("Put into English by the glossary: {words}."),
    "words-not-english": gettext_noop(
        "“{words}” is not English, and the glossary doesn't know it. The base model reads English "
        "only, so it will hardly show in the picture: write it in English, or ask an admin to add "
        "it to the glossary."
    ),
    "name-banned": gettext_noop(
        "“{name}” is another maker's name, and nothing is painted with one. Take it out of "
        "“{words}”, or ask an admin whether the name may be used (BANNED_NAMES)."
    ),
    "phrase-not-glossarys": gettext_noop(
        "The glossary says {term} = {phrase}, which this phrase does not."
    ),
    "colour-not-of-vehicle": gettext_noop(
        "{vehicle} is not made in {colour}. Choose one of its colours: {colours}."
    ),
    "colour-of-no-vehicle": gettext_noop(
        "None of the vehicles to choose from is made in {colour} ({slot}). Take this colour away, "
        "or ask an admin to add it to a vehicle."
    ),
    "licence-unknown": gettext_noop(
        "{name} stays in this studio: nobody noted the licence of the file it came from, so none "
        "can be told to others. Ask its maker for a style whose licence is known."
    ),
    "weights-recalled": gettext_noop(
        "These are the weights of {name}, which was recalled on {day}: {reason} They are not "
        "published again under any name. Train anew without what was recalled."
    ),
    "weights-near-recalled": gettext_noop(
        "These weights are {percent} % like those of {name}, which was recalled on {day}: {reason} "
        "Trainings of their own have less in common, so this file was made of those weights. "
        "What was made of them does not come back either. Bring a style that was trained without "
        "what was recalled."
    ),
    "weights-unread": ngettext_lazy(
        "The studio still reads {count} weight file that it holds, and can't tell before whether "
        "these weights are among them. Nothing was done. Try again in a few minutes.",
        "The studio still reads {count} weight files that it holds, and can't tell before whether "
        "these weights are among them. Nothing was done. Try again in a few minutes.",
        "count",
    ),
    "weights-known": gettext_noop(
        "These weights are here already, as {name} ({state}): a second copy would escape "
        "what is decided of that one. Nothing was imported. Look at {name} in the library; to "
        "change its words, name or rights, go on there."
    ),
    "weights-of-run": gettext_noop(
        "These weights were trained here: step {step} of the run “{name}”. Nothing was imported. "
        "Publish them from the page of that run, so that its pictures and their rights go along."
    ),
    "weights-of-taste": gettext_noop(
        "These weights are of the taste “{name}”, a minute's training on a few pictures, and no "
        "taste is ever published. Nothing was imported. Train the style, then publish a checkpoint "
        "of that run."
    ),
    "weights-of-colleague": gettext_noop(
        "These weights were trained here, in a colleague's run. Nothing was imported. Ask the "
        "colleague who gave you the file to publish them from the run, or an admin to find it."
    ),
    "vehicle-without-colours": gettext_noop(
        "None of the choices of {slot} is a colour of {vehicle}. Choose another vehicle, or ask an "
        "admin to look at its colours."
    ),
    "quota-waiting": ngettext_lazy(
        "{waiting} of your pictures is still under way; {limit} may be at once. Wait for it, "
        "or drop it.",
        "{waiting} of your pictures are still under way; {limit} may be at once. Wait for "
        "some, or drop them.",
        "waiting",
    ),
    "quota-day": ngettext_lazy(
        "You may paint {left} more picture today, of {limit}. Ask for fewer, or go on tomorrow.",
        "You may paint {left} more pictures today, of {limit}. Ask for fewer, or go on tomorrow.",
        "left",
    ),
    "quota-day-over": gettext_noop(
        "You have asked for all the pictures that you may paint in a day ({limit}). Go on tomorrow."
    ),
    "strength-unreadable": gettext_noop("“{value}” is no strength for {name}. Write 0.7 or so."),
    "sweep-needs-one-pack": gettext_noop("A strength sweep needs a style pack. Choose one."),
    "sweep-unreadable": gettext_noop(
        "Write two to eight strengths with spaces between, such as 0.5 0.6 0.7 0.8."
    ),
    "init-image-missing": gettext_noop(
        "Choose the picture to start from: upload one, or take one of your own."
    ),
    "strengths-add-up": gettext_noop(
        "{name} is called more than once, and its strengths add up: {parts} = {strength}, outside "
        "{minimum} to {maximum}. Take one away."
    ),
    "init-image-not-yours": gettext_noop(
        "The picture this starts from was never shared with you. Start from one of your own."
    ),
    "init-image-gone": gettext_noop(
        "The picture to start from is not there any more. Choose another one."
    ),
    "denoising-strength-out-of-range": gettext_noop(
        "How much changes lies above 0 % and at most at 100 %."
    ),
    "cutout-missing": gettext_noop(
        "Choose the car to place: one of the range, or upload a cut-out."
    ),
    "cutout-gone": gettext_noop("This cut-out is not offered any more. Choose another one."),
    "enlarged-already": gettext_noop(
        "This picture is enlarged already. Paint it anew for a channel with a larger size."
    ),
    "too-large-to-enlarge": gettext_noop(
        "Enlarged it would be more than {limit} px wide or high. It is large enough as it is."
    ),
    # Renderers
    "software-fault": gettext_noop(
        "The software failed here, through no fault of yours. Try again; if it stays, "
        "tell an administrator."
    ),
    "worker-lost": gettext_noop(
        "The renderer was lost {attempts} times in a row. Try again; if it stays, "
        "tell an administrator."
    ),
    "pack-held": gettext_noop(
        "{name} may not be used now: it was recalled, or the rights of pictures behind it have "
        "ended ({names}). Choose another style until an admin has decided."
    ),
    "cutout-held": gettext_noop(
        "The rights of the cut-out {name} have ended. Choose another one, or have them extended."
    ),
    "init-image-held": gettext_noop(
        "The rights of the start picture {name}, or of what it was made from, have ended. Choose "
        "another one, or have them extended."
    ),
    "trial-in-campaign": gettext_noop(
        "A trial is never published, so it can't be for {campaign}. Choose no campaign, or an "
        "approved style."
    ),
    "campaign-ended": gettext_noop(
        "{name} has ended: it takes no more pictures. Choose another campaign, or move its last "
        "day."
    ),
    "campaign-trial": gettext_noop(
        "{name} is a trial, never published, so it belongs to no campaign."
    ),
    "campaign-no-picture": gettext_noop("{name} was never painted, so there is nothing to add."),
    "campaign-not-yours": gettext_noop(
        "{name} belongs to {campaign}. Only its maker, who keeps that campaign, or an admin may "
        "move it."
    ),
    "campaign-published": gettext_noop(
        "{name} was published for {campaign}, so it stays there: its report would be wrong without "
        "it."
    ),
    "campaign-changed": gettext_noop("{name} was moved by a colleague meanwhile. Look again."),
    "publication-twice": gettext_noop("This publication is noted already: {where}"),
    "asset-held": gettext_noop(
        "{name} may not leave the studio: what it was made from was recalled, or its rights have "
        "ended ({names}). An admin decides what becomes of it."
    ),
    "painting-held": gettext_noop(
        "{name} was not painted: what it would be made from was recalled, or its rights have ended "
        "({names}). Paint it with another style or picture, or wait until an admin has decided."
    ),
    "sources-unknown": gettext_noop(
        "{name} can be neither approved nor published while nobody has noted whose the pictures "
        "are that it was made of ({names}). Whoever brought them, or an admin, notes it on their "
        "rights pages."
    ),
    "weights-missing": gettext_noop(
        "The weights of {name} are not in the store. Ask an admin to restore them."
    ),
    # Why a row went back into the queue
    "worker-stops": gettext_noop("The renderer was stopped; the next one takes it up."),
    "again": gettext_noop("Once more."),
    "painted-first": gettext_noop("An admin let it be painted first."),
    "ordered": gettext_noop("Ordered with the version."),
    # Publishing and review
    "template-faulty": gettext_noop(
        "{name} can't be used as it is; mend it as a draft first. {faults}"
    ),
    "tags-none": gettext_noop("Write at least one tag, or several with commas between them."),
    "tags-too-many": gettext_noop("At most {most} tags at once; these are more."),
    "tag-too-long": gettext_noop("“{name}” is too long for a tag: at most {most} characters."),
    "board-name-missing": gettext_noop("Give the board a name of at most {most} characters."),
    "board-name-in-use": gettext_noop("You have a board called “{name}” already."),
    "board-missing": gettext_noop("Choose a board, or write the name of a new one."),
    "asset-not-yours": gettext_noop("It is a colleague's: only its maker can do that."),
    "filter-name-missing": gettext_noop("Give the filter a name of at most {most} characters."),
    "filter-empty": gettext_noop("Nothing narrows the list, so there is nothing to save."),
    "tags-not-yours": gettext_noop(
        "The tags of {name} are settled with its first review. Ask an admin to change them."
    ),
    "rating-unused": gettext_noop(
        "You have no picture made with {name} yet. Paint one, then say what you think of it."
    ),
    "slug-taken": gettext_noop("Another pack is called {slug}. Choose another short name."),
    "slug-in-use": addresses.IN_USE,
    "taste-not-published": gettext_noop(
        "“{name}” is a taste: a minute's training on a few pictures. Train the style, then publish "
        "a checkpoint of that run."
    ),
    "own-work": gettext_noop(
        "You made, edited or submitted this yourself, so a colleague has to decide: four eyes see "
        "more than two."
    ),
    "no-draft-any-more": gettext_noop(
        "This is no draft any more, so nothing was changed. Make a new version and put your words "
        "there."
    ),
    "draft-was-submitted": gettext_noop(
        "{name} was before a reviewer already, and what was said of it stays on record. Leave it "
        "as a draft: nobody but its maker can paint with it."
    ),
    "draft-recalled": gettext_noop(
        "{name} was recalled, and its weights must stay known so that they don't come back. Leave "
        "it: nobody can paint with it."
    ),
    "draft-in-use": gettext_noop(
        "Pictures were painted with {name} and are traced through it. Leave it as a draft: nobody "
        "but its maker can paint with it."
    ),
    "draft-downloaded": gettext_noop(
        "The file of {name} was downloaded, and this draft tells who holds it. Leave it: nobody "
        "but its maker can paint with it."
    ),
    "decided-already": gettext_noop("This was decided meanwhile. Look at it again."),
    "evidence-missing": gettext_noop(
        "The strength sheet is not painted yet, so there is nothing to judge by. Wait for it."
    ),
    "evidence-failed": gettext_noop("The strength sheet failed. Let it be painted again first."),
    "rights-kept-before": gettext_noop(
        "{name} can't be approved: the rights of {names} have ended. They were kept in use only "
        "for what they had reached when that was decided, and this was submitted afterwards. Train "
        "without them, or have their rights extended."
    ),
    "rights-unclear": gettext_noop(
        "{name} can't be approved while the rights of its pictures are unclear: {unknown} unknown, "
        "{expired} expired, {withdrawn} withdrawn, {not_for_training} not for training. Have them "
        "noted or extended in the dataset."
    ),
    "origin-unknown": gettext_noop(
        "{name} comes from elsewhere, and this is not known of it: {unknown}. Have it noted on its "
        "page while it is a draft."
    ),
    "claims-signed": gettext_noop(
        "The rights of {name} came signed by “{studio}” and stay as they were signed; only what it "
        "left open is noted here. Nothing was changed. Ask that studio for a bundle with other "
        "terms."
    ),
    "origin-not-commercial": gettext_noop(
        "{name} may not be used commercially, so it can't be approved. Ask its maker for a licence "
        "that allows it, and note that on its page while it is a draft."
    ),
    # Exchange with other studios
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
    "recall-reason": gettext_noop("Write why it is recalled: owners and downloaders will read it."),
    "recall-changed": gettext_noop(
        "What it reached has changed since you opened the page, so nothing was recalled. Look at "
        "the list again."
    ),
    "recall-too-late": gettext_noop(
        "A recall can be undone within an hour. Approve what you need again, one by one."
    ),
    "withdrawn-not-extended": gettext_noop(
        "{name} was withdrawn: its rights are cleared again on its own page, with a reason; here "
        "what it reached can be kept in use."
    ),
    "endings-not-chosen": gettext_noop("Choose at least one of those that wait, then decide."),
    "decision-reason": gettext_noop("Write why: the decision is kept with your reason."),
    "pair-not-approved": gettext_noop(
        "{name} is not approved (any more), so the pair is not tested. Choose approved styles."
    ),
    "pair-untested": gettext_noop(
        "There is no grid to decide by yet. Have the pair tested, or forbid it with a reason."
    ),
    "pair-lost": gettext_noop(
        "No mixture of the grid keeps the scene, so the pair can't be allowed. Forbid it."
    ),
    "pair-limit-too-great": gettext_noop(
        "The grid keeps the scene up to {limit} %. You may narrow that, never widen it."
    ),
    "pair-reason": gettext_noop("Write why the two may not be mixed: whoever tries will read it."),
    "evidence-old": gettext_noop(
        "The strength sheet is from before bands were computed. Let it be painted again first."
    ),
    "evidence-fixed": gettext_noop(
        "This is no draft any more, so its strength sheet stays as the reviewers see it."
    ),
    "band-out-of-order": gettext_noop(
        "The strengths must rise in this order: allowed from, recommended from, default, "
        "recommended to, allowed to."
    ),
    "band-scene-lost": gettext_noop(
        "From {strength} on the scene is lost, so nobody may allow it. End the band below."
    ),
    "band-widened": gettext_noop(
        "The figures allow {minimum} to {maximum}. To allow more, write why: it stays with the "
        "version."
    ),
    **VERDICTS,
    **REASONS,
    "retire-reason": gettext_noop(
        "Write why: whoever used it will ask, and the decision is kept with your reason."
    ),
    "newer-approved": gettext_noop(
        "{name} is in use now, and one version at a time is. Retire that one first, or leave this "
        "one as it is."
    ),
    "send-back-reason": gettext_noop("Write one sentence for the designer, to send it back."),
    "decided-before": gettext_noop(
        "It looks like {name} (no. {number}) or was made from it, against which a decision stands "
        "since {day}: {reason} To approve it all the same, write why; the reason stays with the "
        "picture."
    ),
    "decline-reason": gettext_noop("Write one sentence for the colleague, to decline it."),
    "ask-again-reason": gettext_noop(
        "This picture was declined. Write what is different now or why it is asked for again: the "
        "reviewer reads it beside the reason of the decline."
    ),
    "checklist-open": gettext_noop(
        "Answer the checklist before you approve. Still open: {items}. Where something is not "
        "right, send it back or decline it."
    ),
    "nothing-chosen": gettext_noop("Choose at least one picture, then decide."),
    "pin-not-now": gettext_noop(
        "Remarks are pinned, and taken off by their author, while their picture or style waits for "
        "review. This one was decided meanwhile, or the remark is a colleague's."
    ),
    "pin-outside": gettext_noop("A pin stands on the picture: between 0 and 100 % both ways."),
    "pin-empty": gettext_noop("Write what is to be seen at this point, then pin it."),
    "withdraw-reason": gettext_noop("Write why it is withdrawn; those who use it will ask."),
    # A picture that isn't there (yet)
    "picture-waiting": gettext_noop(
        "This picture is not finished yet: it waits in the queue. Come back once it is painted."
    ),
    "picture-loading": gettext_noop(
        "This picture is not finished yet: its base model is being loaded. Come back once it is "
        "painted."
    ),
    "picture-rendering": gettext_noop(
        "This picture is not finished yet: it is being painted. Come back in a while."
    ),
    "picture-failed": gettext_noop(
        "This picture was not painted, so there is nothing of it. Try it again, or paint another "
        "one."
    ),
    "picture-cancelled": gettext_noop(
        "This picture was stopped before it was finished, so there is nothing of it. Paint another "
        "one."
    ),
    # Download
    "picture-binned": gettext_noop(
        "This picture is in the bin, and from there nothing leaves. Bring it back first."
    ),
    "picture-declined": gettext_noop(
        "This picture was declined: it leaves the studio in no form, and nothing is built upon it. "
        "Change what the reason names and paint it anew, or send it for review once more and write "
        "what is different: it counts as declined until an admin approves it."
    ),
    "picture-withdrawn": gettext_noop(
        "This picture was withdrawn: it leaves the studio in no form, and nothing is built upon "
        "it. Paint another one."
    ),
    "trial-stays": gettext_noop(
        "This picture is a trial with a draft of a style: it is judged in the house, never sent "
        "for review nor published. Paint it anew once the style is approved."
    ),
    "picture-private": gettext_noop(
        "Only approved pictures leave as publication files. Send this one for review first."
    ),
    "picture-asked": gettext_noop(
        "This picture waits for review. Its publication file can be had as soon as it is approved."
    ),
    "rule-forbids": gettext_noop(
        "The studio's download policy does not let you have this picture in this form. An admin "
        "can change the policy."
    ),
    # The policy
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


REFUSALS = (Refused, EngineError)


def sentence(code, facts=None):
    """The sentence for a code in the reader's language; an unknown code is shown as it is."""
    if code in SENTENCES:
        return filled(SENTENCES[code], facts or {})
    return training_problems.sentence(code, facts)


def of(error):
    """The sentence of a refusal in the reader's language."""
    return sentence(error.code, error.facts)


def explain(code, facts=None):
    """A Problem with its mend."""
    act, url = _mend(code)
    return Problem(code, sentence(code, facts), act=act, url=url)


def _mend(code):
    if code in {
        "pack-not-approved",
        "pack-replaced",
        "pack-unknown",
        "pack-not-among",
        "lora-does-not-fit",
    }:
        return gettext("Look at the styles"), reverse("gallery:pack-list")
    return "", ""
