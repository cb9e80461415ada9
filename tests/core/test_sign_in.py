"""The door: how often one may guess, who is kept out, and what is written down."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from brandstudio.core.access import sign_in
from brandstudio.core.models import SignInAttempt

pytestmark = pytest.mark.django_db

DOOR = "/sign-in/"


@pytest.fixture
def knock():
    """knock("lin", "password", "10.0.0.1"): what the door answers somebody at that address."""

    def knock(username, password, address="10.0.0.1", **headers):
        sent = {"username": username, "password": password}
        return Client(REMOTE_ADDR=address).post(DOOR, sent, **headers)

    return knock


@pytest.fixture
def lin(make_user):
    return make_user("lin", is_marketer=True)


def wait_over(seconds):
    """Let so many seconds pass for all attempts so far."""
    for attempt in SignInAttempt.objects.all():
        SignInAttempt.objects.filter(pk=attempt.pk).update(
            at=attempt.at - timedelta(seconds=seconds)
        )


def is_in(answer):
    return answer.status_code == 302


def test_sixth_wrong_password_waits_and_is_told_until_when(knock, lin):
    answers = [knock("lin", f"wrong {n}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 30
    until = timezone.localtime(answers[-1].context["form"].until)
    assert f"{until:%H:%M:%S}" in answers[-1].text


def test_right_password_waits_as_well_and_opens_afterwards(knock, lin):
    for n in range(5):
        knock("lin", f"wrong {n}")

    early = knock("lin", "lin")
    wait_over(31)
    late = knock("lin", "lin")

    assert (early.status_code, is_in(late)) == (429, True)


def test_each_further_wrong_password_waits_longer_up_to_a_quarter_of_an_hour(knock, lin):
    waits = []
    for n in range(13):
        answer = knock("lin", f"wrong {n}")
        if answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            wait_over(waits[-1] + 1)
            knock("lin", f"wrong again {n}")

    assert waits[:4] == [30, 60, 120, 240]
    assert max(waits) <= 15 * 60


def test_waiting_is_not_prolonged_by_knocking(knock, lin):
    for n in range(5):
        knock("lin", f"wrong {n}")
    until = {knock("lin", "lin").context["form"].until for _ in range(20)}

    assert len(until) == 1
    assert SignInAttempt.objects.count() == 5


def test_colleagues_behind_the_same_proxy_come_in(knock, lin, make_user):
    make_user("mei", is_marketer=True)
    for n in range(40):
        knock("lin", f"wrong {n}")

    assert is_in(knock("mei", "mei"))
    assert is_in(knock("lin", "lin", "10.0.0.2"))


def test_right_password_begins_the_count_anew(knock, lin):
    for _ in range(3):
        for n in range(4):
            knock("lin", f"wrong {n}")
        assert is_in(knock("lin", "lin"))


def test_guesses_from_many_addresses_are_slowed_but_keep_nobody_out(knock, lin):
    assert is_in(knock("lin", "lin", "10.9.9.9"))
    for n in range(30):
        knock("lin", f"wrong {n}", f"10.0.{n}.1")

    assert knock("lin", "wrong", "10.1.0.1").status_code == 429
    assert is_in(knock("lin", "lin", "10.9.9.9"))
    wait_over(61)
    assert knock("lin", "wrong", "10.1.0.1").status_code == 200
    assert knock("lin", "wrong", "10.1.0.2").status_code == 429


@pytest.mark.parametrize("spelling", ["LIN", "lin ", "ｌｉｎ"])
def test_other_spelling_of_a_name_gives_no_more_guesses(knock, lin, spelling):
    for n in range(5):
        knock("lin", f"wrong {n}")

    assert knock(spelling, "lin").status_code == 429


def test_unknown_name_waits_like_a_known_one(knock):
    answers = [knock("nobody", f"wrong {n}") for n in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_address_in_a_header_is_believed_only_of_known_proxies(knock, lin, settings):
    for n in range(6):
        last = knock("lin", f"wrong {n}", HTTP_X_FORWARDED_FOR=f"10.7.0.{n}")
    assert last.status_code == 429

    SignInAttempt.objects.all().delete()
    settings.PROXIES = 1
    for n in range(6):
        forged = f"10.8.0.{n}, 10.7.0.1"  # the left one is what the client itself sent
        last = knock("lin", f"wrong {n}", HTTP_X_FORWARDED_FOR=forged)
    assert last.status_code == 429
    assert is_in(knock("lin", "lin", HTTP_X_FORWARDED_FOR="10.7.0.2"))


def test_network_of_one_customer_is_one_address(rf):
    def seen(address):
        return sign_in.address_of(rf.get("/", REMOTE_ADDR=address))

    assert seen("2001:db8:1:2:3:4:5:6") == seen("2001:db8:1:2::9") != seen("2001:db8:1:3::9")
    assert seen("::ffff:10.0.0.1") == "10.0.0.1"
    assert seen("") == seen("no address") == ""


def test_record_knows_who_and_where_and_never_the_password(knock, lin, caplog):
    with caplog.at_level(logging.WARNING, logger="brandstudio.core.access.sign_in"):
        knock("lin", "my-s3cret", "10.0.0.7")
        knock("my-s3cret", "lin", "10.0.0.7")  # in the wrong field
        knock("lin", "lin", "10.0.0.7")

    told = [(a.person, a.address, a.succeeded) for a in SignInAttempt.objects.order_by("pk")]
    assert told == [
        (lin, "10.0.0.7", False), (None, "10.0.0.7", False), (lin, "10.0.0.7", True)
    ]  # fmt: skip
    assert "'lin' from 10.0.0.7" in caplog.text
    assert "an unknown name from 10.0.0.7" in caplog.text
    assert "my-s3cret" not in caplog.text
    kept = str(list(SignInAttempt.objects.values()))
    assert "my-s3cret" not in kept


def test_record_is_forgotten_after_some_weeks(knock, lin):
    knock("lin", "wrong")
    wait_over(sign_in.KEPT_DAYS * 24 * 3600 + 60)
    knock("lin", "lin")

    sign_in.forget_old()

    assert SignInAttempt.objects.get().succeeded


def test_admin_pages_have_the_same_door(client, lin):
    guest = client.get("/admin/login/?next=/admin/")
    client.force_login(lin)

    assert guest.headers["Location"] == "/sign-in/?next=/admin/"
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.post("/admin/login/", {"username": "lin", "password": "lin"}).status_code == 405


@pytest.mark.parametrize("name", ["lin", "Lin", "LIN"])
def test_capital_letters_count_in_the_password_alone_as_the_page_says(knock, lin, name):
    refused = knock(name, "LIN", HTTP_ACCEPT_LANGUAGE="en")

    assert "Capital letters count in the password, not in the name." in refused.text
    assert is_in(knock(name, "lin"))


def test_names_that_differ_in_capitals_alone_open_their_own_doors(knock, lin, make_user):
    make_user("Lin")

    assert is_in(knock("lin", "lin"))
    assert is_in(knock("Lin", "Lin"))
    assert not is_in(knock("LIN", "lin"))
