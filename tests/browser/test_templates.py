"""Templates in a designer's hands, and the glossary in a marketer's."""

import json

import pytest
from playwright.sync_api import expect

from brandstudio.core.models import GlossaryTerm
from gallery.models import PromptTemplate, Scene
from tests.browser.test_create import ready


@pytest.fixture
def draft(make_template):
    return make_template(state="draft")


@pytest.fixture
def terms(studio):
    """A glossary of three."""
    for term, phrase in (
        ("骑楼", "qilou arcade street"),
        ("红灯笼", "red lanterns"),
        ("夜里", "at night"),
    ):
        GlossaryTerm.objects.update_or_create(term=term, defaults={"phrase": phrase})


def labels(page, slot):
    """The Chinese labels of a slot's options, from above."""
    fields = page.locator(f"#slot-{slot} .slot-rows__option input:first-of-type")
    return [fields.nth(place).input_value() for place in range(fields.count())]


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_rows_of_a_template_are_written_and_moved_by_keys(
    enter, designer, draft, terms, size, shot
):
    page = enter(designer, size=size)
    page.goto("/templates/arcade/1/edit/")

    page.get_by_role("button", name="Add an option to weather").press("Enter")
    expect(page.locator("#zh-1-2")).to_be_focused()
    page.keyboard.type("夜")
    page.get_by_role("textbox", name="English label of option").fill("night")
    phrase = page.get_by_label("English phrase of option")
    phrase.press_sequentially("夜")
    offer = page.get_by_role("option", name="夜里")
    expect(offer).to_be_visible()
    shot(page, "offered")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(phrase).to_have_value("at night")

    # Up twice by the same key: the focus goes along with the row.
    page.locator("#up-1-2").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("Row 2 of 3 now.")
    expect(page.locator("#up-1-2")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#live")).to_have_text("Row 1 of 3 now.")
    expect(page.locator("#up-1-2")).to_be_focused()
    assert labels(page, 1) == ["夜", "晴", "雨"]
    page.locator("#down-0").press("Enter")
    expect(page.locator("#preview")).to_contain_text("GS8")
    page.get_by_label("Prompt", exact=True).press_sequentially(" ")
    expect(page.locator("#preview")).to_contain_text("A GS8 in an arcade, night.")
    shot(page, "moved")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    slots = PromptTemplate.objects.get().slots
    assert [slot["name"] for slot in slots] == ["weather", "vehicle"]
    assert slots[0]["options"] == [
        {"value": "at night", "zh": "夜", "en": "night"},
        *draft.slots[1]["options"],
    ]


def test_rows_are_dragged_into_order(enter, designer, draft):
    page = enter(designer)
    page.goto("/templates/arcade/1/edit/")

    page.locator("#option-0-1 [data-grip]").drag_to(
        page.locator("#option-0-0"), target_position={"x": 20, "y": 3}
    )

    assert labels(page, 0) == ["M8", "GS8"]
    expect(page.locator("#preview")).to_contain_text("A M8 in an arcade, clear.")
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    options = PromptTemplate.objects.get().slots[0]["options"]
    assert [option["zh"] for option in options] == ["M8", "GS8"]


def test_rows_are_written_without_script(enter, designer, draft):
    page = enter(designer, java_script_enabled=False)
    page.goto("/templates/arcade/1/edit/")

    page.locator("#up-0-1").click()
    page.get_by_role("button", name="Add an option to weather").click()
    page.locator("#zh-1-2").fill("雪")
    page.get_by_role("textbox", name="English label of option").fill("snow")
    page.get_by_role("textbox", name="English phrase of option").fill("snow")
    page.get_by_role("button", name="Save the draft").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    slots = PromptTemplate.objects.get().slots
    assert [option["zh"] for option in slots[0]["options"]] == ["M8", "GS8"]
    assert [option["zh"] for option in slots[1]["options"]] == ["晴", "雨", "雪"]


def test_slots_go_to_a_spreadsheet_and_come_back(enter, designer, draft, tmp_path):
    page = enter(designer)
    page.goto("/templates/arcade/1/edit/")
    page.get_by_text("Slots as a table (CSV)").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    file = tmp_path / "back.csv"
    file.write_text(text.replace("雨,rain,rain", "雪,snow,snow") + "x,x\n", encoding="gb18030")

    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Take in").click()

    expect(page.get_by_text("Slots read: vehicle, weather.")).to_be_visible()
    expect(page.get_by_text("Line 6 of back.csv was left out")).to_be_visible()
    assert labels(page, 1) == ["晴", "雪"]
    page.get_by_role("button", name="Save the draft").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "snow" in json.dumps(PromptTemplate.objects.get().slots)


def test_chinese_prompt_is_offered_shown_in_english_and_painted(
    enter, employ, make_user, make_version, channel, terms, shot
):
    employ("render")
    make_version("lingnan-ink")
    page = enter(make_user("writer", is_marketer=True, may_write_prompts=True), language="zh-CN")
    page.goto("/create/?template=free")

    words = page.get_by_role("textbox", name="自己写")
    words.press_sequentially("骑楼，红灯")
    expect(page.get_by_role("option", name="红灯笼")).to_be_visible()
    shot(page, "offered")
    page.keyboard.press("Escape")
    words.press_sequentially("笼")
    prompt = page.locator("#prompt .prompt")
    expect(prompt).to_contain_text("qilou arcade street, red lanterns")
    shot(page, "english")
    page.keyboard.press("Escape")
    page.get_by_text("高级").click()
    page.get_by_label("步数").fill("4")
    page.get_by_role("radiogroup", name="张数").get_by_text("1", exact=True).click()
    page.get_by_role("button", name="画 1 张").click()
    ready(page, 1)

    scene = Scene.objects.get()
    assert scene.own_words == "骑楼，红灯笼"
    assert scene.prompt.endswith("qilou arcade street, red lanterns")
