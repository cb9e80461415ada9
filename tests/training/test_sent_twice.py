"""A double click on a form that makes something makes one thing, and leads to it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import SentForm
from brandstudio.core.ui import once
from training.models import Dataset, TrainingRun
from training.models.run import RunState

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(client, designer, make_dataset, base, queue_redis, quick_settings):
    """sent(act="start", …): that form of a new run, with its hidden token, posted."""
    client.force_login(designer)
    address = reverse("training:run-new", args=[make_dataset(3, checked=3).pk])
    token = token_of(client.get(address))

    def sent(act="start", **changes):
        confirmed = {"unknown_rights": 3, "few_images": 3}  # of all three pictures
        fields = {"base": base.pk, once.FIELD: token, **confirmed, **quick_settings, **changes}
        return client.post(address, {"act": act, **fields})

    return sent


def token_of(answer):
    page = answer.content.decode()
    return page.split(f'name="{once.FIELD}" value="')[1].split('"')[0]


def test_double_click_on_start_training_starts_one_run_and_leads_to_it(sent):
    first, second = sent(), sent()

    [run] = TrainingRun.objects.all()
    assert first.url == second.url == run.get_absolute_url()


def test_settings_changed_after_going_back_start_another_run(sent):
    sent()
    sent(name="another")

    assert TrainingRun.objects.count() == 2


def test_double_click_on_try_it_for_a_minute_makes_one_taste(sent):
    sent("taste")
    sent("taste")

    [taste] = TrainingRun.objects.tastes()
    assert taste.state == RunState.QUEUED


def test_double_click_on_a_new_dataset_makes_one(client, designer):
    client.force_login(designer)
    address = reverse("training:dataset-new")
    fields = {"name": "Ink", once.FIELD: token_of(client.get(address))}

    answers = [client.post(address, fields) for _click in range(2)]

    [dataset] = Dataset.objects.all()
    assert {answer.url for answer in answers} == {
        reverse("training:dataset-upload", args=[dataset.pk])
    }


def test_refused_form_is_judged_again_and_another_persons_is_their_own(client, designer, make_user):
    address = reverse("training:dataset-new")
    client.force_login(designer)
    token = token_of(client.get(address))

    refused = [client.post(address, {"name": "", once.FIELD: token}) for _click in range(2)]
    client.post(address, {"name": "Ink", once.FIELD: token})
    client.force_login(make_user("other", is_designer=True))
    client.post(address, {"name": "Ink", once.FIELD: token})

    assert [answer.status_code for answer in refused] == [422, 422]
    assert Dataset.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_dataset(designer):
    def press(_number):
        client = Client()
        client.force_login(designer)
        answer = client.post(reverse("training:dataset-new"), {"name": "Ink", once.FIELD: "same"})
        connection.close()
        return answer.url

    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(press, range(4)))

    assert len(addresses) == 1
    assert Dataset.objects.count() == 1


def test_form_whose_process_died_is_taken_on(client, designer, monkeypatch):
    client.force_login(designer)
    fields = {"name": "Ink", once.FIELD: "same"}
    monkeypatch.setattr(once, "PATIENCE", timedelta(seconds=1))
    monkeypatch.setattr(once, "_key", lambda request: "key")
    SentForm.objects.create(key="key")  # and no answer ever came

    answer = client.post(reverse("training:dataset-new"), fields)

    [dataset] = Dataset.objects.all()
    assert answer.url == SentForm.objects.get().address
    assert str(dataset.pk) in answer.url


def test_forms_are_forgotten_after_a_day():
    for key, age in (("new", timedelta(hours=23)), ("old", timedelta(hours=25))):
        SentForm.objects.create(key=key)
        SentForm.objects.filter(key=key).update(at=timezone.now() - age)

    once.forget_old()

    assert [row.key for row in SentForm.objects.all()] == ["new"]
