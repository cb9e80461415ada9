"""An act that comes too late is told what the thing is by now, whoever did it, and the way on."""

import pytest
from django.urls import reverse

from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Asset, AssetReview, StyleVersion
from gallery.services import assets as acts
from gallery.services import drafts
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import CHECKED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def code_of(act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code


def approve(asset, by):
    acts.approve(asset, by, all_confirmed())


def decline(asset, by):
    acts.decline(asset, by, "Five wheels.")


def withdraw(asset, by):
    acts.withdraw(asset, by, "The wrong car.")


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        (acts.ask_review, "asked", "asked-already"),
        (acts.ask_review, "approved", "approved-already"),
        (acts.ask_review, "withdrawn", "withdrawn-not-asked"),
        (approve, "private", "not-asked"),
        (approve, "approved", "approved-already"),
        (approve, "declined", "declined-already"),
        (approve, "withdrawn", "withdrawn-already"),
        (approve, "binned", "binned-already"),
        (decline, "private", "not-asked"),
        (decline, "declined", "declined-already"),
        (decline, "approved", "approved-already"),
        (withdraw, "private", "not-approved"),
        (withdraw, "asked", "not-approved"),
        (withdraw, "declined", "not-approved"),
        (withdraw, "withdrawn", "withdrawn-already"),
        (acts.discard, "approved", "approved-not-binned"),
        (acts.discard, "binned", "binned-already"),
        (acts.restore, "private", "not-binned"),
    ],
)
def test_act_on_a_picture_says_what_it_is_by_now(in_state, make_user, act, state, code):
    asset = in_state(state)
    before = Asset.objects.values("review", "deleted_at").get()

    assert code_of(act, asset, make_user("second", is_brand_admin=True)) == code

    assert Asset.objects.values("review", "deleted_at").get() == before


def test_picture_that_was_declined_and_sent_anew_was_decided_meanwhile(
    in_state, marketer, brand_admin
):
    asset = in_state("asked")
    as_seen = Asset.objects.get()
    decline(asset, brand_admin)
    acts.ask_review(asset, marketer, "Four now.")

    assert code_of(approve, as_seen, brand_admin) == "decided-already"


def test_style_says_what_it_is_by_now(make_version, designer, brand_admin):
    waiting, used, draft = (
        make_version(slug, state=state)
        for slug, state in (("ink", "in_review"), ("tea", "approved"), ("fog", "draft"))
    )

    assert code_of(services.submit, waiting, designer) == "asked-already"
    assert code_of(services.submit, used, designer) == "approved-already"
    assert code_of(services.send_back, draft, brand_admin, "No light.") == "not-submitted"
    assert code_of(services.retire, waiting, brand_admin, "Replaced.") == "not-in-use"
    assert code_of(services.bring_back, used, brand_admin, "Needed.") == "approved-already"
    services.retire(used, brand_admin, "Replaced.")
    assert code_of(services.retire, used, brand_admin, "Replaced.") == "retired-already"


def test_act_on_what_is_gone_meanwhile_is_refused(make_version, in_state, designer, brand_admin):
    draft, asset = make_version("fog", state="draft"), in_state("private")
    as_seen = (StyleVersion.objects.get(), Asset.objects.get())
    drafts.discard(draft, designer)
    asset.delete()

    assert code_of(services.send_back, as_seen[0], brand_admin, "No light.") == "decided-already"
    assert code_of(withdraw, as_seen[1], brand_admin) == "decided-already"


def test_reviewer_reads_what_was_done_with_a_picture(at, in_state, brand_admin):
    asset = in_state("asked")

    answer = at(brand_admin).decide("review", decision="return", reason="Five wheels.")

    page = at(brand_admin).get("review").text
    assert answer.status_code == 302
    assert f"{asset} is declined. Its maker reads your reason." in page
    assert "went back" not in page


def test_reviewer_who_decides_a_second_time_reads_what_it_is(client, in_state, brand_admin):
    asset = in_state("approved")
    client.force_login(brand_admin)
    address = f"{reverse('gallery:review')}?item=asset-{asset.pk}"

    answer = client.post(address, {"decision": "approve", **CHECKED})

    assert answer.status_code == 409
    assert "It is approved already." in answer.text
    assert Asset.objects.get().review == AssetReview.APPROVED


def test_dataset_that_no_run_used_is_not_called_learned_from(
    at, approved, brand_admin, copies_in, in_english
):
    from tests.gallery.test_own_images import file_of  # noqa: PLC0415 -- a maker of files

    copies_in(file_of(approved))
    withdraw(approved, brand_admin)

    page = at(brand_admin).get("asset-detail", approved.pk).text

    assert "Lies in datasets as a photograph" in page
    assert "No run has learned from these files" in page
    assert "Learned from as a photograph" not in page


def test_pictures_of_one_title_are_told_apart_in_every_list(at, in_state, brand_admin, marketer):
    assets = [in_state("asked"), in_state("asked"), in_state("asked")]
    acts.name(assets[2], marketer, assets[0].title)
    assets = list(Asset.objects.titled().order_by("pk"))
    assert len({asset.title for asset in assets}) < len({str(asset) for asset in assets}) == 3

    pages = [at(brand_admin).get(name).text for name in ("review", "review-pictures")]
    notices = [notice.facts["name"] for notice in brand_admin.notices.filter(code="asset-asked")]

    for asset in assets:
        assert all(str(asset) in page for page in pages)
    assert len({str(name) for name in notices}) == 3
