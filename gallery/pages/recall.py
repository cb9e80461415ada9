"""The page of one recall: what its undo left as it was decided since."""

from gallery.models import Asset, InitImageUpload, ProductCutout, StyleVersion
from gallery.services import holds, version_marks
from training.models import TrainingImage


def left_as_is(recall, person):
    """What an undo did not put back, as far as this person may see it; empty of a recall that was
    not undone. {"assets": Assets, for admins also those in the bin, "versions": StyleVersions,
    "sources": the photographs, cut-outs and start pictures themselves, for admins alone}."""
    items = recall.items.filter(was_restored=False) if recall.undone_at else recall.items.none()
    is_admin = person.is_brand_admin
    assets = Asset.objects.all() if is_admin else Asset.objects.visible_to(person)
    versions = StyleVersion.objects.visible_to(person).select_related("pack")
    sources = (TrainingImage, ProductCutout, InitImageUpload) if is_admin else ()
    left_assets = assets.titled().filter(pk__in=_keys(items, Asset)).order_by("pk")
    left_versions = versions.filter(pk__in=_keys(items, StyleVersion)).order_by("pk")
    holds.mark(left_assets)
    version_marks.mark(left_versions)
    return {
        "assets": left_assets,
        "versions": left_versions,
        "sources": [
            row
            for model in sources
            for row in model.objects.filter(pk__in=_keys(items, model)).order_by("pk")
        ],
    }


def _keys(items, model):
    named = items.filter(entry__subject_kind=model._meta.label_lower)
    return [int(key) for key in named.values_list("entry__subject_id", flat=True)]
