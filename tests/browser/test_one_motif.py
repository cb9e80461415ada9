"""From the create page to the zip of a campaign: one motif, several channels, few presses."""

import json
import zipfile

import pytest
from playwright.sync_api import expect

from brandstudio.core.models import Campaign
from gallery.models import Asset, Channel
from gallery.services import assets as acts
from gallery.services.checklist import all_confirmed
from tests.browser.conftest import PATIENCE
from tests.gallery.test_origins import cut_out

SIZES = {"square": (300, 300), "tall": (300, 400), "story": (270, 480), "wide": (470, 200)}


@pytest.fixture
def shop(make_template, make_version, channel):
    """An approved template with its style, and a campaign that asks for four channels."""
    version = make_version("lingnan-ink", strength_min=0.3, strength_max=0.9)
    make_template().packs.add(version.pack)
    campaign = Campaign.objects.create(slug="spring", name_zh="春节", name_en="Spring Festival")
    for slug, (width, height) in SIZES.items():
        row, _made = Channel.objects.get_or_create(
            slug=slug,
            defaults={"name_zh": slug, "name_en": slug, "width": width, "height": height},
        )
        campaign.places.create(channel=row)
    return campaign


class Clicks:
    """What a person presses, counted."""

    def __init__(self):
        self.count = 0

    def __call__(self, control):
        self.count += 1
        control.click()

    def choose(self, field, label):
        self.count += 1
        field.select_option(label)


def test_three_pictures_for_four_channels_take_six_clicks_from_the_first_painting_on(
    enter, employ, make_user, brand_admin, shop, tmp_path, shot
):
    employ("render")
    person = make_user("publisher", is_marketer=True)
    page = enter(person)
    page.goto("/create/?channel=square&steps=4")
    click = Clicks()

    click.choose(page.get_by_label("Campaign"), "Spring Festival")
    further = page.locator("#further")
    expect(further.get_by_role("checkbox", name="tall")).to_be_checked()
    expect(further.get_by_role("checkbox", name="Square")).to_be_hidden()
    click(further.locator('[data-further="wide"] .further__anew'))
    shot(page, "0-order")
    click(page.get_by_role("button", name="Paint 8 pictures"))
    expect(page.locator("li.tile[data-state=ready]")).to_have_count(8, timeout=PATIENCE)

    click(page.get_by_role("button", name="Send 8 for review"))
    expect(page.get_by_text("8 were sent for review.")).to_be_visible()
    first, *rest = Asset.objects.filter(shape_of=None).order_by("index")
    acts.decline(first, brand_admin, "Five wheels.")
    for asset in [*rest, *Asset.objects.filter(shape_of__in=rest)]:
        acts.approve(asset, brand_admin, all_confirmed())

    page.reload()
    click(page.get_by_role("link", name="To the channels"))
    expect(page.locator("li.cut")).to_have_count(12)
    shot(page, "1-channels")
    with page.expect_download() as arriving:
        click(page.get_by_role("button", name="Download as one zip"))

    assert click.count == 6
    arriving.value.save_as(tmp_path / "spring.zip")
    with zipfile.ZipFile(tmp_path / "spring.zip") as archive:
        lines = json.loads(archive.read("manifest.json"))["files"]
        assert len({line["file"] for line in lines}) == 12
        assert {(line["width"], line["height"]) for line in lines} == set(SIZES.values())
        wide = {line["asset"] for line in lines if line["channel"] == "wide"}
    assert wide == {asset.pk for asset in Asset.objects.filter(shape_of__in=rest)}


def test_main_channel_is_no_further_one_and_what_is_ticked_is_counted(
    enter, make_user, shop, nobody_works
):
    page = enter(make_user("publisher", is_marketer=True))
    page.goto("/create/?channel=square")
    page.get_by_text("More channels from the same motif").click()
    for slug in ("tall", "wide"):
        page.locator(f'[data-further="{slug}"] .choice').first.click()
        page.locator(f'[data-further="{slug}"] .further__anew').click()
    expect(page.get_by_role("button", name="Paint 12 pictures")).to_be_visible()

    page.get_by_role("heading", name="Channel").click()
    page.get_by_role("radiogroup", name="Channel").get_by_text("tall").click()

    expect(page.locator("[data-channel-shown]")).to_contain_text("tall")
    expect(page.locator("[data-channel-px]")).to_have_text("300 × 400 px")
    expect(page.locator('[data-further="tall"]')).to_be_hidden()
    expect(page.locator("[data-further-count]")).to_have_text("1")
    expect(page.get_by_role("button", name="Paint 8 pictures")).to_be_visible()
    expect(page.get_by_role("radiogroup", name="Channel")).to_be_hidden()  # the press closed it


