"""A car is cut out of a photograph: draft, a stroke, undo and redo, and saving."""

import json
import re

import pytest
from playwright.sync_api import expect

from benchmarks import cutting_out as benchmark
from brandstudio.core.models import Vehicle
from gallery.models import CutoutDraft, ProductCutout
from tests.browser.conftest import PATIENCE


@pytest.fixture
def photograph(tmp_path):
    """The file of a rendered car on a painted street."""
    path = tmp_path / "in the sun.jpg"
    next(benchmark.rendered(1, seed=2)).image.save(path, quality=92)
    return path


@pytest.fixture
def vehicle():
    return Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="gs8")


def draw(page, start, end):
    """Draw a stroke with the mouse; start, end: shares of the stage."""
    box = page.locator("[data-cutter-stage]").bounding_box()
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=8)
    page.mouse.up()


def spread_two_fingers(page, stage):
    """Two fingers on the stage, from 40 to 160 px apart."""
    box = stage.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    device = page.context.new_cdp_session(page)

    def touch(kind, *apart):
        points = [{"x": x + side, "y": y, "id": number} for number, side in enumerate(apart)]
        device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", -20)
    touch("touchStart", -20, 20)
    for apart in range(20, 81, 10):
        touch("touchMove", -apart, apart)
    touch("touchEnd")


def seen(page):
    """How many points of the stage are fully opaque, in whatever colour."""
    return page.locator("[data-cutter-stage]").evaluate(
        """(stage) => {
            const { data } = stage.getContext("2d").getImageData(0, 0, stage.width, stage.height);
            let count = 0;
            for (let at = 3; at < data.length; at += 4) count += data[at] === 255;
            return count;
        }"""
    )


def test_a_car_is_cut_out_mended_and_saved(enter, employ, designer, vehicle, photograph, shot):
    employ("background")
    page = enter(designer)
    page.goto("/vehicles/")
    shot(page, "0-vehicles")
    page.get_by_label("Photograph of GS8, to be cut out").set_input_files(photograph)
    cutter = page.locator("[data-cutter]")
    expect(cutter).to_have_attribute("data-shown", "0", timeout=PATIENCE)
    kept = page.get_by_role("status").filter(has_text="All strokes are kept.")
    expect(kept).to_be_visible()
    shot(page, "1-draft")
    whole = seen(page)

    page.get_by_text("Eraser", exact=True).click()
    draw(page, (0.45, 0.75), (0.55, 0.75))
    expect(cutter).to_have_attribute("data-shown", "1")
    without = seen(page)
    assert without < whole - 100
    shot(page, "2-stroke")

    page.get_by_role("button", name="Undo").click()
    expect(cutter).to_have_attribute("data-shown", "0")
    assert seen(page) == pytest.approx(whole, abs=whole / 100)
    page.keyboard.press("Control+Shift+Z")
    expect(cutter).to_have_attribute("data-shown", "1")
    expect(kept).to_be_visible()
    page.reload()
    expect(cutter).to_have_attribute("data-shown", "1")
    page.get_by_role("button", name="Undo").click()
    expect(cutter).to_have_attribute("data-shown", "0")

    stage = page.locator("[data-cutter-stage]")
    stage.focus()
    page.keyboard.press("b")
    for key in ("Enter", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(cutter).to_have_attribute("data-shown", "1")
    strokes = json.loads(page.locator("[data-cutter-strokes]").input_value())
    assert [(one["kind"], len(one["points"])) for one in strokes] == [("car", 2)]

    page.get_by_label("With a shadow on the ground").check()
    page.get_by_role("button", name="Save the cut-out").click()
    expect(page.get_by_text(re.compile("in the sun can be placed now"))).to_be_visible()
    assert CutoutDraft.objects.get().cutout == ProductCutout.objects.get()
    shot(page, "3-saved")


@pytest.mark.slow
def test_a_finger_mends_it_on_a_phone(enter, employ, designer, vehicle, photograph, shot):
    employ("background")
    page = enter(designer, language="zh-CN", size="phone", has_touch=True)
    page.goto("/vehicles/")
    page.get_by_label("要抠图的 GS8 照片").set_input_files(photograph)
    cutter = page.locator("[data-cutter]")
    expect(cutter).to_have_attribute("data-shown", "0", timeout=PATIENCE)
    shot(page, "0-draft")

    page.get_by_text("橡皮", exact=True).tap()
    stage = page.locator("[data-cutter-stage]")
    stage.scroll_into_view_if_needed()
    stage.tap()
    expect(cutter).to_have_attribute("data-shown", "1")

    strokes = page.locator("[data-cutter-strokes]").input_value()
    before = stage.evaluate("(stage) => stage.toDataURL()")
    spread_two_fingers(page, stage)
    assert page.locator("[data-cutter-strokes]").input_value() == strokes
    assert stage.evaluate("(stage) => stage.toDataURL()") != before
    page.get_by_role("button", name="整张图片").tap()
    assert len(json.loads(strokes)) == 1

    shot(page, "1-stroke")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
