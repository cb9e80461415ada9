"""Who is told that something waits for a decision."""

import pytest
from django.utils.translation import get_language, override

from brandstudio.core.models import Notice
from brandstudio.core.problems import in_each_language
from gallery import jobs, problems, services
from gallery.models import ReviewState
from gallery.services import assets
from gallery.services.checklist import all_confirmed

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


def test_messages_that_are_kept_name_things_in_their_readers_language(
    make_version, make_scene, designer, brand_admin
):
    version = make_version(state="draft")
    with override("zh-hans"):
        services.submit(version, designer)
    services.approve(version, brand_admin, answers=all_confirmed())
    waiting = make_scene(packs=((version, 0.7),)).assets.get()
    version.refresh_from_db()
    version.retire(brand_admin, "Old.")

    with override("zh-hans"):
        jobs.render(waiting.pk)

    waiting.refresh_from_db()
    asked = Notice.objects.get(code="styleversion-submitted", person=brand_admin)
    for language, name in (("en", "ink pack"), ("zh-hans", "ink 包")):
        with override(language):
            assert str(version) in asked.sentence
            assert name in asked.sentence
            assert name in problems.sentence(waiting.problem, waiting.problem_facts)


def test_name_that_is_the_same_in_each_language_is_kept_as_it_is():
    assert in_each_language(lambda: "GS8") == "GS8"
    assert in_each_language(get_language) == {"en": "en", "zh-hans": "zh-hans"}
