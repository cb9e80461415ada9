import pytest
from django.db import IntegrityError, transaction

from brandstudio.core.models import AuditEntry, Notice, WrongState
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import EvidenceSheet, ReviewState, StyleVersion
from gallery.services.checklist import all_confirmed


def code_of(act, *args):
    with pytest.raises(Refused) as caught:
        act(*args)
    return caught.value.code


def test_nobody_approves_their_own(make_version, brand_admin):
    version = make_version(state="draft")
    services.submit(version, brand_admin)

    assert code_of(services.approve, version, brand_admin, "", None, all_confirmed()) == "own-work"


def test_database_insists_on_four_eyes(make_version, designer):
    version = make_version(state="in_review")

    with pytest.raises(IntegrityError), transaction.atomic():
        StyleVersion.objects.filter(pk=version.pk).update(
            state=ReviewState.APPROVED, reviewed_by=designer
        )


def test_approval_needs_the_strength_sheet(make_version, brand_admin):
    version = make_version(state="in_review", sheet="waiting")
    assert code_of(services.approve, version, brand_admin) == "evidence-missing"

    EvidenceSheet.objects.update(state="failed")
    assert code_of(services.approve, version, brand_admin) == "evidence-failed"


def test_approval_retires_the_former_version(make_version):
    first, second = make_version(), make_version()

    first.refresh_from_db()
    assert first.state == ReviewState.RETIRED
    assert second.pack.approved_version == second


def test_sending_back_needs_a_reason_and_tells_the_maker(make_version, brand_admin, designer):
    version = make_version(state="in_review")
    assert code_of(services.send_back, version, brand_admin, "…") == "send-back-reason"

    services.send_back(version, brand_admin, "The wheels bend.")

    assert version.state == ReviewState.DRAFT
    assert version.remarks == "The wheels bend."
    notice = Notice.objects.get(person=designer)
    assert notice.code == "styleversion-sent-back"
    assert notice.facts["reason"] == "The wheels bend."


def test_decision_comes_once(make_version, brand_admin):
    version = make_version()

    assert (
        code_of(services.approve, version, brand_admin, "", None, all_confirmed())
        == "approved-already"
    )
    assert code_of(services.send_back, version, brand_admin, "no") == "approved-already"


def test_approved_version_never_changes(make_version):
    version = make_version()
    version.strength_max = 1.0

    with pytest.raises(WrongState):
        version.save()


@pytest.mark.parametrize(
    "band",
    [
        {"strength_min": 0.6},
        {"best_max": 0.95},
        {"strength": 0.4},
        {"strength_max": 1.6},
        {"strength_min": -0.1},
    ],
)
def test_database_keeps_the_band_in_order(make_version, band):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_version(state="draft", **band)


def test_every_step_leaves_an_audit_row(make_version):
    version = make_version()

    steps = AuditEntry.objects.about(version).values_list("source", "target")
    assert list(steps) == [("in_review", "approved"), ("draft", "in_review")]


def test_new_version_of_a_template_replaces_the_old(make_template):
    first, second = make_template(), make_template()

    first.refresh_from_db()
    assert (first.state, second.state) == (ReviewState.RETIRED, ReviewState.APPROVED)
