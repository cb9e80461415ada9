"""One motif to several channels, in few presses."""

import json
import re
import zipfile

from playwright.sync_api import expect

from brandstudio.core.models import Campaign
from gallery.models import Asset, Channel, ChannelCut


def test_three_pictures_for_four_channels_take_six_presses(
    enter, make_user, in_state, channel, tmp_path, shot
):
    sizes = {"tall": (300, 400), "wide": (470, 200), "story": (270, 480), "square": (300, 300)}
    for slug, (width, height) in sizes.items():
        Channel.objects.get_or_create(
            slug=slug,
            defaults={"name_zh": slug, "name_en": slug, "width": width, "height": height},
        )
    campaign = Campaign.objects.create(slug="spring", name_zh="春节", name_en="Spring Festival")
    for row in Channel.objects.filter(slug__in=sizes):
        campaign.places.create(channel=row)
    pictures = [in_state("approved", channel=channel) for _one in range(3)]
    page = enter(make_user("publisher", is_marketer=True))
    page.goto("/assets/")

    for picture in pictures:
        page.locator(f'input[name="pick"][value="{picture.pk}"]').check(force=True)  # 1, 2, 3
    page.get_by_role("button", name="To the channels").click()  # 4
    page.get_by_label("Channels of a campaign").select_option("Spring Festival")  # 5
    expect(page.get_by_role("img", name=re.compile("The cut for"))).to_have_count(12)
    shot(page, "0-cuts")
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Download as one zip").click()  # 6

    expect(page.locator("#zip-told")).to_contain_text("all 12 files are in it")
    expect(page.get_by_role("button", name="Download as one zip")).to_be_enabled()
    shot(page, "1-zip-told")
    arriving.value.save_as(tmp_path / "campaign.zip")
    with zipfile.ZipFile(tmp_path / "campaign.zip") as archive:
        lines = json.loads(archive.read("manifest.json"))["files"]
        assert {(line["width"], line["height"]) for line in lines} == set(sizes.values())
        assert len({line["file"] for line in lines}) == 12
        assert {line["left_out"] for line in lines} == {""}


def test_cut_is_moved_by_dragging_and_by_arrow_keys(enter, make_user, in_state, channel):
    wide = Channel.objects.create(slug="wide", name_zh="宽", name_en="Wide", width=470, height=100)
    picture = in_state("approved", channel=channel)
    page = enter(make_user("publisher", is_marketer=True))
    page.goto(f"/assets/deliver/?pick={picture.pk}&channel=wide")
    frame = page.get_by_role("img", name="The cut for Wide")
    before = frame.get_attribute("viewBox")

    box = frame.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 4 * box["height"])
    page.mouse.up()
    dragged = frame.get_attribute("viewBox")
    frame.press("Shift+ArrowDown")

    assert float(dragged.split()[1]) == 0 != float(before.split()[1])
    assert float(frame.get_attribute("viewBox").split()[1]) > 0
    with page.expect_download():
        page.get_by_role("button", name="Download as one zip").click()
    expect(page.get_by_role("heading", name="To the channels")).to_be_visible()
    kept = ChannelCut.objects.get(asset=picture, channel=wide)
    assert 0 < kept.y < 0.5


