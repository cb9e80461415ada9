"""The brand kit's page: who keeps it, what it refuses, and that what it says is what is done."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from PIL import Image, ImageOps

from brandstudio.core.models import AuditEntry, BrandKit
from gallery.engine import labelling, xmp
from gallery.models import BrandColour, BrandFont, BrandLogo, LegalLine
from gallery.services import assets as acts
from gallery.services import brand, downloads, quota, shown

CODE = "001191110000600037341L1GS80"
KIT = {
    "producer_code": CODE,
    "label_words": "人工智能生成",
    "images_per_day": 30,
    "images_at_once": 6,
}

pytestmark = pytest.mark.usefixtures("in_english")


def logo_file(mode="RGBA"):
    file = io.BytesIO()
    Image.new(mode, (300, 100)).save(file, "PNG")
    return SimpleUploadedFile("logo.png", file.getvalue())


def test_kit_says_at_first_what_the_settings_say(settings, db):
    settings.AIGC_PRODUCER_CODE, settings.PICTURES_PER_DAY = CODE, 7

    kit = BrandKit.objects.current()

    assert (brand.producer(), kit.day_limit, brand.label_words()) == (CODE, 7, labelling.LABEL)
    assert not BrandKit.objects.exists()  # asking writes nothing


def test_admin_changes_the_kit_and_the_history_shows_it(at, brand_admin, marketer):
    client = at(brand_admin)

    answer = client.post("brand", **KIT)

    assert answer.status_code == 302
    assert (brand.producer(), brand.label_words()) == (CODE, "人工智能生成")
    assert quota.left_today(marketer) == 30
    entry = AuditEntry.objects.get(subject_kind="core.brandkit")
    assert entry.actor == brand_admin
    assert entry.facts["before"] == {
        "producer_code": "",
        "label_words": "AI生成",
        "images_per_day": "200",
        "images_at_once": "24",
    }
    page = client.get("brand").content.decode()
    assert f"producer code: – → {CODE}" in page.replace("Producer", "producer")


def test_words_and_code_of_the_kit_are_in_what_pages_show(at, brand_admin, make_ready):
    asset = make_ready().get()
    before = shown.made_asset(asset).version
    at(brand_admin).post("brand", **KIT)

    content = shown.content_of(shown.made_asset(asset))

    assert xmp.read_mark(io.BytesIO(content)).marks[0]["ContentProducer"] == CODE
    assert shown.made_asset(asset).version != before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("producer_code", CODE.replace("341L", "342L"), "its check digit is P"),
        ("producer_code", CODE[:20], "length is 20 instead of 27"),
        ("label_words", "机器生成", "names no AI"),
        ("label_words", "AI图", "asks for 生成 or 合成"),
        ("label_words", "AI生成的图", "has no “的”"),
        ("images_per_day", "-1", "At least 0 is needed here"),
    ],
)
def test_faulty_kit_is_refused_by_what_is_wrong(at, brand_admin, field, value, said):
    answer = at(brand_admin).post("brand", **KIT | {field: value})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not BrandKit.objects.exists()
    assert not AuditEntry.objects.filter(subject_kind="core.brandkit").exists()


def test_pieces_are_added_taken_away_and_offered_again(at, brand_admin):
    client = at(brand_admin)
    logo = {"logo-name": "Mark", "logo-ground": "dark", "logo-file": logo_file()}
    client.post("brand-add", "logo", **logo)
    font = SimpleUploadedFile("brand.otf", labelling.font_path().read_bytes())
    client.post("brand-add", "font", **{"font-file": font, "font-licence": "SIL OFL 1.1"})
    colour = {"colour-name_zh": "传祺红", "colour-name_en": "Trumpchi red", "colour-hex": "#c8102e"}
    client.post("brand-add", "colour", **colour)
    line = {"line-zh": "图片仅供参考", "line-en": "For reference only."}
    client.post("brand-add", "line", **line)

    logo, font, colour, line = (
        model.objects.get() for model in (BrandLogo, BrandFont, BrandColour, LegalLine)
    )
    assert (logo.width, logo.height, logo.added_by) == (300, 100, brand_admin)
    assert (font.family, font.weight, font.scripts) == ("Studio Label SC", 700, ["latin"])
    assert (colour.hex, line.zh) == ("#C8102E", "图片仅供参考")

    client.post("brand-offer", "line", line.pk, act="take")
    assert not LegalLine.objects.in_use().exists()
    assert client.post("brand-offer", "line", line.pk, act="take").status_code == 409
    client.post("brand-offer", "line", line.pk, act="offer")
    assert LegalLine.objects.in_use().get() == line
    assert [e.target for e in brand.history(9)] == ["offered", "taken-away", *["added"] * 4]


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("logo", {"name": "x", "ground": "dark", "file": "opaque"}, "no transparent ground"),
        ("font", {"file": "text", "licence": "mine"}, "no font file"),
        ("font", {"file": "font"}, "This field is required."),
        ("colour", {"name_zh": "红", "name_en": "red", "hex": "red"}, "# and six digits"),
        ("line", {"zh": "只有中文"}, "This field is required."),
    ],
)
def test_faulty_piece_is_refused_beside_its_field(at, brand_admin, kind, fields, said):
    files = {
        "opaque": logo_file("RGB"),
        "text": SimpleUploadedFile("a.otf", b"no font"),
        "font": SimpleUploadedFile("a.otf", labelling.font_path().read_bytes()),
    }
    sent = {f"{kind}-{name}": files.get(value, value) for name, value in fields.items()}

    answer = at(brand_admin).post("brand-add", kind, **sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not brand.KINDS[kind].objects.exists()


@pytest.mark.parametrize("person", ["marketer", "designer"])
def test_only_admins_keep_the_kit(at, request, person):
    client = at(request.getfixturevalue(person))

    assert client.get("brand").status_code == 403
    assert client.post("brand", **KIT).status_code == 403
    assert client.post("brand-add", "line", **{"line-zh": "a", "line-en": "b"}).status_code == 403


def test_unknown_kind_of_piece_is_not_found(at, brand_admin):
    assert at(brand_admin).post("brand-add", "song").status_code == 404
    assert reverse("gallery:brand-add", args=["song"]) == "/brand/song/"


def test_legal_line_is_read_in_the_readers_language_and_its_message_has_one_full_stop(
    at, brand_admin, client
):
    line = {"line-zh": "图片以实车为准。", "line-en": "The real car decides."}
    client.force_login(brand_admin)

    answer = at(brand_admin).post("brand-add", "line", **line)

    [said] = [str(one) for one in client.get(answer.url).context["messages"]]
    assert said == "Added: The real car decides."
    row = LegalLine.objects.get()
    with translation.override("zh-hans"):
        assert str(row) == "图片以实车为准。"


def test_withdrawn_picture_is_no_logo(at, painted, brand_admin):
    with Image.open(io.BytesIO(downloads.labelled_file(painted, None, "png").content)) as image:
        framed = ImageOps.expand(image.convert("RGBA"), 12, (0, 0, 0, 0))
    file = io.BytesIO()
    framed.save(file, "PNG")
    upload = SimpleUploadedFile("logo.png", file.getvalue())
    logo = {"logo-name": "Mark", "logo-ground": "dark", "logo-file": upload}
    acts.withdraw(painted, brand_admin, "The light is wrong.")

    answer = at(brand_admin).post("brand-add", "logo", **logo)

    assert answer.status_code == 422
    assert "The light is wrong." in answer.text
    assert not BrandLogo.objects.exists()


def test_unreadable_logo_is_called_by_its_files_name(at, brand_admin):
    file = SimpleUploadedFile("brand-mark.png", b"no picture")

    answer = at(brand_admin).post("brand-add", "logo", **{"logo-file": file, "logo-name": "x"})

    assert "The image brand-mark.png can&#x27;t be read" in answer.text
