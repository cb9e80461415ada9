"""The rights of cut-outs and start pictures: who notes them, and what a withdrawal holds."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import ProductCutout
from gallery.services import holds

pytestmark = pytest.mark.django_db

PICTURE = {"name": "car", "sha256": "a" * 64, "thumb_sha256": "b" * 64, "width": 64, "height": 48}


@pytest.fixture
def cutout(marketer):
    return ProductCutout.objects.create(made_by=marketer, **PICTURE)


@pytest.fixture
def start(make_start):
    return make_start(rights_holder="Lin", rights_from_file=True)


def address(view, kind, row):
    return reverse(f"gallery:source-{view}", args=[kind, row.pk])


@pytest.fixture
def desk(client):
    """desk(person): their browser."""

    def desk(person):
        client.force_login(person)
        return client

    return desk


def test_owner_notes_the_rights_and_confirms_what_the_file_said(desk, start, marketer):
    page = desk(marketer).get(address("rights", "start", start))
    assert 'value="Lin"' in page.text

    desk(marketer).post(address("rights", "start", start), {"rights_holder": "Lin"})

    start.refresh_from_db()
    assert (start.rights_holder, start.rights_from_file) == ("Lin", False)
    assert AuditEntry.objects.about(start).first().target == "rights set"


def test_new_rights_undo_what_an_admin_kept_in_use(desk, cutout, marketer, brand_admin):
    ProductCutout.objects.update(rights_expire_at=timezone.now() - timedelta(minutes=1))
    cutout.refresh_from_db()
    cutout.keep_in_use(brand_admin, "contract under way")

    desk(marketer).post(
        address("rights", "cutout", cutout),
        {"rights_holder": "GAC", "rights_expire_at_0": "2020-01-01", "uses": ["print"]},
    )

    cutout.refresh_from_db()
    assert (cutout.kept_at, cutout.uses, cutout.is_holding) == (None, "print", True)


def test_form_without_a_holder_notes_nothing(desk, cutout, marketer):
    answer = desk(marketer).post(address("rights", "cutout", cutout), {"licence": "contract 7"})

    cutout.refresh_from_db()
    assert (answer.status_code, cutout.licence) == (422, "")


def test_withdrawn_source_is_refused_until_its_rights_are_clear_again(
    desk, cutout, marketer, brand_admin
):
    withdraw = address("withdraw", "cutout", cutout)
    desk(marketer).post(withdraw, {"act": "withdraw", "why": "."})
    cutout.refresh_from_db()
    assert cutout.withdrawn_at is None

    desk(marketer).post(withdraw, {"act": "withdraw", "why": "sold to others"})

    with pytest.raises(Refused) as caught:
        holds.check_cutout(cutout)
    assert caught.value.code == "cutout-withdrawn"
    assert "sold to others" in desk(marketer).get(address("rights", "cutout", cutout)).text
    desk(brand_admin).post(withdraw, {"act": "reinstate"})
    holds.check_cutout(cutout)


@pytest.mark.parametrize("view", ["rights", "withdraw"])
@pytest.mark.parametrize("kind", ["cutout", "start"])
def test_rights_of_others_are_not_found(desk, view, kind, cutout, start, make_user, brand_admin):
    row = {"cutout": cutout, "start": start}[kind]
    stranger = make_user("other", is_marketer=True, is_designer=True)
    sent = {"act": "withdraw", "why": "mine now", "rights_holder": "me"}

    assert desk(stranger).post(address(view, kind, row), sent).status_code == 404
    assert desk(brand_admin).post(address(view, kind, row), sent).status_code == 302


@pytest.mark.parametrize("kind", ["image", "version", "asset"])
def test_other_kinds_have_no_such_page(desk, kind, cutout, brand_admin):
    assert desk(brand_admin).get(address("rights", kind, cutout)).status_code == 404


def test_page_of_the_cars_lists_own_start_pictures_and_says_whose_rights_ended(
    desk, start, cutout, marketer, make_user
):
    cutout.withdraw(marketer, "sold to others")

    page = desk(marketer).get(reverse("gallery:vehicle-list"))

    assert address("rights", "start", start) in page.text
    assert address("rights", "cutout", cutout) in page.text
    assert "badge--failed" in page.text
    stranger = desk(make_user("other", is_marketer=True)).get(reverse("gallery:vehicle-list"))
    assert address("rights", "start", start) not in stranger.text
