"""Which stored LoRA files hold the same weights, or nearly the same."""

from contextlib import suppress

from django.db import transaction

from brandstudio.core import blobs
from training.engine.errors import EngineError
from training.engine.lora import effect as effects
from training.engine.lora.effect import FAINT, NEAR, SAME, SAME_HERE, Effect
from training.models import BaseModel, Checkpoint, WeightsContent


def effect_of(path):
    """The Effect of a LoRA file; an empty one for one that is unsound."""
    try:
        return effects.read_effect(path)
    except EngineError:
        return Effect()


def note_content(sha256):
    """Keep, once, what a stored LoRA file holds. Returns its WeightsContent.

    One that was unsound or gone is looked at again: it may have been put back since.
    """
    row = WeightsContent.objects.filter(sha256=sha256).first()
    if row is None or not row.effect or row.layers is None:
        effect = Effect()
        with suppress(blobs.BlobMissing):
            effect = effect_of(blobs.local(sha256))
        row = keep(sha256, effect)
    return row


def keep(sha256, effect):
    """Keep what a LoRA file does, and which other files hold the same weights.

    effect: an Effect. Of a checkpoint, its row is stored first. Returns its WeightsContent.
    """
    with transaction.atomic():
        # In turn, or two who bring the same weights at one moment would not see each other.
        list(BaseModel.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        row, _is_new = WeightsContent.objects.get_or_create(
            sha256=sha256, defaults={"content": sha256}
        )
        if effect.whole and not row.effect:
            content, whole = _first_alike(sha256, effect.whole) or (row.content, effect.whole)
            # All that was known by its bytes to be equal to it goes along.
            WeightsContent.objects.filter(content=row.content).update(content=content, effect=whole)
        elif row.effect is None:
            WeightsContent.objects.filter(pk=sha256).update(effect=b"")
        if not row.layers:
            WeightsContent.objects.filter(pk=sha256).update(layers=effect.layers)
        row.refresh_from_db()
    return row


def _first_alike(sha256, effect):
    """(content, effect) of the weights that a file holds once more; None for new ones.

    Only those who were first are compared, so that small steps from one to the next don't add up.
    """
    is_trained_here = Checkpoint.objects.filter(sha256=sha256).exists()
    known = list(WeightsContent.objects.sound().values_list("content", "effect").distinct())
    likenesses = effects.likeness(effect, [bytes(other) for _content, other in known])
    if not known or likenesses.max() < (SAME_HERE if is_trained_here else SAME):
        return None
    return known[likenesses.argmax()]


def near(sha256, hashes):
    """{SHA-256: likeness} of those files whose weights are near those of one, yet not the same: all
    of them, or the layers that both have.

    hashes: SHA-256s of files, or a queryset of one column of them. likeness: in [NEAR, 1]. Of a
    file that nobody has noted, or that is unsound, nothing is near.
    """
    row = WeightsContent.objects.sound().filter(sha256=sha256).first()
    if row is None:
        return {}
    others = WeightsContent.objects.sound().filter(sha256__in=hashes).exclude(content=row.content)
    known = list(others.values_list("sha256", "effect"))
    likenesses = effects.likeness(row.effect, [bytes(other) for _sha256, other in known])
    whole = {
        other: float(likeness)
        for (other, _effect), likeness in zip(known, likenesses, strict=True)
        if likeness >= FAINT
    }
    of_layers = _of_layers(row, [other for other, likeness in whole.items() if likeness < NEAR])
    alike = {other: max(whole[other], of_layers.get(other, 0)) for other in whole}
    return {other: min(1.0, most) for other, most in alike.items() if most >= NEAR}


def _of_layers(row, hashes):
    """{SHA-256: likeness of the layers that both have} of these files."""
    others = WeightsContent.objects.filter(sha256__in=hashes).values_list("sha256", "layers")
    mine = bytes(row.layers or b"")
    return {
        sha256: effects.likeness_of_layers(mine, bytes(layers or b""))
        for sha256, layers in others.iterator(chunk_size=200)
    }


def unread(rows, column):
    """The hashes in this column, of which nobody has noted yet what the files hold."""
    noted = WeightsContent.objects.exclude(effect=None).exclude(layers=None).values("sha256")
    waiting = rows.exclude(**{f"{column}__in": noted})
    return waiting.order_by().values_list(column, flat=True).distinct()


def one_at_a_time(sha256):
    """Of those who bring these weights at one moment one goes on; the rest wait for its end.

    Call it in a transaction, and `note_content` before that: nobody sees what is not committed.
    """
    files = WeightsContent.objects.alike([sha256])
    list(files.select_for_update().order_by("sha256").values_list("pk"))
