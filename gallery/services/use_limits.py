"""What the rights of its sources allow a picture to be used for, and where.

A picture may go where the rights of all that it was made of reach: start pictures and cut-outs,
the photographs that its styles learned from, and other rows of the same photograph. Of a
photograph that a style learned from, “training” alone says nothing of the pictures that the style
paints; uses noted beside it limit them. As in `holds`, nothing is written.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from brandstudio.core.input import territories
from brandstudio.core.models import Use, WithRights
from brandstudio.core.models.limits import OUTGOING_USES, in_words, limited
from brandstudio.core.models.rights import tables_with_rights
from brandstudio.core.problems import Refused, in_each_language, name_of
from gallery.models import (
    InitImageUpload,
    ProductCutout,
    Rendition,
    Scene,
    ScenePack,
)
from gallery.services import holds
from training.models import Checkpoint, SnapshotImage, TrainingImage, WeightsContent

# Of the photographs of snapshots, and of all rows of equal pixels: those whose rights are limited.
_OF_ROW = f"""
    SELECT frozen.snapshot_id, %s, row.uses, row.territory, MIN(row.id)
    FROM {SnapshotImage._meta.db_table} AS frozen
    JOIN {TrainingImage._meta.db_table} AS photograph ON photograph.id = frozen.image_number
    JOIN {{table}} AS row ON {{same}}
    WHERE frozen.snapshot_id IN ({{places}}) AND (row.uses <> '' OR row.territory <> '')
    GROUP BY frozen.snapshot_id, row.uses, row.territory
