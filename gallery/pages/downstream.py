"""What was made with one source: the way on, from its rows to files that left."""

from dataclasses import dataclass
from functools import cached_property

from brandstudio.core.models import User
from brandstudio.core.models.rights import asked_once
from gallery.models import Asset, Poster, Recall, SourceKind
from gallery.pages.near_weights import near_weights
from gallery.services import downstream, holds, learned, version_marks
from training.models import SnapshotImage, TrainingImage, TrainingRun
from training.services import photographs

SHOWN = 48  # assets with their picture
HOLDERS = 100  # people by name


@dataclass(frozen=True)
class Downstream:
    """names: file names the source goes by. images: rows of a photograph that the reader may see.
    assets: the newest that the reader may see; figures: counts of all. seen: the fingerprint of
    what is shown, for acts. copies: those versions that hold the same weights under another name;
    near: NearVersions; those from elsewhere are recalled with a version, others stay as they are.
    posters: the newest that were made with one of its pictures.
    holders: [(person, row of `holders_of`)]. to_decide: rows whose rights have ended and that
    an admin must decide. person: who reads.
    """

    source: downstream.Source
    person: User
    names: list
    images: list
    snapshots: list
    runs: list
    versions: list
    copies: list
    near: list
    assets: list
    posters: list
    holders: list
    figures: dict
    recalls: list
    seen: str

    @property
    def is_empty(self):
        figures = self.figures
        listed = self.snapshots or self.copies or self.near
        return not (listed or figures["scenes"] or figures["downloads"])

    @property
    def to_decide(self):
        return [row for row in self.source.rows if getattr(row, "is_holding", False)]

    @property
    def copies_alike(self):
        """Copies of the photograph in the studio that are not its equals, each to be decided: a
        list of `photographs.Alike`."""
        return [
            photographs.Alike(row, photograph, photographs.decision_of(photograph))
            for photograph in self._photographs
            if not photograph.carried_from
            for row in photographs.copies_of(photograph)
        ]

    @property
    def originals_alike(self):
        """The photographs that it looks like itself: as `copies_alike`."""
        return [
            alike
            for photograph in self._photographs
            if photograph.carried_from
            for alike in photographs.alike_of(photograph, self.person)
        ]

    @property
    def _photographs(self):
        """One row of the source for each of its pixels."""
        if self.source.kind == SourceKind.VERSION:
            return []
        rows = {row.pixels_sha256: row for row in self.source.rows if row.pixels_sha256}
        return list(rows.values())

    @cached_property
    def learned(self):
        """What learned from files of its pictures, brought into datasets as photographs."""
        learners = learned.learned_from(self.source.assets())
        version_marks.mark(learners.versions)
        return learners

    @property
    def asset_count(self):
        return self.figures["assets"]

    @property
    def download_count(self):
        return self.figures["downloads"]


@asked_once()
def downstream_of(source, person):
    """The Downstream of a source, in whatever dataset a photograph was used."""
    snapshots = list(source.snapshots().select_related("dataset"))
    runs = TrainingRun.objects.filter(snapshot__in=snapshots).select_related("owner")
    visible = Asset.objects.visible_to(person) & source.assets()
    # Keys first: sorting whole rows of 10,000 pictures takes longer than all else here.
    newest = list(visible.order_by("-pk").values_list("pk", flat=True)[:SHOWN])
    shown = Asset.objects.titled().filter(pk__in=newest).order_by("-pk")
    holders = downstream.holders_of(source)
    people = User.objects.in_bulk([holder["person"] for holder in holders[:HOLDERS]])
    figures = downstream.figures_of(source, holders)
    versions = list(source.versions().select_related("pack", "checkpoint"))
    version_marks.mark(versions)
    assets = list(shown.defer("preview", "lineage"))
    posters = _posters_of(source, person)
    holds.mark([*assets, *(poster.asset for poster in posters)])
    return Downstream(
        source=source,
        person=person,
        names=_names_of(source),
        images=[row for row in source.rows if isinstance(row, TrainingImage)],
        snapshots=snapshots,
        runs=list(runs),
        versions=versions,
        copies=list(source.copies().select_related("pack")),
        near=near_weights([v for v in versions if v.pk not in source.near_copies], person),
        assets=assets,
        posters=posters,
        holders=[(people[row["person"]], row) for row in holders[:HOLDERS]],
        figures=figures,
        recalls=list(Recall.objects.filter(kind=source.kind, source_key=source.key)),
        seen=downstream.fingerprint(source, figures),
    )


def _posters_of(source, person):
    visible = Poster.objects.visible_to(person).filter(asset__in=source.assets())
    return list(visible.select_related("channel", "asset")[:SHOWN])


def _names_of(source):
    frozen = SnapshotImage.objects.filter(sha256=source.key).values_list("name", flat=True)
    return sorted(set(frozen) | {str(row) for row in source.rows})
