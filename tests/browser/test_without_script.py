"""The core path with JavaScript off: plain forms, plain answers."""

from playwright.sync_api import expect

from gallery.models import Asset, AssetState
from training.models import Dataset, TrainingRun


def test_core_path_needs_no_script(
    enter,
    employ,
    wait_for,
    designer,
    marketer,
    make_picture,
    make_template,
    make_version,
    tmp_path,
    shot,
):
    page = enter(designer, java_script_enabled=False)
    page.goto("/datasets/new/")
    page.get_by_label("Name").fill("Ink")
    page.get_by_label("Trigger word").fill("lnink")
    page.get_by_role("button", name="Make it and add pictures").click()
    page.locator("input[type=file]").set_input_files(
        [make_picture(f"{n}.jpg", seed=n) for n in range(3)]
    )
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="On to the captions").click()
    for n in range(3):
        page.get_by_role("textbox", name=f"Caption of {n}.jpg").fill(f"lnink, street {n}")
        page.get_by_role("button", name=f"Save the caption of {n}.jpg").click()
    shot(page, "0-captions")
    assert Dataset.objects.get().images.filter(caption_state="checked").count() == 3

    page.get_by_role("link", name="Freeze and train").click()
    page.get_by_label("Base model").select_option("toy")
    page.get_by_label("I know that the rights of").check()
    page.get_by_label("too few for a style").check()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert TrainingRun.objects.get().base.name == "toy"

    make_template()
    version = make_version()
    page = enter(marketer, java_script_enabled=False)
    page.goto("/create/")
    page.get_by_role("checkbox", name=version.pack.name_en).check()
    page.get_by_role("button", name="Paint 4 pictures").click()
    expect(page.locator("li.tile")).to_have_count(4)
    employ("render")
    wait_for(lambda: Asset.objects.filter(state=AssetState.READY).count() == 4, seconds=240)
    page.reload()
    page.get_by_role("img", name=f"#{Asset.objects.earliest('pk').pk}").first.click()
    with page.expect_download() as arriving:
        page.get_by_role("button", name="PNG").click()
    arriving.value.save_as(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 0
