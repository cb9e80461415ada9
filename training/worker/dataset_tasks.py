"""What the background worker does for a whole dataset, picture by picture."""

import contextlib
import dataclasses

from django.conf import settings

from brandstudio.core import blobs
from brandstudio.core.models import GlossaryTerm, WrongState
from brandstudio.core.queue import stopping
from training.engine.data.images import open_rgb
from training.engine.prompts.trigger_words import with_trigger, without_trigger
from training.models import BaseModel, CaptionState, DatasetTaskKind, TrainingImage

MOST_NAMES = 5  # of lost pictures that a message tells


def carry_out(task):
    """Do the task, note its progress, and finish it.

    Raises WrongState once it was cancelled or taken over, Stopped, and BlobMissing at the end
    for pictures that were passed over.
    """
    acts = {
        DatasetTaskKind.SCREEN: _screen,
        DatasetTaskKind.DRAFT: _draft,
        DatasetTaskKind.COMPARE: _compare,
    }
    acts[task.kind](task)
    task.finish()


def _screen(task):
    """A report on every picture; those that have one are not looked at twice, save for doubles."""
    from training.engine import screening  # noqa: PLC0415 -- scipy is slow to import

    images = list(task.dataset.images.all())
    task.note_progress(total=len(images), done=0)
    wanted = screening.ScreenSettings(
        resolution=_resolution(),
        # What was taken in can be screened: one limit on pictures, the studio's own.
        max_megapixels=max(1, min(100, settings.IMAGE_MAX_PIXELS // 1_000_000)),
        **settings.SCREENING,
    )
    reports = {}
    for image, path in _stored(task, images, "original_sha256"):
        reports[image.pk] = screening.screen_file(path, wanted, name=image.name)
    lost, images = images, [image for image in images if image.pk in reports]
    names = {image.name: image.pk for image in images}
    hashes = {image.name: reports[image.pk].phash for image in images}
    for pair in screening.near_duplicates(hashes, wanted):
        report = reports[names[pair.name]]
        reports[names[pair.name]] = dataclasses.replace(
            report, findings=(*report.findings, pair.finding(wanted))
        )
    for image in images:
        report = reports[image.pk]
        image.report = {**report.to_json(), "worst": report.worst or ""}
        image.save(update_fields=["report"])
    _tell_of_lost(lost, images)


def _stored(task, images, column="picture_sha256"):
    """Yields (image, path of its blob), and notes progress after each; those lost are passed over.

    `_tell_of_lost` says afterwards which these are: one never stops the rest.
    """
    for done, image in enumerate(images, start=1):
        stopping.go_on()
        with contextlib.suppress(blobs.BlobMissing):
            yield image, blobs.local(getattr(image, column), image.name)
        task.note_progress(done=done)


def _tell_of_lost(images, done):
    """Raises BlobMissing with the names of the images that were not done."""
    known = {image.pk for image in done}
    if lost := [image.name for image in images if image.pk not in known]:
        error = blobs.BlobMissing(f"{len(lost)} stored pictures")
        error.name = ", ".join(lost[:MOST_NAMES]) + (" …" if len(lost) > MOST_NAMES else "")
        raise error


def _resolution():
    """The short side that training will use, px: that of the smallest usable base."""
    sizes = BaseModel.objects.usable().values_list("info__default_width", flat=True)
    return max(64, min((size for size in sizes if size), default=512))


def _draft(task):
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
    read = []
    for image, path in _stored(task, images):
        caption = labeler.draft(open_rgb(path)).caption
        read.append(image)
        with contextlib.suppress(WrongState):  # a person wrote one meanwhile: theirs stands
            image.draft(with_trigger(caption, dataset.trigger_word))
    _tell_of_lost(images, read)


def _labeler():
    """The best that is installed: BLIP, else a full CLIP with the team's words, else the bundled
    small CLIP, which knows drawn scenes."""
    from training.engine.data import labelers  # noqa: PLC0415 -- torch is slow to import

    if (blip := settings.BASE_MODELS_DIR / "blip").is_dir():
        return labelers.BlipLabeler(blip)
    return _clip()


def _compare(task):
    """Ask CLIP of every captioned picture whether the two agree. Not twice of the same caption, but
    the other captions may have changed, so that all pictures are looked at again."""
    from training.engine.evaluate import caption_agreement  # noqa: PLC0415 -- torch is slow to import

    trigger = task.dataset.trigger_word
    images = list(task.dataset.images.captioned())
    task.note_progress(total=len(images), done=0)
    judge = caption_agreement.Judge(_clip())
    read, looks = [], []
    for image, path in _stored(task, images):
        looks.append(judge.look(open_rgb(path)))
        read.append(image)
    answers = judge.compare(looks, [without_trigger(i.caption, trigger) for i in read])
    for image, answer in zip(read, answers, strict=True):
        image.agreement = {"caption": image.caption, **answer.to_json()}
    TrainingImage.objects.bulk_update(read, ["agreement"], batch_size=200)
    _tell_of_lost(images, read)


def _clip():
    """A full CLIP with the team's words where one is installed, else the bundled small one."""
    from training.engine.data import labelers  # noqa: PLC0415 -- torch is slow to import

    if (clip := settings.BASE_MODELS_DIR / "clip").is_dir():
        return labelers.ClipVocabularyLabeler(clip, _vocabulary(labelers))
    return labelers.ClipVocabularyLabeler()


def _vocabulary(labelers):
    """The glossary as a vocabulary: of each category the word that fits best. None while empty."""
    groups = {}
    for term in GlossaryTerm.objects.all():
        groups.setdefault(term.category, []).append((term.phrase, term.term))
    if not groups:
        return None
    return labelers.Vocabulary(
        "a photo of {}",
        tuple(labelers.TermGroup(name, 1, tuple(terms)) for name, terms in groups.items()),
    )
