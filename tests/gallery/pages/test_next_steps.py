"""A picture's page offers what will work, and says in one line why the rest is missing."""

import pytest
from django.utils import timezone

from brandstudio.core.models import Campaign
from gallery.models import Asset, PromptTemplate, Scene, StyleVersion
from gallery.pages.next_steps import NextSteps, next_steps_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DOORS = ("asset-again", "asset-sweep", "asset-enlarge")
OFFERED = {"asset-again": "again", "asset-sweep": "sweep", "asset-enlarge": "enlarge"}


@pytest.fixture
def trial(make_ready, make_version, designer):
    """A trial that a designer painted with a draft of their own, shown to colleagues."""
    designer.may_write_prompts = True
    designer.save()
    draft = make_version("fresh", state="draft")
    [asset] = make_ready(by=designer, packs=((draft, 0.6),))
    Scene.objects.update(is_shared=True)
    asset.refresh_from_db()
    return asset


@pytest.mark.parametrize("who", ["marketer", "admin", "other designer"])
def test_colleagues_trial_offers_nothing_that_would_be_refused(
    at, make_user, marketer, brand_admin, trial, who
):
    other = make_user("other", is_designer=True)
    person = {"marketer": marketer, "admin": brand_admin, "other designer": other}[who]

    page = at(person).get("asset-detail", trial.pk)

    steps = page.context["steps"]
    shown = (steps.again, steps.change, steps.sweep, steps.start, steps.enlarge, steps.poster)
    assert not any(shown)
    for door in (*(f"{door.removeprefix('asset-')}/" for door in DOORS), "poster"):
        assert f"/assets/{trial.pk}/{door}" not in page.text
    assert "Go on from it" not in page.text
    if who != "other designer":
        assert "painted this trial with a draft of a style" in page.text


def test_colleagues_trial_of_an_approved_style_offers_as_little(
    at, marketer, make_version, make_ready, designer
):
    make_version("fresh")
    draft = make_version("fresh", state="draft")
    [asset] = make_ready(by=designer, packs=((draft, 0.6),))
    Scene.objects.update(is_shared=True)

    steps = at(marketer).get("asset-detail", asset.pk).context["steps"]

    assert not steps.change
    assert steps.why.startswith(designer.shown_name)


def test_makers_trial_offers_all_but_what_is_published(at, designer, trial):
    page = at(designer).get("asset-detail", trial.pk)

    assert page.context["steps"] == NextSteps(
        again=True, change=True, sweep=True, start=True, enlarge=True, poster=False
    )


def test_marketers_own_picture_offers_all(at, marketer, in_state, make_version):
    asset = in_state("private", packs=((make_version(), 0.7),))

    page = at(marketer).get("asset-detail", asset.pk)

    assert page.context["steps"] == NextSteps(True, True, True, True, True, True)


def test_approved_picture_of_a_colleague_offers_all(at, make_user, in_state, make_version):
    asset = in_state("approved", packs=((make_version(), 0.7),))
    other = make_user("mei", is_marketer=True)

    assert next_steps_of(asset, other) == NextSteps(True, True, True, True, True, True)


def test_what_the_page_offers_is_what_the_doors_let_through(
    at, marketer, in_state, make_version, make_template
):
    """With the template retired, nothing is painted by its words, and the page says so."""
    template = make_template()
    asset = in_state("private", template=template, packs=((make_version(), 0.7),))
    PromptTemplate.objects.filter(pk=template.pk).update(state="retired")
    asset = type(asset).objects.get(pk=asset.pk)
    browser = at(marketer)

    steps = next_steps_of(asset, marketer)
    page = browser.get("asset-detail", asset.pk).text

    assert "is not approved (any more)" in page
    before = Scene.objects.count()
    for door in DOORS:
        offered = getattr(steps, OFFERED[door])
        assert (f"/assets/{asset.pk}/{door.removeprefix('asset-')}/" in page) == offered
        browser.post(door, asset.pk)
        assert (Scene.objects.count() > before) == offered
        before = Scene.objects.count()
    assert steps.change  # the form lets one choose another template


def test_picture_of_a_recalled_style_offers_no_more_of_its_kind(
    at, marketer, in_state, make_version
):
    """Neither on its page nor on its tile on Create, where the server would refuse it."""
    version = make_version()
    asset = in_state("withdrawn", packs=((version, 0.7),))
    browser = at(marketer)
    doors = [f"/assets/{asset.pk}/{door}/" for door in ("again", "sweep")]
    addresses = (("asset-detail", asset.pk), ("create",))
    assert all(door in browser.get(*address).text for address in addresses for door in doors)

    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=timezone.now())

    assert not any(door in browser.get(*address).text for address in addresses for door in doors)
    for door in ("asset-again", "asset-sweep"):
        assert browser.post(door, asset.pk).status_code == 403
    assert Scene.objects.count() == 1


