"""What a reviewer needs is within the window, and a wide table says that there is more of it."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_approve_and_reason_are_within_the_window_of_a_review(
    enter, brand_admin, make_version, shot, language
):
    version = make_version(state="in_review")
    page = enter(brand_admin, language)
    page.goto(f"/review/?item=version-{version.pk}")

    for part in ('[name="reason"]', 'button[value="approve"]'):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 900, part
    shot(page, "review")


def test_wide_table_on_a_phone_fades_where_there_is_more(enter, brand_admin, shot):
    page = enter(brand_admin, size="phone")
    page.goto("/policy/")
    box = page.locator(".scroll-x").first

    expect(box).to_have_attribute("data-more", "end")
    assert "gradient" in box.evaluate("(node) => getComputedStyle(node).maskImage")
    shot(page, "policy")
    box.evaluate("(node) => node.scrollTo(node.scrollWidth, 0)")
    expect(box).to_have_attribute("data-more", "start")
