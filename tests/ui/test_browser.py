"""The modules in a real browser, under the real Content-Security-Policy."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


PATIENCE = 120_000  # ms; a guard against hanging on a busy machine, not a promise about speed


@pytest.fixture
def look(page, live_server, make_user, client):
    """The style guide in English, opened by a member of staff. `faults` gathers what went wrong."""
    client.force_login(make_user("staff", is_staff=True))
    cookies = {"sessionid": client.cookies["sessionid"].value, "django_language": "en"}
    page.context.add_cookies(
        [{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()]
    )
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.faults = []
    page.on("console", lambda said: said.type == "error" and page.faults.append(said.text))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{live_server.url}/style-guide/")
    return page


def test_modules_work_under_the_policy(look):
    look.get_by_role("button", name="Switch between light and dark").click()
    expect(look.locator("html")).to_have_attribute("data-theme", re.compile("light|dark"))

    look.get_by_label("岭南水墨").first.fill("0.80")
    expect(look.locator("[data-strength] output")).to_have_text("0.80")
    expect(look.get_by_text("Allowed, but outside the recommended strengths.")).to_be_visible()

    look.get_by_label("Compare side by side").fill("30")
    expect(look.locator("[data-compare]")).to_have_attribute("style", re.compile("--at: 30%"))

    look.get_by_role("button", name="Delete").click()
    expect(look.get_by_role("button", name="Delete 3 pictures?")).to_be_visible()

    look.get_by_label("Account of staff").click()
    expect(look.get_by_role("button", name="Sign out")).to_be_visible()
    look.keyboard.press("Escape")
    expect(look.get_by_role("button", name="Sign out")).to_be_hidden()

    assert look.faults == []


def test_style_guide_never_scrolls_sideways(look):
    for width in (1440, 820, 390):
        look.set_viewport_size({"width": width, "height": 900})

        assert look.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth"), width
