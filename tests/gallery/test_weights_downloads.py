"""Every weight file that leaves the studio is noted, and whoever holds one is told of a recall."""

import csv
import hashlib
import io

import pytest
from django.urls import reverse

from brandstudio.core import blobs
from brandstudio.core.models import Notice
from gallery.pages.where_used import where_used
from gallery.services import recalls
from gallery.services.downstream import figures_of, find_source, fingerprint, holders_of
from training.models import WeightsDownload

pytestmark = pytest.mark.django_db

DOORS = {"file": "gallery:version-weights", "zip": "gallery:version-export"} | {
    "bundle": "gallery:version-bundle"
}


@pytest.fixture
def version(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture
def get(client, make_user):
    """get(address name, *args): the file as a designer who made none of it gets it."""
    holder = make_user("holder", is_designer=True)

    def get(name, *args):
        client.force_login(holder)
        answer = client.get(reverse(name, args=args))
        return b"".join(answer.streaming_content)

    get.holder = holder
    return get


@pytest.mark.parametrize("form", DOORS)
def test_weights_that_leave_name_who_took_them(get, version, form):
    content = get(DOORS[form], version.pack.slug, version.number)

    row = WeightsDownload.objects.get()
    assert (row.person, row.form) == (get.holder, form)
    assert row.weights_sha256 == version.weights_sha256
    assert row.sha256 == hashlib.sha256(content).hexdigest()


def test_checkpoint_that_leaves_names_who_took_it(client, version, designer):
    client.force_login(designer)
    address = reverse("training:checkpoint-file", args=[version.checkpoint_id])

    client.head(address)
    answer = client.get(address)
    list(answer.streaming_content)
    client.get(address, headers={"If-None-Match": answer["ETag"]})  # the browser has it already

    row = WeightsDownload.objects.get()
    assert (row.person, row.weights_sha256) == (designer, version.checkpoint.sha256)


def test_holders_of_weights_are_listed_told_and_reported(get, version, brand_admin, dataset):
    get(DOORS["zip"], version.pack.slug, version.number)
    get(DOORS["file"], version.pack.slug, version.number)
    photograph = find_source("image", dataset.images.get(name="red.png").image_sha256)

    for source in (find_source("version", str(version.pk)), photograph):
        [held] = holders_of(source)
        assert (held["person"], held["files"]) == (get.holder.pk, 2)
    assert where_used(version, brand_admin).weights_downloads == 2

    seen = fingerprint(source, figures_of(source))
    recall = recalls.recall(source, brand_admin, "the photographer asked", seen)

    assert recall.figures["downloads"] == 2
    assert Notice.objects.filter(person=get.holder, code="recalled-alone").count() == 1
    text = blobs.local(recall.report_sha256).read_text("utf-8-sig")
    lines = [line for line in csv.reader(io.StringIO(text)) if line[5:6] == ["holder"]]
    assert [line[8] for line in lines] == ["zip", "file"]
    assert lines[1][9] == version.weights_sha256


def test_page_of_a_style_says_how_many_hold_its_weights(get, version, at, brand_admin):
    get(DOORS["bundle"], version.pack.slug, version.number)

    page = at(brand_admin).get("version-detail", version.pack.slug, version.number).text

    assert reverse("gallery:downstream", args=["version", version.pk]) in page
    listed = at(brand_admin).get("downstream", "version", version.pk).text
    assert get.holder.shown_name in listed