"""
_ITSELF = "row.id = photograph.id"
_ITS_PIXELS = "row.pixels_sha256 = photograph.pixels_sha256 AND photograph.pixels_sha256 <> ''"


@dataclass(frozen=True)
class Limit:
    """How far the rights of one source reach. model, pk: the row with them. uses: values of Use,
    None where nobody limited them. territory: "" where nobody limited it."""

    model: type[WithRights]
    pk: int
    uses: frozenset[str] | None
    territory: str

    @property
    def name(self):
        """As a fact that is kept."""
        return name_of(self.model._base_manager.get(pk=self.pk))

    @property
    def uses_shown(self):
        """As a fact that is kept."""
        return in_each_language(lambda: in_words(self.uses or ()) or "–")

    def allows(self, use):
        """Whether a file may be for this. Who may publish it may look at it in the house."""
        if self.uses is None or use in self.uses:
            return True
        return use == Use.INTERNAL and bool(self.uses - {Use.TRAINING})


def limits_of(assets):
    """{asset's key: [Limit]} of what each was made of, however far back."""
    limits: dict[int, list[Limit]] = {asset.pk: [] for asset in assets}
    behind = holds.scenes_behind(assets)
    if behind:
        of_scene = _limits_of_scenes({scene for _asset, scene in behind})
        for asset, scene in behind:
            limits[asset] += of_scene[scene]
    return {pk: list(dict.fromkeys(own)) for pk, own in limits.items()}


def obstacle_of(asset, rendition, channel=None, limits=None):
    """The Refused that keeps a picture from leaving in this form for a channel; None for none.

    channel: None for the scene's own, else as painted. limits: of `limits_of`, where the caller has
    them. Codes: proof-not-in-house, use-not-allowed, territory-not-allowed, use-of-channel-unknown,
    territory-of-channel-unknown, goes-nowhere-known.
    """
    limits = limits_of([asset])[asset.pk] if limits is None else limits
    refusals = (_refusal(asset, rendition, channel or asset.scene.channel, one) for one in limits)
    return next(filter(None, refusals), None)


def check(asset, rendition, channel=None, limits=None):
    """Raise what `obstacle_of` tells."""
    if obstacle := obstacle_of(asset, rendition, channel, limits):
        raise obstacle


def limits_of_style(version):
    """[Limit] of the photographs that a style learned from, under whatever name."""
    checkpoint = version.checkpoint
    pack = (version.pk, version.weights_sha256, checkpoint.run.snapshot_id if checkpoint else None)
    keys = _snapshots_of([pack])[version.pk]
    learned = _limits_of_snapshots(keys)
    return list(dict.fromkeys(limit for pk in sorted(keys) for limit in learned[pk]))


def check_style(version):
    """Raise Refused for a style that may not go to other houses, for what these paint with it goes
    anywhere: style-use-limited, style-territory-limited."""
    outgoing = {use for use, _label in OUTGOING_USES}
    for limit in limits_of_style(version):
        facts = {"name": str(version), "source": limit.name}
        if not all(limit.allows(use) for use in outgoing):
            raise Refused("style-use-limited", uses=limit.uses_shown, **facts)
        if not territories.covers(limit.territory, ""):
            shown = in_each_language(lambda limit=limit: territories.shown(limit.territory))
            raise Refused("style-territory-limited", territory=shown, **facts)


def purpose_of(asset, rendition, channel):
    """{column: value} of a Download: what a file is for, and where it is to be seen."""
    if rendition == Rendition.PROOF:
        return {"use": Use.INTERNAL, "territory": ""}
    use = channel.use if channel else ""
    return {"use": use, "territory": ", ".join(_targets(asset, channel))}


def _targets(asset, channel):
    """The territories in which a file for a channel is seen: the channel's and the campaign's."""
    named = [of.territory for of in (channel, asset.campaign) if of and of.territory]
    return list(dict.fromkeys(named))


def _refusal(asset, rendition, channel, limit):
    if rendition == Rendition.PROOF:
        return None if limit.allows(Use.INTERNAL) else _refused("proof-not-in-house", asset, limit)
    if channel is None:
        return _refused("goes-nowhere-known", asset, limit)
    facts = {"channel": name_of(channel)}
    if limit.uses is not None and not channel.use:
        return _refused("use-of-channel-unknown", asset, limit, **facts)
    if not limit.allows(channel.use):
        use = in_each_language(channel.get_use_display)
        return _refused("use-not-allowed", asset, limit, use=use, **facts)
    return _refusal_of_place(asset, channel, limit, facts)


def _refusal_of_place(asset, channel, limit, facts):
    targets = _targets(asset, channel)
    if limit.territory and not targets:
        return _refused("territory-of-channel-unknown", asset, limit, **facts)
    for target in targets:
        if not territories.covers(limit.territory, target):
            place = in_each_language(lambda target=target: territories.shown(target))
            return _refused("territory-not-allowed", asset, limit, place=place, **facts)
    return None


def _refused(code, asset, limit, **facts):
    facts["name"], facts["source"] = name_of(asset), limit.name
    facts["uses"] = limit.uses_shown
    facts["territory"] = in_each_language(lambda: territories.shown(limit.territory))
    return Refused(code, **facts)


# What a scene was made of
def _limits_of_scenes(keys):
    scenes = list(Scene.objects.filter(pk__in=keys))
    packs = ScenePack.objects.filter(scene__in=scenes).values_list(
        "scene", "version__weights_sha256", "version__checkpoint__run__snapshot"
    )
    snapshots = {scene.pk: set() for scene in scenes} | _snapshots_of(list(packs))
    learned = _limits_of_snapshots({pk for own in snapshots.values() for pk in own})
    placed = _limits_of_placed(scenes)
    return {
        scene.pk: [
            *placed[scene.pk],
            *(limit for pk in sorted(snapshots[scene.pk]) for limit in learned[pk]),
        ]
        for scene in scenes
    }


def _snapshots_of(packs):
    """{key: keys of the Snapshots that its styles learned from}, by their checkpoints and by those
    that hold the same weights. packs: [(key, SHA-256 of a style's weights, its Snapshot or None)].
    """
    files = {weights for _key, weights, _snapshot in packs}
    contents = dict(
        WeightsContent.objects.filter(sha256__in=files).values_list("sha256", "content")
    )
    alike = WeightsContent.objects.filter(content__in=set(contents.values()))
    content_of = dict(alike.values_list("sha256", "content"))
    learned = defaultdict(set)
    trained = Checkpoint.objects.filter(sha256__in={*files, *content_of})
    for sha256, snapshot in trained.values_list("sha256", "run__snapshot"):
        learned[content_of.get(sha256, sha256)].add(snapshot)
    snapshots: dict[int, set[int]] = {key: set() for key, _weights, _snapshot in packs}
    for key, weights, snapshot in packs:
        snapshots[key] |= {snapshot, *learned[contents.get(weights, weights)]} - {None}
    return snapshots


def _limits_of_snapshots(keys):
    """{snapshot's key: [Limit]}."""
    limits: dict[int, list[Limit]] = {pk: [] for pk in keys}
    if not keys:
        return limits
    joins = [(TrainingImage, _ITSELF), *((table, _ITS_PIXELS) for table in tables_with_rights())]
    places = ", ".join(["%s"] * len(keys))
    parts = [
        _OF_ROW.format(table=table._meta.db_table, same=same, places=places)
        for table, same in joins
    ]
    params = [value for at in range(len(joins)) for value in (at, *keys)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        rows = cursor.fetchall()
    for snapshot, at, uses, territory, pk in rows:
        named = frozenset(uses.split()) - {Use.TRAINING}
        if named or territory:
            limits[snapshot].append(Limit(joins[int(at)][0], pk, named or None, territory))
    return limits


def _limits_of_placed(scenes):
    """{scene's key: [Limit]} of what it shows itself: its cut-out, its start picture, and whatever
    rows are the same photograph."""
    starts = {scene.init_image_sha256 for scene in scenes} - {""}
    of_scene: dict[int, list] = {scene.pk: [] for scene in scenes}
    cutouts = ProductCutout.objects.in_bulk({s.cutout_id for s in scenes if s.cutout_id})
    uploads = InitImageUpload.objects.filter(sha256__in=starts)
    images = TrainingImage.with_removed.filter(image_sha256__in=starts)
    by_hash = defaultdict(list)
    for image in images:
        by_hash[image.image_sha256].append(image)
    for upload in uploads:
        by_hash[upload.sha256, upload.owner_id].append(upload)
    for scene in scenes:
        rows = [*by_hash[scene.init_image_sha256]]
        rows += by_hash[scene.init_image_sha256, scene.owner_id]
        rows += [cutouts[scene.cutout_id]] if scene.cutout_id else []
        of_scene[scene.pk] = rows
    pixels = {row.pixels_sha256 for rows in of_scene.values() for row in rows}
    by_pixels = _limited_by_pixels(pixels)
    return {
        scene: [
            _limit(row)
            for placed in rows
            for row in (placed, *by_pixels[placed.pixels_sha256])
            if row.uses or row.territory
        ]
        for scene, rows in of_scene.items()
    }


def _limited_by_pixels(pixels):
    rows = defaultdict(list)
    for table in tables_with_rights() if pixels - {""} else ():
        same = table._base_manager.filter(limited(), Q(pixels_sha256__in=pixels - {""}))
        for row in same.order_by("pk"):
            rows[row.pixels_sha256].append(row)
    return rows


def _limit(row):
    uses = frozenset(row.uses.split()) or None
    return Limit(type(row), row.pk, uses, row.territory)
