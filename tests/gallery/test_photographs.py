"""What is decided of a photograph holds for start pictures and cut-outs, and for what was made."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import StillAlike
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import InitImageUpload, ProductCutout, StyleVersion
from gallery.services import cutouts, holds, recalls, sources
from gallery.services.downstream import figures_of, find_source, fingerprint
from tests.photographs import VARIANTS, cropped, photograph, saved
from training import services as training_services
from training.engine.data import images
from training.services import photographs

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(designer, tmp_path):
    """A photograph in a dataset, of clear rights."""
    dataset = training_services.make_dataset(designer, "Harbour")
    path = tmp_path / "quay.png"
    path.write_bytes(saved(photograph(1), "PNG"))
    training_services.add_images(dataset, [path])
    training_services.set_rights(dataset, designer, rights_holder="Lin")
    return dataset.images.get()


@pytest.fixture
def copy_of(photo, make_user, tmp_path):
    """copy_of("b.jpg", image): a picture of it in a stranger's dataset, noted as their own."""
    owner = make_user("=mei", is_designer=True)

    def copy_of(name, image):
        dataset = training_services.make_dataset(owner, f"Own {name}")
        path = tmp_path / name
        path.write_bytes(saved(image, "PNG"))
        training_services.add_images(dataset, [path])
        training_services.set_rights(dataset, owner, rights_holder="Us", licence="own")
        return dataset.images.get()

    return copy_of


def recall(image, by):
    source = find_source("image", image.image_sha256)
    return recalls.recall(source, by, "asked for", fingerprint(source, figures_of(source)))


def test_recalled_photograph_is_no_start_picture_and_no_cut_out(
    photo, copy_of, sent, marketer, brand_admin
):
    recall(photo, brand_admin)
    file = saved(photograph(1), "TIFF")
    bare = photograph(2).convert("RGBA")
    bare.paste((0, 0, 0, 0), (0, 0, 480, 60))
    recall(copy_of("flat.png", images.as_rgb(bare.copy())), brand_admin)
    transparent = saved(bare, "PNG")

    with pytest.raises(Refused) as start:
        sources.take_init_image(sent("mine.tif", file), marketer)
    with pytest.raises(Refused) as cutout:
        cutouts.take_cutout(sent("mine.png", transparent), marketer)

    assert start.value.code == "photograph-barred-elsewhere"
    assert cutout.value.code == "photograph-barred-elsewhere"
    assert InitImageUpload.objects.count() == ProductCutout.objects.count() == 0


def test_near_start_picture_is_held_until_an_admin_says_that_it_is_another(
    photo, sent, marketer, brand_admin, client, in_english
):
    recall(photo, brand_admin)
    upload = sources.take_init_image(
        sent("mine.jpg", saved(cropped(photograph(1), 0.04, 0, 0, 0.03))), marketer
    )
    start = sources.find_init_image(f"own-{upload.pk}", marketer)

    with pytest.raises(Refused) as caught:
        holds.check_start(start, marketer)
    assert caught.value.code == "init-image-withdrawn"
    with pytest.raises(StillAlike):
        upload.note_rights(marketer, {"rights_holder": "Us"})
    client.force_login(marketer)
    page = client.get(reverse("gallery:source-rights", args=["start", upload.pk])).text
    assert "Looks like a photograph of the studio" in page
    said = client.post(
        reverse("gallery:source-rights", args=["start", upload.pk]), {"rights_holder": "Us"}
    )
    assert said.status_code == 422

    client.force_login(brand_admin)
    asked = client.get(reverse("gallery:source-rights", args=["start", upload.pk])).text
    pair = {"row": upload.handle, "photograph": photo.handle, "act": "other"}
    for name in ("row", "photograph"):
        assert f'<input type="hidden" name="{name}" value="{pair[name]}">' in asked
    client.post(reverse("gallery:alike-decide"), {**pair, "reason": "。"})
    with pytest.raises(Refused):
        holds.check_start(start, marketer)
    client.post(reverse("gallery:alike-decide"), {**pair, "reason": "another quay"})
    holds.check_start(start, marketer)


def test_copy_of_a_copy_takes_over_the_rights_of_the_original(photo, copy_of, brand_admin):
    recall(photo, brand_admin)

    again = [
        copy_of(f"{name}.png", cropped(photograph(1), *edges))
        for name, edges in (("a", (0.03, 0, 0, 0)), ("b", (0.03, 0, 0, 0.01)))
    ]

    assert [image.carried_from for image in again] == [photo.pixels_sha256] * 2


@pytest.mark.parametrize("by", ["marketer", "designer"])
def test_only_admins_say_whether_it_is_another(photo, sent, client, request, by, brand_admin):
    recall(photo, brand_admin)
    person = request.getfixturevalue(by)
    upload = sources.take_init_image(sent("a.jpg", saved(photograph(1), quality=60)), person)
    client.force_login(person)
    pair = {"row": upload.handle, "photograph": photo.handle, "act": "other", "reason": "mine"}

    assert client.post(reverse("gallery:alike-decide"), pair).status_code == 403
    upload.refresh_from_db()
    assert upload.carried_from == photo.pixels_sha256


