"""A poll that finds nothing new costs one small question; news go through the whole stack."""

import pytest
from django.conf import settings

from brandstudio.core import polling
from brandstudio.core.context import queue_counts
from brandstudio.core.models import User
from tests.toil.models import Toil

pytestmark = pytest.mark.django_db

COUNT = "/queue/count/"


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(polling, "_pages", {})


@pytest.fixture
def poll(client):
    """poll(): what the open page of whoever signed in gets; it keeps the tag as htmx does."""
    tags = {}

    def poll(person=None):
        if person:
            client.force_login(person)
        answer = client.get(
            COUNT, headers={"hx-request": "true", **({"hx-ptag": tags["now"]} if tags else {})}
        )
        if tag := answer.headers.get("HX-PTag"):
            tags["now"] = tag
        return answer

    return poll


def test_repeated_poll_asks_for_neither_session_nor_person(
    poll, designer, django_assert_num_queries, django_assert_max_num_queries
):
    assert [poll(designer).status_code, poll().status_code] == [200, 304]
    with django_assert_max_num_queries(20) as alone:
        queue_counts(designer)

    with django_assert_num_queries(len(alone)):
        answer = poll()

    assert answer.status_code == 304


def test_news_are_shown_at_once(poll, designer):
    poll(designer), poll()

    Toil.objects.create(owner=designer)

    assert [poll().status_code, poll().status_code] == [200, 304]


def test_who_signed_out_gets_nothing_new_at_most(poll, designer, client, monkeypatch):
    poll(designer), poll()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    while_remembered = poll()
    monkeypatch.setattr(polling, "_pages", {})
    afterwards = poll()

    assert (while_remembered.status_code, while_remembered.content) == (304, b"")
    assert afterwards.headers["HX-Refresh"] == "true"


def test_a_page_is_remembered_for_a_while_only(poll, designer, monkeypatch):
    monkeypatch.setattr(polling, "REMEMBERED", -1)
    poll(designer), poll()
    User.objects.filter(pk=designer.pk).update(is_active=False)

    assert poll().headers["HX-Refresh"] == "true"


def test_another_session_is_not_taken_for_this_one(poll, designer, marketer, client):
    poll(designer), poll()
    tag = client.get(COUNT, headers={"hx-request": "true"}).headers["HX-PTag"]
    client.cookies.clear()

    stranger = client.get(COUNT, headers={"hx-request": "true", "hx-ptag": tag})

    assert stranger.headers["HX-Refresh"] == "true"
