"""What is in a gallery of before comes through the migrations whole."""

import pytest
from django.db import IntegrityError

from brandstudio.core.models import Message, Transport, User
from gallery.models import Asset, Channel, Favourite, Recall, Scene
from training.models import BaseModel, Dataset, TrainingImage

SIZE = {"width": 64, "height": 48}
SCENE = {
    "title": "Arcade",
    "prompt": "an arcade",
    "mode": "picture",
    "init_image_sha256": "b" * 64,
    "steps": 4,
    "guidance": 3,
    "seed": 5,
    "count": 1,
    **SIZE,
}


def make_asset(models, image="image_sha256"):
    """A picture as of that migration, whose column of that name has its hash."""
    owner = models.get_model("core", "User").objects.create(username="mei")
    base = models.get_model("training", "BaseModel").objects.create(name="Toy", family="sd15")
    scene = models.get_model("gallery", "Scene").objects.create(
        owner_id=owner.pk, base_id=base.pk, **SCENE
    )
    return models.get_model("gallery", "Asset").objects.create(
        scene=scene, index=0, seed=5, state="ready", thumb_sha256="c" * 64, **{image: "a" * 64}
    )


def test_rows_of_every_room_survive_the_way_back(migrate_to):
    owner = User.objects.create(username="mei")
    message = Message.objects.create(transport=Transport.WECOM, code="run-finished")
    image = TrainingImage.objects.create(
        dataset=Dataset.objects.create(name="Ink", owner=owner),
        name="a.png",
        **{f"{which}_sha256": which[0] * 64 for which in ("original", "image", "thumb")},
        **SIZE,
    )
    base = BaseModel.objects.create(name="Toy", family="sd15")
    asset = Asset.objects.create(
        scene=Scene.objects.create(owner=owner, base=base, **SCENE),
        index=0,
        seed=5,
        state="ready",
        image_sha256="a" * 64,
        thumb_sha256="c" * 64,
    )

    core = migrate_to("core", "0004_names_of_vehicles_that_are_addresses")
    messages = core.get_model("core", "Message").objects
    training = migrate_to("training", "0009_dataset_tasks")
    images = training.get_model("training", "TrainingImage").objects
    gallery = migrate_to("gallery", "0013_evidence_images")
    assets = gallery.get_model("gallery", "Asset").objects

    assert list(messages.values_list("pk", "way")) == [(message.pk, "wecom")]
    hashes = (image.pk, "o" * 64, "i" * 64, "t" * 64)
    columns = ("original_sha256", "picture_sha256", "thumb_sha256")
    assert list(images.values_list("pk", *columns)) == [hashes]
    hashes = (asset.pk, asset.scene_id, "c" * 64, "a" * 64)
    columns = ("scene", "thumb_sha256", "picture_sha256")
    assert list(assets.values_list("pk", *columns)) == [hashes]


def test_assets_keep_their_hashes_under_the_new_column_and_back(begin_at, migrate_to):
    asset = make_asset(begin_at("gallery", "0013_evidence_images"), image="picture_sha256")
    columns = ("pk", "scene", "thumb_sha256")
    row = (asset.pk, asset.scene_id, "c" * 64, "a" * 64)

    migrate_to("gallery", "0014_image_hashes")
    after = list(Asset.objects.values_list(*columns, "image_sha256"))
    old = migrate_to("gallery", "0013_evidence_images").get_model("gallery", "Asset").objects
    back = list(old.values_list(*columns, "picture_sha256"))
    migrate_to("gallery", "0014_image_hashes")

    assert after == back == [row]
    with pytest.raises(IntegrityError, match="asset_ready_has_image"):
        Asset.objects.update(image_sha256="")
    with pytest.raises(IntegrityError, match="scene_from_image_has_one"):
        Scene.objects.update(init_image_sha256="")


