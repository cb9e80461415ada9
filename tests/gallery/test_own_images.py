"""Pictures of this studio that come back as a file: by their mark, or by their looks."""

import io

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.engine import labelling
from gallery.engine.file_forms import FileForm
from gallery.models import Asset, InitImageUpload, ProductCutout
from gallery.services import (
    SceneOrder,
    cutouts,
    downloads,
    finishing,
    lookalikes,
    reuse,
    scenes,
    sources,
)
from gallery.services import assets as acts
from gallery.services.checklist import all_confirmed
from tests.gallery.test_lookalikes import drawing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


MASTER = settings.ROOT / "gallery/demo/blobs/1dcb1a0613b5af74.png"  # painted by the bundled base


@pytest.fixture
def approved(in_state, marketer, brand_admin):
    """An approved picture as the bundled base paints them."""
    asset = in_state("private", size=(224, 288))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put(MASTER), look="")
    asset.refresh_from_db()
    acts.ask_review(asset, marketer)
    acts.approve(asset, brand_admin, all_confirmed())
    lookalikes.note(asset)
    return asset


def file_of(asset, form="png"):
    """The bytes of its publication file."""
    return downloads.labelled_file(asset, None, form).content


def without_marks(content, quality=70, size=None):
    """The picture of a file, saved anew as a JPEG that says nothing of itself."""
    with Image.open(io.BytesIO(content)) as image:
        again = image.convert("RGB").resize(size or image.size)
    file = io.BytesIO()
    again.save(file, "JPEG", quality=quality)
    return file.getvalue()


def add_source(browser, content):
    """What a person sees after this file was sent to the create page."""
    answer = browser.post("add-source", init_image_file=SimpleUploadedFile("mine.png", content))
    return browser.get("create").text if answer.status_code == 302 else answer.text


def refusal_of(act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_published_file_of_a_withdrawn_picture_is_no_start_picture(
    at, approved, marketer, brand_admin, sent, form
):
    content = file_of(approved, form)
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent(f"mine.{form}", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)
    assert refusal.facts["reason"] == "The light is wrong."
    page = add_source(at(marketer), content)
    assert "a picture of this studio that was withdrawn on" in page
    assert not InitImageUpload.objects.exists()


def test_what_a_browser_showed_of_a_declined_picture_is_none_either(
    approved, marketer, brand_admin, sent
):
    mark = finishing.mark_of(approved)
    with Image.open(blobs.local(approved.image_sha256)) as master:
        shown = labelling.for_screens(master, mark, longest=200, watermark="PROOF")
    acts.withdraw(approved, brand_admin, "Again.")
    Asset.objects.filter(pk=approved.pk).update(review="declined", declined_why="Five wheels.")

    refusal = refusal_of(sources.take_init_image, sent("shot.webp", shown), marketer)

    assert (refusal.code, refusal.facts["reason"]) == ("upload-declined", "Five wheels.")


@pytest.mark.parametrize(("quality", "size"), [(90, None), (60, None), (80, (448, 576))])
def test_without_its_mark_it_is_known_by_its_looks(
    approved, marketer, brand_admin, sent, quality, size
):
    content = without_marks(file_of(approved), quality, size)
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent("holiday.jpg", content), marketer)

    assert (refusal.code, refusal.facts["number"]) == ("upload-withdrawn", approved.pk)


def test_mark_of_another_picture_hides_nothing(approved, in_state, marketer, brand_admin, sent):
    other = in_state("approved", seed=9)
    with Image.open(io.BytesIO(file_of(approved))) as image:
        file = io.BytesIO()
        labelling.write(image, file, file_form=FileForm("png"), mark=finishing.mark_of(other))
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    refusal = refusal_of(sources.take_init_image, sent("other.png", file.getvalue()), marketer)

    assert refusal.facts["number"] == approved.pk


def test_mark_of_another_studio_means_no_picture_of_this_one(approved, sent, marketer):
    mark = finishing.mark_of(approved)
    strange = type(mark)(producer="DEMO", produce_id=f"studio-{approved.pk}-{'0' * 16}")
    file = io.BytesIO()
    with Image.open(io.BytesIO(drawing(2))) as image:
        labelling.write(image, file, file_form=FileForm("png"), mark=strange)

    assert sources.take_init_image(sent("theirs.png", file.getvalue()), marketer).made_from is None


@pytest.mark.parametrize("prepared", [lambda content: content, without_marks])
def test_approved_picture_comes_back_with_its_lineage_and_its_later_withdrawal(
    at, approved, writer, brand_admin, base, sent, prepared
):
    upload = sources.take_init_image(sent("mine.png", prepared(file_of(approved))), writer)
    assert upload.made_from == approved
    init_image = sources.find_init_image(f"own-{upload.pk}", writer)
    order = SceneOrder(free="a suv", count=1, steps=4, base=base, init_image=init_image)

    scene = scenes.compose_scene(order, writer)

    assert (scene.init_image_asset, scene.init_image_sha256) == (approved, upload.sha256)
    assert sources.former_init_image(scene).upload == upload
    acts.withdraw(approved, brand_admin, "The light is wrong.")
    assert refusal_of(scenes.compose_scene, order, writer).code == "upload-withdrawn"
    again = reuse.again(scene.assets.get(), writer)
    assert refusal_of(scenes.compose_scene, again, writer).code == "upload-withdrawn"


def test_person_is_told_that_the_file_is_the_studios_own(at, approved, marketer, sent):
    page = add_source(at(marketer), file_of(approved))

    assert f"This file is picture no. {approved.pk} of this studio" in page


def test_strange_pictures_come_in_as_before(approved, marketer, sent):
    upload = sources.take_init_image(sent("street.png", drawing(2)), marketer)

    assert upload.made_from is None


def test_withdrawn_picture_is_no_cutout(approved, writer, brand_admin, base, sent):
    with Image.open(io.BytesIO(file_of(approved))) as image:
        packet = image.info["XML:com.adobe.xmp"]
        car = image.convert("RGBA")
    car.paste((0, 0, 0, 0), (0, 0, car.width, 12))  # nearly all of it
    file, bare = io.BytesIO(), io.BytesIO()
    car.save(file, "PNG", pnginfo=_with(packet))
    car.save(bare, "PNG")
    taken = cutouts.take_cutout(sent("car.png", file.getvalue()), writer)
    assert taken.made_from == approved
    acts.withdraw(approved, brand_admin, "The light is wrong.")

    for content in (file.getvalue(), bare.getvalue()):
        refusal = refusal_of(cutouts.take_cutout, sent("car.png", content), brand_admin)
        assert refusal.code == "upload-withdrawn"
    assert ProductCutout.objects.get() == taken
    placed = SceneOrder(free="a road", count=1, base=base, placement=scenes.Placement(taken))
    assert refusal_of(scenes.compose_scene, placed, writer).code == "upload-withdrawn"


def _with(packet):
    chunks = PngInfo()
    chunks.add_itxt("XML:com.adobe.xmp", packet)
    return chunks
