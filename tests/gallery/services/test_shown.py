"""No machine-made picture is shown bare: every address of the site is walked and read back."""

import io
import zipfile

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from brandstudio.core import blobs
from gallery.engine import labelling, xmp
from gallery.models import (
    Asset,
    EvidenceImage,
    InitImageUpload,
    PackPair,
    PairGrid,
    PairImage,
    PromptTemplate,
)
from gallery.services import shown
from tests.gallery.conftest import png
from training.models import Checkpoint, Dataset, RunSample, Snapshot, TrainingImage, TrainingRun
from training.rules.run_settings import full_config

pytestmark = pytest.mark.django_db

MASTER = (256, 192)
STYLE_FILES = {"gallery:version-export", "gallery:version-bundle"}
PAIR_PLAN = {"prompts": [{"prompt": "a suv"}], "seed": 1, "first": [0.3], "second": [0.3]}
# What people brought along; nobody made it with a machine.
BROUGHT = {"gallery:cutout-image", "gallery:init-image-thumb", "training:image-file"}
# Our own pages by whose address no row is found, in rooms that the framework answers for.
FOREIGN = ("admin:", "django.views", "set_language")


def is_labelled(picture):
    """Whether a plain dark picture carries the label's white ink in its lower right part."""
    grey = np.asarray(picture.convert("L"), int)
    corner = grey[-grey.shape[0] // 2 :, -grey.shape[1] // 2 :]
    return bool((corner > 200).any())


def assert_shown_rightly(content, master):
    picture = Image.open(io.BytesIO(content))
    assert xmp.read_mark(io.BytesIO(content)).is_right
    assert picture.width <= master[0]
    assert picture.height <= master[1]
    assert is_labelled(picture) is labelling.is_label_due(picture.size, master)


def content_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def named_patterns(resolver=None, space=""):
    """Every address of the site: (name with its room, names of its parameters)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named_patterns(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{space}{pattern.name}", tuple(pattern.pattern.converters)


@pytest.fixture
def made(make_version, make_template, make_ready, make_scene, brand_admin, channel):
    """A studio with a machine-made picture of each kind, all plain, dark and of MASTER's size."""
    dark = blobs.put_bytes(png("black", MASTER))
    old_thumb = blobs.put_bytes(png("black", (480, 360)))  # larger than its master, no mark
    version, template = make_version(), make_template(cover_sha256=dark)
    EvidenceImage.objects.update(sha256=dark)
    [asset] = make_ready(packs=((version, 0.7),))
    Asset.objects.update(image_sha256=dark, thumb_sha256=old_thumb)
    under_way = make_scene().assets.get()
    small = io.BytesIO()
    Image.new("RGB", (128, 96), "black").save(small, "WEBP")
    Asset.objects.filter(pk=under_way.pk).update(preview=small.getvalue())
    under_way.scene.width, under_way.scene.height = MASTER
    under_way.scene.save(update_fields=["width", "height"])
    dataset = Dataset.objects.create(name="Ink", owner=brand_admin)
    image = TrainingImage.objects.create(
        dataset=dataset, name="a.png", original_sha256=dark, image_sha256=dark,
        thumb_sha256=dark, width=MASTER[0], height=MASTER[1],
    )  # fmt: skip
    snapshot = Snapshot.objects.create(dataset=dataset, sha256="0" * 64)
    run = TrainingRun.objects.create(
        name="Ink", owner=brand_admin, dataset=dataset, base=version.base, snapshot=snapshot,
        state="finished", config=full_config({}, version.base).to_yaml(),
    )  # fmt: skip
    sample = RunSample.objects.create(run=run, step=1, prompt="a", seed=1, sha256=dark)
    checkpoint = Checkpoint.objects.create(
        run=run, step=1, sha256=version.weights_sha256, size=1000
    )
    init_image = InitImageUpload.objects.create(
        owner=brand_admin, name="a", sha256=dark, thumb_sha256=dark, width=1, height=1
    )
    pair = PackPair.objects.create(first=version, second=make_version("paper"))
    grid = PairGrid.objects.create(pair=pair, ordered_by=brand_admin, plan=PAIR_PLAN)
    pair_image = PairImage.objects.create(
        grid=grid, prompt="a suv", seed=1, first=0.3, second=0.3, sha256=dark
    )
    rows = {
        "gallery:pair": pair_image,
        "gallery:asset": asset, "gallery:evidence": version.images.first(),
        "gallery:template": template, "gallery:init": init_image, "training:sample": sample,
        "training:dataset": dataset, "training:image": image, "training:run": run,
        "training:snapshot": snapshot, "training:checkpoint": checkpoint,
        "gallery:scene": asset.scene, "training:upload": None, "gallery:cutout": None,
    }  # fmt: skip
    return rows, under_way


def addresses(rows, under_way):
    """(name, address) of all that the site answers at, with the rows of `made`."""
    for name, parameters in named_patterns():
        if name.startswith(FOREIGN):
            continue
        kind = name.split("-")[0]
        row = under_way if name == "gallery:asset-preview" else rows.get(kind)
        values = {
            "slug": "arcade" if "template" in name else "ink",
            "number": 1,
            "version": "x",
            "which": "thumb",
            "uidb64": "MQ",
            "token": "x",
            "checkpoint_pk": rows["training:checkpoint"].pk,
            "asset_pk": rows["gallery:asset"].pk,
            "dataset_pk": rows["training:dataset"].pk,
            "sha256": "0" * 64,
            "kind": "version",
            "key": str(rows["training:checkpoint"].pk),
            "first": rows["gallery:pair"].grid.pair.first_id,
            "second": rows["gallery:pair"].grid.pair.second_id,
            "pk": row.pk if row else 1,
        }
        yield name, reverse(name, kwargs={parameter: values[parameter] for parameter in parameters})


def test_no_address_of_the_site_shows_a_bare_picture(client, made, brand_admin):
    client.force_login(brand_admin)
    seen = set()

    for name, address in addresses(*made):
        answer = client.get(address)
        content = content_of(answer)
        if answer.get("Content-Type", "").startswith("image/") and name not in BROUGHT:
            seen.add(name)
            bound = (4096, 4096) if name == "gallery:asset-download" else MASTER
            assert xmp.read_mark(io.BytesIO(content)).is_right, name
            picture = Image.open(io.BytesIO(content))
            assert picture.width <= bound[0], name
            if name == "gallery:asset-bare":  # for pages that draw the label on it themselves
                assert not labelling.is_label_due(picture.size, MASTER)
            else:  # each is at least half as large as its master
                assert is_labelled(picture), name
        elif answer.get("Content-Type") == "application/zip":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for member in archive.namelist():
                    if name in STYLE_FILES and member.endswith(".png"):
                        seen.add(name)
                        assert_shown_rightly(archive.read(member), MASTER)

    assert seen == {
        "gallery:asset-bare",
        "gallery:asset-download",
        "gallery:asset-image",
        "gallery:asset-preview",
        "gallery:asset-thumb",
        "gallery:evidence-image",
        "gallery:pair-image",
        "gallery:template-cover",
        "gallery:version-bundle",
        "gallery:version-export",
        "training:sample-file",
    }


@pytest.mark.parametrize(
    ("master", "expected"),
    [
        ((256, 256), (256, 256)),  # small bases: as it is, labelled
        ((960, 640), (480, 320)),  # exactly half: labelled
        ((961, 640), (480, 320)),  # a little less of one side
        ((2048, 1024), (480, 240)),  # a true thumbnail: the mark alone
        ((64, 400), (64, 400)),
    ],
)
def test_thumbnail_is_never_larger_than_its_master(at, marketer, make_ready, master, expected):
    [asset] = make_ready()
    dark = blobs.put_bytes(png("black", master))
    Asset.objects.update(image_sha256=dark)

    content = content_of(at(marketer).get("asset-thumb", asset.pk))

    assert Image.open(io.BytesIO(content)).size == expected
    assert_shown_rightly(content, master)


def test_thumbnail_made_by_the_rule_is_served_as_it_is(at, marketer, in_state):
    asset = in_state("approved")
    picture = Image.new("RGB", (1024, 1024), "black")
    sha256 = blobs.put_bytes(png("black", (1024, 1024)))
    ready = shown.thumb(asset, picture, sha256)
    Asset.objects.update(image_sha256=sha256, thumb_sha256=blobs.put_bytes(ready))

    assert content_of(at(marketer).get("asset-thumb", asset.pk)) == ready


def test_thumbnail_gets_the_producers_code_once_it_is_set(at, marketer, make_ready, settings):
    [asset] = make_ready()
    browser = at(marketer)
    before = browser.get("asset-thumb", asset.pk)
    settings.AIGC_PRODUCER_CODE = "00119144000000000000X100000"

    after = browser.get("asset-thumb", asset.pk, headers={"If-None-Match": before["ETag"]})

    [found] = xmp.read_mark(io.BytesIO(content_of(after))).marks
    assert found["ContentProducer"] == settings.AIGC_PRODUCER_CODE


def test_picture_in_ones_bin_still_has_its_thumbnail(at, marketer, make_user, make_ready):
    [asset] = make_ready()
    at(marketer).post("asset-discard", asset.pk)

    assert at(marketer).get("asset-thumb", asset.pk).status_code == 200
    assert at(make_user("other", is_marketer=True)).get("asset-thumb", asset.pk).status_code == 404


def test_browser_asks_again_and_loses_the_picture_with_the_right(
    at, make_user, marketer, make_ready
):
    [asset] = make_ready()
    asset.scene.is_shared = True
    asset.scene.save(update_fields=["is_shared"])
    colleague = make_user("colleague", is_marketer=True)
    first = at(colleague).get("asset-thumb", asset.pk)
    known = {"If-None-Match": first["ETag"]}

    assert "must-revalidate" in first["Cache-Control"]
    assert at(colleague).get("asset-thumb", asset.pk, headers=known).status_code == 304
    at(marketer).post("asset-share", asset.pk, share="off")
    assert at(colleague).get("asset-thumb", asset.pk, headers=known).status_code == 404


def test_draft_template_hides_its_cover_from_marketers(at, marketer, designer, make_template):
    template = make_template(state="draft", cover_sha256=blobs.put_bytes(png()))

    assert at(marketer).get("template-detail", template.slug, 1).status_code == 404
    assert at(marketer).get("template-cover", template.pk).status_code == 404
    assert at(designer).get("template-cover", template.pk).status_code == 200
    assert PromptTemplate.objects.visible_to(marketer).count() == 0


def test_no_answer_is_silent_about_caches(client, made, brand_admin):
    client.force_login(brand_admin)

    silent = set()

    for name, address in addresses(*made):
        answer = client.get(address)
        content_of(answer)  # so that its file is closed
        if not answer.has_header("Cache-Control"):
            silent.add(name)

    assert silent == set()


def test_page_of_a_person_is_kept_by_nobody(at, marketer):
    assert at(marketer).get("create")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_download_brought_back_as_a_start_keeps_its_mark(at, client, marketer, make_ready, form):
    [asset] = make_ready()
    Asset.objects.update(image_sha256=blobs.put_bytes(png("black", MASTER)))
    browser = at(marketer)
    file = browser.get("asset-download", asset.pk, form=form).content
    sent = SimpleUploadedFile(f"a.{form}", file)

    client.post(reverse("gallery:add-source"), {"init_image_file": sent})

    init_image = InitImageUpload.objects.get()
    thumb = content_of(browser.get("init-image-thumb", init_image.pk))
    assert xmp.read_mark(io.BytesIO(thumb)).marks == xmp.read_mark(io.BytesIO(file)).marks
    assert xmp.read_mark(io.BytesIO(thumb)).is_right


@pytest.mark.parametrize(
    "mark",
    [
        '{"Label":"1","ContentProducer":"广汽","ProduceID":"a b"}',
        '{"Label":1,"ContentProducer":null}',
        "[]",
        "{}",
        '"text"',
    ],
)
def test_foreign_mark_that_breaks_the_rule_becomes_a_right_one(at, client, marketer, mark, base):
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="'
        'http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:T="'
        f'http://www.tc260.org.cn/ns/AIGC/1.0/"><T:AIGC>{mark}</T:AIGC></rdf:Description>'
        "</rdf:RDF></x:xmpmeta>"
    )
    file = io.BytesIO()
    Image.new("RGB", (600, 600)).save(file, "JPEG", xmp=packet.encode())
    browser = at(marketer)

    client.post(
        reverse("gallery:add-source"),
        {"init_image_file": SimpleUploadedFile("a.jpg", file.getvalue())},
    )

    thumb = content_of(browser.get("init-image-thumb", InitImageUpload.objects.get().pk))
    assert xmp.read_mark(io.BytesIO(thumb)).is_right


@pytest.mark.parametrize("packet", [b"", b"no xml", b"<!DOCTYPE x>", b"\xff\xfe", b"<a/>"])
def test_photograph_with_odd_metadata_is_simply_taken_in(at, client, marketer, packet, base):
    file = io.BytesIO()
    Image.new("RGB", (600, 600)).save(file, "JPEG", xmp=packet)
    browser = at(marketer)

    client.post(
        reverse("gallery:add-source"),
        {"init_image_file": SimpleUploadedFile("a.jpg", file.getvalue())},
    )

    thumb = content_of(browser.get("init-image-thumb", InitImageUpload.objects.get().pk))
    assert xmp.read_mark(io.BytesIO(thumb)).marks == ()