def test_rules_that_an_admin_changed_survive_the_way_back_and_here_again(begin_at, migrate_to):
    named = {"review": "approved", "audience": "owner", "rendition": "original"}
    models = begin_at("gallery", "0035_originals")
    rules = models.get_model("gallery", "DownloadRule").objects
    rules.update_or_create(**named, defaults={"is_allowed": True})

    migrate_to("gallery", "0034_pictures_that_came_back")
    migrate_to("gallery", "0035_originals")

    assert rules.get(**named).is_allowed
    assert rules.filter(rendition="original").count() == 20


def test_favourite_of_before_is_its_makers(begin_at, migrate_to):
    asset = make_asset(begin_at("gallery", "0037_photographs"))
    asset.is_favourite = True
    asset.save()

    migrate_to("gallery", "0043_favourites_of_each")

    assert list(Favourite.objects.values_list("asset", "person")) == [
        (asset.pk, asset.scene.owner_id)
    ]


def test_pictures_whose_last_decision_was_no_are_declined_for_good(begin_at, migrate_to):
    decisions = {
        "declined": ["declined"],
        "asked": ["approved", "declined", "asked"],
        "private": ["declined"],
        "approved": ["declined", "approved"],
    }
    models = begin_at("gallery", "0028_remarks_on_evidence")
    scene = make_asset(models).scene
    assets = {}
    for index, (review, targets) in enumerate(decisions.items(), start=1):
        assets[review] = decided(models, scene, index, review, targets)
    assets["allowed since"] = decided(models, scene, 9, "asked", ["declined", "approved", "asked"])
    assets["never decided"] = decided(models, scene, 10, "asked", ["asked"])

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


def decided(models, scene, index, review, targets):
    """Another picture of the scene, with an audit entry for each decision on it."""
    row = models.get_model("gallery", "Asset").objects.create(
        scene=scene,
        index=index,
        seed=5,
        state="ready",
        image_sha256="a" * 64,
        thumb_sha256="c" * 64,
        review=review,
    )
    entries = models.get_model("core", "AuditEntry").objects
    for number, target in enumerate(targets):
        entries.create(
            subject_kind="gallery.asset",
            subject_id=str(row.pk),
            target=target,
            why=f"{number} {target}",
        )
    return row


def test_campaigns_of_scenes_become_those_of_their_pictures(begin_at, migrate_to):
    old = begin_at("gallery", "0040_brand_kit")
    vehicle = old.get_model("core", "Vehicle").objects.create(
        slug="gs8", name_zh="传祺 GS8", name_en="Trumpchi GS8", body="suv", phrase="GS8 suv"
    )
    old.get_model("gallery", "Channel").objects.create(
        slug="moments", name_zh="朋友圈", name_en="Moments", width=300, height=300
    )
    asset = make_asset(old)
    campaign = old.get_model("core", "Campaign").objects.create(
        slug="day", name_zh="节", name_en="Day", channels=["moments", "gone"]
    )
    scenes = old.get_model("gallery", "Scene").objects
    scenes.update(campaign=campaign.pk)

    migrate_to("core", "0013_campaign_channels_are_rows")
    new = migrate_to("gallery", "0050_shapes_of_one_motif")

    kept = new.get_model("core", "Campaign").objects.get()
    assert new.get_model("gallery", "Asset").objects.get(pk=asset.pk).campaign_id == kept.pk
    assert list(kept.vehicles.values_list("pk", flat=True)) == [vehicle.pk]
    assert list(kept.places.values_list("channel__slug", "deadline")) == [("moments", None)]


def test_names_of_cutouts_and_recalls_come_apart(begin_at, migrate_to):
    old = begin_at("gallery", "0044_posters")
    person = old.get_model("core", "User").objects.create(username="mei").pk
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


def test_channels_of_before_get_their_use_and_territory_and_again_after_the_way_back(
    begin_at, migrate_to
):
    models = begin_at("gallery", "0047_lists_by_strength")
    size = {"width": 300, "height": 300}
    channels = models.get_model("gallery", "Channel").objects
    for slug in ("screen", "instagram", "of-ours"):
        channels.create(slug=slug, name_zh=slug, name_en=slug, **size)

    migrate_to("gallery", "0048_uses_of_channels")
    first = set(Channel.objects.values_list("slug", "use", "territory"))
    migrate_to("gallery", "0047_lists_by_strength")
    migrate_to("gallery", "0048_uses_of_channels")

    assert first == {
        ("screen", "event", "中国大陆"),
        ("instagram", "online", "全球"),
        ("of-ours", "", ""),
    }
    assert set(Channel.objects.values_list("slug", "use", "territory")) == first


