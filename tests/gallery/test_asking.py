"""Who is told that something waits for a decision."""

import pytest

from brandstudio.core.models import Notice
from gallery import services
from gallery.models import ReviewState
from gallery.services import assets

pytestmark = pytest.mark.django_db


def told():
    return list(Notice.objects.order_by("person__username").values_list("person__username", "code"))


def test_admins_are_told_of_a_style_in_review(make_version, designer, brand_admin, make_user):
    make_user("second", is_brand_admin=True)
    version = make_version(state="draft")
    Notice.objects.all().delete()

    services.submit(version, designer)

    assert version.state == ReviewState.IN_REVIEW
    assert told() == [("admin", "styleversion-submitted"), ("second", "styleversion-submitted")]


def test_admins_are_told_of_a_picture_but_not_of_their_own(make_ready, marketer, brand_admin):
    asset = make_ready().first()
    Notice.objects.all().delete()

    assets.ask_review(asset, marketer)

    assert told() == [("admin", "asset-asked")]
    assert Notice.objects.get().url == asset.get_absolute_url()


def test_nobody_is_told_of_what_they_ask_themselves(make_ready, make_user):
    admin = make_user("boss", is_brand_admin=True, is_marketer=True, may_write_prompts=True)
    asset = make_ready(by=admin).first()
    Notice.objects.all().delete()

    assets.ask_review(asset, admin)

    assert "boss" not in dict(told())
