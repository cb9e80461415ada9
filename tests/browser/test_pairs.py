"""Two styles are tested as a pair, an admin decides, and orders are held to it within the hour."""

from playwright.sync_api import expect

from gallery.models import PackPair, PairGrid, PairState, Scene
from tests.browser.conftest import PATIENCE


def test_pair_is_tested_decided_and_holds_every_order(
    enter, designer, marketer, brand_admin, make_version, make_template, channel, employ, shot
):
    ink, paper = make_version("ink"), make_version("paper")
    make_template()
    employ("render")
    page = enter(designer)
    page.goto("/styles/ink/1/")
    page.get_by_role("link", name="Pairs").click()
    page.get_by_role("link", name="ink pack v1 + paper pack v1").click()
    page.get_by_role("button", name="Test the pair").click()
    expect(page.get_by_text("scene 0", exact=False).first).to_be_visible(timeout=PATIENCE)
    shot(page, "grid")
    # What a toy base paints is no scene: the figures of a kept one, up to 0.6 + 0.6.
    grid = PairGrid.objects.get()
    cells = [
        {**cell, "is_kept": True, "is_allowed": cell["shares"] <= 1.34, "scene": 0.9}
        for cell in grid.cells
    ]
    PairGrid.objects.update(cells=cells)

    admin = enter(brand_admin)
    admin.goto(PackPair.objects.get().get_absolute_url())
    admin.get_by_label("May be mixed").check()
    admin.get_by_role("button", name="Decide").click()
    expect(admin.get_by_text("Every order is held to it")).to_be_visible()
    limit = "Together at most 133 %"
    expect(admin.get_by_text(f"{limit}.").first).to_be_visible()
    assert PackPair.objects.get().state == PairState.TESTED

    page = enter(marketer)
    page.goto(f"/create/?pack={ink.pk}")
    page.get_by_role("checkbox", name="ink pack").check()
    page.get_by_role("checkbox", name="paper pack").check()
    expect(page.get_by_text("that makes 156 %, at most 133 %. Lower one of them.")).to_be_visible()
    page.get_by_role("button", name="Paint", exact=False).first.click()
    expect(page.get_by_text("that makes 156 %, at most 133 %.")).to_be_in_viewport()
    assert not Scene.objects.exists()
    shot(page, "over")
    page.get_by_role("button", name="Lower them to 0.60 + 0.60").click()
    expect(page.get_by_text("Together 133 %, at most 133 %.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Paint", exact=False).first.click()
    expect(page.locator("li.tile").first).to_be_visible()
    strengths = Scene.objects.get().packs.values_list("version", "strength")
    assert dict(strengths) == {ink.pk: 0.6, paper.pk: 0.6}
