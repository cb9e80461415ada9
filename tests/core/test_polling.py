"""A poll that finds nothing new costs two small questions; news go through the whole stack."""

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver, reverse

from brandstudio.core.models import User, Vehicle
from brandstudio.core.ui import once, polling
from brandstudio.core.ui.context import queue_counts
from gallery.models import CutoutDraft, InitImageUpload, PackPair, PairGrid, StylePack, StyleVersion
from gallery.services import zip_deliveries
from tests.testapp.models import Counting
from training.models import BaseModel, Dataset, TrainingRun
from training.rules.run_settings import full_config

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


def test_repeated_poll_asks_for_session_and_person_in_one_query(
    poll, designer, django_assert_num_queries, django_assert_max_num_queries
):
    assert [poll(designer).status_code, poll().status_code] == [200, 304]
    with django_assert_max_num_queries(20) as alone:
        queue_counts(designer)

    with django_assert_num_queries(len(alone) + 1):
        answer = poll()

    assert answer.status_code == 304


def test_news_are_shown_at_once(poll, designer):
    poll(designer), poll()

    Counting.objects.create(owner=designer)

    assert [poll().status_code, poll().status_code] == [200, 304]


def test_who_signed_out_is_sent_to_the_door_at_once_and_each_time(poll, designer, client):
    poll(designer), poll()
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    answers = [poll() for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert {answer.headers["HX-Refresh"] for answer in answers} == {"true"}


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_who_may_not_come_in_any_more_is_sent_to_the_door_at_once(poll, designer, change):
    poll(designer), poll()
    User.objects.filter(pk=designer.pk).update(**change)

    assert poll().headers["HX-Refresh"] == "true"


def test_who_lost_a_role_is_not_remembered_with_it(poll, designer):
    poll(designer), poll()
    User.objects.filter(pk=designer.pk).update(is_designer=False)

    poll()

    assert [page.person.is_designer for page in polling._pages.values()] == [False]


def test_outsider_with_the_right_tag_learns_nothing(client, make_user, designer, marketer):
    """Every fragment that is polled, with the tag that whoever may see it gets."""
    fragments = polled_addresses(designer)
    assert len(fragments) == len({name for name, _address in fragments}) == 10
    outsider = make_user("outsider", is_marketer=True)

    for name, address in fragments:
        client.force_login(designer if name != "gallery:results" else marketer)
        tag = client.get(address, headers={"hx-request": "true"}).headers["HX-PTag"]
        client.force_login(outsider)
        polled = {"hx-request": "true", "hx-ptag": tag}
        answers = {client.get(address, headers=polled).status_code for _ in range(2)}
        client.logout()
        client.cookies[settings.SESSION_COOKIE_NAME] = "a-dead-session"
        guests = [client.get(address, headers=polled) for _ in range(3)]

        # Of one row, that is not theirs; a zip is looked up among one's own alone.
        if name not in {"core:queue-count", "gallery:results", "gallery:zip-told"}:
            assert answers <= {403, 404}, name
        assert [guest.headers.get("HX-Refresh") for guest in guests] == ["true"] * 3, name
        assert {guest.status_code for guest in guests} == {200}, name


def polled_addresses(owner):
    """(name, address) of each polled view, with rows that only `owner` and designers may see."""
    dataset = Dataset.objects.create(owner=owner, name="Ink")
    base = BaseModel.objects.create(name="toy", path="toy", family="sd15", sha256="0" * 64)
    run = TrainingRun.objects.create(
        name="Ink", owner=owner, dataset=dataset, base=base, config=full_config({}, base).to_yaml()
    )
    first, second = (
        StyleVersion.objects.create(
            pack=StylePack.objects.create(slug=slug, name_zh="墨", name_en="Ink"),
            number=1,
            made_by=owner,
            base=base,
            weights_sha256="0" * 64,
            size=1,
        )
        for slug in ("ink", "paper")
    )
    PairGrid.objects.create(
        pair=PackPair.objects.create(first=first, second=second),
        ordered_by=owner,
        plan={"prompts": [{"prompt": "a suv"}], "seed": 1, "first": [0.3], "second": [0.3]},
    )
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="gs8")
    photograph = InitImageUpload.objects.create(owner=owner, name="a.jpg", width=64, height=64)
    CutoutDraft.objects.create(pk=run.pk, vehicle=vehicle, photograph=photograph, owner=owner)
    token = once.new_token()
    zip_deliveries.begin(owner, token, "spring.zip", asked=2)
    values = {
        "pk": run.pk, "slug": "ink", "number": 1, "first": first.pk, "second": second.pk,
        "token": token,
    }  # fmt: skip
    return [
        (name, reverse(name, kwargs={parameter: values[parameter] for parameter in parameters}))
        for name, parameters, view in named_views()
        if hasattr(view, "poll_tag")
    ]


def named_views(resolver=None, space=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from named_views(pattern, inner)
        else:
            yield f"{space}{pattern.name}", tuple(pattern.pattern.converters), pattern.callback


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
