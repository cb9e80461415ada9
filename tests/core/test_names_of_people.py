"""No person is called by signs that nobody sees, or by markup, whoever writes the name."""

import pytest
from django.urls import reverse

from brandstudio.core.models import User
from tests.core.test_admin_history import account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

ODD = pytest.mark.parametrize(
    ("typed", "told"), [("\u200b", "U+200B"), ("林\u202e", "U+202E"), ("林\u3164", "U+3164")]
)
COLUMNS = pytest.mark.parametrize("column", ["first_name", "last_name"])


@pytest.fixture
def root(client, make_user):
    person = make_user("root", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@ODD
@COLUMNS
def test_admin_pages_refuse_a_name_that_looks_like_another(
    client, root, make_user, column, typed, told
):
    lin = make_user("lin", last_name="林")
    address = reverse("admin:core_user_change", args=[lin.pk])

    answer = client.post(address, account(lin, **{column: typed}))

    assert told in answer.content.decode()
    lin.refresh_from_db()
    assert (lin.last_name, lin.first_name) == ("林", "")


@ODD
@COLUMNS
def test_ones_own_account_refuses_it_too(client, make_user, column, typed, told):
    lin = make_user("lin", last_name="林")
    client.force_login(lin)

    answer = client.post(reverse("core:account"), {"last_name": "林", column: typed})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    lin.refresh_from_db()
    assert (lin.last_name, lin.first_name) == ("林", "")


def test_markup_stands_in_no_name_of_a_person(client, root, make_user):
    lin = make_user("lin")

    client.post(reverse("admin:core_user_change", args=[lin.pk]), account(lin, first_name="<b>Lin"))

    lin.refresh_from_db()
    assert lin.first_name == ""


def test_account_is_not_told_from_another_by_an_unseen_letter(client, root):
    sent = {"username": "lin\u3164", "password1": "a long one 1928", "usable_password": "true"}

    answer = client.post(reverse("admin:core_user_add"), {**sent, "password2": sent["password1"]})

    assert "U+1160" in answer.content.decode()  # as Django folds it
    assert not User.objects.filter(username__startswith="lin").exists()


def test_names_of_every_script_are_taken(client, root, make_user):
    lin = make_user("lin")

    client.post(
        reverse("admin:core_user_change", args=[lin.pk]),
        account(lin, last_name="O’Brien-小林", first_name="می\u200cخواهم"),
    )

    lin.refresh_from_db()
    assert (lin.last_name, lin.first_name) == ("O’Brien-小林", "می\u200cخواهم")
