"""An act that no button sends (a page of yesterday, a slip in a script) is named, never ignored."""

import pytest

from training.models import DatasetTask, TrainingImage, TrainingRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(at_desk):
    at_desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    def post(url, **data):
        return at_desk.post(url, data)

    return post


def assert_named(answer, act="xyz"):
    assert answer.status_code == 400
    assert f"“{act}” is nothing that can be done here" in answer.content.decode()


def states():
    return list(TrainingImage.objects.order_by("pk").values_list("pk", "caption_state", "caption"))


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("datasets/{dataset}/bulk/", {"act": "xyz"}),
        ("datasets/{dataset}/bulk/", {}),
        ("datasets/{dataset}/replace/", {"act": "xyz", "kind": "add", "text": "rain"}),
        ("datasets/{dataset}/tasks/", {"kind": "xyz"}),
        ("datasets/{dataset}/train/", {"act": "xyz"}),
        ("datasets/{dataset}/train/", {"preset_act": "xyz"}),
        ("datasets/{dataset}/rights/", {"scope": "xyz", "rights_holder": "GAC"}),
        ("images/{image}/caption/", {"act": "xyz"}),
        ("images/{image}/caption/", {"act": "mend:xyz"}),
        ("images/{image}/withdraw/", {"act": "xyz", "why": "asked"}),
        ("theme/", {"theme": "xyz"}),
    ],
)
def test_unknown_act_is_refused_by_name(post, make_dataset, base, page, data):
    dataset = make_dataset(2, checked=1)
    image = dataset.images.first()
    before = states()
    sent = {"image": image.pk, **data}

    answer = post("/" + page.format(dataset=dataset.pk, image=image.pk), **sent)

    told = next((value for value in data.values() if "xyz" in str(value)), "")
    assert_named(answer, told)
    assert states() == before
    assert not DatasetTask.objects.exists()
    assert not TrainingRun.objects.exists()


def test_unknown_act_on_a_run_is_refused_by_name(post, make_run):
    run = make_run()

    for page in (f"/runs/{run.pk}/act/", f"/runs/{run.pk}/again/"):
        assert_named(post(page, act="xyz"))
    assert TrainingRun.objects.get().state == run.state


def test_unknown_act_offers_no_second_sending(post, make_dataset):
    page = post(f"/datasets/{make_dataset(1).pk}/bulk/", act="xyz").content.decode()

    assert "Send it again" not in page
    assert "Go back" in page


def test_unknown_decision_of_a_review_is_refused_by_name(client, brand_admin):
    client.force_login(brand_admin)

    answer = client.post("/review/", {"decision": "xyz"}, HTTP_ACCEPT_LANGUAGE="en")

    assert_named(answer)
