"""What a training picture reached: snapshots, runs, style versions, pictures, downloads."""

import pytest

from gallery.models import Download
from gallery.pages.downstream import downstream_of
from gallery.services import sources
from gallery.services.downstream import find_source
from training import services

pytestmark = pytest.mark.django_db


def followed(image, person):
    """The Downstream of a training picture."""
    return downstream_of(find_source("image", image.image_sha256), person)


def test_picture_is_followed_to_the_files_that_left(
    client, designer, marketer, dataset, train_on, make_version, make_ready
):
    red = dataset.images.get(name="red.png")
    version = make_version(checkpoint=train_on(dataset))
    assets = make_ready(packs=((version, 0.7),), count=2)
    make_ready()  # made without the pack
    Download.objects.create(
        asset=assets[0], person=marketer, form="png", width=1, height=1, sha256="0" * 64
    )

    downstream = followed(red, designer)

    assert [run.name for run in downstream.runs] == ["Ink one"]
    assert downstream.versions == [version]
    assert (downstream.asset_count, downstream.download_count) == (2, 1)
    client.force_login(designer)
    page = client.get(f"/downstream/{dataset.pk}/{red.image_sha256}/").content.decode()
    assert str(version) in page
    assert "Ink one" in page
    assert client.get(f"/images/{red.pk}/").content.decode().count("/downstream/") == 2
    earlier = client.get(f"/reach/{dataset.pk}/{red.image_sha256}/", follow=True)
    assert earlier.redirect_chain == [(f"/downstream/{dataset.pk}/{red.image_sha256}/", 307)]


def test_pictures_started_from_what_was_reached_are_reached(
    designer, dataset, train_on, make_version, make_ready
):
    version = make_version(checkpoint=train_on(dataset))
    [first] = make_ready(packs=((version, 0.7),))
    [second] = make_ready(init_image=sources.init_image_of(first))  # without the pack
    make_ready(init_image=sources.init_image_of(second))
    make_ready()

    downstream = followed(dataset.images.first(), designer)

    assert downstream.asset_count == 3


def test_picture_that_was_taken_out_is_still_followed(client, designer, dataset, train_on):
    red = dataset.images.get(name="red.png")
    train_on(dataset)
    services.remove_images(dataset.images.filter(pk=red.pk), designer)
    train_on(dataset)  # the second run never saw it

    downstream = followed(red, designer)

    assert (len(downstream.snapshots), len(downstream.runs), downstream.names) == (
        1,
        1,
        ["red.png"],
    )
    client.force_login(designer)
    assert client.get(f"/downstream/{dataset.pk}/{red.image_sha256}/").status_code == 200


def test_picture_that_no_run_has_seen_reached_nothing(designer, dataset):
    assert followed(dataset.images.first(), designer).is_empty


@pytest.mark.parametrize("who", ["marketer", "stranger"])
def test_downstream_is_for_designers_of_that_dataset_and_admins(
    client, make_user, brand_admin, dataset, who
):
    url = f"/downstream/{dataset.pk}/{dataset.images.first().image_sha256}/"
    client.force_login(make_user(who, is_designer=who == "stranger", is_marketer=True))

    assert client.get(url).status_code in {403, 404}
    client.force_login(brand_admin)
    assert client.get(url).status_code == 200
    assert client.get(f"/downstream/{dataset.pk}/{'0' * 64}/").status_code == 404
