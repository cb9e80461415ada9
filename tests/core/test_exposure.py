"""The demo's password opens a studio that nobody else can reach, and no other."""

import os
import re
import subprocess
import sys

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from brandstudio.core.access import demo_accounts, exposure, first_admin
from brandstudio.core.models import AuditEntry, User
from brandstudio.core.process import setting_up

pytestmark = pytest.mark.django_db

# What says that others come in: (setting, value).
OPEN = [
    *[("STUDIO_HOST", host) for host in ("0.0.0.0", "::", "", "192.168.1.5", "studio", "0")],
    *[("STUDIO_HOST", host) for host in ("fe80::1", "127.0.0.1.example.com", "::ffff:10.0.0.1")],
    *[("ALLOWED_HOSTS", ["localhost", host]) for host in ("*", "studio.example.com", ".local")],
    ("CSRF_TRUSTED_ORIGINS", ["https://studio.example.com"]),
    ("STUDIO_HTTPS", True),
    ("STUDIO_ADDRESS", "https://studio.example.com"),
]


@pytest.fixture(params=OPEN, ids=lambda case: f"{case[0]}={case[1]}")
def open_to_others(request, settings):
    setattr(settings, *request.param)


@pytest.fixture
def reachable(settings):
    settings.STUDIO_HOST = "0.0.0.0"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "localhost", "::1", "LOCALHOST"])
def test_address_of_the_machine_itself_is_local(settings, host):
    settings.STUDIO_HOST = host

    assert exposure.is_local_only()


def test_demo_people_get_no_password_where_others_come_in(open_to_others):
    people = demo_accounts.make_demo_accounts()

    assert [person.has_usable_password() for person in people] == [False] * 3
    assert demo_accounts.open_demo_accounts() == []


def test_studio_is_not_served_to_others_while_a_demo_password_works(settings):
    demo_accounts.make_demo_accounts()
    setting_up.refuse_open_demo()  # on the machine itself it is no fault
    settings.STUDIO_HOST = "0.0.0.0"

    with pytest.raises(setting_up.CannotStart) as refusal:
        setting_up.refuse_open_demo()

    assert "designer, marketer, admin" in str(refusal.value)
    assert "close_demo_accounts" in str(refusal.value)
    call_command("close_demo_accounts")
    setting_up.refuse_open_demo()


@pytest.mark.parametrize(
    "change", [{"username": "root"}, {"username": "lin", "last_name": "Lin", "is_superuser": False}]
)
def test_renamed_demo_account_is_found(reachable, make_user, change):
    details = {**demo_accounts.ACCOUNTS["admin"], "username": "admin", **change}
    person = make_user(details.pop("username"), **details)
    person.set_password(demo_accounts.PASSWORD)
    person.save(update_fields=["password"])

    assert demo_accounts.open_demo_accounts() == [person.username]


def test_closing_leaves_a_trace_and_everybody_elses_password(reachable, make_user):
    own = make_user("mei", is_brand_admin=True)
    demo = make_user("admin", is_superuser=True)
    demo.set_password(demo_accounts.PASSWORD)
    demo.save(update_fields=["password"])

    assert demo_accounts.close() == ["admin"]

    own.refresh_from_db()
    assert own.check_password("mei")
    assert AuditEntry.objects.about(demo).get().why == "demo password"


@pytest.mark.parametrize(
    ("meta", "host", "opens"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, "127.0.0.1", True),
        ({"REMOTE_ADDR": "::1"}, "127.0.0.1", True),
        ({"REMOTE_ADDR": "192.168.1.7"}, "127.0.0.1", False),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, "127.0.0.1", False),
        ({"REMOTE_ADDR": "127.0.0.1"}, "0.0.0.0", False),
    ],
)
def test_demo_password_opens_on_the_machine_itself_only(settings, meta, host, opens):
    """However the web process was started, and whoever took the demo in by hand."""
    demo_accounts.make_demo_accounts()
    settings.STUDIO_HOST = host

    answer = Client(**meta).post(
        "/sign-in/", {"username": "admin", "password": demo_accounts.PASSWORD}
    )

    assert (answer.status_code == 302) is opens


def test_nobody_chooses_the_demos_password():
    with pytest.raises(ValidationError, match="demo|演示"):
        validate_password(demo_accounts.PASSWORD)


# The first admin
def test_link_of_the_first_admin_works_once(client, reachable):
    assert first_admin.is_missing()
    link = first_admin.link()
    path = re.sub(r"^https?://[^/]+", "", link)
    page = client.get(path, follow=True)
    form = page.redirect_chain[-1][0]
    chosen = {"new_password1": "q8-Kapok!tree", "new_password2": "q8-Kapok!tree"}

    answer = client.post(form, chosen)

    person = User.objects.get()
    assert answer.headers["Location"] == "/"
    assert client.get("/", follow=True).context["user"] == person
    assert (person.is_superuser, person.is_brand_admin, person.username) == (True, True, "admin")
    assert not first_admin.is_missing()
    for again in (path, form):
        assert Client().post(again, chosen, follow=True).context["validlink"] is False
    assert AuditEntry.objects.about(person).first().target == "password chosen"
    with pytest.raises(CommandError, match="admin already"):
        call_command("admin_link")


def test_first_admin_is_not_somebody_who_is_there(reachable, make_user):
    colleague = make_user("admin", is_marketer=True)

    first_admin.link(), first_admin.link()

    colleague.refresh_from_db()
    assert not colleague.is_superuser
    assert User.objects.get(is_superuser=True).username == "admin-2"


def test_forged_link_opens_nothing(client, reachable):
    link = re.sub(r"^https?://[^/]+", "", first_admin.link())

    answer = client.get(link[:-4] + "zzz/", follow=True)

    assert answer.context["validlink"] is False


def test_link_is_dead_once_another_admin_is_there(client, reachable, django_user_model):
    link = re.sub(r"^https?://[^/]+", "", first_admin.link())
    django_user_model.objects.create_superuser("root", password="q8-Kapok!")

    assert client.get(link, follow=True).context["validlink"] is False


# The commands, as an operator meets them
@pytest.fixture
def manage(tmp_path, settings):
    """manage("studio", STUDIO_HOST="::"): (exit code, all it said), in a data folder of its own."""

    def manage(*arguments, **environment):
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "brandstudio.settings",
                "STUDIO_DATA_DIR": str(tmp_path / "var"),
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return manage


@pytest.mark.parametrize("command", ["admin_link", "close_demo_accounts"])
def test_command_on_an_empty_database_is_one_clear_line(manage, command):
    code, said = manage("manage.py", command)

    assert code == 1
    assert "manage.py migrate" in said
    assert "Traceback" not in said


def test_studio_of_a_demo_moved_to_the_network_does_not_start(manage):
    make = "from brandstudio.core.access import demo_accounts as d; d.make_demo_accounts()"
    assert manage("manage.py", "migrate", "-v0")[0] == 0
    assert manage("manage.py", "shell", "-v0", "-c", make)[0] == 0

    code, said = manage("manage.py", "studio", STUDIO_HOST="0.0.0.0", STUDIO_PORT="8977")
    web = [*("-m", "gunicorn", "brandstudio.wsgi:application", "--bind", "127.0.0.1:8978")]
    by_hand, log = manage(*web, "--no-control-socket", DJANGO_ALLOWED_HOSTS="studio.example.com")

    assert code == 1
    assert "close_demo_accounts" in said
    assert by_hand == 3
    assert "close_demo_accounts" in log
    assert "Traceback" not in said
