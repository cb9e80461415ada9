"""Templates tried by their authors and judged by what is kept; words that name a real car."""

import pytest

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import Asset, Scene
from gallery.services import assets as asset_acts
from gallery.services import compose_scene, marks, reuse, template_use, vehicle_words
from gallery.services.checklist import all_confirmed
from gallery.services.orders import SceneOrder
from gallery.services.reference import seed_reference
from gallery.worker import render_jobs
from tests.gallery.conftest import SLOTS

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def draft(make_template, base):
    return make_template(state="draft")


@pytest.fixture
def vehicles(db):
    seed_reference()


def test_author_paints_a_sample_of_a_draft_as_a_trial(at, designer, draft):
    answer = at(designer).post("template-sample", "arcade", 1)

    scene = Scene.objects.get()
    assert answer.status_code == 302
    assert (scene.template, scene.is_trial, scene.count) == (draft, True, 1)
    assert scene.prompt == "plain picture, a white GS8 suv, qilou arcade street"


def test_sample_takes_the_templates_packs_and_a_colour_of_the_vehicle(
    designer, make_template, make_version, vehicles
):
    version = make_version()
    options = [{"value": v, "zh": v, "en": v} for v in ("green", "red")]
    colour = {"name": "colour", "label_zh": "色", "label_en": "Colour", "options": options}
    draft = make_template(
        state="draft",
        slots=[{**colour, "of_vehicle": True}, *SLOTS],
        text="a {colour} {vehicle}, {weather}",
    )
    draft.packs.add(version.pack)

    scene = template_use.paint_sample(draft, designer)

    assert scene.slot_values["colour"] == "red"
    assert scene.packs.get().version == version


@pytest.mark.parametrize("role", ["marketer", "brand_admin", "colleague"])
def test_draft_is_painted_with_by_nobody_but_its_author(
    request, at, make_user, designer, draft, form_data, role
):
    template_use.paint_sample(draft, designer)
    asset = Asset.objects.get()
    person = (
        make_user("colleague", is_designer=True)
        if role == "colleague"
        else request.getfixturevalue(role)
    )
    order = SceneOrder(template=draft, slot_values={"vehicle": "GS8 suv", "weather": ""})

    at(person).post("template-sample", "arcade", 1)
    at(person).post("create", **{**form_data, "template": draft.pk})
    at(person).post("asset-again", asset.pk)
    for attempt in (order, reuse.again(asset, person), reuse.same(asset, person)):
        with pytest.raises(Refused, match=r"template-not-approved|trial-only|init-image-gone"):
            compose_scene(attempt, person)

    assert Scene.objects.filter(template=draft).count() == 1


def test_sample_stands_on_the_card_once_its_author_says_so(at, designer, make_ready, draft):
    [asset] = make_ready(by=designer, template=draft)
    browser = at(designer)

    assert "Show the newest on the card" in browser.get("template-detail", "arcade", 1).text
    browser.post("template-make-cover", "arcade", 1, asset.pk)

    draft.refresh_from_db()
    assert draft.cover_sha256 == asset.thumb_sha256
    assert AuditEntry.objects.about(draft).filter(why="cover", actor=designer).exists()


def test_cover_of_a_template_in_review_stays(at, designer, make_ready, draft):
    [asset] = make_ready(by=designer, template=draft)
    draft.submit(designer)

    at(designer).post("template-make-cover", "arcade", 1, asset.pk)

    draft.refresh_from_db()
    assert draft.cover_sha256 == ""


def test_keep_rate_counts_what_was_kept_against_what_was_binned(
    make_ready, make_template, marketer, brand_admin, designer
):
    template = make_template()
    approved, favourite, binned, favourite_binned, _undecided = make_ready(
        template=template, count=5
    )
    asset_acts.ask_review(approved, marketer)
    asset_acts.approve(approved, brand_admin, all_confirmed())
    marks.like([favourite, favourite_binned], designer)
    for asset in (binned, favourite_binned):
        asset_acts.discard(asset, marketer)

    rate = template_use.keep_rate(template)

    assert (rate.kept_count, rate.binned_count, rate.decided, rate.percent) == (2, 2, 4, 50)


def test_page_of_a_template_says_how_much_is_kept(at, marketer, make_ready, make_template):
    template = make_template()
    browser = at(marketer)
    assert "Nobody has kept or binned" in browser.get("template-detail", "arcade", 1).text
    marks.like(make_ready(template=template, count=1), marketer)

    page = " ".join(browser.get("template-detail", "arcade", 1).text.split())

    assert "100 % of 1 picture" in page


@pytest.mark.parametrize("words", ["a GS8 by night", "传祺 GS8", "影豹"])
def test_own_words_for_a_vehicle_are_told_and_lead_to_the_real_car(
    at, marketer, form_data, vehicles, words
):
    marketer.may_write_prompts = True
    marketer.save()

    answer = at(marketer).post("prompt", **{**form_data, "template": "", "free": words})

    assert "by words only: not the real car" in answer.text
    assert "real-car/" in answer.text


def test_slot_that_names_a_vehicle_is_marked_unless_the_real_one_is_placed(
    at,
    marketer,
    form_data,
    vehicles,
    make_cutout,
):
    cutout = make_cutout()
    browser = at(marketer)

    assert "by words only" in browser.get("create").text
    placed = browser.post("use-real-car", "gs8", **form_data)
    page = browser.get("create")

    assert placed.status_code == 302
    assert (page.context["shown"].mode, page.context["shown"].cutout) == ("product", cutout)
    assert page.context["form"]["slot_weather"].value() == "rain"
    assert "by words only" not in page.text


def test_real_car_without_a_cutout_is_told(at, marketer, form_data, vehicles):
    browser = at(marketer)

    browser.post("use-real-car", "gs8", **form_data)

    page = browser.get("create")
    assert "There is no cut-out of Trumpchi GS8 yet" in page.text
    assert page.context["form"]["slot_weather"].value() == "rain"


def test_picture_by_words_says_so_on_its_page_and_in_its_lineage(
    at, marketer, vehicles, make_ready
):
    [asset] = make_ready()

    page = at(marketer).get("asset-detail", asset.pk).text

    assert "by words only: not the real car" in page
    assert [v.slug for v in vehicle_words.by_words_only(asset.scene)] == ["gs8"]
    assert render_jobs.lineage_of(asset, [], {})["by_words_only"] == ["gs8"]
