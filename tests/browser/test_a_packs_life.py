"""A pack's life with nothing made small: the bundled base, real weights, sheets and grids painted
by a real worker. Evidence, sending back, approval, use, a pair, a second version, a recall."""

import csv
import io
import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from gallery.demo import load
from gallery.models import Download, PackPair, Scene, StyleVersion
from tests.browser.conftest import answer_checklist
from training.engine.lora import weight_files

# A sheet of 21 pictures, a grid of 34: about two seconds each on a processor at rest.
PAINTED = 900_000
NAME = "Harbour ink"


@pytest.fixture
def demo(studio, designer, marketer, brand_admin):
    """The studio with the demo's content, whose packs fit the bundled base."""
    assert load.load_demo() == []


@pytest.fixture
def lora(demo, tmp_path):
    """lora("a.safetensors", 0): every second layer of the demo's ink wash, from that one on, twice
    as strong. The whole of it the studio would know as its own, at whatever strength."""
    source = load.FOLDER / "blobs" / "07f198b43d725297.safetensors"

    def lora(name, first):
        layers = sorted(weight_files.read(source).modules.items())
        modules = {key: replace(one, alpha=one.alpha * 2) for key, one in layers[first::2]}
        path = tmp_path / name
        weight_files.write_kohya(path, modules, {"ss_base_model_version": "studio_mini_v1"})
        return path

    return lora


def import_style(page, path, changes, pack=None):
    """Bring the file in and stay until its sheet has given a band. Gives the version's row."""
    page.goto("/styles/import/")
    page.get_by_label("LoRA file").set_input_files(path)
    page.get_by_label("Base model").select_option("studio-mini")
    page.get_by_label("Who made it").fill("Lin Xiaolan")
    page.get_by_label("Its licence").fill("contract 7")
    page.get_by_label("Commercial use").select_option("yes")
    if pack:
        page.get_by_label("Style pack").select_option(label=pack)
    else:
        page.get_by_label("Chinese name").fill("港湾水墨")
        page.get_by_label("English name").fill(NAME)
        page.get_by_label("Short name").fill("harbour-ink")
    page.get_by_label("Trigger words").fill("ink wash style")
    page.get_by_label("What changed").fill(changes)
    page.get_by_role("button", name="Import as a draft").click()
    expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
    expect(page.get_by_text("Painting the strength sheet")).to_be_visible()
    submit = page.get_by_role("button", name="Submit for review")
    expect(submit).to_have_count(0)
    expect(submit).to_be_visible(timeout=PAINTED)  # nobody reloads the page
    return StyleVersion.objects.latest("pk")


def approve(admin):
    answer_checklist(admin)
    admin.get_by_role("button", name="Approve").click()
    expect(admin.get_by_text("is approved")).to_be_visible()


