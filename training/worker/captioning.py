"""Captions by machine: drafted for a dataset, or compared with its pictures."""

import contextlib

from django.conf import settings

from brandstudio.core.models import GlossaryTerm, WrongState
from training.engine.data import labelers
from training.engine.data.images import open_rgb
from training.engine.evaluate import caption_agreement
from training.engine.prompts.trigger_words import with_trigger, without_trigger
from training.models import CaptionState, DatasetTaskKind, TrainingImage
from training.worker.stored_images import raise_for_lost, stored


def draft(task):
    """A caption for every picture that has none; for machine drafts too if `overwrite`."""
    dataset = task.dataset
    images = dataset.images.exclude(caption_state=CaptionState.CHECKED)
    if not task.options.get("overwrite"):
        images = images.filter(caption_state=CaptionState.MISSING)
    images = list(images)
    task.note_progress(total=len(images), done=0)
    if not images:
        return
    labeler = _labeler()
    readable = []
    for image, path in stored(task, images):
        caption = labeler.draft(open_rgb(path)).caption
        readable.append(image)
        with contextlib.suppress(WrongState):  # a person wrote one meanwhile: theirs stands
            image.draft(with_trigger(caption, dataset.trigger_word))
    raise_for_lost(images, readable)


def _labeler():
    """The best that is installed: BLIP, else a full CLIP with the team's words, else the bundled
    small CLIP, which knows drawn scenes."""
    if (blip := settings.BASE_MODELS_DIR / "blip").is_dir():
        return labelers.BlipLabeler(blip)
    return _clip()


def compare(task):
    """Ask CLIP of every captioned picture whether the two agree. Not twice of the same caption, but
    the other captions may have changed, so that all pictures are looked at again."""
    trigger = task.dataset.trigger_word
    images = list(task.dataset.images.captioned())
    task.note_progress(total=len(images), done=0)
    comparer = caption_agreement.CaptionComparer(_clip())
    readable, embeds = [], []
    for image, path in stored(task, images):
        embeds.append(comparer.embed(open_rgb(path)))
        readable.append(image)
    answers = comparer.compare(embeds, [without_trigger(i.caption, trigger) for i in readable])
    for image, answer in zip(readable, answers, strict=True):
        image.agreement = {"caption": image.caption, **answer.to_json()}
    TrainingImage.objects.bulk_update(readable, ["agreement"], batch_size=200)
    raise_for_lost(images, readable)


def _clip():
    """A full CLIP with the team's words where one is installed, else the bundled small one."""
    return installed_clip() or labelers.ClipVocabularyLabeler()


def installed_clip():
    """A full CLIP with the team's words; None where none is installed."""
    if (clip := settings.BASE_MODELS_DIR / "clip").is_dir():
        return labelers.ClipVocabularyLabeler(clip, _vocabulary())
    return None


def _vocabulary():
    """The glossary as a vocabulary: of each category the word that fits best. None while empty."""
    groups: dict[str, dict[str, str]] = {}  # of each category: phrase → term
    for term in GlossaryTerm.objects.all():
        groups.setdefault(term.category, {}).setdefault(term.phrase, term.term)
    if not groups:
        return None
    return labelers.Vocabulary(
        "a photo of {}",
        tuple(labelers.TermGroup(name, 1, tuple(terms.items())) for name, terms in groups.items()),
    )


ACTS = {DatasetTaskKind.DRAFT: draft, DatasetTaskKind.COMPARE: compare}
