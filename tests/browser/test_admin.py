"""An admin's desk: what waits, what speaks for it, and the decision."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import answer_checklist

SHEET = (0.0, 0.3, 0.5, 0.7, 1.0)


def test_admin_sends_a_style_back_and_approves_it_later(
    enter, designer, brand_admin, make_version, make_template, shot
):
    version = make_version("lingnan-ink", state="in_review", pictures=SHEET)
    make_template(state="in_review")
    admin = enter(brand_admin)
    admin.get_by_role("link", name="Review", exact=True).first.click()
    waiting = admin.get_by_role("navigation", name="Waiting")
    expect(waiting.get_by_role("listitem")).to_have_count(2)
    waiting.get_by_role("link", name=re.compile(version.pack.name_en)).click()

    # The evidence: the sheet at every strength, and before and after in one frame.
    expect(admin.get_by_role("columnheader", name="0.70")).to_be_visible()
    expect(admin.get_by_role("img", name="strength 0.70")).to_be_visible()
    admin.get_by_label("Move the line between the two").fill("80")
    shot(admin, "0-evidence")

    admin.get_by_role("button", name="Send back").click()
    expect(admin.get_by_label("Reason")).to_have_accessible_description(
        "Write one sentence for the designer, to send it back. Signs without letters say nothing."
    )
    admin.get_by_label("Reason").fill("The car loses its shape above 0.7.")
    admin.get_by_role("button", name="Send back").click()
    expect(admin.get_by_text("went back with your reason")).to_be_visible()

    maker = enter(designer)
    maker.get_by_role("link", name="1 new notice").click()
    shot(maker, "1-notice")
    maker.get_by_role("link", name=re.compile(version.pack.name_en)).first.click()
    expect(maker.get_by_text("The car loses its shape above 0.7.").first).to_be_visible()
    maker.get_by_role("button", name="Submit for review").click()

    admin.goto(f"/review/?item=version-{version.pk}")
    answer_checklist(admin)
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("is approved")).to_be_visible()
    admin.goto(version.get_absolute_url())
    expect(admin.get_by_text("approved", exact=True).first).to_be_visible()
    shot(admin, "2-approved")


def test_admin_cannot_approve_their_own_submission(enter, brand_admin, make_version):
    version = make_version(state="draft", made_by=brand_admin)
    version.submit(brand_admin)
    admin = enter(brand_admin)

    admin.goto(f"/review/?item=version-{version.pk}")

    expect(admin.get_by_role("button", name="Approve")).to_be_disabled()
    expect(admin.get_by_role("button", name="Approve")).to_have_accessible_description(
        re.compile("a colleague has to decide")
    )


def test_two_versions_are_set_to_one_strength_and_a_remark_is_pinned_to_the_sheet(
    enter, brand_admin, designer, make_version, shot
):
    scores = [{"strength": s, "style": s, "content": 0.9, "drift": 0.1} for s in (0.0, 0.7)]
    make_version(evidence={"scores": scores})
    version = make_version(state="in_review", evidence={"scores": scores})
    admin = enter(brand_admin)
    admin.goto(f"/review/?item=version-{version.pk}")
    of_both = admin.get_by_role("group", name="Strength of both")
    pictures = admin.locator(".beside img:visible")
    expect(pictures).to_have_count(2)
    expect(pictures.first).to_have_attribute("data-at", "0.7")
    expect(admin.get_by_text("0.70 → 0.70")).to_be_visible()

    of_both.get_by_role("button", name="0.00").click()

    expect(of_both.get_by_role("button", pressed=True)).to_have_text("0.00")
    expect(pictures).to_have_count(2)
    for place in range(2):
        expect(pictures.nth(place)).to_have_attribute("data-at", "0.0")
    expect(admin.get_by_text("0.70 → 0.70")).to_be_hidden()
    shot(admin, "0-beside")

    admin.get_by_role("link", name="strength 0.70").click()
    box = admin.locator("[data-pins] img").bounding_box()
    admin.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    expect(admin.get_by_label("Remark", exact=True)).to_be_focused()
    admin.keyboard.type("No grille.")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("list", name="Pinned remarks")).to_contain_text("No grille.")
    admin.get_by_label("Reason").fill("See the pin.")
    admin.get_by_role("button", name="Send back").click()

    maker = enter(designer)
    maker.goto(version.get_absolute_url())
    expect(maker.get_by_role("list", name="Pinned remarks")).to_contain_text("No grille.")
    shot(maker, "1-pinned")
