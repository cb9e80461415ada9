"""Pictures under review: several at once, two admins at one moment, pins, settled notices."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brandstudio.core.models import Notice
from brandstudio.core.problems import Refused
from gallery import problems, services
from gallery.models import Asset, Remark
from gallery.services import assets as acts
from gallery.services import remarks, together
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import CHECKED

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_admin(make_user):
    return make_user("second", is_brand_admin=True)


@pytest.fixture
def asked(in_state):
    """Three pictures that wait for review."""
    return [in_state("asked") for _ in range(3)]


def states():
    return list(Asset.objects.order_by("pk").values_list("review", flat=True))


# Several at once
def test_several_are_approved_at_once(at, brand_admin, asked):
    chosen = [asset.pk for asset in asked[:2]]

    answer = at(brand_admin).decide("review-pictures", pick=chosen, decision="approve", **CHECKED)

    assert answer.status_code == 302
    assert states() == ["approved", "approved", "asked"]


def test_several_are_declined_with_one_reason(at, brand_admin, asked):
    chosen = [asset.pk for asset in asked]
    browser = at(brand_admin)

    refused = browser.decide("review-pictures", pick=chosen, decision="return", reason=".")
    assert refused.status_code == 422
    assert problems.sentence("decline-reason") in refused.content.decode()
    assert refused.context["chosen"] == chosen
    assert states() == ["asked"] * 3

    browser.decide("review-pictures", pick=chosen, decision="return", reason="Five wheels.")
    assert states() == ["declined"] * 3
    assert set(Asset.objects.values_list("review_reason", flat=True)) == {"Five wheels."}


def test_nothing_chosen_is_said(at, brand_admin, asked):
    answer = at(brand_admin).decide("review-pictures", decision="approve", **CHECKED)

    assert answer.status_code == 422
    assert answer.context["refusal"] == problems.sentence("nothing-chosen")


def test_one_that_can_not_be_decided_stops_no_other(make_user, in_state, make_ready, second_admin):
    both = make_user("both", is_marketer=True, is_brand_admin=True)
    [own] = make_ready(by=both)
    acts.ask_review(own, both)
    others = in_state("asked")

    decided = acts.decide_together([own, others], both, approves=True, answers=all_confirmed())

    assert decided.done == [others]
    assert [(asset, error.code) for asset, error in decided.refused] == [(own, "own-work")]
    assert Asset.objects.get(pk=own.pk).review == "asked"


def test_what_a_colleague_decided_meanwhile_is_told_and_left(
    at, client, brand_admin, second_admin, marketer, asked
):
    seen = {f"seen-{asset.pk}": asset.fingerprint for asset in asked}
    acts.approve(asked[0], second_admin, all_confirmed())
    acts.decline(asked[1], second_admin, "Five wheels.")
    again = Asset.objects.get(pk=asked[1].pk)
    acts.ask_review(again, marketer, "Four now.")  # anew: not what was looked at

    at(brand_admin).post(
        "review-pictures", pick=[a.pk for a in asked], decision="approve", **CHECKED, **seen
    )

    assert states() == ["approved", "asked", "approved"]


def test_post_without_what_was_seen_approves_nothing(at, client, brand_admin, asked):
    chosen = [asset.pk for asset in asked[:2]]
    seen = {f"seen-{asked[2].pk}": asked[2].fingerprint}
    browser = at(brand_admin)

    browser.post("review-pictures", pick=chosen, decision="approve", **seen, **CHECKED)
    page = browser.get("review-pictures").text

    assert states() == ["asked"] * 3
    assert str(asked[0]) in page
    answer = client.post(
        f"{reverse('gallery:review')}?item=asset-{chosen[0]}", {"decision": "approve", **CHECKED}
    )
    assert answer.status_code == 409
    assert states() == ["asked"] * 3


def test_private_and_missing_pictures_are_named_as_such(at, in_english, brand_admin, in_state):
    private, binned = in_state("private"), in_state("binned")
    chosen = [private.pk, binned.pk, 99_999]
    seen = {f"seen-{pk}": private.fingerprint for pk in chosen}
    browser = at(brand_admin)

    answer = browser.post("review-pictures", pick=chosen, decision="approve", **seen, **CHECKED)

    assert answer.status_code == 409
    assert [str(message) for message in answer.context["messages"]] == [
        f"{private} is private: nobody asked for its review.",
        f"#{binned.pk}, #99999: there are no such pictures, or they are in the bin.",
    ]
    assert states() == ["private", "private"]


def test_pictures_wait_in_the_order_in_which_they_were_sent(at, brand_admin, make_ready, marketer):
    first, second = make_ready()[0], make_ready()[0]
    acts.ask_review(second, marketer)
    acts.ask_review(first, marketer)

    assert list(at(brand_admin).get("review-pictures").context["page"]) == [second, first]


def test_list_costs_the_same_at_one_and_at_three(
    at, brand_admin, in_state, make_version, django_assert_num_queries
):
    packs = ((make_version(), 0.6),)
    in_state("asked", packs=packs)
    browser = at(brand_admin)
    browser.get("review-pictures")
    with CaptureQueriesContext(connection) as before:
        browser.get("review-pictures")
    in_state("asked", packs=packs)
    in_state("asked", packs=packs)

    with django_assert_num_queries(len(before)):
        browser.get("review-pictures")


@pytest.mark.parametrize("hat", ["is_marketer", "is_designer"])
def test_list_is_for_admins(at, make_user, in_state, hat):
    asset = in_state("asked")
    browser = at(make_user("somebody", **{hat: True}))

    assert browser.get("review-pictures").status_code == 403
    answer = browser.post("review-pictures", pick=[asset.pk], decision="approve")
    assert answer.status_code == 403
    assert browser.post("asset-pin", asset.pk, x=1, y=1, text="x").status_code == 403
    assert states() == ["asked"]


# Two admins
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["approve", "decline"])
def test_of_two_admins_at_one_moment_the_second_is_told(
    in_state, brand_admin, second_admin, second
):
    asset = in_state("asked")
    start = threading.Barrier(2)
    said = []

    def decide(act, *arguments):
        row = Asset.objects.get(pk=asset.pk)
        start.wait()
        try:
            act(row, *arguments)
        except Refused as error:
            said.append(error.code)
        else:
            said.append("done")
        finally:
            connection.close()

    other = (acts.approve, second_admin, all_confirmed()) if second == "approve" else (
        acts.decline, second_admin, "Five wheels."
    )  # fmt: skip
    threads = [
        threading.Thread(target=decide, args=(acts.approve, brand_admin, all_confirmed())),
        threading.Thread(target=decide, args=other),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    too_late = {"approved-already", "declined-already"}
    assert "done" in said
    assert set(said) - {"done"} <= too_late
    assert len(said) == 2
    assert Notice.objects.filter(code__in=("asset-approved", "asset-declined")).count() == 1


# Notices
def open_notices(person):
    return list(person.notices.unread().order_by("pk").values_list("code", flat=True))


@pytest.mark.parametrize("decide", ["approve", "decline", "discard"])
def test_request_is_open_until_somebody_decides(
    in_state, marketer, brand_admin, second_admin, decide
):
    asset, other = in_state("asked"), in_state("asked")
    assert open_notices(second_admin) == ["asset-asked"] * 2

    if decide == "approve":
        acts.approve(asset, brand_admin, all_confirmed())
    elif decide == "decline":
        acts.decline(asset, brand_admin, "Five wheels.")
    else:
        acts.discard(asset, marketer)

    assert open_notices(second_admin) == open_notices(brand_admin) == ["asset-asked"]
    assert second_admin.notices.unread().get().url == other.get_absolute_url()


def test_sending_it_again_settles_what_was_said_of_it(in_state, marketer):
    asset = in_state("declined")
    assert open_notices(marketer) == ["asset-declined"]

    acts.ask_review(Asset.objects.get(pk=asset.pk), marketer, "Four now.")

    assert open_notices(marketer) == []


def test_version_that_is_decided_is_open_no_longer(
    make_version, designer, brand_admin, second_admin
):
    version = make_version(state="draft")
    services.submit(version, designer)
    assert open_notices(second_admin) == ["styleversion-submitted"]

    services.send_back(version, brand_admin, "The car is lost.")
    assert (open_notices(second_admin), open_notices(designer)) == (
        [],
        ["styleversion-sent-back"],
    )
    services.submit(version, designer)
    assert open_notices(designer) == []


# Pins
def test_remark_is_pinned_to_a_point_and_its_maker_sees_it(at, brand_admin, marketer, in_state):
    asset = in_state("asked")

    at(brand_admin).post("asset-pin", asset.pk, x="37.5", y="20", text=" A fifth wheel. ")

    remark = Remark.objects.get()
    assert (remark.asset, remark.author, remark.x, remark.y, remark.text) == (
        asset,
        brand_admin,
        0.375,
        0.2,
        "A fifth wheel.",
    )
    acts.decline(asset, brand_admin, "See the pin.")
    page = at(marketer).get("asset-detail", asset.pk).content.decode()
    assert 'cx="37.50%" cy="20.00%"' in page
    assert "A fifth wheel." in page


@pytest.mark.parametrize(
    ("x", "y", "text"), [("-1", "5", "x"), ("5", "101", "x"), ("nan", "5", "x"), ("5", "5", " ")]
)
def test_pin_outside_the_picture_or_without_words_is_refused(at, brand_admin, in_state, x, y, text):
    asset = in_state("asked")

    at(brand_admin).post("asset-pin", asset.pk, x=x, y=y, text=text)

    assert not Remark.objects.exists()


def test_database_itself_keeps_pins_on_one_picture(in_state, make_version, brand_admin):
    asset = in_state("asked")

    image = make_version(state="in_review").images.first()
    for fields in (
        {"asset": asset, "x": 1.2},
        {"asset": asset, "evidence": image, "x": 0.5},
        {"x": 0.5},  # on nothing
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Remark.objects.create(author=brand_admin, y=0.5, text="x", **fields)


def test_pins_stay_as_they_were_once_it_is_decided(in_state, brand_admin, second_admin):
    asset = in_state("asked")
    remark = remarks.pin(asset, brand_admin, 0.5, 0.5, "A fifth wheel.")

    with pytest.raises(Refused) as refusal:
        remarks.unpin(remark, second_admin)
    assert refusal.value.code == "pin-not-now"
    acts.approve(asset, second_admin, all_confirmed())
    with pytest.raises(Refused):
        remarks.unpin(Remark.objects.get(), brand_admin)
    with pytest.raises(Refused):
        remarks.pin(asset, brand_admin, 0.5, 0.5, "Another.")
    assert Remark.objects.count() == 1


def test_remark_on_a_sheet_is_shown_to_the_maker_when_it_comes_back(
    at, brand_admin, designer, marketer, make_version
):
    version = make_version(state="in_review")
    image = version.images.get(strength=0.7)

    answer = at(brand_admin).post("evidence-pin", image.pk, x="37.5", y="20", text=" No grille. ")

    remark = Remark.objects.get()
    assert (remark.image, remark.author, remark.x, remark.y, remark.text) == (
        image,
        brand_admin,
        0.375,
        0.2,
        "No grille.",
    )
    page = at(brand_admin).get("review", item=f"version-{version.pk}", picture=image.pk)
    assert answer.url.endswith(f"?item=version-{version.pk}&picture={image.pk}")
    assert 'cx="37.50%" cy="20.00%"' in page.content.decode()
    services.send_back(version, brand_admin, "See the pin.")
    maker = at(designer).get("version-detail", "ink", 1).content.decode()
    assert 'cx="37.50%" cy="20.00%"' in maker
    assert "No grille." in maker
    version.refresh_from_db()
    services.submit(version, designer)
    services.approve(version, brand_admin, answers=all_confirmed())
    assert "No grille." not in at(marketer).get("version-detail", "ink", 1).content.decode()


def test_sheet_takes_remarks_while_it_is_in_review_only_and_from_admins(
    at, brand_admin, designer, make_version
):
    draft = make_version(state="draft").images.first()
    asked = make_version(state="in_review").images.first()

    at(brand_admin).post("evidence-pin", draft.pk, x="5", y="5", text="x")
    assert at(designer).post("evidence-pin", asked.pk, x="5", y="5", text="x").status_code == 403
    assert not Remark.objects.exists()

    at(brand_admin).post("evidence-pin", asked.pk, x="5", y="5", text="x")
    remark = Remark.objects.get()
    services.send_back(asked.version, brand_admin, "See the pin.")
    at(brand_admin).post("unpin", remark.pk)
    assert Remark.objects.count() == 1
    asked.version.submit(designer)
    at(brand_admin).post("unpin", remark.pk)
    assert not Remark.objects.exists()


def test_picture_of_another_sheet_is_not_shown_large(at, brand_admin, make_version):
    other = make_version("neon").images.first()
    version = make_version(state="in_review")

    for asked in (other.pk, "x", "99999"):
        page = at(brand_admin).get("review", item=f"version-{version.pk}", picture=asked)
        assert page.context["picture"] is None


@pytest.mark.parametrize(("decision", "code"), [("approve", "approved"), ("decline", "declined")])
def test_maker_gets_one_notice_of_all_that_one_act_decided(
    in_state, marketer, brand_admin, decision, code, in_english
):
    assets = [in_state("asked") for _one in range(7)]
    Notice.objects.all().delete()

    acts.decide_together(
        assets,
        brand_admin,
        approves=decision == "approve",
        answers=all_confirmed(),
        reason="Five wheels.",
    )

    [notice] = marketer.notices.all()
    assert notice.code == f"assets-{code}"
    assert notice.sentence.startswith(f"7 pictures of yours were {code}")
    assert notice.sentence.count(", ") == 4  # five names
    assert notice.url.endswith(f"/assets/?review={code}")


def test_admins_get_one_notice_of_all_that_one_act_asked_for(
    make_ready, marketer, brand_admin, in_english
):
    assets = [*make_ready(), *make_ready()]
    Notice.objects.all().delete()

    outcome = together.ask(assets, marketer)

    assert outcome.done == "2 were sent for review."
    [notice] = brand_admin.notices.unread()
    assert notice.sentence.startswith("2 pictures wait for your review: ")
    acts.decline(Asset.objects.get(pk=assets[0].pk), brand_admin, "Five wheels.")
    assert brand_admin.notices.unread().count() == 1
    acts.approve(Asset.objects.get(pk=assets[1].pk), brand_admin, all_confirmed())
    assert brand_admin.notices.unread().count() == 0


# Doubts
def test_what_is_odd_in_a_picture_is_told_to_its_maker_and_its_reviewer(
    at, client, in_english, marketer, brand_admin, in_state
):
    asset = in_state("private")
    told = "More than one car seems to stand in it."
    page, create = asset.get_absolute_url(), reverse("gallery:create")
    client.force_login(marketer)
    assert told not in client.get(page).text

    Asset.objects.filter(pk=asset.pk).update(doubts=["two-vehicles"])

    assert told in client.get(page).text
    assert told in client.get(create).text
    acts.ask_review(asset, marketer)
    client.force_login(brand_admin)
    assert told in client.get(reverse("gallery:review-pictures")).text
    one = client.get(reverse("gallery:review"), {"item": f"asset-{asset.pk}"})
    assert told in one.text
