"""Styles on their way into the library: drafts, evidence, bands, origin."""

from django.utils.translation import gettext_noop

from brandstudio.core.input import addresses
from brandstudio.core.problems import Text
from training.engine.evaluate.band_reasons import REASONS, VERDICTS

SENTENCES: dict[str, Text] = {
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
    "evidence-old": gettext_noop(
        "The strength sheet is from before bands were computed. Let it be painted again first."
    ),
    "evidence-reread": gettext_noop(
        "The figures of this strength sheet were read in a way that lost sight of pale and grey "
        "scenes too early. Let it be read again first; pictures that are there stay."
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
    "retire-reason": gettext_noop(
        "Write why: whoever used it will ask, and the decision is kept with your reason."
    ),
    "newer-approved": gettext_noop(
        "{name} is in use now, and one version at a time is. Retire that one first, or leave this "
        "one as it is."
    ),
    **VERDICTS,
    **REASONS,
}
