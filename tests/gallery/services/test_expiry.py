"""Notices before rights end: once each, to owner and admins, late rather than never."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from brandstudio.core import notices
from brandstudio.core.models import AuditEntry, Notice
from gallery.models import ProductCutout
from gallery.services import expiry, recalls
from gallery.services.downstream import figures_of, find_source, fingerprint

pytestmark = pytest.mark.django_db


def end_in(rows, **span):
    rows.update(rights_expire_at=timezone.now() + timedelta(**span))


def told():
    return sorted(Notice.objects.values_list("person__username", "code", "facts__count"))


def test_each_mark_is_told_once_to_owner_and_admins(dataset, brand_admin):
    end_in(dataset.images, days=29)
    expiry.tell_of_endings()
    expiry.tell_of_endings()
    assert told() == [("admin", "rights-end-30", 2), ("designer", "rights-end-30", 2)]

    end_in(dataset.images, days=13)
    expiry.tell_of_endings()
    end_in(dataset.images, seconds=-1)
    expiry.tell_of_endings()
    expiry.tell_of_endings()

    codes = ["rights-end-0", "rights-end-14", "rights-end-30"]
    assert told() == [(who, code, 2) for who in ("admin", "designer") for code in codes]


def test_studio_that_was_off_tells_the_nearest_mark_only(dataset, brand_admin):
    end_in(dataset.images, days=-3)

    expiry.tell_of_endings()

    assert told() == [("admin", "rights-end-0", 2), ("designer", "rights-end-0", 2)]


@override("en")
def test_notice_says_that_something_is_held_only_where_something_was_made(
    dataset, brand_admin, train_on
):
    end_in(dataset.images, seconds=-1)
    expiry.tell_of_endings()
    notice = Notice.objects.filter(person=brand_admin).get()
    said = notices.sentence(notice.code, notice.facts)
    assert "Nothing was made with them" in said
    assert "held" not in said

    Notice.objects.all().delete()
    dataset.images.update(expiry_told=None)
    train_on(dataset)
    expiry.tell_of_endings()

    notice = Notice.objects.filter(person=brand_admin).get()
    assert "is held until an admin decides" in notices.sentence(notice.code, notice.facts)


def test_rights_that_end_in_a_year_or_never_tell_nobody(dataset, brand_admin):
    end_in(dataset.images.filter(name="red.png"), days=365)

    expiry.tell_of_endings()

    assert told() == []


def test_new_rights_are_told_of_anew(dataset, brand_admin, designer):
    end_in(dataset.images, days=13)
    expiry.tell_of_endings()
    image = dataset.images.first()
    image.extend_rights(brand_admin, timezone.now() + timedelta(days=14), "renewed")

    expiry.tell_of_endings()

    assert [row for row in told() if row[0] == "admin"] == [("admin", "rights-end-14", 2)]


def test_pictures_of_a_dataset_that_end_on_one_day_are_told_of_in_one_notice(dataset, brand_admin):
    red, blue = dataset.images.order_by("-name")
    end_in(dataset.images.filter(pk=red.pk), seconds=-1)
    expiry.tell_of_endings()
    end_in(dataset.images.filter(pk=blue.pk), seconds=-1)

    expiry.tell_of_endings()

    assert told() == [("admin", "rights-end-0", 2), ("designer", "rights-end-0", 2)]


@pytest.fixture
def ended(dataset, train_on, make_version):
    """Two photographs that a version was trained on, and whose rights have ended."""
    make_version(checkpoint=train_on(dataset))
    end_in(dataset.images, seconds=-1)
    expiry.tell_of_endings()
    return list(dataset.images.order_by("name"))


def still_open():
    return Notice.objects.unread().filter(code="rights-end-0")


def decide(client, admin, rows, **data):
    client.force_login(admin)
    address = reverse("gallery:rights-decide-together")
    return client.post(address, {"pick": [row.handle for row in rows], **data}, follow=True).text


def test_several_are_decided_at_once_with_one_reason_and_their_notices_settled(
    client, ended, brand_admin, in_english
):
    blue, red = ended

    said = decide(client, brand_admin, [blue], act="keep", reason="paid again")
    assert "Decided of 1 picture." in said
    assert still_open().count() == 2  # the other waits still
    said = decide(client, brand_admin, [blue, red], act="extend", reason="paid again")

    assert "Decided of 1 picture." in said
    assert "1 of the chosen waits no longer" in said
    for row in ended:
        row.refresh_from_db()
    assert (blue.kept_why, red.rights_expire_at) == ("paid again", None)
    assert AuditEntry.objects.about(red).first().why == "paid again"
    assert expiry.waiting_for_a_decision() == []
    assert not still_open().exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"reason": "–", "act": "keep"}, "Write"),
        ({"reason": "paid", "act": "extend", "until_0": "2020-01-01"}, "Choose a day to come."),
    ],
)
def test_several_are_decided_with_a_reason_and_a_day_to_come_alone(
    client, ended, brand_admin, in_english, data, said
):
    assert said in decide(client, brand_admin, ended, **data)
    assert len(expiry.waiting_for_a_decision()) == 2
    assert "Choose at least one" in decide(client, brand_admin, [], act="keep", reason="paid")


def test_withdrawn_one_is_named_when_the_others_are_extended(
    client, ended, brand_admin, in_english
):
    blue, red = ended
    blue.withdraw(brand_admin, "asked for")

    said = decide(client, brand_admin, ended, act="extend", reason="paid")

    assert "blue.png: blue.png was withdrawn" in said
    assert [ending.row for ending in expiry.waiting_for_a_decision()] == [blue]
    red.refresh_from_db()
    assert red.rights_expire_at is None


def test_designer_decides_of_none(client, ended, designer):
    client.force_login(designer)
    data = {"pick": [ended[0].handle], "act": "keep", "reason": "mine"}

    assert client.post(reverse("gallery:rights-decide-together"), data).status_code == 403
    assert len(expiry.waiting_for_a_decision()) == 2


def test_recalled_photograph_waits_for_no_decision(ended, brand_admin):
    blue, red = ended
    source = find_source("image", blue.image_sha256)

    recalls.recall(source, brand_admin, "asked for", fingerprint(source, figures_of(source)))

    assert [ending.row for ending in expiry.waiting_for_a_decision()] == [red]


def test_cut_outs_are_told_of_too(marketer, brand_admin):
    ProductCutout.objects.create(
        name="GS8", sha256="c" * 64, thumb_sha256="d" * 64, width=9, height=9, made_by=marketer
    )
    end_in(ProductCutout.objects, days=10)

    expiry.tell_of_endings()

    assert told() == [("admin", "rights-end-14", 1), ("marketer", "rights-end-14", 1)]


def test_page_lists_what_waits_for_a_decision_and_what_ends_soon(
    dataset, train_on, at, brand_admin
):
    train_on(dataset)
    end_in(dataset.images.filter(name="red.png"), seconds=-1)
    end_in(dataset.images.filter(name="blue.png"), days=5)

    page = at(brand_admin).get("rights")

    assert [ending.row.name for ending in page.context["ended"]] == ["red.png"]
    assert [ending.row.name for ending in page.context["soon"]] == ["blue.png"]


@pytest.mark.parametrize(("code", "days"), [("rights-end-30", "30"), ("rights-end-14", "14")])
def test_notice_of_an_earlier_studio_is_read_without_its_days(code, days):
    with override("en"):
        said = notices.sentence(code, {"name": "Ink", "count": 2})

    assert said == f"Rights in “Ink” end within {days} days (pictures: 2, the first on ?)."
    with override("en"):
        assert "within 7 days" in notices.sentence(code, {"name": "Ink", "days": 7})
