"""Whether it is known whose the pictures are that scenes were made of: start pictures that people
brought along, and cut-outs.

As in `holds`, nothing is written: each question is asked of the rows as they are at that moment.
"""

from dataclasses import dataclass

from django.conf import settings

from brandstudio.core.problems import Refused
from gallery.models import InitImageUpload, ProductCutout, Scene, SourceKind
from gallery.services import holds


@dataclass(frozen=True)
class Source:
    """One picture that others were made of. row: None where it is gone and its picture is left."""

    kind: SourceKind
    name: str
    row: ProductCutout | InitImageUpload | None

    @property
    def is_known(self):
        """Whether a person has noted whose it is."""
        return self.row is not None and self.row.has_known_rights


def sources_of(assets):
    """{asset's key: [Source]} of what was brought along for each, however far back."""
    pairs = holds.scenes_behind(assets)
    keys = {scene for _asset, scene in pairs}
    scenes = list(Scene.objects.filter(pk__in=keys).select_related("cutout__vehicle"))
    uploads = _uploads(scenes)
    of_scene = {scene.pk: _sources_of_scene(scene, uploads) for scene in scenes}
    sources: dict[int, list[Source]] = {asset.pk: [] for asset in assets}
    for asset, scene in pairs:
        sources[asset] += [source for source in of_scene[scene] if source not in sources[asset]]
    return sources


def unknown_among(assets):
    """The keys of those of a page's assets that may not be published for want of known rights.

    Empty without REQUIRE_RIGHTS_FOR_APPROVAL.
    """
    if not settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        return set()
    return {
        asset
        for asset, sources in sources_of(assets).items()
        if not all(source.is_known for source in sources)
    }


def obstacle_of(asset):
    """The Refused("sources-unknown") of a picture made of one that nobody knows whose it is."""
    if not unknown_among([asset]):
        return None
    unknown = [source for source in sources_of([asset])[asset.pk] if not source.is_known]
    return Refused("sources-unknown", name=str(asset), names=holds.names_of(unknown))


def check(asset):
    """Raise what `obstacle_of` tells of a picture that may not be published as it stands."""
    if obstacle := obstacle_of(asset):
        raise obstacle


def _uploads(scenes):
    """{(sha256, owner's key): InitImageUpload}; one of known rights where a file came twice."""
    uploads = InitImageUpload.objects.filter(
        sha256__in={scene.init_image_sha256 for scene in scenes if scene.init_image_sha256},
        owner__in={scene.owner_id for scene in scenes},
    )
    in_order = sorted(uploads, key=lambda upload: upload.has_known_rights)
    return {(upload.sha256, upload.owner_id): upload for upload in in_order}


def _sources_of_scene(scene, uploads):
    sources = []
    if scene.starts_from_upload:
        row = uploads.get((scene.init_image_sha256, scene.owner_id))
        name = str(row) if row else scene.init_image_name or scene.init_image_sha256[:8]
        sources.append(Source(SourceKind.START, name, row))
    if scene.cutout:
        sources.append(Source(SourceKind.CUTOUT, str(scene.cutout), scene.cutout))
    return sources
