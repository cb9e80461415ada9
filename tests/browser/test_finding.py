"""Finding one picture among two thousand, on a desk and on a phone, and looking at it."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from brandstudio.core import blobs
from brandstudio.core.models import GlossaryTerm, Vehicle
from gallery.models import Asset, AssetState, Channel, Scene
from gallery.services import words
from tests.gallery.conftest import png

COLOURS = ("white", "red", "blue", "black", "gold")
VEHICLES = ("GS8", "M8", "EMPOW")
CHANNELS = {"xiaohongshu": ("小红书", "Xiaohongshu"), "moments": ("朋友圈", "Moments")}
DAYS = 23  # back from today
PICTURES = 2_000

# Seconds of a skilled person's acts, of the keystroke-level model (Card, Moran, Newell 1980): a
# key, a press of the mouse with the way to it, and making up one's mind.
KEY, POINT, THINK = 0.28, 1.3, 1.35


@pytest.fixture
def library(base, marketer):
    """2,000 finished pictures over 23 days: vehicles, colours and channels in turn."""
    GlossaryTerm.objects.get_or_create(term="白色", defaults={"phrase": "white"})
    vehicles = [
        Vehicle.objects.create(slug=name.lower(), name_zh=name, name_en=name, phrase=name)
        for name in VEHICLES
    ]
    channels = [
        Channel.objects.create(slug=slug, name_zh=zh, name_en=en, width=300, height=400)
        for slug, (zh, en) in CHANNELS.items()
    ]
    size = {"width": 64, "height": 96, "steps": 4, "guidance": 3.0, "count": 10, "seed": 1}
    Scene.objects.bulk_create(
        Scene(
            owner=marketer,
            base=base,
            channel=channels[number % 2],
            prompt=f"a {COLOURS[number % 5]} {vehicles[number % 3].phrase} in an arcade",
            title=f"{number}",
            **size,
        )
        for number in range(PICTURES // size["count"])
    )
    while Scene.objects.filter(has_words=False).exists():
        words.read_waiting()
    image, thumb = blobs.put_bytes(png("teal")), blobs.put_bytes(png())
    facts = {"state": AssetState.READY, "image_sha256": image, "thumb_sha256": thumb, "seed": 1}
    assets = Asset.objects.bulk_create(
        Asset(scene=scene, index=index, **facts)
        for scene in Scene.objects.order_by("pk")
        for index in range(scene.count)
    )
    noon = timezone.make_aware(datetime.datetime.combine(timezone.localdate(), datetime.time(12)))
    for place, asset in enumerate(assets):
        asset.made_at = noon - datetime.timedelta(days=place % DAYS)
    Asset.objects.bulk_update(assets, ["made_at"], batch_size=500)


class Person:
    """Does what is told on a page, and knows how many seconds that takes a skilled person."""

    def __init__(self, page):
        self.page, self.seconds, self.acts = page, 0.0, 0

    def type(self, field, text):
        field.click()
        field.press_sequentially(text)
        field.press("Enter")
        self._did(THINK + POINT + KEY * (len(text) + 1))

    def choose(self, field, label):
        field.select_option(label)
        self._did(THINK + 2 * POINT)

    def _did(self, seconds):
        self.seconds += seconds
        self.acts += 1


def found_by(page):
    """The pictures in the list."""
    keys = [int(box.get_attribute("value")) for box in page.locator('li.tile [name="pick"]').all()]
    return Asset.objects.filter(pk__in=keys).select_related("scene__channel", "scene__vehicle")


def expected(*days):
    """White GS8 for Xiaohongshu of these days."""
    wanted = Asset.objects.filter(
        scene__channel__slug="xiaohongshu",
        scene__vehicle__slug="gs8",
        scene__prompt__contains="white",
    )
    return {asset for asset in wanted if timezone.localdate(asset.made_at) in days}


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_last_tuesdays_white_gs8_for_xiaohongshu_is_found_in_fifteen_seconds(
    enter, marketer, library, language, shot, nobody_works
):
    page = enter(marketer, language)
    page.goto("/assets/")
    person = Person(page)
    asked, name = {
        "en-GB": ("white gs8 xiaohongshu last tuesday", "Search"),
        "zh-CN": ("上周二白色GS8小红书", "搜索"),
    }[language]

    person.type(page.get_by_role("searchbox", name=name), asked)

    today = timezone.localdate()
    monday = today - datetime.timedelta(days=today.weekday() + 7)
    of_last_week = monday + datetime.timedelta(days=1)
    latest = today - datetime.timedelta(days=(today.weekday() - 2) % 7 + 1)
    wanted = expected(of_last_week, latest) if language == "en-GB" else expected(of_last_week)
    assert wanted
    expect(page.locator("li.tile")).to_have_count(len(wanted))
    assert set(found_by(page)) == wanted
    assert person.acts == 1
    assert person.seconds < 15
    shot(page, language)


def test_the_same_is_found_by_words_and_the_filter_of_days(enter, marketer, library, nobody_works):
    page = enter(marketer)
    page.goto("/assets/")
    person = Person(page)

    person.type(page.get_by_role("searchbox", name="Search"), "white gs8 xiaohongshu")
    expect(page.get_by_text("“white gs8 xiaohongshu”")).to_be_visible()
    person.choose(page.get_by_label("Painted"), "last week")
    expect(page.get_by_text("Painted: last week")).to_be_visible()

    today = timezone.localdate()
    monday = today - datetime.timedelta(days=today.weekday() + 7)
    week = [monday + datetime.timedelta(days=days) for days in range(7)]
    assert set(found_by(page)) == expected(*week)
    headings = page.locator(".day__head")
    expect(headings.filter(has_text="Tuesday")).to_be_visible()
    assert person.acts == 2
    assert person.seconds < 15


def test_filters_of_a_phone_wait_behind_one_button(enter, marketer, make_ready, shot, nobody_works):
    make_ready()
    page = enter(marketer, size="phone", has_touch=True, is_mobile=True)
    page.goto("/assets/")
    review = page.get_by_role("form", name="Filters")
    expect(review).to_be_hidden()
    expect(page.get_by_role("searchbox", name="Search")).to_be_visible()

    page.get_by_role("button", name="Filters").tap()
    expect(review).to_be_visible()
    shot(page, "open")
    review.get_by_role("button", name="Close").tap()
    expect(review).to_be_hidden()
    page.get_by_role("button", name="Filters").tap()
    review.get_by_text("mine").tap()

    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    expect(review).to_be_hidden()
    expect(page.locator("li.tile")).to_have_count(1)
    shot(page, "narrowed")
    page.goto("/styles/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters_stand_beside_the_list_on_a_desk(enter, marketer, make_ready, nobody_works):
    make_ready()
    page = enter(marketer)
    page.goto("/assets/")

    expect(page.get_by_role("form", name="Filters")).to_be_visible()
    expect(page.get_by_role("button", name="Filters")).to_be_hidden()


def test_viewer_goes_on_zooms_and_compares_by_keys(enter, marketer, make_ready, shot, nobody_works):
    first, second, third = reversed(make_ready(count=3))
    page = enter(marketer)
    page.goto("/assets/")
    pictures = page.locator("a[data-view]")
    expect(pictures).to_have_count(3)
    pictures.first.click()
    viewer = page.get_by_role("dialog", name="Picture at full size")
    shown, place = viewer.locator("img"), viewer.locator("[data-viewer-place]")
    zoom = viewer.locator("[data-viewer-zoom]")
    order = pictures.evaluate_all("links => links.map((one) => one.dataset.view)")
    expect(shown).to_have_attribute("src", order[0])

    page.keyboard.press("ArrowLeft")  # round the end
    expect(place).to_have_text("3 / 3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("2 / 3")
    expect(shown).to_have_attribute("src", order[1])

    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(zoom).to_have_text("400 %")
    assert shown.evaluate("e => getComputedStyle(e).scale") == "4"
    page.keyboard.press("-")
    expect(zoom).to_have_text("200 %")
    shown.hover()
    page.mouse.wheel(0, -100)
    expect(zoom).to_have_text("250 %")
    page.keyboard.press("0")
    expect(zoom).to_have_text("100 %")
    shown.dblclick(position={"x": 20, "y": 30})
    expect(zoom).to_have_text("300 %")
    assert float(shown.evaluate("e => e.style.getPropertyValue('--look-x')").rstrip("%")) < 50
    page.keyboard.press("ArrowRight")
    expect(zoom).to_have_text("100 %")  # each picture begins whole
    expect(viewer.locator("[data-loading]")).to_have_count(0)  # and nothing turns over it
    shot(page, "viewer")

    compare = page.get_by_role("button", name="Compare two pictures", include_hidden=True)
    page.keyboard.press("c")
    expect(compare).to_be_disabled()
    expect(viewer.get_by_role("button", name="Choose", pressed=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(pictures.nth(1)).to_be_focused()
    expect(page.get_by_role("region", name="Several at once")).to_contain_text("2 chosen")
    page.get_by_role("region", name="Several at once").get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Compare two pictures").click()
    expect(page.locator("[data-compare]")).to_be_visible()
    assert page.evaluate("new URLSearchParams(location.search).getAll('pick').length") == 2


def test_viewer_shows_the_next_picture_at_a_swipe(enter, marketer, make_ready, nobody_works):
    make_ready(count=2)
    page = enter(marketer, size="phone", has_touch=True, is_mobile=True)
    page.goto("/assets/")
    page.locator("a[data-view]").first.tap()
    viewer = page.get_by_role("dialog", name="Picture at full size")
    expect(viewer.locator("[data-viewer-place]")).to_have_text("1 / 2")

    for kind, x in (("pointerdown", 300), ("pointerup", 120)):
        point = {"clientX": x, "clientY": 300, "pointerType": "touch", "bubbles": True}
        viewer.locator("img").dispatch_event(kind, point)

    expect(viewer.locator("[data-viewer-place]")).to_have_text("2 / 2")
