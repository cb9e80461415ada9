"""What a photograph, a style, a cut-out or a start picture reached, and who holds it."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Max, Q
from django.db.models.expressions import RawSQL

from brandstudio.core.input.numbers import parse_id
from gallery.models import (
    Asset,
    AssetReview,
    AssetState,
    Download,
    InitImageUpload,
    Painted,
    PaintedPhotograph,
    ProductCutout,
    Scene,
    ScenePack,
    SourceKind,
    StyleVersion,
)
from gallery.services import known_weights
from training.models import (
    Checkpoint,
    Snapshot,
    SnapshotImage,
    TrainingImage,
    WeightsContent,
    WeightsDownload,
)

_AT_ONCE = 5_000  # keys of one question to the database

# All scenes that come from some: theirs, and those started from pictures of these, however often.
_FOLLOWING = f"""
    WITH RECURSIVE chain(scene_id) AS (
        {{scenes}}
        UNION
        SELECT scene.id FROM chain
        JOIN {Asset._meta.db_table} AS asset ON asset.scene_id = chain.scene_id
        JOIN {Scene._meta.db_table} AS scene ON scene.init_image_asset_id = asset.id
    )
    SELECT scene_id FROM chain
"""


@dataclass(frozen=True)
class Source:
    """What is traced. key: the picture's hash, else the row's key as text. rows: all rows that are
    it; a photograph may lie in several datasets and in several files of equal pixels, or in none
    any more."""

    kind: SourceKind
    key: str
    rows: list

    @property
    def name(self):
        if self.rows:
            return str(self.rows[0])
        frozen = SnapshotImage.objects.filter(sha256=self.key).first()
        return str(frozen) if frozen else self.key[:12]

    @property
    def _hashes(self):
        """Of the files that are the photograph."""
        return {self.key, *(row.image_sha256 for row in self.rows)}

    def snapshots(self):
        if self.kind != SourceKind.IMAGE:
            return Snapshot.objects.none()
        return Snapshot.objects.naming(self._hashes)

    def versions(self):
        """Its versions, and whatever holds their weights, or those of its checkpoints, under
        another name; of a version what was made of its weights elsewhere, too. As they were when
        first asked for."""
        return StyleVersion.objects.filter(pk__in=self._version_keys)

    @cached_property
    def _version_keys(self):
        # Values: within all that is asked of them, it would be nested too deep for SQLite's parser.
        return self._equal_keys | self.near_copies.keys()

    @cached_property
    def near_copies(self):
        """{key: likeness} of the versions from elsewhere that were made of a version's weights."""
        if self.kind != SourceKind.VERSION:
            return {}
        equal = StyleVersion.objects.filter(pk__in=self._equal_keys)
        near = [pair for version in equal for pair in known_weights.near_from_elsewhere(version)]
        near.sort(key=lambda pair: pair[1])  # of several likenesses the greatest is told
        return {other.pk: most for other, most in near if other.pk not in self._equal_keys}

    @cached_property
    def _equal_keys(self):
        of_versions = self._own_versions().values("weights_sha256")
        of_checkpoints = self._checkpoints().values("sha256")
        return {
            *StyleVersion.objects.with_weights_of(of_versions).values_list("pk", flat=True),
            *StyleVersion.objects.with_weights_of(of_checkpoints).values_list("pk", flat=True),
        }

    def copies(self):
        """Those versions that are its own by their equal weights alone."""
        equal = StyleVersion.objects.filter(pk__in=self._equal_keys)
        return equal.exclude(pk__in=self._own_versions().values("pk"))

    def _own_versions(self):
        if self.kind == SourceKind.VERSION:
            return StyleVersion.objects.filter(pk=self.key)
        return StyleVersion.objects.filter(checkpoint__in=self._checkpoints())

    def _checkpoints(self):
        return Checkpoint.objects.filter(run__snapshot__in=self.snapshots())

    def scenes(self):
        """All scenes that it reached, by whatever way."""
        return _following(self._first_scenes())

    def _first_scenes(self):
        """Querysets of the keys of scenes made of the source itself: each has an index of its own,
        which one condition with OR would not use."""
        if self.kind in (SourceKind.CUTOUT, SourceKind.START):
            return [self.started().values("pk")]
        packs = []
        if self._version_keys:
            packs = [ScenePack.objects.filter(version__in=self._version_keys).values("scene")]
        if self.kind == SourceKind.VERSION:
            return packs
        return [*packs, self.started().values("pk")]

    def started(self):
        """The scenes that started from it, or show it."""
        if self.kind == SourceKind.CUTOUT:
            return Scene.objects.filter(cutout=self.key)
        if self.kind == SourceKind.START:
            row = self.rows[0]
            return Scene.objects.filter(init_image_sha256=row.sha256, owner=row.owner_id)
        return Scene.objects.filter(init_image_sha256__in=self._starts())

    def _starts(self):
        """The hashes under which scenes may have started from the photograph."""
        pixels = {row.pixels_sha256 for row in self.rows} - {""}
        starts = InitImageUpload.objects.filter(pixels_sha256__in=pixels)
        return self._hashes | set(starts.values_list("sha256", flat=True))

    def assets(self):
        """The finished pictures that it reached."""
        return Asset.objects.filter(scene__in=self.scenes(), state=AssetState.READY)

    def downloads(self):
        """Of pictures that it reached."""
        return Download.objects.filter(asset__in=self.assets())

    def weights_downloads(self):
        """Of weights that learned from it, as checkpoints or as versions, under whatever name."""
        versions = self.versions().values("weights_sha256")
        alike = WeightsContent.objects.alike(versions).values("sha256")
        return WeightsDownload.objects.filter(
            Q(weights_sha256__in=versions)
            | Q(weights_sha256__in=alike)
            | Q(weights_sha256__in=self._checkpoints().values("sha256"))
        )


