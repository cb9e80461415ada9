"""Gates that people run into: they stand in the server, and the page says where they are."""

import re

from playwright.sync_api import expect

from gallery.models import Channel, Download
from gallery.services import publishing
from tests.browser.conftest import answer_checklist

FORMS = ("png", "jpg")
RENDITIONS = ("", "proof", "publication")


def addresses_of(asset):
    """Every address by which a picture's file can be asked for."""
    channels = ["", *Channel.objects.values_list("slug", flat=True)]
    return [
        f"{asset.get_absolute_url()}download/?rendition={rendition}&channel={channel}&form={form}"
        for rendition in RENDITIONS
        for channel in channels
        for form in FORMS
    ]


def test_declined_picture_is_refused_in_every_form_and_channel(
    enter, marketer, brand_admin, in_state, channel, shot
):
    Channel.objects.create(slug="tall", name_zh="长", name_en="Tall", width=300, height=400)
    asset = in_state("declined", channel=channel)
    page = enter(marketer)

    page.goto(asset.get_absolute_url())
    expect(page.get_by_role("heading", name="Download", exact=True)).to_be_visible()
    expect(page.get_by_text("it leaves the studio in no form").first).to_be_visible()
    for name in ("PNG", "JPEG", "Start from this picture", "Enlarge to twice the size"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    shot(page, "declined")
    page.goto("/create/")
    expect(page.locator("li.tile").get_by_role("link", name=re.compile("Download"))).to_have_count(
        0
    )

    for person in (marketer, brand_admin):
        page = enter(person)
        for address in addresses_of(asset):
            answer = page.request.get(address, headers={"Accept-Language": "en"})
            assert answer.status == 403
            assert "attachment" not in answer.headers.get("content-disposition", "")
            assert "it leaves the studio in no form" in answer.text()
    assert not Download.objects.exists()


def test_approval_opens_the_publication_file(
    enter, marketer, brand_admin, in_state, channel, tmp_path, shot
):
    asset = in_state("private", channel=channel)
    page = enter(marketer)
    page.goto(asset.get_absolute_url())
    publication = page.get_by_role("group", name="Publication file")
    proof = page.get_by_role("group", name="Proof")
    expect(publication.get_by_role("button", name="PNG")).to_have_count(0)
    expect(proof.get_by_role("button", name="PNG")).to_be_visible()
    shot(page, "0-private")
    publication.get_by_role("button", name="Send for review").click()
    expect(publication.get_by_text("This picture waits for review.")).to_be_visible()

    admin = enter(brand_admin)
    admin.goto(f"/review/?item=asset-{asset.pk}")
    answer_checklist(admin)
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("is approved")).to_be_visible()

    page.get_by_role("link", name=re.compile("new notice")).click()
    page.get_by_role("link", name=re.compile("was approved")).click()
    with page.expect_download() as arriving:
        publication.get_by_role("button", name="PNG").click()
    assert arriving.value.suggested_filename == f"car_t0-{asset.pk}_square_300x300_v1.png"
    page.reload()
    expect(page.get_by_text("let through by: approved · marketers")).to_be_visible()
    shot(page, "1-approved")
    assert Download.objects.get().rule.audience == "marketer"


def test_admin_changes_the_policy_and_can_not_lock_everybody_out(enter, brand_admin, shot):
    page = enter(brand_admin)
    page.get_by_role("link", name="Download policy").first.click()
    for role in ("marketers", "designers", "brand admins"):
        page.get_by_role("checkbox", name=f"approved · {role} · publication file").uncheck()
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody could have publication files")
    shot(page, "0-refused")

    page.get_by_role("checkbox", name="approved · brand admins · publication file").check()
    page.get_by_label("Why").fill("One desk publishes.")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_text("2 permissions were changed.")).to_be_visible()
    expect(page.get_by_text("One desk publishes.").first).to_be_visible()
    shot(page, "1-changed")


def test_several_pictures_are_decided_by_keys_and_one_is_pinned(
    enter, marketer, brand_admin, in_state, shot
):
    first, second, third = (in_state("asked") for _ in range(3))
    page = enter(brand_admin)
    page.goto(f"/review/?item=asset-{first.pk}")
    box = page.locator("[data-pins] img").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    expect(page.get_by_label("Remark", exact=True)).to_be_focused()
    page.keyboard.type("A fifth wheel.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="Pinned remarks")).to_contain_text("A fifth wheel.")
    shot(page, "0-pinned")
    remark = first.remarks.get()
    assert abs(remark.x - 0.25) < 0.02
    assert abs(remark.y - 0.5) < 0.02

    page.goto("/review/pictures/")
    for key in ("j", "j", " ", "j", " "):  # past the first; choose the other two
        page.keyboard.press(key)
    shot(page, "1-chosen")
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Still open: Brand, Culture, Vehicle truth")
    answer_checklist(page)
    page.get_by_role("button", name="Approve the chosen").click()
    expect(page.get_by_text("2 pictures are approved.")).to_be_visible()
    page.get_by_role("checkbox", name="Choose").check()
    page.keyboard.press("d")
    expect(page.get_by_role("alert")).to_contain_text("Write one sentence")
    page.get_by_label("Reason, to decline").fill("See the pin.")
    page.get_by_role("button", name="Decline the chosen").click()
    expect(page.get_by_text("1 picture is declined.")).to_be_visible()

    page = enter(marketer)
    page.goto(first.get_absolute_url())
    expect(page.get_by_role("list", name="Pinned remarks")).to_contain_text("A fifth wheel.")
    for asset, review in ((first, "declined"), (second, "approved"), (third, "approved")):
        asset.refresh_from_db()
        assert asset.review == review


def test_refused_order_stands_above_the_results_until_the_next_act(
    enter, marketer, brand_admin, make_ready, make_version, shot
):
    version = make_version()
    [asset] = make_ready(packs=((version, 0.6),))
    publishing.retire(version, brand_admin, "out of date")
    page = enter(marketer)
    page.goto("/create/")
    tile = page.locator(f"#asset-{asset.pk}")
    tile.hover()

    for _press in range(2):
        tile.get_by_role("button", name="Strength sweep").click()
        refusal = page.get_by_role("alert").filter(has_text="Nothing was done")
        expect(refusal).to_have_count(1)
        expect(refusal).to_contain_text("ink pack v1")
        expect(refusal).to_be_in_viewport()
    shot(page, "refused-order")
    expect(tile).to_be_visible()

    tile.get_by_role("button", name="Favourite").click()
    expect(refusal).to_have_count(0)


def test_refused_order_without_script(enter, marketer, brand_admin, make_ready, make_version, shot):
    version = make_version()
    [asset] = make_ready(packs=((version, 0.6),))
    publishing.retire(version, brand_admin, "out of date")
    page = enter(marketer, java_script_enabled=False)
    page.goto("/create/")

    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.locator(f"#asset-{asset.pk}").get_by_role("button", name="Strength sweep").click()
    assert answer.value.status == 403
    expect(page.get_by_role("heading", name="Nothing was done")).to_be_visible()
    shot(page, "refused-order-without-script")
    page.get_by_role("link", name="Go back").click()
    expect(page.locator(f"#asset-{asset.pk}")).to_be_visible()