def test_channel_can_be_chosen_on_a_desk_without_scrolling(enter, make_user, shop):
    page = enter(make_user("publisher", is_marketer=True))  # 1440 × 900
    page.goto("/create/?channel=square")

    expect(page.get_by_role("heading", name="Channel")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-channel-shown]")).to_be_in_viewport(ratio=1)
    page.get_by_role("heading", name="Channel").click()
    tall = page.get_by_role("radiogroup", name="Channel").get_by_text("tall")
    expect(tall).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0
    assert page.locator(".workbench__controls").evaluate("e => e.scrollTop") == 0


def test_paint_is_eight_tabs_from_the_prompt_and_ctrl_enter_keeps_the_place(
    enter, employ, writer, shop
):
    employ("render")
    page = enter(writer)
    page.goto("/create/?template=free&steps=4&count=1&channel=square")
    words = page.get_by_role("textbox", name="Your own words")
    words.fill("a lion in a street")
    words.focus()
    presses = 0
    paint = page.get_by_role("button", name="Paint 1 picture")
    while presses < 20 and not paint.evaluate("e => e === document.activeElement"):
        page.keyboard.press("Tab")
        presses += 1
    assert presses <= 8

    words.focus()
    page.keyboard.press("Control+Enter")

    expect(page.locator("li.tile")).to_have_count(1)
    expect(words).to_be_focused()
    expect(words).to_have_value("a lion in a street")
    expect(page.locator("li.tile[data-state=ready]")).to_have_count(1, timeout=PATIENCE)
    expect(words).to_be_focused()
    paint.focus()
    page.keyboard.press("Enter")
    expect(page.locator("li.tile")).to_have_count(2)
    expect(paint).to_be_focused()


def test_packs_are_one_stop_and_arrows_go_on_among_them(enter, make_user, make_version, shop):
    for slug in ("papercut", "porcelain"):
        make_version(slug)
    page = enter(make_user("publisher", is_marketer=True))
    page.goto("/create/")
    group = page.get_by_role("group", name="Style packs")
    stops = group.locator("[data-pack]").evaluate_all("all => all.map((one) => one.tabIndex)")

    group.locator('[tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")

    assert sorted(stops) == [-1, -1, 0]
    expect(group.get_by_role("checkbox", checked=True)).to_have_count(2)
    expect(group.locator('[tabindex="0"]')).to_be_focused()


def test_paint_is_near_for_the_tab_key_with_a_campaigns_channels_open(enter, marketer, shop):
    page = enter(marketer)
    page.goto("/create/")
    campaign = page.get_by_label("Campaign")
    campaign.select_option("Spring Festival")
    expect(page.locator("#further")).to_have_attribute("open", "")

    campaign.focus()
    presses = 0
    while page.evaluate("document.activeElement.id") != "paint" and presses < 20:
        page.keyboard.press("Tab")
        presses += 1

    assert presses <= 8


def test_channel_that_a_platform_covers_is_told_before_painting(enter, marketer, shop, shot):
    Channel.objects.filter(slug="tall").update(covered_bottom=20)
    page = enter(marketer)
    page.goto("/create/?channel=tall")
    note = page.get_by_text("This platform's buttons and words cover part of the picture.")
    expect(note).to_be_visible()
    shot(page, "covered")
    drawn = page.locator("[data-channel-shown] .channel__covered")
    assert drawn.bounding_box()["height"] == pytest.approx(3.3, abs=0.7)

    page.locator("[data-channel-choice] > summary").click()
    page.locator(".channel", has_text="Square").click()

    expect(note).to_be_hidden()


def test_real_car_stands_clear_of_what_a_platform_covers_until_it_is_moved(
    enter, marketer, shop, tmp_path, shot
):
    file = tmp_path / "GS8 side.png"
    file.write_bytes(cut_out((120, 48)))
    Channel.objects.filter(slug="tall").update(covered_bottom=20, covered_right=14)
    page = enter(marketer)
    page.goto("/create/?channel=tall&mode=product")
    with page.expect_navigation():
        page.get_by_label("Upload a cut-out").set_input_files(file)
    frame = page.get_by_role("application", name="Place the car")
    reaches = page.get_by_text("The car reaches under this platform's buttons and words")
    covered = page.locator("[data-covered]").bounding_box()
    car = page.locator("[data-car]").bounding_box()
    shot(page, "clear")

    assert car["y"] + car["height"] == pytest.approx(
        covered["y"] + 0.8 * covered["height"], abs=1.5
    )
    assert car["x"] + car["width"] <= covered["x"] + 0.86 * covered["width"] + 1.5
    expect(reaches).to_be_hidden()

    for _press in range(3):
        frame.press("Shift+ArrowDown")
    expect(reaches).to_be_visible()
    shot(page, "under")

    page.locator("[data-channel-choice] > summary").click()
    page.locator(".channel", has_text="Square").click()
    expect(reaches).to_be_hidden()
