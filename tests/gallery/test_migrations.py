"""What is in a gallery of before comes through the migrations whole."""

import pytest
from django.db import IntegrityError

from brandstudio.core.models import AuditEntry, Campaign, User, Vehicle
from gallery.models import Asset, Channel, DownloadRule, Favourite, Recall, Scene
from training.models import BaseModel


@pytest.fixture
def asset(transactional_db):
    owner = User.objects.create(username="mei")
    size = {"width": 64, "height": 48}
    scene = Scene.objects.create(
        owner=owner,
        title="Arcade",
        prompt="an arcade",
        base=BaseModel.objects.create(name="Toy", family="sd15"),
        mode="picture",
        init_image_sha256="b" * 64,
        steps=4,
        guidance=3,
        seed=5,
        count=1,
        **size,
    )
    return Asset.objects.create(
        scene=scene, index=0, seed=5, state="ready", image_sha256="a" * 64, thumb_sha256="c" * 64
    )


def test_assets_keep_their_hashes_under_the_new_column_and_back(migrate_to, asset):
    columns = ("pk", "scene", "thumb_sha256")
    row = (asset.pk, asset.scene_id, "c" * 64, "a" * 64)

    old = migrate_to("gallery", "0013_evidence_images").get_model("gallery", "Asset").objects
    before = list(old.values_list(*columns, "picture_sha256"))
    migrate_to("gallery", "0014_image_hashes")
    after = list(Asset.objects.values_list(*columns, "image_sha256"))

    assert before == after == [row]
    with pytest.raises(IntegrityError, match="asset_ready_has_image"):
        Asset.objects.update(image_sha256="")
    with pytest.raises(IntegrityError, match="scene_from_image_has_one"):
        Scene.objects.update(init_image_sha256="")


def test_rules_that_an_admin_changed_survive_the_way_back_and_here_again(migrate_to, asset):
    named = {"review": "approved", "audience": "owner", "rendition": "original"}
    DownloadRule.objects.update_or_create(**named, defaults={"is_allowed": True})

    migrate_to("gallery", "0034_pictures_that_came_back")
    migrate_to("gallery", "0035_originals")

    assert DownloadRule.objects.get(**named).is_allowed
    assert DownloadRule.objects.filter(rendition="original").count() == 20


def test_favourite_of_before_is_its_makers(migrate_to, asset):
    old = migrate_to("gallery", "0037_photographs").get_model("gallery", "Asset").objects
    old.update(is_favourite=True)

    migrate_to("gallery", "0043_favourites_of_each")

    assert list(Favourite.objects.values_list("asset", "person")) == [
        (asset.pk, asset.scene.owner_id)
    ]


def test_pictures_whose_last_decision_was_no_are_declined_for_good(migrate_to, asset):
    decisions = {
        "declined": ["declined"],
        "asked": ["approved", "declined", "asked"],
        "private": ["declined"],
        "approved": ["declined", "approved"],
    }
    assets = {}
    for index, (review, targets) in enumerate(decisions.items(), start=1):
        assets[review] = decided(asset, index, review, targets)
    assets["allowed since"] = decided(asset, 9, "asked", ["declined", "approved", "asked"])
    assets["never decided"] = decided(asset, 10, "asked", ["asked"])

    migrate_to("gallery", "0028_remarks_on_evidence")
    migrate_to("gallery", "0029_standing_declines")

    why = dict(Asset.objects.values_list("pk", "declined_why"))
    assert {name: why[row.pk] for name, row in assets.items()} == {
        "declined": "0 declined",
        "asked": "1 declined",
        "private": "",
        "approved": "",
        "allowed since": "",
        "never decided": "",
    }


def decided(asset, index, review, targets):
    """Another picture of the scene, with an audit entry for each decision on it."""
    row = Asset.objects.create(
        scene=asset.scene,
        index=index,
        seed=5,
        state="ready",
        image_sha256="a" * 64,
        thumb_sha256="c" * 64,
        review=review,
    )
    for number, target in enumerate(targets):
        AuditEntry.objects.record(row, "", target, why=f"{number} {target}")
    return row


def test_campaigns_of_scenes_become_those_of_their_pictures(migrate_to, asset):
    vehicle = Vehicle.objects.create(
        slug="gs8", name_zh="传祺 GS8", name_en="Trumpchi GS8", body="suv", phrase="GS8 suv"
    )
    Channel.objects.create(slug="moments", name_zh="朋友圈", name_en="Moments", width=64, height=64)
    migrate_to("core", "0011_brand_kit")
    old = migrate_to("gallery", "0040_brand_kit")
    campaign = old.get_model("core", "Campaign").objects.create(
        slug="day", name_zh="节", name_en="Day", channels=["moments", "gone"]
    )
    scenes = old.get_model("gallery", "Scene").objects
    scenes.update(campaign=campaign.pk)

    migrate_to("core", "0013_campaign_channels_are_rows")
    migrate_to("gallery", "0050_shapes_of_one_motif")

    asset.refresh_from_db()
    kept = Campaign.objects.get()
    assert asset.campaign == kept
    assert list(kept.vehicles.all()) == [vehicle]
    assert list(kept.places.values_list("channel__slug", "deadline")) == [("moments", None)]


def test_names_of_cutouts_and_recalls_come_apart(migrate_to, transactional_db):
    old = migrate_to("gallery", "0044_posters")
    person = User.objects.create(username="mei").pk
    both = {"name": "白 white · 朝左 facing left", "width": 8, "height": 8, "made_by_id": person}
    hashes = {"sha256": "a" * 64, "thumb_sha256": "b" * 64}
    old.get_model("gallery", "ProductCutout").objects.create(**both, **hashes)
    old.get_model("gallery", "Recall").objects.create(
        kind="version", source_key="1", source_name="ink v1", by_id=person, report_sha256="c" * 64
    )

    new = migrate_to("gallery", "0045_names_in_each_language")

    named = new.get_model("gallery", "ProductCutout").objects.values_list("name", "name_en")
    assert list(named) == [("白色，朝左", "White, facing left")]
    assert new.get_model("gallery", "Recall").objects.get().source_name == "ink v1"
    assert str(Recall.objects.get()).endswith("ink v1")