def test_sources_of_channels_of_before_are_told_in_english_and_again_after_the_way_back(
    begin_at, migrate_to
):
    channels = (
        begin_at("gallery", "0050_shapes_of_one_motif").get_model("gallery", "Channel").objects
    )
    for slug, source in (("screen", "像素点对点"), ("own", "我们自己量的")):
        channels.create(slug=slug, name_zh=slug, name_en=slug, width=800, height=600, source=source)

    migrate_to("gallery", "0051_sources_of_channels_in_each_language")
    first = dict(Channel.objects.values_list("slug", "source_en"))
    migrate_to("gallery", "0050_shapes_of_one_motif")
    migrate_to("gallery", "0051_sources_of_channels_in_each_language")

    assert first == {"screen": "Pixel for pixel", "own": ""}
    assert dict(Channel.objects.values_list("slug", "source_en")) == first


def test_pictures_of_campaigns_are_read_anew_and_stay_let_pass(begin_at, migrate_to):
    models = begin_at("gallery", "0052_photographs_that_were_painted_here")
    checks = models.get_model("gallery", "DriftCheck").objects
    checks.create(
        asset=make_asset(models),
        campaign=models.get_model("core", "Campaign").objects.create(slug="day"),
        features={"bodies": {"suv": 0.9}},
        reasons={"palette": 9.0},
        dismissed_why="Blue on purpose.",
        dismissed_by=models.get_model("core", "User").objects.get(),
    )

    migrate_to("gallery", "0053_drift_read_anew")
    migrate_to("gallery", "0052_photographs_that_were_painted_here")
    migrate_to("gallery", "0053_drift_read_anew")

    check = checks.get()
    assert (check.features, check.campaign, check.reasons) == ({}, None, {"palette": 9.0})
    assert check.dismissed_why == "Blue on purpose."


def test_pictures_painted_anew_before_are_shapes_of_their_origin_and_again_after_the_way_back(
    begin_at, migrate_to
):
    models = begin_at("gallery", "0053_drift_read_anew")
    scenes, assets = (models.get_model("gallery", name).objects for name in ("Scene", "Asset"))
    origin = make_asset(models)
    channels = models.get_model("gallery", "Channel").objects
    square, wide = (
        channels.create(slug=slug, width=600, height=300) for slug in ("square", "wide")
    )
    scenes.filter(pk=origin.scene_id).update(channel=square)
    shared = SCENE | {"owner_id": origin.scene.owner_id, "base_id": origin.scene.base_id}

    def made(seed=5, strength=0.7, **scene):
        row = scenes.create(**shared | {"channel": wide, "made_from": origin} | scene)
        models.get_model("gallery", "ScenePack").objects.create(
            scene=row, version=version, strength=strength
        )
        return assets.create(scene=row, index=0, seed=seed)

    pack = models.get_model("gallery", "StylePack").objects.create(slug="ink")
    version = models.get_model("gallery", "StyleVersion").objects.create(
        pack=pack,
        base_id=shared["base_id"],
        made_by_id=shared["owner_id"],
        number=1,
        size=1,
    )
    models.get_model("gallery", "ScenePack").objects.create(
        scene=origin.scene, version=version, strength=0.4
    )
    assets.filter(pk=origin.pk).update(strength=0.7)  # of a sweep
    anew = made()
    made(seed=6)
    made(strength=0.4)
    made(prompt="a tea house")
    made(channel=square)
    made(made_from=None)

    migrate_to("gallery", "0054_shapes_of_pictures_of_before")
    migrate_to("gallery", "0053_drift_read_anew")
    migrate_to("gallery", "0054_shapes_of_pictures_of_before")

    shaped = dict(Asset.objects.exclude(shape_of=None).values_list("pk", "shape_of"))
    assert shaped == {anew.pk: origin.pk}
