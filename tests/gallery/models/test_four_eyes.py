"""Nobody approves what they made, last edited or submitted, by whatever way."""

import pytest
from django.db import IntegrityError, transaction

from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Asset, OwnWork, PromptTemplate, ReviewState, Scene, StyleVersion
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import slot_fields
from training.models import Checkpoint, Dataset, Snapshot, TrainingRun
from training.rules.run_settings import full_config

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_admins(make_user):
    """Two who may edit, submit and approve."""
    return [make_user(name, is_brand_admin=True, is_designer=True) for name in ("lin", "mei")]


@pytest.fixture
def make_row(make_template, make_version):
    """make_row("template", made_by=…): a draft of that kind."""

    def make_row(kind, **fields):
        maker = make_template if kind == "template" else make_version
        return maker(state="draft", **fields)

    return make_row


@pytest.mark.parametrize("kind", ["template", "version"])
def test_author_does_not_approve_what_a_colleague_submitted(make_row, two_admins, kind):
    author, colleague = two_admins
    row = make_row(kind, made_by=author)
    services.submit(row, colleague)

    with pytest.raises(Refused) as refusal:
        services.approve(row, author, answers=all_confirmed())
    with pytest.raises(OwnWork):
        row.approve(author)

    assert refusal.value.code == "own-work"
    row.refresh_from_db()
    assert row.state == ReviewState.IN_REVIEW


@pytest.mark.parametrize("kind", ["template", "version"])
def test_last_editor_does_not_approve(at, make_row, two_admins, designer, kind):
    editor, third = two_admins
    row = make_row(kind, made_by=designer)
    if kind == "version":
        row.edit(editor, changes="calmer")
    else:
        page = at(editor).get("template-edit", row.slug, 1).context["form"]
        sent = {name: page[name].value() for name in page.fields if page[name].value()}
        sent |= {"text": "a {vehicle}, {weather}"} | slot_fields(sent.pop("slots"))
        at(editor).post("template-edit", row.slug, 1, **sent)
    row = type(row).objects.get()
    assert row.edited_by == editor
    services.submit(row, designer)

    with pytest.raises(OwnWork):
        row.approve(editor)
    services.approve(row, third, answers=all_confirmed())

    row.refresh_from_db()
    assert row.state == ReviewState.APPROVED


def test_trainer_does_not_approve_what_a_colleague_published(make_version, two_admins, designer):
    trainer, third = two_admins
    version = make_version(state="draft")
    dataset = Dataset.objects.create(name="Ink", owner=designer)
    run = TrainingRun.objects.create(
        name="Ink", owner=trainer, dataset=dataset, base=version.base, state="finished",
        snapshot=Snapshot.objects.create(dataset=dataset, sha256="0" * 64),
        config=full_config({}, version.base).to_yaml(),
    )  # fmt: skip
    version.checkpoint = Checkpoint.objects.create(
        run=run, step=1, sha256=version.weights_sha256, size=1
    )
    version.save(update_fields=["checkpoint"])
    services.submit(version, designer)

    with pytest.raises(OwnWork):
        version.approve(trainer)
    services.approve(version, third, answers=all_confirmed())

    version.refresh_from_db()
    assert version.state == ReviewState.APPROVED


@pytest.mark.parametrize("kind", ["template", "version"])
def test_decision_on_what_was_edited_and_submitted_anew_is_too_late(
    make_row, two_admins, designer, kind
):
    editor, third = two_admins
    row = make_row(kind, made_by=designer)
    services.submit(row, designer)
    as_seen = type(row).objects.get()
    row.send_back(third, "A word is missing.")
    row.edit(editor)
    services.submit(row, designer)

    with pytest.raises(Refused) as refusal:
        services.approve(as_seen, editor, answers=all_confirmed())

    assert refusal.value.code == "decided-already"
    row.refresh_from_db()
    assert row.state == ReviewState.IN_REVIEW


@pytest.mark.parametrize("column", ["made_by", "edited_by", "submitted_by"])
@pytest.mark.parametrize("kind", ["template", "version"])
def test_database_refuses_an_approval_by_an_author(make_row, two_admins, designer, kind, column):
    author, other = two_admins
    row = make_row(kind, made_by=designer)
    people = {"made_by": other, "edited_by": other, "submitted_by": other, column: author}

    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.update(state=ReviewState.APPROVED, reviewed_by=author, **people)


def test_review_page_is_closed_for_every_author_and_tells_the_other_reviewers(
    at, make_template, two_admins, designer
):
    author, third = two_admins
    template = make_template(state="draft", made_by=author)
    services.submit(template, designer)

    assert at(author).get("review").context["closed"]
    assert "closed" not in at(third).get("review").context
    assert not author.notices.filter(code="prompttemplate-submitted").exists()
    assert third.notices.filter(code="prompttemplate-submitted").exists()


def test_rows_approved_before_the_editor_was_noted_stay_as_they_are(make_template, two_admins):
    author, colleague = two_admins
    row = make_template(state="draft", made_by=author)
    PromptTemplate.objects.update(
        state=ReviewState.APPROVED, reviewed_by=author, submitted_by=colleague, edited_by=None
    )

    assert PromptTemplate.objects.approved().get() == row
    assert StyleVersion.objects.count() == 0


def test_page_opened_before_a_new_submission_decides_nothing(
    at, client, make_template, two_admins, designer
):
    third = two_admins[1]
    template = make_template(state="in_review")
    seen = at(third).get("review").context["item"].fingerprint
    template.send_back(third, "A word is missing.")
    template.edit(designer, text="{vehicle}, {weather}, never seen by the reviewer")
    template.submit(designer)

    at(third)
    client.post(
        f"/review/?item=template-{template.pk}", {"decision": "approve", "reason": "", "seen": seen}
    )

    template.refresh_from_db()
    assert template.state == ReviewState.IN_REVIEW


def test_maker_does_not_approve_a_colleagues_enlargement(make_ready, two_admins, make_user):
    maker, third = two_admins
    colleague = make_user("colleague", is_marketer=True)
    [original] = make_ready(by=maker)
    [larger] = make_ready(by=colleague)
    Scene.objects.filter(pk=larger.scene_id).update(
        mode="larger", init_image_asset=original, init_image_sha256=original.image_sha256
    )
    larger = Asset.objects.get(pk=larger.pk)
    larger.ask_review(colleague)

    with pytest.raises(OwnWork):
        larger.approve(maker)
    larger.approve(third)

    assert Asset.objects.get(pk=larger.pk).review == "approved"
