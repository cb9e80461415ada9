"""A poster from picture to file, in the browser."""

import re

from PIL import Image
from playwright.sync_api import expect

from gallery.models import Channel, LegalLine, Poster
from tests.browser.conftest import answer_checklist


def test_poster_goes_from_a_picture_to_its_file(
    enter, make_user, in_state, channel, brand_admin, tmp_path, shot
):
    Channel.objects.create(
        slug="story", name_zh="竖图", name_en="Story", width=720, height=960, form="png"
    )
    LegalLine.objects.create(zh="图片仅供参考。", en="For reference only.", added_by=brand_admin)
    picture = in_state("approved", channel=channel)
    page = enter(make_user("publisher", is_marketer=True))
    page.goto("/posters/new/")
    page.locator(f'a[href="/posters/new/{picture.pk}/"]').click()

    page.get_by_label("Headline", exact=True).fill("岭南年味，一路团圆")
    page.get_by_label("Price", exact=True).fill("12.98 万元起")
    page.get_by_label("Look", exact=True).select_option("Spring Festival")
    page.get_by_label("Channel", exact=True).select_option("Story")
    page.get_by_label("Legal line").select_option("For reference only.")
    shown = page.get_by_role("img", name="The poster as its file will be")
    expect(shown).to_have_attribute("src", re.compile("^data:image/jpeg"))
    shot(page, "0-composer")
    page.get_by_label("Headline", exact=True).fill("新春🎉")
    page.get_by_label("Price", exact=True).focus()
    expect(page.locator("#poster-preview")).to_contain_text("has no “🎉”")
    page.get_by_label("Headline", exact=True).fill("岭南年味，一路团圆")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(
        page.get_by_text("wait for review, so no file for publication leaves yet")
    ).to_be_visible()

    admin = enter(brand_admin)
    admin.goto(f"/review/?item=poster-{Poster.objects.get().pk}")
    answer_checklist(admin)
    admin.get_by_role("button", name="Approve", exact=True).click()
    expect(admin.get_by_text("is approved.")).to_be_visible()

    page.reload()
    with page.expect_download() as arriving:
        page.get_by_role("link", name="Publication file").click()
    arriving.value.save_as(tmp_path / "poster.png")
    with Image.open(tmp_path / "poster.png") as poster:
        assert (poster.size, poster.format) == ((720, 960), "PNG")
    assert Poster.objects.get().downloads.count() == 1
    shot(page, "1-poster")
