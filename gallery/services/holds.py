"""Why something may not be used or leave now: rights that ended, or a recall.

Nothing is written when rights end. Each question is asked of the rows as they are at that moment,
so the answer changes with the minute.
"""

from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from brandstudio.core.models import RightsQuerySet
from brandstudio.core.models.rights import anything_holds, asked_once
from brandstudio.core.problems import Refused, in_each_language, name_of
from gallery.models import (
    Asset,
    AssetState,
    InitImageUpload,
    ProductCutout,
    Recall,
    Scene,
    SourceKind,
    StyleVersion,
)
from training.engine.data.spread import first_names
from training.models import SnapshotImage, TrainingImage, WeightsContent
from training.services import photographs

# [(asset, scene)]: each asset's scene, that of the picture it was started from, and so on.
_SCENES = f"""
    WITH RECURSIVE chain(asset_id, scene_id) AS (
        SELECT id, scene_id FROM {Asset._meta.db_table} WHERE id IN ({{places}})
        UNION
        SELECT chain.asset_id, parent.scene_id FROM chain
        JOIN {Scene._meta.db_table} AS scene ON scene.id = chain.scene_id
        JOIN {Asset._meta.db_table} AS parent ON parent.id = scene.init_image_asset_id
    )
    SELECT asset_id, scene_id FROM chain
"""


@dataclass(frozen=True)
class Hold:
    """What stands in the way. row: a TrainingImage, StyleVersion, ProductCutout or
    InitImageUpload, whose rights ended or which was recalled. through: the version of the same
    weights that it holds in the first place; None where it holds the version itself."""

    kind: SourceKind
    row: object
    through: StyleVersion | None = None

    @property
    def name(self):
        if self.through is None:
            return str(self.row)
        facts = {"name": self.row, "version": self.through}
        if self.row == self.through:
            return _("%(name)s (the same weights under another name)") % facts
        return _("%(name)s (by %(version)s, the same weights under another name)") % facts


def scenes_behind(assets):
    """[(asset's key, scene's key)] of the scenes that assets come from, however far back."""
    return _scenes_behind([asset.pk for asset in assets])


def _scenes_behind(keys):
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SCENES.format(places=", ".join(["%s"] * len(keys))), keys)
        return cursor.fetchall()


def held_among(assets):
    """The keys of those of a page's assets that may not leave the studio as things are now."""
    return held_keys([asset.pk for asset in assets])


@asked_once()
def held_keys(keys):
    """As `held_among`, of assets of these keys."""
    pairs = _scenes_behind(keys) if keys and _is_anything_held() else []
    scenes = Scene.objects.filter(pk__in={scene for _asset, scene in pairs})
    held = set(scenes.held().values_list("pk", flat=True)) if pairs else set()
    return {asset for asset, scene in pairs if scene in held}


def mark(assets):
    """Give each of these pictures `.is_held`: whether it may not leave as things are now."""
    held = held_among(assets)
    for asset in assets:
        asset.is_held = asset.pk in held


@asked_once()
def held_versions(keys):
    """The keys of those versions, of these keys, that nobody may use as things are now."""
    if not keys or not _is_anything_held():
        return set()
    rows = StyleVersion.objects.held().filter(pk__in=keys)
    return set(rows.values_list("pk", flat=True))


def _is_anything_held():
    return StyleVersion.objects.exclude(recalled_at=None).exists() or anything_holds()


def is_held(asset):
    """Whether the asset may not leave the studio as things are now."""
    return bool(held_among([asset]))


@asked_once()
def holds_of_asset(asset):
    """Why an asset may not leave: a list of Hold, [] when it may."""
    behind = Scene.objects.filter(pk__in=[scene for _asset, scene in scenes_behind([asset])])
    return [hold for scene in behind.held() for hold in _holds_of_scene(scene)]


@asked_once()
def holds_of_version(version):
    """Why a version may not be used: a list of Hold, [] when it may."""
    own = _holds_of_itself(version)
    if own:
        return own
    copies = StyleVersion.objects.with_weights_of([version.weights_sha256]).exclude(pk=version.pk)
    holds = [
        replace(hold, through=copy)
        for copy in copies.select_related("pack").order_by("pk")
        for hold in _holds_of_itself(copy)
    ]
    return holds or _holds_of_checkpoints(version)


def recall_of(version):
    """The Recall that took a version back, of itself or of what it was made of; None for none."""
    recalls = Recall.objects.filter(
        undone_at=None,
        items__entry__subject_kind=StyleVersion._meta.label_lower,
        items__entry__subject_id=str(version.pk),
    )
    return recalls.order_by("-pk").first()


def _holds_of_itself(version):
    if version.recalled_at:
        return [_hold_of_recalled(version)]
    if version.checkpoint_id is None:
        return []
    return _holds_of_images(Q(snapshot__runs__checkpoints__versions=version))


@asked_once()
def holds_of_run(run):
    """Why pictures that a run painted may not be used: a list of Hold, [] when they may."""
    holds = _holds_of_images(Q(snapshot__runs=run))
    for checkpoint in run.checkpoints.all():
        holds += [Hold(SourceKind.VERSION, version) for version in _recalled_of(checkpoint)]
    return holds


