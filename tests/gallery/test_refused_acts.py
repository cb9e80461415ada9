"""What is refused is told under a status that says so, and changes nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.forms import RatingForm
from gallery.models import Recall, StyleVersion
from gallery.services import recalls
from gallery.services.downstream import figures_of, find_source, fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def told(answer, status, words):
    """Whether an answer is a page of that status with those words and what to do next."""
    assert (answer.status_code, "Nothing was done" in answer.text) == (status, True)
    assert words in answer.text
    assert "Go back" in answer.text


def source_of(version):
    return find_source("version", str(version.pk))


def seen_of(version):
    return fingerprint(source_of(version), figures_of(source_of(version)))


@pytest.mark.parametrize(
    ("reason", "seen", "status", "words"),
    [
        ("", "", 422, "Write why it is recalled"),
        ("stolen", "of before", 409, "changed"),
    ],
)
def test_refused_recall(make_version, at, brand_admin, reason, seen, status, words):
    version = make_version()
    seen = seen or seen_of(version)

    answer = at(brand_admin).post(
        "recall-new", "version", str(version.pk), reason=reason, seen=seen
    )

    told(answer, status, words)
    assert (reason in answer.text) or not reason  # what was typed is not lost
    assert not Recall.objects.exists()


def test_recall_undone_too_late(make_version, at, brand_admin):
    version = make_version()
    row = recalls.recall(source_of(version), brand_admin, "stolen", seen_of(version))
    Recall.objects.update(at=timezone.now() - timedelta(hours=2))

    told(at(brand_admin).post("recall-undo", row.pk), 409, "hour")
    assert StyleVersion.objects.exclude(recalled_at=None).exists()


@pytest.mark.parametrize(
    ("state", "reason", "status"), [("approved", ".", 422), ("private", "wrong car", 409)]
)
def test_refused_withdrawal(in_state, at, brand_admin, marketer, state, reason, status):
    asset = in_state(state)
    asset.scene.is_shared = True
    asset.scene.save(update_fields=["is_shared"])

    answer = at(brand_admin).post("asset-withdraw", asset.pk, reason=reason)

    assert answer.status_code == status
    asset.refresh_from_db()
    assert asset.review == state


def test_only_admins_withdraw(in_state, at, marketer):
    asset = in_state("approved")

    told(at(marketer).post("asset-withdraw", asset.pk, reason="no"), 403, "Only an admin")
    asset.refresh_from_db()
    assert asset.review == "approved"


def test_approved_picture_stays_out_of_the_bin(in_state, at, marketer):
    asset = in_state("approved")

    told(at(marketer).post("asset-discard", asset.pk), 409, "approved picture")
    asset.refresh_from_db()
    assert asset.deleted_at is None


def test_held_style_and_picture_leave_by_no_door(make_version, make_ready, at, designer, marketer):
    version = make_version()
    [asset] = make_ready(packs=((version, 0.7),))
    StyleVersion.objects.filter(pk=version.pk).update(recalled_at=timezone.now())

    for door in ("version-weights", "version-export", "version-bundle"):
        told(at(designer).get(door, "ink", 1), 403, "recalled")
    for act in ("asset-ask", "asset-share"):
        told(at(marketer).post(act, asset.pk, share="on"), 403, "recalled")


def test_refused_retiring_and_return(make_version, at, brand_admin):
    version = make_version()

    told(at(brand_admin).post("version-retire", "ink", 1, reason=""), 422, "Write why")
    told(
        at(brand_admin).post("version-retire", "ink", 1, act="bring-back", reason="again"),
        409,
        "It is approved already",
    )
    version.refresh_from_db()
    assert version.state == "approved"


def test_decision_about_rights_without_a_reason(dataset, at, brand_admin):
    image = dataset.images.first()
    dataset.images.update(rights_expire_at=timezone.now() - timedelta(seconds=1))

    def decide(**data):
        return at(brand_admin).post("rights-decide", "image", image.image_sha256, image.pk, **data)

    told(decide(act="keep", reason=""), 422, "Write why")
    told(decide(act="extend", reason="renewed", until_0="2020-01-01"), 422, "renewed")
    assert decide(act="keep", reason="printed already").status_code == 302
    told(decide(act="keep", reason="printed already"), 409, "Nothing is to be decided")


def test_submission_without_evidence_and_stale_review(
    make_version, at, client, designer, brand_admin
):
    make_version("draft", state="draft", sheet="waiting", pictures=())
    asked = make_version("asked", state="in_review")

    assert at(designer).post("version-submit", "draft", 1).status_code == 422
    stale = {"decision": "approve", "seen": "of before"}
    client.force_login(brand_admin)
    answer = client.post(f"{reverse('gallery:review')}?item=version-{asked.pk}", stale)

    told(answer, 409, "decided since you opened the page")
    assert not StyleVersion.objects.filter(state="approved").exists()


def test_htmx_gets_the_sentence_beside_what_it_would_have_replaced(in_state, client, marketer):
    asset = in_state("asked")
    client.force_login(marketer)

    address = reverse("gallery:asset-ask", args=[asset.pk])
    answer = client.post(address, {"next": "create"}, headers={"HX-Request": "true"})

    assert answer.status_code == 409
    assert answer["HX-Reswap"] == "beforebegin"
    assert "Nothing was done" in answer.text
    assert "<html" not in answer.text


def test_refused_form_speaks_by_its_labels(at, make_version, brand_admin, in_english):
    version = make_version()

    answer = at(brand_admin).post("version-rate", "ink", version.number, stars="", words="bright")

    assert answer.status_code == 422
    assert "Stars: This field is required." in answer.text
    sent = answer.text.split("What you sent")[1]
    assert "bright" in sent
    label = RatingForm()["words"].label
    assert f"<b>{label[0].upper()}{label[1:]}</b>" in sent


def test_refusal_of_what_no_form_names_shows_no_names_of_fields(at, make_version, brand_admin):
    make_version()

    answer = at(brand_admin).post("version-retire", "ink", 1, reason=" ", widened_why="contract 12")

    assert answer.status_code == 422
    assert "contract 12" in answer.text
    assert "widened_why" not in answer.text


def test_day_that_is_past_is_refused_by_its_label(at, dataset, brand_admin, in_english):
    image = dataset.images.first()
    image.withdraw(brand_admin, "gone")
    sent = {"act": "extend", "reason": "contract 12", "until_0": "2020-01-01"}

    answer = at(brand_admin).post("rights-decide", "image", image.image_sha256, image.pk, **sent)

    assert answer.status_code == 422
    assert "The rights last until: Choose a day to come." in answer.text
