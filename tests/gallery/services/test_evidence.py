"""The band comes from evidence: nothing is reviewed without it, and nobody widens it unasked."""

import pytest
from django.db import IntegrityError, transaction

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import jobs, services
from gallery.models import EvidenceSheet, ReviewState, StyleVersion
from gallery.services import evidence
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import BAND

NONE = dict.fromkeys(BAND)
COMPUTED = {"band": BAND, "verdict": "", "facts": {}, "reasons": [], "scene_lost_from": 0.95}


def code_of(act, *args):
    with pytest.raises(Refused) as caught:
        act(*args)
    return caught.value.code


def test_version_without_its_sheet_is_not_submitted(make_version, designer):
    version = make_version(state="draft", sheet="waiting", **NONE)

    assert code_of(services.submit, version, designer) == "evidence-missing"
    version.refresh_from_db()
    assert version.state == ReviewState.DRAFT


def test_sheet_of_before_bands_is_painted_again_first(make_version, designer):
    version = make_version(state="draft", **NONE)
    assert code_of(services.submit, version, designer) == "evidence-old"

    evidence.render_again(version.sheet, designer)

    version.sheet.refresh_from_db()
    assert version.sheet.state == "waiting"
    assert version.sheet.plan["seeds"] == 2
    assert version.sheet.total == 3 * 7 * 2


def test_draft_whose_scene_was_read_formerly_is_read_again_first(make_version, designer):
    figures = {"rows": [], "judge": "prompt", "copy_limit": None}
    version = make_version(state="draft", evidence={"figures": figures, "finding": COMPUTED})

    assert code_of(services.submit, version, designer) == "evidence-reread"
    evidence.render_again(version.sheet, designer)
    version.sheet.refresh_from_db()
    assert version.sheet.state == "waiting"


def test_version_in_review_keeps_its_former_reading(make_version, brand_admin):
    figures = {"rows": [], "judge": "prompt", "copy_limit": None}
    version = make_version(state="in_review", evidence={"figures": figures, "finding": COMPUTED})

    evidence.check(version)

    assert evidence.is_read_formerly(version)


def test_verdict_keeps_a_version_from_review(make_version, designer):
    facts = {"strength": "0.3", "scene": "0.20", "needed": "0.65"}
    found = {"verdict": "scene-lost", "facts": facts, "band": None}
    version = make_version(state="draft", evidence={"finding": found}, **NONE)

    with pytest.raises(Refused) as caught:
        services.submit(version, designer)

    assert caught.value.code == "scene-lost"
    assert caught.value.facts == facts


@pytest.mark.parametrize("state", [ReviewState.IN_REVIEW, ReviewState.APPROVED])
def test_database_insists_on_a_band(make_version, state):
    version = make_version(state=state)

    with pytest.raises(IntegrityError, match="version_band_when_reviewed"), transaction.atomic():
        StyleVersion.objects.filter(pk=version.pk).update(**NONE)


def test_database_wants_all_of_a_band_or_none(make_version):
    version = make_version(state="draft")

    with pytest.raises(IntegrityError, match="version_band_in_order"), transaction.atomic():
        StyleVersion.objects.filter(pk=version.pk).update(best_min=None)


def test_reviewer_narrows_freely(make_version, brand_admin):
    version = make_version(state="in_review", evidence={"finding": COMPUTED})

    services.approve(
        version, brand_admin, band=BAND | {"strength_max": 0.8}, answers=all_confirmed()
    )

    version.refresh_from_db()
    assert (version.state, version.strength_max) == (ReviewState.APPROVED, 0.8)
    entry = AuditEntry.objects.get(target="0.3–0.8")
    assert entry.facts["widened"] is False


def test_reviewer_widens_with_a_reason_that_stays(make_version, brand_admin):
    version = make_version(state="in_review", evidence={"finding": COMPUTED})
    wider = BAND | {"strength_min": 0.2}
    assert code_of(services.approve, version, brand_admin, "?", wider) == "band-widened"

    services.approve(version, brand_admin, "Quiet scenes look well at 0.2.", wider, all_confirmed())

    version.refresh_from_db()
    assert version.strength_min == 0.2
    entry = AuditEntry.objects.get(target="0.2–0.9")
    assert (entry.actor, entry.why) == (brand_admin, "Quiet scenes look well at 0.2.")
    assert entry.facts["widened"] is True


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"strength_max": 0.95}, "band-scene-lost"),
        ({"strength_max": 1.5}, "band-scene-lost"),
        ({"strength_min": 0.6}, "band-out-of-order"),
        ({"strength_max": 1.6}, "band-out-of-order"),
        ({"strength": float("nan")}, "band-out-of-order"),
    ],
)
def test_no_reason_opens_what_is_closed(make_version, brand_admin, change, code):
    version = make_version(state="in_review", evidence={"finding": COMPUTED})

    assert code_of(services.approve, version, brand_admin, "I like it", BAND | change) == code
    version.refresh_from_db()
    assert (version.state, version.strength_max) == (ReviewState.IN_REVIEW, 0.9)


def test_sheet_gives_the_draft_its_band(make_version):
    version = make_version(state="draft", sheet="waiting", pictures=(), **NONE)

    jobs.render_sheet(version.sheet.pk)

    version.refresh_from_db()
    finding = version.finding
    assert version.evidence["seeds"] == 1
    # The toy's pictures are noise: whatever the figures say, band and verdict agree.
    assert version.has_band == (finding["band"] is not None) == (not finding["verdict"])
    assert version.band == (finding["band"] or {})


def test_sheet_does_not_change_what_is_in_review(make_version):
    version = make_version(state="in_review", sheet="waiting", pictures=())

    jobs.render_sheet(version.sheet.pk)

    version.refresh_from_db()
    assert version.band == BAND
    assert version.finding


def test_sheet_in_review_is_not_painted_again(make_version, designer):
    version = make_version(state="in_review")

    assert code_of(evidence.render_again, version.sheet, designer) == "evidence-fixed"
    assert EvidenceSheet.objects.get().is_done
