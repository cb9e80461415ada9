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


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_template_is_saved_from_where_it_is_written(
    enter, brand_admin, make_template, language, size, shot
):
    template = make_template(state="draft")
    page = enter(brand_admin, language, size=size)
    page.goto(f"{template.get_absolute_url()}edit/")

    expect(page.locator(".form__acts--near button")).to_be_in_viewport(ratio=1)
    shot(page, f"template-{size}")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_pair_is_decided_beside_its_grid(enter, brand_admin, make_version, language, shot):
    first, second = make_version("ink"), make_version("paper")
    address = f"/styles/pairs/{first.pk}/{second.pk}/"
    page = enter(brand_admin, language)
    page.goto(address)
    decide = page.locator("section[aria-labelledby=h-decide]").get_by_role("button")

    expect(decide).to_be_in_viewport(ratio=1)
    shot(page, "pair")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator('a[href="#h-decide"]').click()
    expect(page.locator("#h-decide")).to_be_in_viewport()


def test_wide_sheet_on_a_phone_fades_where_there_is_more(enter, brand_admin, make_version):
    make_version("ink")
    page = enter(brand_admin, size="phone")
    page.goto("/styles/ink/1/")
    box = page.locator(".scroll-x[aria-labelledby=h-sheet]")

    expect(box).to_have_attribute("data-more", "end")
    assert "gradient" in box.evaluate("(node) => getComputedStyle(node).maskImage")
    box.evaluate("(node) => node.scrollTo(node.scrollWidth, 0)")
    expect(box).to_have_attribute("data-more", "start")


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_policy_shows_every_column_on_a_phone(enter, brand_admin, shot, language):
    page = enter(brand_admin, language, size="phone")
    page.goto("/policy/")

    tables = page.locator("table.policy")
    assert tables.count() == 3  # publication file, proof, original
    for table in tables.all():
        box = table.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        fits = (
            "(node) => [...node.querySelectorAll('th')].every(h => h.scrollWidth <= h.clientWidth)"
        )
        assert table.evaluate(fits)
    shot(page, "policy")
