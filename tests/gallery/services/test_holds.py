"""Rights that end stop what was made of them at that minute, through every door."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import jobs, problems, services
from gallery.models import AssetState, Download, InitImageUpload, ProductCutout, StyleVersion
from gallery.services import assets as asset_acts
from gallery.services import enlarging, holds, library, reuse, scenes, sources
from gallery.services.checklist import all_confirmed
from gallery.services.orders import Placement
from training import services as training_services

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


def end_rights(rows):
    rows.update(rights_expire_at=timezone.now() - timedelta(seconds=1))


def refused(act, *given):
    with pytest.raises(Refused) as caught:
        act(*given)
    return caught.value.code


def test_rights_of_the_coming_minute_stop_nothing_yet(dataset, version, make_ready):
    [asset] = make_ready(packs=((version, 0.7),))
    dataset.images.update(rights_expire_at=timezone.now() + timedelta(minutes=1))

    assert not holds.is_held(asset)
    assert not StyleVersion.objects.held().exists()


def test_no_order_passes_once_rights_of_one_training_picture_ended(
    dataset, version, marketer, make_ready, make_scene
):
    [asset] = make_ready(packs=((version, 0.7),))
    waiting = make_scene(packs=((version, 0.7),)).assets.get()
    end_rights(dataset.images.filter(name="red.png"))

    def order(order_of):
        services.compose_scene(order_of(asset, marketer), marketer)

    assert refused(order, reuse.again) == "pack-held"
    assert refused(order, reuse.sweep) == "pack-held"
    assert refused(enlarging.enlarge, asset, marketer) == "pack-held"
    with pytest.raises(Refused, match="pack-held"):
        make_scene(packs=((version, 0.7),))
    waiting.fail("worker-lost")
    assert refused(scenes.retry, waiting, marketer) == "pack-held"
    assert library.usable_versions() == []


@pytest.mark.usefixtures("in_english")
def test_picture_that_waited_past_the_end_is_not_painted(dataset, version, make_scene):
    asset = make_scene(packs=((version, 0.7),)).assets.get()
    end_rights(dataset.images)

    jobs.render(asset.pk)

    asset.refresh_from_db()
    assert (asset.state, asset.problem) == (AssetState.FAILED, "painting-held")
    told = problems.sentence(asset.problem, asset.problem_facts)
    assert told.startswith(f"{asset} was not painted: what it would be made from was recalled")


def test_file_does_not_leave_and_page_says_why(at, dataset, version, make_ready, marketer):
    [asset] = make_ready(packs=((version, 0.7),))
    end_rights(dataset.images.filter(name="red.png"))

    answer = at(marketer).get("asset-download", asset.pk, form="jpg")

    assert answer.status_code == 403
    assert not Download.objects.exists()
    followed = at(marketer).get("asset-detail", asset.pk)
    assert "red.png" in followed.text


def test_what_was_started_from_a_held_picture_is_held(dataset, version, make_ready, brand_admin):
    [first] = make_ready(packs=((version, 0.7),))
    [second] = make_ready(init_image=sources.init_image_of(first))
    [third] = make_ready(init_image=sources.init_image_of(second))
    [other] = make_ready()
    asset_acts.ask_review(third, third.scene.owner)
    end_rights(dataset.images)

    assert [holds.is_held(asset) for asset in (first, second, third, other)] == [
        True,
        True,
        True,
        False,
    ]
    assert refused(asset_acts.approve, third, brand_admin, all_confirmed()) == "asset-held"


def test_cut_out_and_start_picture_hold_what_was_made_of_them(
    make_ready, marketer, make_scene, tmp_path
):
    cutout = ProductCutout.objects.create(
        name="GS8", sha256="c" * 64, thumb_sha256="d" * 64, width=9, height=9, made_by=marketer
    )
    upload = InitImageUpload.objects.create(
        owner=marketer, name="street.jpg", sha256="e" * 64, thumb_sha256="f" * 64, width=9, height=9
    )
    init_image = sources.InitImage("own-1", upload.sha256, upload.name, upload=upload)
    [around] = make_ready(placement=Placement(cutout))
    [onwards] = make_ready(init_image=init_image)

    end_rights(ProductCutout.objects)
    end_rights(InitImageUpload.objects)

    assert [hold.kind for hold in holds.holds_of_asset(around)] == ["cutout"]
    assert [hold.kind for hold in holds.holds_of_asset(onwards)] == ["start"]
    with pytest.raises(Refused, match="cutout-held"):
        make_scene(placement=Placement(cutout))
    with pytest.raises(Refused, match="init-image-held"):
        make_scene(init_image=init_image)


def test_weights_do_not_leave_while_held(at, dataset, version, designer):
    end_rights(dataset.images)

    for door in ("version-weights", "version-export"):
        assert at(designer).get(door, "ink", 1).status_code == 403


def test_admin_extends_or_keeps_with_a_reason_and_the_gate_opens(
    at, dataset, version, make_ready, brand_admin, client
):
    [asset] = make_ready(packs=((version, 0.7),))
    end_rights(dataset.images)
    red, blue = dataset.images.order_by("-name")

    def decide(image, **data):
        args = ["image", image.image_sha256, image.pk]
        return at(brand_admin).post("rights-decide", *args, **data)

    decide(red, act="keep", reason="")
    assert holds.is_held(asset)
    decide(red, act="keep", reason="printed already")
    assert holds.is_held(asset)  # by the other picture
    decide(blue, act="extend", reason="renewed", until_0="2020-01-01")
    assert holds.is_held(asset)  # a day that is past
    decide(blue, act="extend", reason="renewed", until_0="2099-01-01")

    assert not holds.is_held(asset)
    assert [AuditEntry.objects.about(image).first().why for image in (red, blue)] == [
        "printed already",
        "renewed",
    ]


def test_designer_may_not_decide(at, dataset, designer):
    end_rights(dataset.images)
    image = dataset.images.first()

    answer = at(designer).post(
        "rights-decide", "image", image.image_sha256, image.pk, act="keep", reason="mine"
    )

    assert answer.status_code == 403
    assert dataset.images.holding().count() == 2


@pytest.mark.parametrize(
    ("change", "counted"),
    [
        ({"rights_holder": ""}, {"unknown": 2}),
        ({"rights_from_file": True}, {"unknown": 2}),
        ({"uses": "online"}, {"not_for_training": 2}),
    ],
)
def test_style_is_not_approved_on_pictures_without_clear_rights(
    dataset, train_on, make_version, brand_admin, change, counted
):
    dataset.images.update(**change)
    version = make_version(checkpoint=train_on(dataset), state="in_review")

    with pytest.raises(Refused) as caught:
        services.approve(version, brand_admin, answers=all_confirmed())

    none = {"unknown": 0, "expired": 0, "withdrawn": 0, "not_for_training": 0}
    assert caught.value.code == "rights-unclear"
    assert caught.value.facts == {"name": str(version), **none, **counted}


def test_setting_lets_unknown_rights_pass_but_never_ended_ones(
    dataset, train_on, make_version, brand_admin, settings
):
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    dataset.images.update(rights_holder="")
    version = make_version(checkpoint=train_on(dataset), state="in_review")
    end_rights(dataset.images.filter(name="red.png"))

    with pytest.raises(Refused, match="pack-held"):
        services.approve(version, brand_admin, answers=all_confirmed())
    dataset.images.update(rights_expire_at=None)
    services.approve(version, brand_admin, answers=all_confirmed())

    assert version.state == "approved"


def test_picture_removed_without_a_row_counts_as_unknown(
    dataset, train_on, make_version, brand_admin
):
    version = make_version(checkpoint=train_on(dataset), state="in_review")
    version.checkpoint.run.snapshot.images.filter(name="red.png").update(image_number=None)

    with pytest.raises(Refused) as caught:
        services.approve(version, brand_admin, answers=all_confirmed())

    assert caught.value.facts["unknown"] == 1


def test_taking_a_picture_out_of_its_dataset_does_not_free_what_it_reached(
    dataset, version, make_ready, designer
):
    [asset] = make_ready(packs=((version, 0.7),))
    red = dataset.images.get(name="red.png")
    red.withdraw(designer, "the owner took it back")
    training_services.remove_images(dataset.images.filter(pk=red.pk), designer)

    assert [hold.row for hold in holds.holds_of_asset(asset)] == [red]


def test_reviewer_sees_every_picture_without_clear_rights(
    client, dataset, train_on, make_version, brand_admin
):
    dataset.images.filter(name="red.png").update(rights_holder="")
    version = make_version(checkpoint=train_on(dataset), state="in_review")
    client.force_login(brand_admin)

    page = client.get(reverse("gallery:review"), {"item": f"version-{version.pk}"})

    rights = page.context["rights"]
    assert [image.name for image, _why in rights.unclear] == ["red.png"]
    assert (rights.counts["clear"], rights.counts["images"], rights.unchecked) == (1, 2, 2)
    red = dataset.images.get(name="red.png")
    assert f"/images/{red.pk}/thumb/" in page.text
    assert f'href="/images/{red.pk}/"' in page.text
    assert "closed" in page.context


def test_submission_says_what_will_be_missing(at, dataset, train_on, make_version, designer):
    dataset.images.update(rights_holder="")
    make_version(checkpoint=train_on(dataset), state="draft")

    at(designer).post("version-submit", "ink", 1)
    page = at(designer).get("version-detail", "ink", 1)

    assert any("2" in str(message) for message in page.context["messages"])


def test_photograph_kept_in_use_carries_no_version_that_was_submitted_afterwards(
    client, dataset, train_on, make_version, designer, brand_admin
):
    before = make_version("before", checkpoint=train_on(dataset), state="in_review")
    red = dataset.images.get(name="red.png")
    red.withdraw(designer, "the owner took it back")
    red.keep_in_use(brand_admin, "the posters hang already")
    after = make_version("after", checkpoint=train_on(dataset), state="in_review")

    services.approve(before, brand_admin, answers=all_confirmed())
    with pytest.raises(Refused) as caught:
        services.approve(after, brand_admin, answers=all_confirmed())

    assert before.state == "approved"
    assert caught.value.code == "rights-kept-before"
    assert caught.value.facts == {"name": str(after), "names": "red.png"}
    client.force_login(brand_admin)
    page = client.get(reverse("gallery:review"), {"item": f"version-{after.pk}"})
    assert page.context["rights"].counts["clear"] == 1
    assert "red.png" in page.context["closed"]


def test_version_sent_back_and_submitted_anew_counts_as_submitted_afterwards(
    dataset, train_on, make_version, designer, brand_admin
):
    version = make_version(checkpoint=train_on(dataset), state="in_review")
    red = dataset.images.get(name="red.png")
    end_rights(dataset.images.filter(pk=red.pk))
    red.refresh_from_db()
    red.keep_in_use(brand_admin, "the posters hang already")
    version.send_back(brand_admin, "Colder, please.")
    version.submit(designer)

    with pytest.raises(Refused, match="rights-kept-before"):
        services.approve(version, brand_admin, answers=all_confirmed())


def test_withdrawn_cut_out_and_start_say_so_and_ended_ones_that_they_ended(marketer, brand_admin):
    stored = {"sha256": "c" * 64, "thumb_sha256": "d" * 64, "width": 9, "height": 9}
    same = {"pixels_sha256": "7" * 64}
    cutout = ProductCutout.objects.create(name="GS8", made_by=marketer, **stored, **same)
    upload = InitImageUpload.objects.create(owner=marketer, name="street.jpg", **stored)
    init_image = sources.InitImage("own-1", upload.sha256, upload.name, upload=upload)
    end_rights(ProductCutout.objects)
    end_rights(InitImageUpload.objects)

    assert refused(holds.check_cutout, cutout) == "cutout-held"
    assert refused(holds.check_start, init_image, marketer) == "init-image-held"
    upload.withdraw(brand_admin, "lost in court")
    assert refused(holds.check_start, init_image, marketer) == "init-image-withdrawn"
    InitImageUpload.objects.update(**same)
    assert refused(holds.check_cutout, cutout) == "cutout-withdrawn"
