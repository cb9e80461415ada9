"""The style library as one browses it: filters, search in two languages, a slider on every card."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import PackTag

SHEET = (0.0, 0.3, 0.5, 0.7, 1.0)


@pytest.fixture
def library(make_version):
    """Three approved packs: ink (arcade, quiet), neon (arcade, lively), tea (teahouse, quiet)."""
    rows = {
        "arcade": ("place", "骑楼", "Arcade street"),
        "teahouse": ("place", "茶楼", "Teahouse"),
        "quiet": ("mood", "安静", "Quiet"),
        "lively": ("mood", "热闹", "Lively"),
    }
    tags = {
        slug: PackTag.objects.update_or_create(
            slug=slug, defaults={"group": group, "name_zh": zh, "name_en": en}
        )[0]
        for slug, (group, zh, en) in rows.items()
    }
    packs = {"ink": ("arcade", "quiet"), "neon": ("arcade", "lively"), "tea": ("teahouse", "quiet")}
    for slug, own in packs.items():
        make_version(slug, pictures=SHEET).pack.tags.set([tags[name] for name in own])


def shows(page, *slugs):
    """Expect the cards of these packs and of no others, whatever their order."""
    expect(page.locator(".pack-card")).to_have_count(len(slugs))
    for slug in slugs:
        expect(card(page, slug)).to_be_visible()


def card(page, slug):
    return page.locator(".pack-card").filter(has=page.get_by_role("link", name=f"{slug} pack"))


def open_filters(page):
    """A phone folds them behind a button."""
    button = page.get_by_role("button", name=re.compile("^Filters"))
    if button.is_visible():
        button.click()


def box(page, name):
    """The checkbox of a filter, whether or not its form is folded away."""
    return page.get_by_role("checkbox", name=re.compile(f"^{name}"), include_hidden=True)


def choose(page, group, name):
    open_filters(page)
    page.get_by_role("group", name=group).locator("label").filter(has_text=name).click()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_library_is_filtered_searched_and_left_and_found_again(
    enter, marketer, library, size, shot
):
    page = enter(marketer, size=size)
    page.goto("/styles/")
    shows(page, "ink", "neon", "tea")

    choose(page, "Local place", "Arcade street")
    expect(page).to_have_url(re.compile("place=arcade"))
    shows(page, "ink", "neon")
    choose(page, "Mood", "Quiet")
    shows(page, "ink")
    chosen = page.get_by_role("list", name="What narrows the list")
    expect(chosen.get_by_role("link")).to_have_count(3)
    chips, first = chosen.bounding_box(), page.locator(".pack-card").bounding_box()
    assert first["y"] - chips["y"] - chips["height"] >= 8  # px: the chips don't touch the list
    shot(page, "0-filtered")

    # A look at the style and back: the filters are as they were.
    card(page, "ink").get_by_role("link", name="ink pack").click()
    expect(page.get_by_role("heading", name="ink pack", level=1)).to_be_visible()
    page.go_back()
    shows(page, "ink")
    expect(box(page, "Arcade street")).to_be_checked()

    chosen.get_by_role("link", name="Take away Mood: Quiet").click()
    shows(page, "ink", "neon")
    # And further back, the boxes say what the list shows.
    page.go_back()
    expect(box(page, "Quiet")).to_be_checked()
    page.go_back()
    expect(box(page, "Quiet")).not_to_be_checked()
    shows(page, "ink", "neon")
    chosen.get_by_role("link", name="Clear the filters").click()
    shows(page, "ink", "neon", "tea")
    assert page.locator("html").evaluate("h => h.scrollWidth - h.clientWidth") == 0


@pytest.mark.parametrize(
    ("language", "size"), [("en-GB", "desk"), ("en-GB", "phone"), ("zh-CN", "phone")]
)
def test_search_reads_both_languages_and_says_when_nothing_is_there(
    enter, marketer, library, language, size, shot
):
    page = enter(marketer, language, size)
    page.goto("/styles/")
    words = page.get_by_role("searchbox")
    for asked, slugs in (
        ("骑楼", ["ink", "neon"]),
        ("teahouse", ["tea"]),
        ("neon 包", ["neon"]),
        ("QUIET", ["ink", "tea"]),
    ):
        words.fill(asked)
        with page.expect_navigation():
            words.press("Enter")
        links = page.locator(".pack-card h3 a").evaluate_all("all => all.map((a) => a.pathname)")
        assert sorted(links) == [f"/styles/{slug}/1/" for slug in slugs]

    words.fill("飞船")
    words.press("Enter")
    nothing = {"en-GB": "Nothing matches", "zh-CN": "没有符合的"}[language]
    expect(page.get_by_text(nothing)).to_be_visible()
    expect(page.locator(".pack-card")).to_have_count(0)
    shot(page, "0-nothing")
    expect(page.locator(".chosen").get_by_text("飞船")).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_slider_of_a_card_flips_through_the_sheet_by_keys(enter, marketer, library, size):
    page = enter(marketer, size=size)
    page.goto("/styles/")
    slider = card(page, "ink").get_by_role("slider", name="Strength of ink pack")
    picture = card(page, "ink").locator("img:visible")
    shown = card(page, "ink").locator("output")
    expect(shown).to_have_text("0.70")

    slider.focus()
    for key, strength in (
        ("ArrowRight", "1.00"),
        ("ArrowRight", "1.00"),
        ("Home", "0.00"),
        ("ArrowRight", "0.30"),
        ("ArrowUp", "0.50"),
        ("ArrowLeft", "0.30"),
    ):
        slider.press(key)
        expect(shown).to_have_text(strength)
        expect(slider).to_have_attribute("aria-valuetext", strength)
        expect(picture).to_have_count(1)
        expect(picture).to_have_attribute("alt", f"ink pack at strength {strength}")
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    # The neighbour's picture is its own.
    expect(card(page, "neon").locator("output")).to_have_text("0.70")
