"""Pictures sent with an order that can not be used: said why, and nothing typed is lost."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from gallery.models import (
    InitImageUpload,
    ProductCutout,
)
from tests.gallery.test_origins import cut_out, photo
from tests.unfit_drawing import unfit_drawing

pytestmark = pytest.mark.usefixtures("in_english")


def upload(at, person, form_data, name, content, client, filename="a.png"):
    client.force_login(person)
    file = SimpleUploadedFile(filename, content, "image/png")
    sent = {**form_data, "slot_weather": "rain", "free": "my words", name: file}
    return client.post(reverse("gallery:add-source"), sent, follow=True)


def status_of(client, address):
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def test_upload_comes_back_with_all_that_was_typed(at, writer, form_data, client):
    answer = upload(at, writer, form_data, "init_image_file", photo(), client, "street.jpg")

    form = answer.context["form"]
    init_image = InitImageUpload.objects.get()
    assert (form["mode"].value(), form["init_image"].value()) == ("picture", f"own-{init_image.pk}")
    assert form["slot_weather"].value() == "rain"
    assert form["free"].value() == "my words"
    shown = answer.context["shown"]
    assert [c["strength"] for c in shown.choices if c["is_chosen"]] == ["0.6"]
    assert status_of(client, reverse("gallery:init-image-thumb", args=[init_image.pk])) == 200


def test_refused_upload_says_why_and_loses_nothing(at, writer, form_data, client):
    answer = upload(at, writer, form_data, "cutout_file", photo(), client, "car.jpg")

    assert answer.status_code == 422
    assert "car.jpg" in answer.content.decode()
    form = client.get(reverse("gallery:create")).context["form"]
    assert (form["slot_weather"].value(), form["free"].value()) == ("rain", "my words")
    assert not ProductCutout.objects.exists()
    answer = upload(at, writer, form_data, "init_image_file", b"%PDF-1.7", client, "flyer.pdf")
    assert "flyer.pdf" in answer.content.decode()
    assert not InitImageUpload.objects.exists()


@pytest.mark.parametrize(
    ("field", "make", "words"),
    [
        ("cutout_file", cut_out, "mine can be placed now."),
        ("init_image_file", photo, "mine.png is chosen to start from."),
    ],
)
def test_picture_that_was_taken_in_is_confirmed(
    at, writer, form_data, client, in_english, field, make, words
):
    answer = upload(at, writer, form_data, field, make(), client, "mine.png")

    assert words in answer.text


def test_own_cut_out_stays_with_its_owner(at, writer, form_data, client, make_user):
    upload(at, writer, form_data, "cutout_file", cut_out(), client, "mine.png")
    cutout = ProductCutout.objects.get()

    assert status_of(client, cutout.get_absolute_url()) == 200
    client.force_login(make_user("stranger", is_marketer=True))
    assert status_of(client, cutout.get_absolute_url()) == 404


def flat(size):
    """A red picture of this size as a file, with an empty row below: a cut-out as well."""
    picture = Image.new("RGBA", (size[0], size[1] + 1))
    picture.paste((200, 30, 30, 255), (0, 0, *size))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("field", "size", "told"),
    [
        ("init_image_file", (1, 1), "a.png is 1 × 2 px; each side needs 32 px"),
        ("init_image_file", (20000, 1), "a.png is 20000 × 2 px; each side needs 32 px"),
        ("init_image_file", (200, 30), "each side needs 32 px"),
        ("init_image_file", (440, 40), "more than 10 times the other"),
        ("cutout_file", (1, 1), "at least 64 px are needed"),
        ("cutout_file", (20000, 1), "a.png is 20000 × 1 px, one side more than 10 times the other"),
        ("cutout_file", (440, 40), "more than 10 times the other"),
    ],
)
def test_picture_of_no_use_to_start_from_is_refused_by_its_sides(
    at, writer, form_data, client, field, size, told
):
    client.cookies["django_language"] = "en"

    answer = upload(at, writer, form_data, field, flat(size), client)

    assert told in answer.content.decode()
    assert not InitImageUpload.objects.exists()
    assert not ProductCutout.objects.exists()


@pytest.mark.parametrize("field", ["init_image_file", "cutout_file"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_advice_of_a_refused_picture_fits_where_it_is_given(
    at, writer, form_data, client, field, language
):
    client.cookies["django_language"] = language

    page = upload(at, writer, form_data, field, b"no picture", client).content.decode()

    assert "Use another one" in page or "换一张" in page
    assert "take it out of the set" not in page
    assert "移出数据集" not in page


@pytest.mark.parametrize("field", ["init_image_file", "cutout_file"])
def test_picture_that_is_likely_unfit_to_be_seen_is_refused_by_name(
    at, writer, form_data, client, settings, field
):
    picture = unfit_drawing().convert("RGBA")
    picture.putpixel((0, 0), (0, 0, 0, 0))  # a cut-out as well
    file = io.BytesIO()
    picture.save(file, "PNG")

    refused = upload(at, writer, form_data, field, file.getvalue(), client, "blobs.png")

    assert refused.status_code == 422
    assert "blobs.png was not taken: a network is 9" in refused.text
    assert not InitImageUpload.objects.exists()
    assert not ProductCutout.objects.exists()

    settings.SAFETY_WITHHELD_FROM = 2.0
    upload(at, writer, form_data, field, file.getvalue(), client, "blobs.png")
    assert InitImageUpload.objects.exists() or ProductCutout.objects.exists()
