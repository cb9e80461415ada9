"""The pages that belong to nobody's room: door, account, theme, stylesheet, style guide."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django_rq.models import Dashboard

from brandstudio.core.ui.stylesheet import files, stylesheet
from training.models import BaseModel, Dataset, TrainingRun

pytestmark = pytest.mark.django_db


def test_sign_in_page_speaks_the_readers_language(at):
    assert "登录" in at(None, "/sign-in/").text
    assert "Sign in" in at(None, "/sign-in/", language="en").text


def test_every_page_forbids_inline_code(at):
    policy = at(None, "/sign-in/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_rail_shows_only_the_rooms_of_ones_role(at, marketer, designer):
    assert reverse("training:dataset-list") not in at(marketer, "/account/").text
    assert reverse("training:dataset-list") in at(designer, "/account/").text


def test_theme_is_kept_and_drawn_from_the_first_byte(client, marketer):
    client.force_login(marketer)

    answer = client.post("/theme/", {"theme": "dark", "next": "/account/"})

    assert answer.headers["Location"] == "/account/"
    assert 'data-theme="dark"' in client.get("/account/").text


ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "/\\elsewhere.example/",
    "\\\\elsewhere.example/",
    "///elsewhere.example/",
    "/\t/elsewhere.example/",
    " https://elsewhere.example/",
    "javascript:alert(1)",
    "https:elsewhere.example",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_theme_sends_nobody_to_another_host(client, address):
    answer = client.post("/theme/", {"theme": "dark", "next": address})

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_acts_on_a_run_send_nobody_to_another_host(client, designer, address):
    dataset = Dataset.objects.create(owner=designer, name="Ink")
    base = BaseModel.objects.create(name="toy", path="toy", family="sd15", sha256="0" * 64)
    run = TrainingRun.objects.create(name="Ink", owner=designer, dataset=dataset, base=base)
    client.force_login(designer)

    answer = client.post(f"/runs/{run.pk}/act/", {"act": "cancel", "next": address})

    assert answer.headers["Location"] == run.get_absolute_url()


def test_no_view_judges_addresses_by_itself():
    """One rule decides where `next` may lead: a home-made one let /\\host through."""
    rooms = ("brandstudio", "training", "gallery")
    files = [path for room in rooms for path in (settings.ROOT / room).rglob("*.py")]

    assert {
        path.name
        for path in files
        if re.search(r"POST.get\(.next.*(redirect|or )", path.read_text())
    } == set()
    assert [p.name for p in files if "url_has_allowed_host" in p.read_text()] == ["redirects.py"]


def test_account_keeps_the_name(client, marketer):
    client.force_login(marketer)

    client.post("/account/", {"last_name": "林", "first_name": "可", "email": ""})

    marketer.refresh_from_db()
    assert marketer.shown_name == "林可"


def test_account_refuses_a_bad_address_beside_its_field(client, marketer):
    client.force_login(marketer)

    answer = client.post("/account/", {"email": "nobody"})

    assert answer.status_code == 422
    assert 'aria-invalid="true" aria-describedby="id_email_error"' in answer.text


def test_stylesheet_is_kept_for_ever_under_its_version(client):
    answer = client.get(reverse("core:stylesheet", args=[stylesheet()[1]]))

    assert "immutable" in answer.headers["Cache-Control"]
    assert "@layer reset, tokens, base, components, layouts, utilities;" in answer.text
    assert "max-age=0" in client.get("/css/other/site.css").headers["Cache-Control"]


def test_stylesheet_points_to_files_that_exist():
    addresses = re.findall(r'url\("/static/([^"]+)"\)', stylesheet()[0])

    assert addresses
    assert [name for name in addresses if not finders.find(name)] == []


def test_every_component_stands_in_a_layer():
    assert [path.name for path in files() if "@layer" not in path.read_text()] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_style_guide_shows_every_component(at, make_user, language):
    staff = make_user("staff", is_staff=True)

    page = at(staff, "/style-guide/", language=language).text

    assert page.count("<h1>") == 1
    for component in ("tile__frame", "pack-card", "strength__track", "upload__drop", "empty"):
        assert component in page


def test_style_guide_is_not_for_guests(at, marketer):
    assert at(marketer, "/style-guide/").status_code == 404
    assert at(marketer, "/look/").headers["Location"] == "/style-guide/"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_missing_page_says_so_in_the_readers_language(at, marketer, language):
    answer = at(marketer, "/nowhere/", language=language)

    assert answer.status_code == 404
    assert ("There is nothing at this address" in answer.text) is (language == "en")


def test_forged_form_is_refused_with_a_page_of_our_own(marketer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(marketer)

    answer = client.post("/account/", {"email": ""}, headers={"Accept-Language": "en"})

    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text


def test_queue_count_is_not_rendered_again_when_nothing_changed(client, marketer):
    client.force_login(marketer)

    first = client.get("/queue/count/", headers={"HX-Request": "true"})
    second = client.get("/queue/count/", headers={"HX-PTag": first.headers["HX-PTag"]})

    assert "<b>0</b>" in first.text
    assert second.status_code == 304


def test_fragment_after_the_session_ended_reloads_the_page(client):
    answer = client.get("/queue/count/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Refresh"] == "true"


def test_notices_are_sentences_in_the_readers_language(at, marketer):
    marketer.notices.create(code="run-finished", facts={"name": "ink"})

    assert "The training “ink” has finished." in at(marketer, "/notices/", language="en").text


def test_rail_shows_where_one_stands_on_pages_that_belong_to_a_room(at, brand_admin):
    page = at(brand_admin, reverse("gallery:template-list")).text

    assert f'<a href="{reverse("gallery:pack-list")}" aria-current="page">' in page


def test_browsers_find_the_icon_where_they_look_by_themselves(client):
    answer = client.get("/favicon.ico")

    assert finders.find(answer.headers["Location"].removeprefix("/static/"))
    assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "place", ["", "queues/0/", "queues/0/failed/", "workers/0/", "stats.json", "queues/0/empty/"]
)
def test_queues_are_not_for_staff_without_the_right(client, make_user, queue_redis, place):
    staff = make_user("staff", is_staff=True)
    client.force_login(staff)
    address = f"/admin/django_rq/dashboard/{place}"

    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert b"django_rq" not in client.get("/admin/").content

    staff.user_permissions.add(Permission.objects.get(content_type__app_label="django_rq"))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "place",
    [
        *("add/", "1/", "1/change/", "1/delete/", "1/history/"),
        *("queues/9/", "queues/0/no-such-job/", "workers/0/nobody/"),
    ],
)
def test_queues_have_no_rows_and_what_they_lost_is_not_there(client, make_user, queue_redis, place):
    client.force_login(make_user("root", is_staff=True, is_superuser=True))

    assert client.get("/admin/django_rq/dashboard/").status_code == 200
    assert client.get(f"/admin/django_rq/dashboard/{place}").status_code == 404


def test_way_from_the_admin_pages_leads_to_rows_that_have_a_page(client, make_user):
    person = make_user("root", is_staff=True, is_superuser=True)
    client.force_login(person)
    kinds = {model: ContentType.objects.get_for_model(model).pk for model in (Dashboard, Dataset)}
    dataset = Dataset.objects.create(name="Ink", owner=person)

    assert client.get(f"/admin/r/{kinds[Dashboard]}/1/").status_code == 404
    assert (
        client.get(f"/admin/r/{kinds[Dataset]}/{dataset.pk}/")
        .headers["Location"]
        .endswith(f"/datasets/{dataset.pk}/")
    )
