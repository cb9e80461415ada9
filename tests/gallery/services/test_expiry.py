"""Notices before rights end: once each, to owner and admins, late rather than never."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from brandstudio.core import notices
from brandstudio.core.models import Notice
from gallery.models import ProductCutout
from gallery.services import expiry

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

    assert [row for row in told() if row[0] == "admin"] == [
        ("admin", "rights-end-14", 1),
        ("admin", "rights-end-14", 2),
    ]


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
