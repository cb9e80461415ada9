"""Rights that end stop what was made of them within the minute; a recall is undone in the hour."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gallery.models import Download, Recall
from gallery.services import assets as asset_acts
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import train_on  # noqa: F401 -- a maker of checkpoints


@pytest.fixture
def dataset(make_dataset):
    dataset = make_dataset(2)
    dataset.images.update(rights_holder="Lin", licence="contract 7")
    return dataset


@pytest.fixture
def version(dataset, train_on, make_version):  # noqa: F811
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture
def approved(version, make_ready, marketer, brand_admin):
    """Two approved pictures of the version."""
    assets = list(make_ready(packs=((version, 0.7),), count=2))
    for asset in assets:
        asset_acts.ask_review(asset, marketer)
        asset_acts.approve(asset, brand_admin, all_confirmed())
    return assets


def test_expired_right_stops_a_download_within_a_minute_and_says_the_mend(
    enter, dataset, approved, marketer, brand_admin, shot
):
    image = dataset.images.first()
    page = enter(marketer)
    page.goto(approved[0].get_absolute_url())
    publication = page.get_by_role("group", name="Publication file")
    with page.expect_download():
        publication.get_by_role("button", name="PNG").click()

    # The page is open still; the clock passes the end of the rights, and nobody does anything.
    dataset.images.filter(pk=image.pk).update(
        rights_expire_at=timezone.now() + timedelta(seconds=2)
    )
    page.wait_for_timeout(3_000)
    publication.get_by_role("button", name="PNG").click()
    expect(page.get_by_role("heading", name="It stays in the studio")).to_be_visible()
    expect(page.get_by_text(image.name)).to_be_visible()
    expect(page.get_by_text("An admin decides what becomes of it.")).to_be_visible()
    shot(page, "0-refused")
    assert Download.objects.count() == 1

    admin = enter(brand_admin)
    admin.goto("/rights/")
    admin.get_by_role("link", name=image.name).click()
    admin.get_by_label("Reason for the decision").fill("The contract was renewed.")
    admin.get_by_role("button", name="Extend the rights").click()
    expect(admin.get_by_text("Noted, with your reason.")).to_be_visible()
    page.goto(approved[0].get_absolute_url())
    with page.expect_download():
        publication.get_by_role("button", name="PNG").click()


def test_recall_lists_takes_back_tells_and_is_undone(
    enter, dataset, version, approved, marketer, brand_admin, shot
):
    image = dataset.images.first()
    page = enter(marketer)
    page.goto(approved[0].get_absolute_url())
    with page.expect_download():
        page.get_by_role("group", name="Publication file").get_by_role("button", name="PNG").click()

    admin = enter(brand_admin)
    admin.goto(f"/downstream/{dataset.pk}/{image.image_sha256}/")
    holders = admin.get_by_role("region", name="Who holds files of it")
    expect(holders.get_by_text(marketer.shown_name)).to_be_visible()
    expect(admin.get_by_role("link", name="ink pack v1")).to_be_visible()
    shot(admin, "0-before")
    admin.get_by_text("Recall it with all it reached").click()
    expect(admin.get_by_text("can be undone for an hour")).to_be_visible()
    admin.get_by_label("Recall it, because").fill("The photographer asked.")
    admin.get_by_role("button", name="Recall now").click()
    expect(admin.get_by_text("Owners and downloaders have been told.")).to_be_visible()
    shot(admin, "1-recalled")
    with admin.expect_download() as arriving:
        admin.get_by_role("link", name="Report as CSV").click()
    report = arriving.value.path().read_bytes().decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(report)) if marketer.username in row[5:6]]
    assert [row[1] for row in rows] == [str(approved[0].pk)]

    page.goto("/notices/")
    page.get_by_role("link", name=re.compile("was recalled.*The photographer asked")).click()
    expect(page.get_by_text("Do not use files of these pictures any more")).to_be_visible()
    shot(page, "2-told")
    page.goto(approved[0].get_absolute_url())
    expect(page.get_by_role("button", name="PNG", exact=True)).to_have_count(0)

    admin.get_by_role("button", name="Undo the recall").click()
    expect(
        admin.get_by_text("4 pictures and styles are again as they were before.")
    ).to_be_visible()
    expect(admin.get_by_role("button", name="Undo the recall")).to_have_count(0)
    shot(admin, "3-undone")
    page.goto(Recall.objects.get().get_absolute_url())
    expect(page.get_by_text("Files may be used again where the picture's own page")).to_be_visible()
    expect(page.get_by_text("Do not use files of these pictures any more")).to_have_count(0)
    page.goto(approved[0].get_absolute_url())
    with page.expect_download():
        page.get_by_role("group", name="Publication file").get_by_role("button", name="PNG").click()
    version.refresh_from_db()
    assert version.state == "approved"
    assert Recall.objects.get().left_as_is == 0