@pytest.mark.parametrize(
    ("row", "other"), [("image-1", "trainingimage-1"), ("", ""), ("trainingimage-x", "user-1")]
)
def test_decision_about_what_is_not_there_is_no_page(client, brand_admin, row, other):
    client.force_login(brand_admin)
    pair = {"row": row, "photograph": other, "act": "other", "reason": "x"}

    assert client.post(reverse("gallery:alike-decide"), pair).status_code == 404


def test_what_an_equal_copy_reached_is_held_with_the_photograph_and_recalled_with_it(
    photo, copy_of, train_on, make_version, make_ready, brand_admin
):
    copy = copy_of("equal.png", photograph(1))
    version = make_version(checkpoint=train_on(copy.dataset))
    asset = make_ready(packs=((version, 0.7),))[0]
    assert not holds.is_held(asset)

    photo.withdraw(brand_admin, "asked for")

    assert holds.is_held(asset)
    assert StyleVersion.objects.held().get() == version
    with pytest.raises(Refused):
        holds.check_version(version)
    source = find_source("image", photo.image_sha256)
    assert {row.pk for row in source.rows} == {photo.pk, copy.pk}
    assert [figures_of(source)[name] for name in ("versions", "assets")] == [1, 1]
    recall(photo, brand_admin)
    copy.refresh_from_db()
    assert copy.withdrawn_why == "asked for"


def test_copy_offers_no_clearing_of_rights_that_the_server_would_refuse(
    photo, copy_of, brand_admin, client, in_english
):
    recall(photo, brand_admin)
    copy = copy_of("near.png", VARIANTS["mirrored"](photograph(1)))
    client.force_login(brand_admin)
    address = reverse("training:image-detail", args=[copy.pk])

    page = client.get(address).text

    assert "Its rights are clear again" not in page
    assert "an admin decides below whether it is another picture" in page
    original = client.get(reverse("training:image-detail", args=[photo.pk])).text
    assert "Its rights are clear again" in original


def test_page_of_the_recalled_photograph_lists_near_copies_for_a_decision(
    photo, copy_of, brand_admin, client, in_english
):
    copy = copy_of("near.png", VARIANTS["mirrored"](photograph(1)))
    other = copy_of("other.png", photograph(2))
    recall(photo, brand_admin)
    address = reverse("gallery:image-downstream", args=[photo.dataset_id, photo.image_sha256])
    client.force_login(brand_admin)

    page = client.get(address).text
    assert copy.thumb_url in page
    assert other.thumb_url not in page
    assert "It is this photograph: carry its rights over" in page
    pair = {"row": copy.handle, "photograph": photo.handle, "act": "same", "reason": "mirrored"}
    client.post(reverse("gallery:alike-decide"), pair)

    copy.refresh_from_db()
    photo.refresh_from_db()
    assert (copy.withdrawn_at, copy.rights_holder) == (photo.withdrawn_at, "Lin")
    assert photographs.alike_of(copy, brand_admin)[0].photograph == photo


@pytest.mark.usefixtures("in_english")
def test_end_that_a_start_picture_took_over_follows_the_photograph_and_is_named(
    photo, sent, marketer, designer, client, brand_admin
):
    dataset = photo.dataset
    ended = timezone.now() - timedelta(days=3)
    training_services.set_rights(dataset, designer, rights_expire_at=ended)
    content = saved(cropped(photograph(1), 0.04, 0, 0, 0.03))
    upload = sources.take_init_image(sent("mine.jpg", content), marketer)
    assert upload.rights_expire_at == ended
    start = sources.find_init_image(f"own-{upload.pk}", marketer)
    with pytest.raises(Refused) as caught:
        holds.check_start(start, marketer)
    assert caught.value.code == "init-image-alike-elsewhere"
    assert "its rights ended" in problems.of(caught.value)

    training_services.set_rights(dataset, designer, rights_expire_at=None)

    upload.refresh_from_db()
    assert upload.rights_expire_at is None
    holds.check_start(start, marketer)
    client.force_login(brand_admin)
    page = client.get(reverse("gallery:source-rights", args=["start", upload.pk])).text
    assert photo.name in page
    assert "It is another picture" in page


def test_undone_recall_frees_what_took_over_the_rights_of_its_photograph(
    photo, copy_of, brand_admin
):
    row = recall(photo, brand_admin)
    near = copy_of("near.png", cropped(photograph(1), 0.04, 0, 0, 0.03))
    assert near.withdrawn_at

    recalls.undo(row, brand_admin)

    near.refresh_from_db()
    assert near.withdrawn_at is None


@pytest.mark.usefixtures("in_english")
def test_end_in_the_past_is_noted_with_a_warning(photo, client, designer, brand_admin):
    client.force_login(designer)
    address = reverse("training:dataset-rights", args=[photo.dataset.pk])
    sent_form = {"rights_holder": "Lin", "scope": "all"}

    past = client.post(address, {**sent_form, "rights_expire_at_0": "2020-01-01"}, follow=True)
    photo.refresh_from_db()
    assert "These rights ended on" in past.text
    assert photo.is_expired
    coming = client.post(address, {**sent_form, "rights_expire_at_0": "2099-01-01"}, follow=True)

    assert "These rights ended on" not in coming.text
