"""The caption editor on real photographs: in, screened, captioned, corrected, with rights, out."""

import io
import json
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from benchmarks.screening_cases import wheel_photos
from tests.browser.conftest import PATIENCE
from training import services
from training.models import CaptionState


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """The photographs inside scikit-image's wheel, as files, and one of them badly compressed."""
    folder = tmp_path_factory.mktemp("photographs")
    for photo in wheel_photos():
        photo.image.convert("RGB").save(folder / photo.name.replace(".png", ".jpg"), quality=95)
    Image.open(folder / "coffee.jpg").save(folder / "squeezed.jpg", quality=8)
    return sorted(folder.iterdir())


@pytest.fixture
def dataset(designer, studio):
    return services.make_dataset(designer, "Real photographs", trigger_word="lnink")


def choose(page, files):
    page.get_by_label(re.compile("Drop pictures here")).set_input_files(files)


@pytest.mark.slow
def test_real_photographs_go_through_the_caption_editor(
    enter, employ, toy_clip, designer, dataset, photographs, shot
):
    employ("background")
    page = enter(designer)

    # In: one line breaks once on the way, and nobody notices.
    broken = []

    def break_once(route):
        if not broken and route.request.method == "PATCH":
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/uploads/*/?offset=*", break_once)
    page.goto(f"/datasets/{dataset.pk}/upload/")
    choose(page, photographs)
    first = page.get_by_role("textbox", name=f"Caption of {photographs[0].name}")
    expect(first).to_be_visible(timeout=PATIENCE)
    assert broken
    assert dataset.images.count() == len(photographs)

    # Screened and drafted, in the background.
    page.get_by_role("button", name="Screen pictures").click()
    page.get_by_role("link", name="Show the result").click(timeout=PATIENCE)
    page.get_by_role("link", name=re.compile("Picture quality")).first.click()
    squeezed = page.get_by_role("listitem").filter(has=page.get_by_label("Caption of squeezed.jpg"))
    expect(squeezed.get_by_text("Compressed", exact=False).first).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^All")).first.click()
    page.get_by_role("button", name="Draft captions").click()
    page.get_by_role("link", name="Show the result").click(timeout=PATIENCE)
    expect(first).to_have_value(re.compile("^lnink, "))
    shot(page, "1-drafted")

    # Corrected by keyboard alone: out of the search field, down, type, check, down, up, undo.
    page.get_by_role("heading", name="Real photographs", level=1).click()
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("lnink, a brick wall in flat light, grey mortar")
    page.keyboard.press("Control+Enter")
    second = page.get_by_role("textbox", name=f"Caption of {photographs[1].name}")
    expect(second).to_be_focused()
    card = page.get_by_role("listitem").filter(has=first)
    expect(card.get_by_text("checked", exact=True)).to_be_visible()
    drafted = second.input_value()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("lnink, something quite wrong in here")
    page.keyboard.press("Escape")
    other = page.get_by_role("listitem").filter(has=second)
    expect(other.get_by_text("checked", exact=True)).to_be_visible()
    page.keyboard.press("z")
    expect(second).to_have_value(drafted)

    # In bulk, with every change shown first, and back in one press.
    panel = page.get_by_role("region", name="Change many captions")
    panel.get_by_label("Act").select_option("add")
    panel.get_by_label("Text").fill("in soft light")
    panel.get_by_role("button", name="Preview").click()
    expect(panel.locator("ins").first).to_contain_text("in soft light")
    assert not dataset.images.filter(caption__contains="in soft light").exists()
    panel.get_by_role("button", name=re.compile("^Change 14 captions")).click()
    expect(first).to_have_value(re.compile("in soft light$"))
    shot(page, "2-changed")
    page.get_by_role("button", name="Take it back").click()
    expect(first).to_have_value("lnink, a brick wall in flat light, grey mortar")

    # Rights for all at once.
    page.get_by_role("link", name="Rights", exact=True).click()
    page.get_by_role("radio", name=re.compile("^All")).check()
    page.get_by_role("textbox", name="Rights holder").fill("The photographers")
    page.get_by_role("textbox", name="Licence or contract").fill("as scikit-image lists them")
    page.get_by_role("button", name="Note the rights").click()
    expect(page.get_by_text("Rights noted for 14 pictures.")).to_be_visible()
    shot(page, "3-rights")

    # Out, as diffusers' loader reads it.
    page.get_by_role("link", name="Snapshots", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="metadata.jsonl (diffusers)").first.click()
    content = io.BytesIO(download.value.path().read_bytes())
    with zipfile.ZipFile(content) as archive:
        lines = [json.loads(line) for line in archive.read("metadata.jsonl").splitlines()]
        names = set(archive.namelist()) - {"metadata.jsonl"}
    assert {line["file_name"] for line in lines} == names == {path.name for path in photographs}
    assert lines[0]["text"] == "lnink, a brick wall in flat light, grey mortar"
    states = set(dataset.images.values_list("caption_state", flat=True))
    assert states == {CaptionState.CHECKED, CaptionState.DRAFTED}


def test_upload_broken_by_a_reload_goes_on_when_the_file_is_chosen_again(
    enter, designer, dataset, tmp_path, shot
):
    page = enter(designer)
    page.goto(f"/datasets/{dataset.pk}/upload/")
    large = tmp_path / "large.bmp"
    # Over two parts long; a BMP's size is its pixels.
    Image.effect_noise((1500, 3000), 60).convert("RGB").save(large)
    sent = []

    def only_the_first_part(route):
        if route.request.method != "PATCH" or "offset=0" in route.request.url:
            sent.append(route.request.url)
            route.continue_()
        else:
            route.abort("connectionreset")

    page.route("**/uploads/*/?offset=*", only_the_first_part)
    choose(page, [large])
    expect(page.get_by_text("connection lost, trying again")).to_be_visible()

    page.reload()
    expect(page.get_by_text(re.compile("Choose the same file again"))).to_be_visible()
    shot(page, "broken-off")
    page.unroute("**/uploads/*/?offset=*")
    offsets = []
    page.on("request", lambda r: offsets.append(r.url) if r.method == "PATCH" else None)
    choose(page, [large])

    expect(page.get_by_role("textbox", name="Caption of large.bmp")).to_be_visible()
    assert offsets
    assert not any("offset=0" in url for url in offsets)
    assert dataset.images.count() == 1


def test_file_over_the_limit_is_refused_before_it_is_sent(
    enter, designer, dataset, make_picture, settings
):
    settings.UPLOAD_MAX_BYTES = 100
    page = enter(designer)
    page.goto(f"/datasets/{dataset.pk}/upload/")
    sent = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "PATCH" else None)

    choose(page, [make_picture("large.jpg")])

    expect(page.get_by_text(re.compile(r"large\.jpg has .* the limit is"))).to_be_visible()
    assert sent == []


def test_file_that_arrived_and_is_refused_is_listed_once(enter, designer, dataset, make_picture):
    page = enter(designer)
    broken = make_picture("broken.jpg")
    broken.write_text("this is no picture")
    page.goto(f"/datasets/{dataset.pk}/upload/")

    choose(page, [broken, make_picture("street.jpg", seed=1)])

    expect(page.get_by_role("link", name="On to the captions")).to_be_visible()
    expect(page.get_by_role("heading", name="broken.jpg")).to_be_visible()
    expect(page.get_by_text("broken.jpg", exact=True)).to_have_count(1)
    expect(page.get_by_text("street.jpg", exact=True)).to_have_count(1)