def _hold_of_recalled(version):
    """It names what was recalled, not the copy that went along."""
    recall = recall_of(version)
    if recall and recall.kind == SourceKind.VERSION and recall.source_key != str(version.pk):
        origin = StyleVersion.objects.select_related("pack").filter(pk=recall.source_key).first()
        if origin:
            return Hold(SourceKind.VERSION, origin, through=version)
    return Hold(SourceKind.VERSION, version)


def _holds_of_checkpoints(version):
    """Of checkpoints that hold its weights, whether they were published or not."""
    alike = WeightsContent.objects.alike([version.weights_sha256]).values("sha256")
    return _holds_of_images(Q(snapshot__runs__checkpoints__sha256__in=alike))


def _holds_of_images(condition):
    frozen = SnapshotImage.objects.filter(condition)
    images = TrainingImage.with_removed.holding().filter(pk__in=frozen.values("image_number"))
    return [Hold(SourceKind.IMAGE, image) for image in images]


def recalled_from(checkpoint):
    """The names of the recalled versions that a checkpoint, or one of the same weights, became."""
    return [str(version) for version in _recalled_of(checkpoint)]


def _recalled_of(checkpoint):
    recalled = StyleVersion.objects.exclude(recalled_at=None).select_related("pack")
    alike = recalled.with_weights_of([checkpoint.sha256]).values("pk")
    return recalled.filter(Q(checkpoint=checkpoint) | Q(pk__in=alike))


def _holds_of_scene(scene):
    holds = []
    versions = StyleVersion.objects.filter(scene_packs__scene=scene)
    for version in versions.select_related("pack"):
        holds += holds_of_version(version)
    holds += [
        Hold(SourceKind.CUTOUT, cutout)
        for cutout in ProductCutout.objects.holding().filter(pk=scene.cutout_id)
    ]
    return holds + _holds_of_start(scene.init_image_sha256, scene.owner_id)


def _holds_of_start(sha256, owner_id):
    if not sha256:
        return []
    uploads = InitImageUpload.objects.holding().filter(sha256=sha256, owner=owner_id)
    images = TrainingImage.with_removed.holding().filter(image_sha256=sha256)
    return [
        *(Hold(SourceKind.START, upload) for upload in uploads),
        *(Hold(SourceKind.IMAGE, image) for image in images),
    ]


def check_version(version):
    """Raise Refused for a version that may not be used now: pack-recalled, pack-held."""
    if StyleVersion.objects.held().filter(pk=version.pk).exists():
        if recall := recall_of(version):
            raise Refused("pack-recalled", name=name_of(version), **facts_of_recall(recall))
        holds = holds_of_version(version)
        raise Refused("pack-held", name=name_of(version), names=_names_kept(holds))


def facts_of_recall(recall):
    """What a sentence says of a Recall, for readers of each language. origin: what was recalled."""
    moment = timezone.localtime(recall.at)
    return {
        "day": in_each_language(lambda: date_format(moment, "SHORT_DATE_FORMAT")),
        "origin": recall.source_name,
        "reason": recall.why,
    }


def check_cutout(cutout):
    """Raise Refused for one that may not be used now: cutout-withdrawn, cutout-held (its rights
    have ended)."""
    own = ProductCutout.objects.filter(pk=cutout.pk)
    if own.holding().exists():
        is_withdrawn = own.withdrawn_somewhere().exists()
        code = "cutout-withdrawn" if is_withdrawn else "cutout-held"
        raise Refused(code, name=name_of(cutout))


@asked_once()
def check_start(init_image, person):
    """Raise Refused for a start picture that may not be used now: init-image-withdrawn,
    init-image-alike, init-image-alike-elsewhere, init-image-held."""
    held = is_held(init_image.asset) if init_image.asset else False
    holds = _holds_of_start(init_image.sha256, person.pk)
    if any(_is_withdrawn(hold.row) for hold in holds):
        raise Refused("init-image-withdrawn", name=init_image.name)
    for hold in holds:
        if hold.row.carried_from:
            raise _refusal_of_alike(init_image, hold.row, person)
    if held or holds:
        raise Refused("init-image-held", name=init_image.name)


def _refusal_of_alike(init_image, row, person):
    """Of a start picture that has the rights of a photograph which it looks like: that one, as far
    as the person may see it."""
    facts = {
        "name": init_image.name,
        "decided": in_each_language(lambda: photographs.decision_of(row)),
    }
    original = next(iter(photographs.rows_of([row.carried_from])), None)
    if original is None or not photographs.may_see(original, person):
        return Refused("init-image-alike-elsewhere", **facts)
    place = in_each_language(lambda: photographs.place_of(original))
    return Refused("init-image-alike", other=str(original), place=place, **facts)


def _is_withdrawn(row):
    own = RightsQuerySet(type(row)).filter(pk=row.pk)
    return own.withdrawn_somewhere().exists()


def check_asset(asset):
    """Raise Refused for a picture that may not leave the studio now: asset-held; for one that may
    not even be painted: painting-held."""
    if is_held(asset):
        code = "asset-held" if asset.state == AssetState.READY else "painting-held"
        holds = holds_of_asset(asset)
        raise Refused(code, name=name_of(asset), names=_names_kept(holds))


def _names_kept(holds):
    return in_each_language(lambda: names_of(holds))


def names_of(holds, most=5):
    """The names of what stands in the way, the first few of many."""
    return first_names(list(dict.fromkeys(hold.name for hold in holds)), most)
