"""The create page in a marketer's hands: first scene, after it, the real car, limits, phone."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from brandstudio.core import blobs
from brandstudio.core.models import Vehicle
from gallery.engine import labelling
from gallery.models import Asset, AssetState, ProductCutout, Scene, SceneMode
from gallery.services import assets as asset_acts
from gallery.services.checklist import all_confirmed
from tests.browser.conftest import PATIENCE, open_its_page
from tests.gallery.conftest import SLOTS
from tests.gallery.test_origins import cut_out


@pytest.fixture
def shop(make_template, make_version, channel):
    """An approved template with its style: what a page opens with."""
    version = make_version("lingnan-ink", strength_min=0.3, strength_max=0.9)
    make_template().packs.add(version.pack)
    return version


def count(page, number):
    page.get_by_role("radiogroup", name="How many").get_by_text(str(number), exact=True).click()


def ready(page, number):
    expect(page.locator("li.tile[data-state=ready]")).to_have_count(number, timeout=PATIENCE)


def few_steps(page):
    page.get_by_text("Advanced").click()
    page.get_by_label("Steps").fill("4")


def test_colour_that_gave_way_to_a_vehicle_is_told_and_comes_back(
    enter, marketer, make_template, make_version
):
    make_version()
    colours = [{"value": en, "zh": zh, "en": en} for en, zh in (("white", "白色"), ("red", "红色"))]
    colour = {"name": "colour", "label_zh": "车色", "label_en": "Colour", "options": colours}
    sentence = {"sentence_zh": "{colour}{vehicle}", "sentence_en": "A {colour} {vehicle}."}
    slots = [*SLOTS, colour | {"of_vehicle": True}]
    make_template(slots=slots, text="a {colour} {vehicle}, {weather}", **sentence)
    for slug, phrases in (("GS8", ("white", "red")), ("M8", ("white",))):
        names = {"name_zh": slug, "name_en": slug, "phrase": slug}
        vehicle = Vehicle.objects.create(slug=slug.lower(), **names)
        for phrase in phrases:
            vehicle.colours.create(name_zh=phrase, name_en=phrase, phrase=phrase)
    page = enter(marketer)
    vehicle, chosen = page.get_by_label("Vehicle"), page.get_by_label("Colour")
    note = page.get_by_text("M8 is not made in “red”: “white” is chosen for it.")

    chosen.select_option("red")
    vehicle.select_option("M8")
    expect(chosen).to_have_value("white")
    expect(note).to_be_visible()

    vehicle.select_option("GS8")
    expect(chosen).to_have_value("red")
    expect(note).to_have_count(0)

    vehicle.select_option("M8")
    chosen.select_option("white")  # by hand, so it is the choice now
    vehicle.select_option("GS8")
    expect(chosen).to_have_value("white")


def test_first_scene_needs_no_choice_and_leads_on(enter, employ, make_user, shop, shot):
    employ("render")
    page = enter(make_user("newcomer", is_marketer=True))

    # From the door straight to the first picture: everything is chosen already.
    count(page, 1)
    page.get_by_role("button", name="Paint 1 picture").click()
    ready(page, 1)
    first = Asset.objects.get()
    assert shop.trigger_words in first.scene.prompt
    assert "lingnan-ink style" in page.locator("#prompt .chip--locked").inner_text()

    # Another one like it: all but the seed.
    page.locator("li.tile").first.hover()
    page.get_by_role("button", name="Another one like it").click()
    ready(page, 2)
    again = Asset.objects.latest("pk")
    assert (again.scene.prompt, again.scene.made_from) == (first.scene.prompt, first)
    assert again.seed != first.seed

    # The same picture at four strengths, from one end of the style's band to the other.
    page.locator(f"#asset-{first.pk}").hover()
    page.locator(f"#asset-{first.pk}").get_by_role("button", name="Strength sweep").click()
    expect(page.get_by_text("strength 0.90")).to_be_visible()
    ready(page, 6)
    sweep = Asset.objects.filter(strength__isnull=False).order_by("index")
    assert [asset.strength for asset in sweep] == [0.3, 0.5, 0.7, 0.9]
    assert {asset.seed for asset in sweep} == {first.seed}
    shot(page, "0-sweep")

    # Two of them side by side, enlarged alike; only what differs is listed.
    for tile in page.locator("section.batch").first.locator("li.tile").all()[:2]:
        tile.hover()
        tile.get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare two").click()
    rows = page.locator("aside table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("0.30")
    box = page.locator("[data-compare]")
    page.get_by_text("4×").click()
    page.get_by_role("slider").fill("30")
    expect(box).to_have_css("--zoom", "4")
    expect(box).to_have_css("--at", "30%")
    shot(page, "1-compare")


def test_real_car_is_placed_by_mouse_and_keys_and_kept(
    enter, employ, marketer, brand_admin, shop, tmp_path, shot
):
    employ("render")
    file = tmp_path / "GS8 side.png"
    file.write_bytes(cut_out((120, 48)))
    page = enter(marketer)
    page.get_by_label("Vehicle").select_option("M8")
    page.get_by_text("Real car", exact=True).click()
    with page.expect_navigation():
        page.get_by_label("Upload a cut-out").set_input_files(file)

    # What was typed is still there, and the car stands on the frame.
    expect(page.get_by_label("Vehicle")).to_have_value("M8 mpv")
    expect(page.get_by_role("radio", name="GS8 side")).to_be_checked()
    car = page.locator("[data-car]")
    box = car.bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 20, middle[1] - 30, steps=3)
    page.mouse.up()
    frame = page.get_by_role("application", name="Place the car")
    frame.press("ArrowRight")
    frame.press("-")
    shot(page, "0-placed")
    page.get_by_text("By numbers").click()
    placed = {
        name: float(page.get_by_label(label).input_value()) / 100
        for name, label in (
            ("cutout_x", "Middle, from the left"),
            ("cutout_y", "Foot, from the top"),
            ("cutout_width", "Width"),
        )
    }
    assert placed["cutout_x"] < 0.5
    assert placed["cutout_y"] < 0.9
    assert placed["cutout_width"] < 0.8
    expect(page.locator("#prompt")).not_to_contain_text("M8 mpv")

    few_steps(page)
    count(page, 1)
    page.get_by_role("button", name="Paint 1 picture").click()
    ready(page, 1)

    scene = Scene.objects.get()
    assert scene.mode == SceneMode.PRODUCT
    assert {name: getattr(scene, name) for name in placed} == pytest.approx(placed)
    picture = scene.assets.get()
    asset_acts.ask_review(picture, marketer)
    ProductCutout.objects.update(rights_holder="GAC", licence="contract 7")
    asset_acts.approve(picture, brand_admin, all_confirmed())
    open_its_page(page, page.locator("li.tile img"))
    expect(page.get_by_text("its pixels are those of the file")).to_be_visible()
    publication = page.get_by_role("group", name="Publication file")
    with page.expect_download() as arriving:
        publication.get_by_role("button", name="PNG", exact=True).click()
    path = tmp_path / "picture.png"
    arriving.value.save_as(path)
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
        size = picture.size
    wide = round(placed["cutout_width"] * size[0])
    cutout = ProductCutout.objects.get()
    assert (cutout.made_by, cutout.vehicle) == (marketer, None)
    with Image.open(file) as cut:
        own = cut.resize((wide, round(wide * 48 / 120)), Image.Resampling.LANCZOS)
    left = round(placed["cutout_x"] * size[0] - wide / 2)
    top = round(placed["cutout_y"] * size[1]) - own.height
    inner = np.asarray(own.convert("RGB")).astype(int)[12:-12, 12:-12]
    found = pixels[top + 12 : top + own.height - 12, left + 12 : left + wide - 12]
    assert np.abs(found - inner[: found.shape[0], : found.shape[1]]).mean() < 40  # one px off


def test_quota_says_so_and_keeps_what_was_chosen(enter, marketer, shop, settings, nobody_works):
    settings.PICTURES_PER_DAY = 3
    page = enter(marketer)
    expect(page.get_by_text("3 pictures left today")).to_be_visible()
    page.get_by_label("Vehicle").select_option("M8")
    page.get_by_role("button", name="Paint 4 pictures").click()

    expect(page.get_by_role("alert")).to_contain_text("3 more pictures today")
    expect(page.get_by_label("Vehicle")).to_have_value("M8 mpv")
    assert not Asset.objects.exists()
    count(page, 2)
    page.get_by_role("button", name="Paint 2 pictures").click()
    expect(page.locator("li.tile")).to_have_count(2)
    expect(page.get_by_text("1 picture left today")).to_be_visible()


def test_choice_survives_the_polls_and_own_pictures_are_dropped(
    enter, marketer, make_ready, make_scene, shop, nobody_works, settings
):
    make_ready()
    make_scene(count=2)
    page = enter(marketer)
    page.locator("li.tile[data-state=ready]").hover()
    chosen = page.locator("li.tile[data-state=ready]").get_by_role("checkbox")
    chosen.check()
    waiting = page.locator("li.tile[data-state=waiting]")
    expect(waiting).to_have_count(2)

    page.get_by_role("button", name="Cancel").first.click()

    expect(waiting).to_have_count(1)
    expect(chosen).to_be_checked()
    page.get_by_role("button", name="Drop the 1 waiting").click()
    expect(waiting).to_have_count(1)  # it asks first
    page.get_by_role("button", name="Really drop all that waits?").click()
    expect(waiting).to_have_count(0)
    assert Asset.objects.filter(state=AssetState.CANCELLED).count() == 2
    assert not Asset.objects.active().exists()


def test_phone_paints_with_thumbs_alone(enter, employ, marketer, shop, shot):
    employ("render")
    page = enter(marketer, size="phone", has_touch=True, is_mobile=True)
    few_steps(page)
    page.get_by_role("radiogroup", name="How many").get_by_text("1", exact=True).tap()
    page.get_by_role("button", name="Paint 1 picture").tap()
    expect(page.locator("#results")).to_be_in_viewport()
    ready(page, 1)
    expect(page.locator("#live")).to_have_text("All pictures are done")
    shot(page, "0-ready")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_picture_leads_on_by_start_and_enlargement(enter, employ, marketer, shop):
    employ("render")
    page = enter(marketer)
    few_steps(page)
    count(page, 1)
    page.get_by_role("button", name="Paint 1 picture").click()
    ready(page, 1)
    asset = Asset.objects.get()

    page.goto(asset.get_absolute_url())
    page.get_by_text("Go on from it").click()
    page.get_by_role("button", name="Enlarge to twice the size").click()
    expect(page).to_have_url(re.compile("/create/"))
    ready(page, 2)
    larger = Asset.objects.latest("pk")
    assert (larger.scene.width, larger.scene.init_image_asset) == (2 * asset.scene.width, asset)

    page.goto(asset.get_absolute_url())
    page.get_by_text("Go on from it").click()
    page.get_by_role("link", name="Start from this picture").click()
    expect(page.locator(f"input[name=init_image][value=asset-{asset.pk}]")).to_be_checked()
    page.get_by_role("slider", name="How much changes").fill("40")
    count(page, 1)
    page.get_by_role("button", name="Paint 1 picture").click()
    ready(page, 3)
    started = Asset.objects.latest("pk")
    assert (started.scene.init_image_asset, started.scene.denoising_strength) == (asset, 0.4)
    assert started.seed != asset.seed


@pytest.mark.parametrize(("size", "touch"), [("desk", False), ("tablet", True), ("phone", True)])
def test_nothing_covers_the_label_of_a_picture(
    enter, marketer, make_ready, base, shop, nobody_works, shot, size, touch
):
    for asset in make_ready(count=4, by=marketer):
        picture = labelling.draw_label(Image.new("RGB", (400, 400), "teal"))
        file = io.BytesIO()
        picture.save(file, "PNG")
        Asset.objects.filter(pk=asset.pk).update(thumb_sha256=blobs.put_bytes(file.getvalue()))
    page = enter(marketer, size=size, has_touch=touch, is_mobile=touch)
    page.goto("/create/")
    for tile in page.locator("li.tile").all():
        if not touch:
            tile.hover()
        frame, acts = (tile.locator(f".tile__{part}").bounding_box() for part in ("frame", "acts"))
        label_top = frame["y"] + frame["height"] * 0.8
        assert acts["y"] + acts["height"] <= label_top or acts["y"] >= frame["y"] + frame["height"]
        for button in tile.locator(".tile__acts .button:visible").all():
            box = button.bounding_box()
            assert frame["x"] - 1 <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    shot(page, size)
