"""The table of who may have what: who changes it, and what it never takes."""

import pytest

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import DownloadRule, Rendition
from gallery.services import policy

pytestmark = pytest.mark.django_db

PROOF, PUBLICATION = Rendition.PROOF, Rendition.PUBLICATION


def test_admin_changes_the_table_and_the_audit_knows(at, brand_admin, make_user, in_state):
    asset = in_state("private")
    colleague = make_user("colleague", is_marketer=True)
    rule = DownloadRule.objects.get(review="private", audience="marketer", rendition=PROOF)
    wanted = {r.pk for r in policy.allowed_rules()} | {rule.pk}
    seen = policy.table_tag(DownloadRule.objects.all())

    page = at(brand_admin).post("policy", allow=sorted(wanted), seen=seen, why="A small team.")

    assert page.status_code == 302
    assert policy.rule_for(asset, colleague, PROOF).audience == "marketer"
    [entry] = AuditEntry.objects.about(rule)
    assert (entry.actor, entry.source, entry.target, entry.why) == (
        brand_admin,
        "refused",
        "allowed",
        "A small team.",
    )
    assert "A small team." in at(brand_admin).get("policy").content.decode()


def test_policy_that_locks_everybody_out_is_refused(at, brand_admin, base):
    publishing = DownloadRule.objects.filter(rendition=PUBLICATION, is_allowed=True)
    wanted = {r.pk for r in policy.allowed_rules()} - {r.pk for r in publishing}
    seen = policy.table_tag(DownloadRule.objects.all())

    page = at(brand_admin).post("policy", allow=sorted(wanted), seen=seen)

    assert page.status_code == 422
    assert problems.sentence("policy-locks-out") in page.content.decode()
    assert publishing.count() == 3
    assert not AuditEntry.objects.filter(subject_kind="gallery.downloadrule").exists()


def test_role_that_nobody_has_locks_out_as_well(brand_admin, base):
    rules = DownloadRule.objects.filter(rendition=PUBLICATION, is_allowed=True)
    wanted = {rules.get(audience="designer").pk}
    seen = policy.table_tag(DownloadRule.objects.all())

    with pytest.raises(Refused, match="policy-locks-out"):
        policy.change(wanted, brand_admin, seen)


@pytest.mark.parametrize(
    ("review", "rendition"),
    [("declined", PROOF), ("withdrawn", PUBLICATION), ("private", PUBLICATION)],
)
def test_cell_that_is_never_allowed_is_refused_from_a_forged_form(
    brand_admin, base, review, rendition
):
    forged = DownloadRule.objects.get(review=review, audience="admin", rendition=rendition)
    wanted = {r.pk for r in policy.allowed_rules()} | {forged.pk}
    seen = policy.table_tag(DownloadRule.objects.all())

    with pytest.raises(Refused, match="policy-fixed"):
        policy.change(wanted, brand_admin, seen)


def test_second_of_two_admins_is_told_of_the_firsts_change(at, brand_admin, base):
    seen = policy.table_tag(DownloadRule.objects.all())
    wanted = {r.pk for r in policy.allowed_rules()}
    marketers = DownloadRule.objects.get(
        review="approved", audience="marketer", rendition=PUBLICATION
    )
    policy.change(wanted - {marketers.pk}, brand_admin, seen)

    page = at(brand_admin).post("policy", allow=sorted(wanted), seen=seen)

    assert page.status_code == 409
    assert problems.sentence("policy-changed") in page.content.decode()
    assert marketers.pk not in page.context["ticked"]


@pytest.mark.parametrize("hat", ["is_marketer", "is_designer"])
def test_policy_is_the_admins_page(at, make_user, base, hat):
    assert at(make_user("somebody", **{hat: True})).get("policy").status_code == 403