def made_from(asset):
    """The finished pictures that were started from an asset, or from one of these, and so on;
    those that show a cut-out made from it among them, and those that were started from a file that
    shows it beside others."""
    started = Scene.objects.filter(init_image_asset=asset).values("pk")
    starts = [sha256 for sha256, _key in starts_showing([asset.pk])]
    beside = Scene.objects.filter(init_image_sha256__in=starts).values("pk")
    placed = Scene.objects.filter(cutout__made_from=asset).values("pk")
    return Asset.objects.filter(
        scene__in=_following([started, placed, *([beside] if starts else [])]),
        state=AssetState.READY,
    )


def starts_showing(assets):
    """[(SHA-256 of a start picture that was brought along, key of the finished picture)] of those
    that show one of these finished pictures (keys, or a queryset of them)."""
    painted = PaintedPhotograph.objects.filter(kind=Painted.ASSET, key__in=assets)
    keys = defaultdict(list)
    for pixels, key in painted.values_list("pixels_sha256", "key"):
        keys[pixels].append(key)
    starts = InitImageUpload.objects.filter(pixels_sha256__in=painted.values("pixels_sha256"))
    columns = starts.values_list("sha256", "pixels_sha256")
    return [(sha256, key) for sha256, pixels in columns for key in keys[pixels]]


def made_of_held():
    """The finished pictures that may not leave the studio as things are now: querysets."""
    held = list(Scene.objects.held().values_list("pk", flat=True))
    for start in range(0, len(held), _AT_ONCE):
        scenes = _following([_keyed(held[start : start + _AT_ONCE])])
        yield Asset.objects.filter(scene__in=scenes, state=AssetState.READY)


def _keyed(keys):
    return Scene.objects.filter(pk__in=keys).values("pk")


def _following(firsts):
    """These scenes, and all that were started from their pictures. firsts: querysets of keys."""
    roots = [keys.order_by().query.sql_with_params() for keys in firsts]
    sql = _FOLLOWING.format(scenes=" UNION ".join(sql for sql, _params in roots))
    params = [value for _sql, values in roots for value in values]
    return Scene.objects.filter(pk__in=RawSQL(sql, params))


def find_source(kind, key):
    """The Source of this kind and key, or None."""
    if kind == SourceKind.IMAGE:
        of_file = TrainingImage.with_removed.filter(image_sha256=key)
        pixels = of_file.exclude(pixels_sha256="").values("pixels_sha256")
        images = TrainingImage.with_removed.filter(
            Q(image_sha256=key) | Q(pixels_sha256__in=pixels)
        )
        rows = list(images.select_related("dataset"))
        known = rows or SnapshotImage.objects.filter(sha256=key).exists()
        return Source(SourceKind.IMAGE, key, rows) if known else None
    models = {
        SourceKind.VERSION: StyleVersion.objects.select_related("pack"),
        SourceKind.CUTOUT: ProductCutout.objects.select_related("vehicle"),
        SourceKind.START: InitImageUpload.objects.all(),
    }
    if kind not in models or (pk := parse_id(key)) is None:
        return None
    row = models[kind].filter(pk=pk).first()
    return Source(SourceKind(kind), str(pk), [row]) if row else None


def figures_of(source, holders=None):
    """How much it reached: scenes, assets, approved, versions, downloads, people.

    holders: of `holders_of`, where a page has them already.
    """
    holders = holders_of(source) if holders is None else holders
    counted = source.assets().aggregate(
        scenes=Count("scene", distinct=True),
        assets=Count("pk"),
        approved=Count("pk", filter=Q(review=AssetReview.APPROVED)),
    )
    downloads = sum(holder["files"] for holder in holders)
    departures = {"downloads": downloads, "people": len(holders)}
    return counted | departures | {"versions": source.versions().count()}


def holders_of(source):
    """Who downloaded something that it reached: [{person, files, last}], the most
    files first. Weights count as files as pictures do."""
    holders: dict[int, dict] = {}
    for downloads in (source.downloads(), source.weights_downloads()):
        rows = downloads.order_by().values("person").annotate(files=Count("pk"), last=Max("at"))
        for row in rows:
            held = holders.setdefault(row["person"], row | {"files": 0})
            held["files"] += row["files"]
            held["last"] = max(held["last"], row["last"])
    return sorted(holders.values(), key=lambda held: (-held["files"], held["person"]))


def fingerprint(source, figures):
    """Differs once something was decided or made since a page showed the source."""
    states = [
        (row.pk, getattr(row, "state", ""), *_moments(row))
        for row in sorted(source.rows, key=lambda row: row.pk)
    ]
    versions = sorted(source.versions().values_list("pk", "state"))
    fingerprint = repr((states, versions, sorted(figures.items())))
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:16]


def _moments(row):
    names = ("recalled_at", "withdrawn_at", "kept_at", "rights_expire_at")
    return [str(getattr(row, name, "")) for name in names]
