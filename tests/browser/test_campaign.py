"""A campaign from its making to its report, in a browser."""

import csv
import datetime

from playwright.sync_api import expect

from brandstudio.core.models import Campaign, Vehicle
from gallery.models import Channel, Publication


def test_campaign_from_making_to_report(
    enter, make_user, make_template, in_state, channel, tmp_path, shot
):
    """A marketer makes it, looks at what is missing, adds a picture, notes its publication."""
    Vehicle.objects.create(slug="gs8", name_zh="传祺 GS8", name_en="GS8", phrase="GS8 suv")
    Vehicle.objects.create(slug="m8", name_zh="传祺 M8", name_en="M8", phrase="M8 mpv")
    Channel.objects.create(slug="tall", name_zh="竖版", name_en="Tall", width=300, height=400)
    today = datetime.date.today()
    publisher = make_user("publisher", is_marketer=True)
    picture = in_state("approved", channel=channel)
    page = enter(publisher)

    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Chinese name").fill("春节")
    page.get_by_label("English name").fill("Spring Festival")
    page.get_by_label("Short name").fill("spring")
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill((today + datetime.timedelta(days=20)).isoformat())
    for name in ("GS8", "M8"):
        page.get_by_label(name, exact=True).check(force=True)
    for name in ("Square", "Tall"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Deadline of Square").fill((today + datetime.timedelta(days=6)).isoformat())
    shot(page, "0-form")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Spring Festival")).to_be_visible()
    expect(page.get_by_text("6 days left")).to_be_visible()
    expect(page.get_by_role("link", name="Paint it")).to_have_count(4)

    page.get_by_role("link", name="Add pictures").click()
    page.get_by_role("link", name="Those of colleagues too").click()
    page.locator(f'input[value="{picture.pk}"][name="pick"]').check(force=True)
    page.get_by_role("button", name="Add the chosen pictures").click()
    expect(page.get_by_role("link", name="Paint it")).to_have_count(3)
    expect(page.get_by_role("table").get_by_text("approved")).to_be_visible()

    page.get_by_role("link", name="Deliver the campaign").click()
    with page.expect_download() as zipped:
        page.get_by_role("button", name="Download as one zip").click()
    zipped.value.path()  # waits for the last of its files
    page.goto(f"/assets/{picture.pk}/published/")
    page.get_by_label("Address of the post").fill("https://www.xiaohongshu.com/explore/1")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_text("Noted where it was published.")).to_be_visible()
    assert Publication.objects.get().by == publisher

    page.goto("/campaigns/spring/")
    expect(page.get_by_role("table").get_by_text("published")).to_be_visible()
    shot(page, "1-campaign")
    with page.expect_download() as arriving:
        page.get_by_role("link", name="Report as CSV").click()
    arriving.value.save_as(tmp_path / "report.csv")
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert len(rows) == 3  # a heading, and a file for each channel
    assert sum("https://www.xiaohongshu.com/explore/1" in row for row in rows) == 1

    page.get_by_role("link", name="Paint it").first.click()
    expect(page.get_by_label("Campaign")).to_have_value("spring")
    for person, language, size in (
        (publisher, "zh-CN", "desk"),
        (publisher, "zh-CN", "phone"),
        (publisher, "en-GB", "tablet"),
        (publisher, "en-GB", "phone"),
    ):
        other = enter(person, language, size)
        for address, name in (
            ("/campaigns/", "list"),
            ("/campaigns/spring/", "campaign"),
            ("/campaigns/spring/edit/", "form"),
            (f"/assets/{picture.pk}/published/", "publication"),
        ):
            other.goto(address)
            assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
            shot(other, f"{language}-{size}-{name}")
    assert Campaign.objects.count() == 1