def paint(page):
    """Paint one picture as the form stands, and open its page."""
    page.get_by_role("radiogroup", name="How many").get_by_text("1", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Paint 1 picture").click()
    asset = Scene.objects.latest("pk").assets.get()
    tile = page.locator(f"#asset-{asset.pk}[data-state=ready]")
    expect(tile).to_be_visible(timeout=PAINTED)
    page.goto(asset.get_absolute_url())
    return asset


def publication_file(page):
    """The group of buttons that give a picture's publication file."""
    return page.get_by_role("group", name="Publication file")


@pytest.mark.slow
def test_pack_passes_every_gate_from_its_import_to_its_recall(
    enter, employ, lora, designer, marketer, brand_admin, shot
):
    employ("render")
    maker, admin, user = enter(designer), enter(brand_admin), enter(marketer)

    first = import_style(maker, lora("one.safetensors", 0), "first")
    be_sent_back_and_approved(maker, admin, first, shot)
    asset = be_used(user, admin, first, shot)
    mixed = be_mixed(maker, admin, user, first, shot)
    second = import_style(maker, lora("two.safetensors", 1), "stronger", pack=NAME)
    replace_the_first(maker, admin, first, second, shot)
    be_recalled(admin, first, asset, mixed, shot)
    be_missed(user, maker, asset, shot)

    second.refresh_from_db()
    assert second.state == "approved"


def be_sent_back_and_approved(maker, admin, version, shot):
    version.refresh_from_db()
    assert version.has_band
    assert version.band == version.finding["band"]
    shot(maker, "0-evidence")
    maker.get_by_role("button", name="Submit for review").click()
    expect(maker.get_by_text("in review", exact=True).first).to_be_visible()

    admin.goto(f"/review/?item=version-{version.pk}")
    admin.get_by_label("Reason").fill("Say what it is good for.")
    admin.get_by_role("button", name="Send back").click()
    expect(admin.get_by_text("went back with your reason")).to_be_visible()

    maker.get_by_role("link", name=re.compile("new notice")).click()
    maker.get_by_role("link", name=re.compile(NAME)).first.click()
    expect(maker.get_by_text("Say what it is good for.").first).to_be_visible()
    maker.get_by_role("button", name="Submit for review").click()
    expect(maker.get_by_text("in review", exact=True).first).to_be_visible()

    admin.goto(f"/review/?item=version-{version.pk}")
    shot(admin, "1-review")
    approve(admin)


def be_used(user, admin, version, shot):
    """One picture, approved and taken along. Gives it."""
    user.goto(f"/create/?pack={version.pack.slug}")
    expect(user.get_by_role("checkbox", name=NAME)).to_be_checked()
    asset = paint(user)
    assert list(asset.scene.packs.values_list("version", "strength")) == [
        (version.pk, StyleVersion.objects.get(pk=version.pk).strength)
    ]
    expect(publication_file(user).get_by_role("button", name="PNG")).to_have_count(0)
    publication_file(user).get_by_role("button", name="Send for review").click()
    expect(publication_file(user).get_by_text("This picture waits for review.")).to_be_visible()

    admin.goto(f"/review/?item=asset-{asset.pk}")
    approve(admin)
    user.reload()
    with user.expect_download():
        publication_file(user).get_by_role("button", name="PNG").click()
    assert Download.objects.get().asset == asset
    shot(user, "2-used")
    return asset


def be_mixed(maker, admin, user, version, shot):
    """Tested beside the demo's papercut, decided by its grid, and painted with up to its limit.

    Gives the picture.
    """
    maker.goto(f"/styles/pairs/?pack={version.pack.slug}")
    maker.get_by_role("link", name=re.compile("papercut", re.IGNORECASE)).click()
    maker.get_by_role("button", name="Test the pair").click()
    done = maker.get_by_role("status").filter(has_text="The grid is done")
    expect(done).to_have_count(1, timeout=PAINTED)
    expect(maker.get_by_text("What the grid allows")).to_be_visible()
    shot(maker, "3-grid")

    admin.goto(PackPair.objects.get().get_absolute_url())
    admin.get_by_label("May be mixed").check()
    admin.get_by_role("button", name="Decide").click()
    expect(admin.get_by_text("Every order is held to it")).to_be_visible()

    user.goto(f"/create/?pack={version.pack.slug}")
    user.get_by_role("checkbox", name=re.compile("^Red-gold papercut")).check()
    for slider in user.get_by_role("slider").all():
        if slider.is_visible():
            slider.fill(slider.get_attribute("max"))
    user.get_by_role("button", name=re.compile("^Lower them to")).click()
    expect(user.get_by_role("button", name=re.compile("^Lower them to"))).to_have_count(0)
    shot(user, "4-mixed")
    mixed = paint(user)
    assert mixed.scene.packs.count() == 2
    return mixed


def replace_the_first(maker, admin, first, second, shot):
    maker.get_by_role("button", name="Submit for review").click()
    expect(maker.get_by_text("in review", exact=True).first).to_be_visible()
    admin.goto(f"/review/?item=version-{second.pk}")
    of_both = admin.get_by_role("group", name="Strength of both")
    of_both.get_by_role("button", name="0.50").click()
    pictures = admin.locator(".beside img:visible")
    expect(pictures).to_have_count(6)
    for place in range(6):
        expect(pictures.nth(place)).to_have_attribute("data-at", "0.5")
    shot(admin, "5-beside")
    approve(admin)
    first.refresh_from_db()
    assert first.state == "retired"


def be_recalled(admin, version, asset, mixed, shot):
    """With both pictures, of which one had left the house."""
    admin.goto(version.get_absolute_url())
    admin.get_by_role("link", name="What it reached: retire or recall it").click()
    for figure, value in (("Scenes", "2"), ("Pictures made", "2"), ("Downloads", "1")):
        expect(admin.locator(".stat").filter(has_text=figure).locator("dd")).to_have_text(value)
    holders = admin.get_by_role("region", name="Who holds files of it")
    expect(holders.get_by_role("cell", name=asset.scene.owner.shown_name)).to_be_visible()
    pictures = admin.get_by_role("region", name="Pictures made with them")
    expect(pictures.get_by_role("listitem")).to_have_count(2)
    shot(admin, "6-reached")

    admin.get_by_text("Recall it with all it reached").click()
    admin.get_by_label("Recall it, because").fill("The contract ended.")
    admin.get_by_role("button", name="Recall now").click()
    expect(admin.get_by_text("Owners and downloaders have been told.")).to_be_visible()
    shot(admin, "7-recalled")
    with admin.expect_download() as arriving:
        admin.get_by_role("link", name="Report as CSV").click()
    report = arriving.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(report)))
    assert rows[1] == ["style version", str(version.pk), f"{NAME} v1", "retired", "designer"]
    # Number, state before, owner, who downloaded it, in which form.
    assert [[row[1], *row[3:6], row[8]] for row in rows[2:]] == [
        [str(asset.pk), "approved", "marketer", "marketer", "png"],
        [str(mixed.pk), "private", "marketer", "", ""],
    ]


def be_missed(user, maker, asset, shot):
    """Its maker and who holds its file are told, and the file is not given any more."""
    for page in (user, maker):
        page.goto("/notices/")
        page.get_by_role("link", name=re.compile("was recalled.*The contract ended")).click()
        expect(page.get_by_text("Do not use files of these pictures any more")).to_be_visible()
    user.goto(asset.get_absolute_url())
    expect(user.get_by_text("withdrawn", exact=True).first).to_be_visible()
    expect(user.get_by_role("button", name="PNG", exact=True)).to_have_count(0)
    shot(user, "8-taken-back")
    for rendition in ("proof", "publication"):
        address = f"{asset.get_absolute_url()}download/?rendition={rendition}&form=png"
        assert user.request.get(address).status == 403
    assert Download.objects.count() == 1