def test_words_of_a_colleague_are_not_offered_to_whom_they_are_forbidden(
    make_user, writer, in_state, make_version
):
    asset = in_state(
        "approved", template=None, free="a quiet street", packs=((make_version(), 0.7),)
    )
    other = make_user("mei", is_marketer=True)

    steps = next_steps_of(asset, other)

    assert (steps.again, steps.change, steps.start) == (False, False, True)
    assert "Free prompts need a permission" in steps.why


def test_posters_begin_with_what_may_be_published(at, designer, marketer, trial, in_state):
    own = in_state("private")
    in_state("declined", seed=6)
    designer.is_marketer = True
    designer.save()

    assert list(at(marketer).get("poster-pictures").context["page"]) == [own]
    assert list(at(designer).get("poster-pictures").context["page"]) == []


def test_private_picture_of_a_colleague_says_once_why_it_stays(at, make_user, in_state):
    asset = in_state("private")
    Scene.objects.update(is_shared=True)
    other = make_user("mei", is_marketer=True)

    page = at(other).get("asset-detail", asset.pk)

    [offer] = page.context["offers"]
    assert offer.why.endswith("Its maker sends it for review first.")
    assert "Make a poster" not in page.text


@pytest.fixture
def campaign(marketer):
    today = timezone.localdate()
    return Campaign.objects.create(
        slug="tea", name_zh="早茶", name_en="Morning tea", starts=today, ends=today
    )


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_declined_and_withdrawn_pictures_are_put_into_no_campaign(
    at, marketer, brand_admin, in_state, campaign, state
):
    asset = in_state(state)

    for person in (marketer, brand_admin):
        assert "Put it into a campaign" not in at(person).get("asset-detail", asset.pk).text
    joining = Asset.objects.filter(pk=asset.pk)
    joining.update(campaign=campaign)
    page = at(marketer).get("asset-detail", asset.pk).text
    assert "Put it into a campaign" not in page
    assert "Take it out of the campaign" in page
    at(marketer).post("move-images", pick=asset.pk, campaign="")
    assert joining.get().campaign is None


def test_picture_of_a_campaign_that_others_keep_is_moved_by_nobody_else(
    at, make_user, in_state, campaign
):
    asset = in_state("approved")
    Asset.objects.filter(pk=asset.pk).update(campaign=campaign)
    other = make_user("mei", is_marketer=True)

    page = at(other).get("asset-detail", asset.pk).text

    assert "Put it into a campaign" not in page
    assert "Take it out of the campaign" not in page
    assert "Note where it was published" in page


def test_who_has_no_role_is_led_to_no_page_of_publications(at, make_user, designer, in_state):
    asset = in_state("approved")
    guest = make_user("guest")

    assert "Note where it was published" not in at(guest).get("asset-detail", asset.pk).text
    assert at(guest).get("publication-new", asset.pk).status_code == 403
    assert "Note where it was published" in at(designer).get("asset-detail", asset.pk).text
    assert at(designer).get("publication-new", asset.pk).status_code == 200


def test_held_picture_is_neither_shared_nor_sent_for_review(at, marketer, in_state, make_version):
    version = make_version()
    asset = in_state("private", packs=((version, 0.7),))
    assert "Share with colleagues" in at(marketer).get("asset-detail", asset.pk).text
    assert f"/assets/{asset.pk}/ask/" in at(marketer).get("create").text
    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=timezone.now())

    assert "Share with colleagues" not in at(marketer).get("asset-detail", asset.pk).text
    assert f"/assets/{asset.pk}/ask/" not in at(marketer).get("create").text
    assert at(marketer).post("asset-share", asset.pk, share="on").status_code == 403
    Scene.objects.update(is_shared=True)
    assert "Share no longer" in at(marketer).get("asset-detail", asset.pk).text


def test_held_style_offers_no_painting(at, brand_admin, make_version):
    version = make_version()
    assert "Paint with it" in at(brand_admin).get("version-detail", "ink", 1).text
    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=timezone.now())

    assert "Paint with it" not in at(brand_admin).get("version-detail", "ink", 1).text
