"""The reviewer's checklist: what it asks, what it refuses, and what it leaves behind."""

import pytest
from django.conf import settings as configured
from django.urls import reverse

from brandstudio.core.models import AuditEntry, Vehicle
from brandstudio.core.problems import Refused
from gallery import problems, services
from gallery.models import Asset, ProductCutout, ReviewState, Scene
from gallery.pages.history import history_of
from gallery.services import assets as acts
from gallery.services import checklist, sources
from gallery.services.checklist import all_confirmed
from gallery.services.orders import Placement
from tests.gallery.conftest import CHECKED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
GIVEN = {"brand": "yes", "culture": "na", "vehicle": "na", "rights": "yes"}
SENT = {f"check_{key}": answer for key, answer in GIVEN.items()}
# Every way of leaving an item unanswered: (what is changed, the item that is named).
OPEN = [
    ({"check_brand": ""}, "Brand"),
    ({"check_culture": "maybe"}, "Culture"),
    ({"check_vehicle": ""}, "Vehicle truth"),
    ({"check_rights": "na"}, "Rights"),  # this always applies
    ({"check_brand": "na"}, "Brand"),
]


def test_setting_names_the_items_that_there_are():
    assert tuple(item.key for item in checklist.ITEMS) == configured.CHECKLIST_KEYS
    assert checklist.asked() == list(checklist.ITEMS)


@pytest.mark.parametrize(("changed", "name"), OPEN)
def test_style_is_not_approved_while_an_item_is_open(at, brand_admin, make_version, changed, name):
    version = make_version(state="in_review")

    answer = at(brand_admin).decide("review", decision="approve", reason="", **SENT | changed)

    assert answer.status_code == 422
    assert problems.sentence("checklist-open", {"items": name}) in answer.content.decode()
    version.refresh_from_db()
    assert version.state == ReviewState.IN_REVIEW


@pytest.mark.parametrize(("changed", "name"), OPEN)
@pytest.mark.parametrize("door", ["review", "review-pictures"])
def test_picture_is_not_approved_while_an_item_is_open(
    at, brand_admin, in_state, door, changed, name
):
    asset = in_state("asked")
    sent = {"decision": "approve", "reason": "", "pick": [asset.pk], **SENT, **changed}

    answer = at(brand_admin).decide(door, **sent)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert problems.sentence("checklist-open", {"items": name}) in page
    assert page.count("Not answered yet.") == 1
    assert Asset.objects.get().review == "asked"
    assert not AuditEntry.objects.filter(target="approved", subject_kind="gallery.asset").exists()


@pytest.mark.parametrize("answers", [None, {}, {"brand": "yes"}])
def test_no_act_approves_without_answers(brand_admin, in_state, make_version, answers):
    version, asset = make_version(state="in_review"), in_state("asked")

    for approve in (
        lambda: services.approve(version, brand_admin, answers=answers),
        lambda: acts.approve(asset, brand_admin, answers),
        lambda: acts.decide_together([asset], brand_admin, approves=True, answers=answers),
    ):
        with pytest.raises(Refused) as refusal:
            approve()
        assert refusal.value.code == "checklist-open"
    assert Asset.objects.get().review == "asked"


def test_answers_stand_with_the_decision_who_gave_them_and_when(
    at, client, brand_admin, make_version, in_state
):
    version, asset = make_version(state="in_review"), in_state("asked")
    at(brand_admin)

    for row, kind in ((version, "version"), (asset, "asset")):
        address = f"{reverse('gallery:review')}?item={kind}-{row.pk}"
        seen = client.get(address).context["item"].fingerprint
        client.post(address, SENT | {"decision": "approve", "seen": seen})

        entry = AuditEntry.objects.about(row).get(target="approved")
        assert entry.facts["checklist"] == GIVEN
        assert entry.actor == brand_admin
        assert history_of(row)[0].answers == [
            ("Brand", "yes"),
            ("Culture", "not applicable"),
            ("Vehicle truth", "not applicable"),
            ("Rights", "yes"),
        ]
        assert "Vehicle truth: not applicable" in client.get(row.get_absolute_url()).text


def test_several_pictures_share_one_set_of_answers(at, brand_admin, in_state):
    pictures = [in_state("asked") for _ in range(2)]
    chosen = [asset.pk for asset in pictures]

    at(brand_admin).decide("review-pictures", pick=chosen, decision="approve", **SENT)

    entries = AuditEntry.objects.filter(target="approved", subject_kind="gallery.asset")
    assert [entry.facts["checklist"] for entry in entries] == [GIVEN, GIVEN]


@pytest.fixture
def gs8(db):
    return Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")


