"""A marketer's picture: template, style, strength; live to the finished, labelled file."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from gallery.engine import xmp
from gallery.models import Asset, Scene
from tests.browser.conftest import PATIENCE, answer_checklist, open_its_page

LABEL_SHARE = 0.05  # of the short side: the least that the standard asks of the label's ink


@pytest.fixture
def shop(make_template, make_version):
    """An approved template and an approved style."""
    return make_template(), make_version("lingnan-ink", strength_min=0.3, strength_max=0.9)


def ink_height(path):
    """Rows between the highest and the lowest white ink on its backing, and the short side, px."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    high, wide = pixels.shape[:2]
    short = min(high, wide)
    # The label's own corner; the toy model paints in middle tones, never in white.
    corner = pixels[high - short // 6 :, wide // 2 :]
    rows = np.flatnonzero((corner >= 225).all(axis=2).any(axis=1))
    return rows[-1] - rows[0] + 1, short


def fetch(page, button, folder):
    publication = page.get_by_role("group", name="Publication file")
    with page.expect_download() as arriving:
        publication.get_by_role("button", name=button, exact=True).click()
    path = folder / arriving.value.suggested_filename
    arriving.value.save_as(path)
    return path


def test_marketer_paints_and_downloads(enter, employ, marketer, brand_admin, shop, tmp_path, shot):
    template, version = shop
    page = enter(marketer)
    page.get_by_role("link", name="Create", exact=True).first.click()
    page.get_by_label("Vehicle").select_option("M8")
    page.get_by_role("checkbox", name=version.pack.name_en).check()
    slider = page.get_by_role("slider", name=version.pack.name_en)
    expect(slider).to_have_attribute("max", "0.9")
    page.get_by_role("radiogroup", name="How many").get_by_text("2", exact=True).click()

    # The slider's bounds are a courtesy; the server decides.
    slider.evaluate("slider => { slider.max = 2; slider.value = 1.4; }")
    page.get_by_role("button", name="Paint 2 pictures").click()
    expect(page.get_by_text("is outside 0.3 to 0.9")).to_be_visible()
    assert not Scene.objects.exists()
    shot(page, "0-refused")

    slider.fill("0.65")
    page.get_by_role("button", name="Paint 2 pictures").click()
    tiles = page.locator("li.tile")
    expect(tiles).to_have_count(2)
    expect(page.get_by_role("heading", name=re.compile(template.name_en)).first).to_be_visible()
    before = [tile.get_attribute("id") for tile in tiles.all()]
    shot(page, "1-under-way")
    page.reload()
    expect(tiles).to_have_count(2)
    assert [tile.get_attribute("id") for tile in tiles.all()] == before

    # Nobody reloads now: the pictures come by themselves.
    employ("render")
    expect(page.locator("li.tile[data-state=ready]")).to_have_count(2, timeout=PATIENCE)
    shot(page, "2-ready")
    scene = Scene.objects.get()
    assert [pack.strength for pack in scene.packs.all()] == [0.65]
    assert "M8 mpv" in scene.prompt
    assert version.trigger_words in scene.prompt

    # A minute of a marketer's: like it, have it approved, take it along.
    page.get_by_role("button", name="Favourite").first.click()
    first = scene.assets.get(index=0).pk
    open_its_page(page, page.get_by_role("img", name=re.compile(f"#{first}$")))
    expect(page.get_by_text("Only approved pictures leave as publication files")).to_be_visible()
    page.get_by_role("button", name="Send for review").click()
    admin = enter(brand_admin)
    admin.get_by_role("navigation", name="Waiting").get_by_role("link").first.click()
    answer_checklist(admin)
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("is approved")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No producer code is set")).to_be_visible()
    shot(page, "3-asset")
    for button, form in (("PNG", "PNG"), ("JPEG", "JPEG")):
        path = fetch(page, button, tmp_path)
        ink, short = ink_height(path)
        assert short * LABEL_SHARE <= ink <= short * 2 * LABEL_SHARE
        marks = xmp.read_mark(path)
        assert marks.is_right
        assert marks.marks[0]["ContentProducer"] == "DEMO"
        with Image.open(path) as picture:
            assert picture.format == form
    assert Asset.objects.get(pk=before[0].removeprefix("asset-")).downloads.count() == 2


def test_marketer_with_free_prompts_is_told_of_an_unknown_pack(enter, make_user, shop):
    page = enter(make_user("writer", is_marketer=True, may_write_prompts=True))
    page.goto("/create/?template=free")
    words = page.get_by_role("textbox", name="Your own words")
    words.fill("a white suv at night <lora:lingnan-inc:0.7>")

    page.get_by_role("button", name="Paint 4 pictures").click()

    expect(words).to_have_accessible_description(re.compile("lingnan-inc.*lingnan-ink"))
    assert not Scene.objects.exists()