def test_choosing_another_channel_keeps_what_was_dragged_and_ticked(
    enter, make_user, in_state, channel
):
    Channel.objects.create(slug="wide", name_zh="宽", name_en="Wide", width=470, height=100)
    tall = Channel.objects.create(slug="tall", name_zh="高", name_en="Tall", width=90, height=300)
    campaign = Campaign.objects.create(slug="spring", name_zh="春节", name_en="Spring Festival")
    campaign.places.create(channel=tall)
    picture, sister = in_state("approved", channel=channel), in_state("approved", channel=tall)
    sister.shape_of = picture
    sister.save(update_fields=["shape_of"])
    page = enter(make_user("publisher", is_marketer=True))
    page.goto(
        f"/assets/deliver/?pick={picture.pk}&campaign={campaign.pk}&channel=wide&channel=tall"
    )
    page.get_by_role("img", name="The cut for Wide").press("Shift+ArrowDown")
    dragged = page.get_by_role("img", name="The cut for Wide").get_attribute("viewBox")

    page.get_by_label("Send the cut of the first picture instead").check()
    drawn = page.locator(f"#cut-{picture.pk}-tall image")
    expect(drawn).to_have_attribute("href", f"/assets/{picture.pk}/bare/")
    page.get_by_role("group", name="Channels").get_by_text(channel.name_en).click()

    expect(page.get_by_role("img", name="The cut for")).to_have_count(3)
    expect(page.get_by_label("Send the cut of the first picture instead")).to_be_checked()
    expect(page.get_by_label("Channels of a campaign")).to_have_value(str(campaign.pk))
    kept = page.get_by_role("img", name="The cut for Wide").get_attribute("viewBox")
    assert [round(float(one)) for one in kept.split()] == [
        round(float(one)) for one in dragged.split()
    ]
    assert "csrf" not in page.url


def test_tag_that_is_refused_leaves_the_list_and_what_was_chosen(enter, marketer, in_state, shot):
    pictures = [in_state("private") for _one in range(3)]
    page = enter(marketer)
    page.goto("/assets/")
    for picture in pictures[:2]:
        page.locator(f'input[name="pick"][value="{picture.pk}"]').check(force=True)
    page.locator("summary", has_text="Tag").click()

    page.get_by_label("Tags, with commas between").fill("spring<b")
    page.get_by_role("button", name="Tag them").click()

    expect(page.get_by_role("alert")).to_contain_text("Nothing was done")
    shot(page, "tag-refused")
    expect(page).to_have_url(re.compile(r"/assets/$"))
    expect(page.locator("[data-bulk-count]").first).to_have_text("2")
    page.get_by_label("Tags, with commas between").fill("spring")
    page.get_by_role("button", name="Tag them").click()
    expect(page.get_by_text("2 were tagged.")).to_be_visible()
    assert [one.tags.count() for one in pictures] == [1, 1, 0]


def test_painting_anew_leads_to_the_create_page(enter, marketer, in_state, channel):
    picture = in_state("approved", channel=channel)
    wide = Channel.objects.create(slug="wide", name_zh="宽", name_en="Wide", width=90, height=70)
    page = enter(marketer)
    page.goto(f"/assets/deliver/?pick={picture.pk}&channel={wide.slug}")
    page.get_by_label("Paint anew in this shape instead").check()

    page.get_by_role("button", name="Paint the ticked ones").click()

    expect(page).to_have_url(re.compile(r"/create/"))
    assert Asset.objects.filter(shape_of=picture).count() == 1


def test_moved_cut_is_summed_up_at_once_and_put_back_by_button_and_key(
    enter, make_user, in_state, channel
):
    Channel.objects.create(slug="wide", name_zh="宽", name_en="Wide", width=470, height=100)
    picture = in_state("approved", channel=channel)
    page = enter(make_user("publisher", is_marketer=True))
    page.goto(f"/assets/deliver/?pick={picture.pk}&channel=wide")
    frame = page.get_by_role("img", name="The cut for Wide")
    back = page.get_by_role("button", name="Back to the suggested cut")
    before = [round(float(side), 1) for side in frame.get_attribute("viewBox").split()]
    plan = page.locator("#zip-plan")
    plan.evaluate("element => { element.dataset.stale = 'yes'; }")
    expect(back).to_be_hidden()

    def shown():
        return [round(float(side), 1) for side in frame.get_attribute("viewBox").split()]

    for _press in range(8):
        frame.press("Shift+ArrowDown")
    expect(page.locator("#zip-plan:not([data-stale])")).to_have_count(1)
    moved = shown()
    back.click()
    by_button = shown()
    frame.press("Shift+ArrowUp")
    frame.press("Escape")

    assert moved != before
    assert by_button == shown() == before
    expect(back).to_be_hidden()
