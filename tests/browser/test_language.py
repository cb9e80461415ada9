"""A change of the language midway loses nothing that was typed."""

from playwright.sync_api import expect

from gallery.models import Channel


def switch(page):
    page.get_by_role("button", name="中文").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_new_template_keeps_its_words_and_rows_when_the_language_changes(enter, designer):
    page = enter(designer)
    page.goto("/templates/new/")
    page.locator("#id_name_zh").fill("骑楼夜色")
    page.locator("#id_text").fill("a {colour} car")
    page.get_by_role("button", name="Add a slot").click()
    page.locator("#name-0").fill("colour")
    page.locator("#zh-0-0").fill("红")

    switch(page)

    expect(page.locator("#name-0")).to_have_value("colour")
    expect(page.locator("#zh-0-0")).to_have_value("红")
    expect(page.locator("#id_name_zh")).to_have_value("骑楼夜色")
    expect(page.locator("#id_text")).to_have_value("a {colour} car")
    assert page.evaluate("sessionStorage.length") == 0


def test_create_keeps_channel_and_seed_when_the_language_changes(
    enter, marketer, make_template, make_version
):
    for slug in ("wide", "tall"):
        Channel.objects.get_or_create(
            slug=slug, defaults={"name_zh": slug, "name_en": slug, "width": 96, "height": 64}
        )
    make_template()
    page = enter(marketer)
    page.goto("/create/")
    chosen = page.locator('.workbench [name="channel"]').last
    value = chosen.get_attribute("value")
    page.get_by_role("heading", name="Channel").click()
    chosen.locator("..").click()
    page.locator('[name="seed"]').evaluate("(field) => { field.value = '4711'; }")

    switch(page)

    expect(page.locator('[name="seed"]')).to_have_value("4711")
    expect(page.locator(f'[name="channel"][value="{value}"]')).to_be_checked()
