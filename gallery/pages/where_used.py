"""What a version is used in: as figures of all, and by name as far as the reader may see."""

from dataclasses import dataclass

from brandstudio.core.models import Campaign
from gallery.models import Asset, AssetState, Download, PromptTemplate, ReviewState, Scene
from training.models import WeightsDownload

SHOWN = 8


@dataclass(frozen=True)
class WhereUsed:
    """scenes, pictures, downloads: counts of all; weights_downloads of the style's own file.
    visible_images: those the reader may open.

    recent: the newest Scenes the reader may see, each with .first (an asset to open). templates:
    those that come with the pack, the newest of each. campaigns: [(Campaign, pictures)].
    """

    scenes: int
    images: int
    visible_images: int
    downloads: int
    weights_downloads: int
    recent: list[Scene]
    templates: list[PromptTemplate]
    campaigns: list[tuple[Campaign, int]]

    @property
    def is_nowhere(self):
        return not (self.scenes or self.templates or self.weights_downloads)


def where_used(version, person):
    """The WhereUsed of a version. Queries are of constant number."""
    scenes = Scene.objects.filter(packs__version=version)
    images = Asset.objects.filter(scene__in=scenes.values("pk"), state=AssetState.READY)
    visible = images & Asset.objects.visible_to(person)
    return WhereUsed(
        scenes=scenes.count(),
        images=images.count(),
        visible_images=visible.count(),
        downloads=Download.objects.filter(asset__scene__in=scenes.values("pk")).count(),
        weights_downloads=WeightsDownload.objects.filter(
            weights_sha256=version.weights_sha256
        ).count(),
        recent=_recent(visible),
        templates=_templates(version.pack, person),
        campaigns=_campaigns(images),
    )


def _recent(images):
    scenes: dict[int, Scene] = {}
    newest = images.titled().select_related("scene__owner")
    for asset in newest.defer("preview", "lineage").order_by("-scene__made_at", "index")[:100]:
        scene = scenes.setdefault(asset.scene_id, asset.scene)
        if not hasattr(scene, "first"):
            scene.first = asset
    return list(scenes.values())[:SHOWN]


def _templates(pack, person):
    rows = PromptTemplate.objects.visible_to(person).filter(packs=pack)
    newest: dict[str, PromptTemplate] = {}
    for row in rows.exclude(state=ReviewState.RETIRED).order_by("slug", "-number"):
        newest.setdefault(row.slug, row)
    return list(newest.values())


def _campaigns(images):
    counts: dict[int, int] = {}
    for pk in images.exclude(campaign=None).order_by().values_list("campaign", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    campaigns = Campaign.objects.in_bulk(counts)
    return [(campaigns[pk], count) for pk, count in counts.items() if pk in campaigns]
