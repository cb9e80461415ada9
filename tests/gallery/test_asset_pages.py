"""Pictures as they are shown and as they leave: labelled, cut and noted."""

import io

import pytest
from PIL import Image

from gallery.engine import xmp
from gallery.models import Asset, Download


def test_gallery_names_each_picture_of_a_sweep_by_its_own_strength(
    at, marketer, make_ready, make_version
):
    make_ready(packs=((make_version(), 0.7),), strengths=(0.5, 0.65))

    page = at(marketer).get("asset-list").content.decode()

    assert ("0.50" in page, "0.65" in page, "0.70" in page) == (True, True, False)


@pytest.mark.parametrize(("form", "format_"), [("png", "PNG"), ("jpg", "JPEG")])
def test_download_is_cut_labelled_and_noted(
    at, marketer, in_state, channel, tmp_path, form, format_
):
    asset = in_state("approved", channel=channel)

    answer = at(marketer).get("asset-download", asset.pk, form=form)

    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="car_t0-{asset.pk}_square_300x300_v1.{form}"'
    )
    path = tmp_path / f"picture.{form}"
    path.write_bytes(answer.content)
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == (format_, (300, 300))
        corner = picture.convert("L").crop((150, 200, 300, 300))
    assert corner.getextrema()[1] > 240  # the label's white
    found = xmp.read_mark(path)
    assert found.is_right
    assert found.marks[0]["ContentProducer"] == "DEMO"
    assert found.marks[0]["ProduceID"].startswith(f"studio-{asset.pk}-")
    noted = Download.objects.get()
    assert (noted.person, noted.form, noted.width, noted.channel) == (marketer, form, 300, channel)


def test_download_carries_the_producers_code(at, marketer, make_ready, settings, tmp_path):
    settings.AIGC_PRODUCER_CODE = "0011" + "9" * 18 + "10000"
    [asset] = make_ready()

    path = tmp_path / "picture.png"
    path.write_bytes(at(marketer).get("asset-download", asset.pk).content)

    assert xmp.read_mark(path).marks[0]["ContentProducer"] == settings.AIGC_PRODUCER_CODE
    page = at(marketer).get("asset-detail", asset.pk).content.decode()
    assert "DEMO" not in page


@pytest.mark.usefixtures("in_english")
def test_page_warns_while_labels_say_demo(at, marketer, make_ready):
    [asset] = make_ready()

    page = at(marketer).get("asset-detail", asset.pk).content.decode()
    assert "put the code into the brand kit" in page


def test_picture_on_the_page_is_labelled_too(at, marketer, make_ready):
    [asset] = make_ready()

    answer = at(marketer).get("asset-image", asset.pk)

    assert xmp.read_mark(io.BytesIO(answer.content)).is_right
    assert not Download.objects.exists()


def test_preview_asked_for_too_late_is_the_picture_itself(at, marketer, make_ready, make_scene):
    [asset] = make_ready()
    waiting = make_scene().assets.get()
    browser = at(marketer)

    answer = browser.get("asset-preview", asset.pk)

    assert answer.content == browser.get("asset-thumb", asset.pk).content
    assert browser.get("asset-preview", waiting.pk).status_code == 204


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("state", "heading", "why"),
    [
        ("waiting", "Not finished yet", "is not finished yet: it waits in the queue."),
        ("loading", "Not finished yet", "is not finished yet: its base model is being loaded."),
        ("rendering", "Not finished yet", "is not finished yet: it is being painted."),
        ("failed", "There is no picture", "was not painted, so there is nothing of it."),
        ("cancelled", "There is no picture", "was stopped before it was finished"),
    ],
)
def test_picture_that_is_not_there_says_so_instead_of_what_leaves(
    at, marketer, make_scene, state, heading, why
):
    asset = make_scene().assets.get()
    Asset.objects.update(state=state)
    browser = at(marketer)

    page = browser.get("asset-download", asset.pk)
    asked = browser.post("asset-ask", asset.pk)

    assert (page.status_code, asked.status_code) == (403, 422)
    assert f"<h1>{heading}</h1>" in page.text
    for answer in (page, asked):
        assert f"This picture {why}" in answer.text
    assert "stays in the studio" not in page.text
    assert not Download.objects.exists()


def test_bin_takes_and_gives_back(at, marketer, make_ready):
    [asset] = make_ready()
    browser = at(marketer)

    browser.post("asset-discard", asset.pk)
    assert list(browser.get("asset-list").context["page"]) == []
    assert list(browser.get("asset-list", bin=1).context["page"]) == [asset]
    browser.post("asset-restore", asset.pk)
    assert list(browser.get("asset-list").context["page"]) == [asset]


def test_shared_picture_of_a_colleague_is_called_so_and_offers_no_empty_campaign(
    at, make_user, make_ready, in_english
):
    asset = make_ready()[0]
    maker, designer = asset.scene.owner, make_user("reader", is_designer=True)
    before = at(maker).get("asset-detail", asset.pk).content.decode()
    at(maker).post("asset-share", asset.pk, share="on")

    page = at(designer).get("asset-detail", asset.pk).content.decode()
    Asset.objects.update(review="approved")
    approved = at(designer).get("asset-detail", asset.pk).content.decode()

    assert ">private</span>" in before
    assert ">private</span>" not in page
    assert ">shared with colleagues</span>" in page
    assert ("h-campaign" in page, "h-campaign" in approved) == (False, True)


def test_how_a_picture_was_painted_stands_below_it_and_not_in_a_long_column(
    at, marketer, make_ready
):
    page = at(marketer).get("asset-detail", make_ready()[0].pk).content.decode()

    side, more = page.partition("picture-page__side")[2].split("picture-page__more")
    assert [name in side for name in ("h-facts", "h-downloads", "h-history")] == [False] * 3
    assert [name in more for name in ("h-facts", "h-downloads", "h-history")] == [True] * 3