def test_vehicle_truth_applies_to_what_names_a_vehicle(at, brand_admin, in_state, gs8):
    asset = in_state("asked")  # its prompt calls a GS8
    browser = at(brand_admin)
    page = browser.get("review").text
    assert 'name="check_culture"\n                     value="na"' in page
    assert 'name="check_vehicle"\n                     value="na"' not in page

    answer = browser.decide("review", decision="approve", reason="", **SENT)

    assert answer.status_code == 422
    assert "Still open: Vehicle truth." in answer.text
    assert Asset.objects.get(pk=asset.pk).review == "asked"
    browser.decide("review", decision="approve", **SENT | {"check_vehicle": "yes"})
    assert Asset.objects.get(pk=asset.pk).review == "approved"


def test_several_at_once_name_the_picture_that_has_a_vehicle(
    at, brand_admin, in_state, make_template, gs8
):
    with_it, without = in_state("asked"), in_state("asked")
    Scene.objects.filter(pk=without.scene_id).update(prompt="an arcade", vehicle=None)
    sent = {"decision": "approve", "reason": "", "pick": [with_it.pk, without.pk], **SENT}

    at(brand_admin).decide("review-pictures", **sent)

    states = dict(Asset.objects.values_list("pk", "review"))
    assert states == {with_it.pk: "asked", without.pk: "approved"}
    page = at(brand_admin).get("review-pictures").text
    assert "has a vehicle in it (GS8): “Vehicle truth” applies to it." in page


def test_vehicle_of_a_cutout_and_of_what_a_picture_was_started_from(
    brand_admin, marketer, in_state, make_cutout, gs8
):
    around = in_state("asked", placement=Placement(make_cutout()))
    onwards = in_state("asked", init_image=sources.init_image_of(around))
    own = in_state("asked", placement=Placement(make_cutout(by=marketer, vehicle="")))
    Scene.objects.update(prompt="an arcade", vehicle=None)
    plain = in_state("asked")
    Scene.objects.filter(pk=plain.scene_id).update(prompt="an arcade", vehicle=None)

    ProductCutout.objects.update(rights_holder="Lin")
    for asset in (around, onwards, own):
        with pytest.raises(Refused, match="vehicle-applies"):
            acts.approve(Asset.objects.get(pk=asset.pk), brand_admin, GIVEN)
    acts.approve(Asset.objects.get(pk=plain.pk), brand_admin, GIVEN)


def test_style_is_reviewed_without_a_vehicle_though_its_words_name_one(
    brand_admin, make_version, gs8
):
    version = make_version(state="in_review")

    services.approve(version, brand_admin, answers=GIVEN)

    version.refresh_from_db()
    assert version.state == ReviewState.APPROVED


def test_declining_and_sending_back_ask_nothing(at, brand_admin, in_state, make_version):
    version = make_version(state="in_review")
    at(brand_admin).decide("review", decision="return", reason="The car is lost.")
    version.refresh_from_db()
    assert version.state == ReviewState.DRAFT

    asset = in_state("asked")
    at(brand_admin).decide("review-pictures", pick=[asset.pk], decision="return", reason="Blurred.")
    assert Asset.objects.get().review == "declined"


def test_studio_chooses_what_is_asked(settings, at, brand_admin, in_state):
    settings.REVIEW_CHECKLIST = ["vehicle"]
    asset = in_state("asked")
    browser = at(brand_admin)
    page = browser.get("review").content.decode()
    assert "Vehicle truth" in page
    assert "check_brand" not in page

    browser.decide("review", decision="approve", check_vehicle="yes", check_brand="yes")

    assert AuditEntry.objects.about(asset).get(target="approved").facts == {
        "checklist": {"vehicle": "yes"}
    }
    settings.REVIEW_CHECKLIST = []
    other = in_state("asked")
    acts.approve(other, brand_admin, {})
    assert Asset.objects.get(pk=other.pk).review == "approved"


def test_template_is_words_and_asks_nothing(at, brand_admin, make_template):
    template = make_template(state="in_review")

    browser = at(brand_admin)
    assert "check_brand" not in browser.get("review").content.decode()
    browser.decide("review", decision="approve", reason="")

    template.refresh_from_db()
    assert template.state == ReviewState.APPROVED


def test_answers_of_a_refused_decision_are_kept_on_the_page(at, brand_admin, in_state):
    in_state("asked")

    answer = at(brand_admin).decide("review", decision="approve", **CHECKED | {"check_brand": ""})

    assert answer.context["checklist"].answers == {
        key: "yes" for key in all_confirmed() if key != "brand"
    }
