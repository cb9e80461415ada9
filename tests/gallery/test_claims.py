"""What is claimed of a file's rights changes in nobody's silence, and signed claims not at all."""

import pytest

from brandstudio.core.models import AuditEntry
from gallery.services import claims

pytestmark = pytest.mark.django_db
REFUSED = {"origin_maker": "Lin Studio", "licence": "CC BY-NC 4.0", "commercial_use": "no"}
LOOSE = {"origin_maker": "Me", "licence": "CC0", "commercial_use": "yes"}


def test_claims_that_flip_after_a_style_was_sent_back_are_shown_to_the_reviewer(
    at, designer, brand_admin, make_version, in_english
):
    version = make_version(state="in_review", origin="ink.safetensors", **REFUSED)
    version.send_back(brand_admin, "Commercial use is not allowed.")

    at(designer).post("version-origin", "ink", 1, **REFUSED | {"commercial_use": "yes"})
    version.refresh_from_db()
    version.submit(designer)
    page = at(brand_admin).get("review", item=f"version-{version.pk}").text

    assert "These claims were changed" in page
    assert page.count("commercial use: not allowed → allowed") == 2  # beside them, in the history
    entry = AuditEntry.objects.about(version).get(target=claims.NOTED)
    assert entry.actor == designer
    assert entry.facts["claims"] == {"commercial_use": ["no", "yes"]}


def test_saving_the_same_claims_changes_nothing(at, designer, make_version):
    version = make_version(state="draft", origin="ink.safetensors", **REFUSED)

    at(designer).post("version-origin", "ink", 1, **REFUSED)

    assert not AuditEntry.objects.about(version).filter(target=claims.NOTED).exists()


@pytest.mark.parametrize("rights", [{"rights": REFUSED}, {}])
def test_claims_that_came_signed_stay_as_signed(at, designer, make_version, rights, in_english):
    version = make_version(
        state="draft", origin="ink.bundle.zip", claim={"studio": "One", **rights}, **REFUSED
    )

    answer = at(designer).post("version-origin", "ink", 1, **LOOSE)

    version.refresh_from_db()
    assert {name: getattr(version, name) for name in REFUSED} == REFUSED
    assert answer.status_code == 422
    assert "signed by “One”" in answer.text


def test_what_the_sender_left_open_is_noted_here(designer, make_version):
    signed = {**REFUSED, "commercial_use": ""}
    version = make_version(
        state="draft", origin="ink.bundle.zip", claim={"studio": "One", "rights": signed}, **signed
    )

    claims.note_claims(version, designer, {**signed, "commercial_use": "yes"})

    version.refresh_from_db()
    assert version.commercial_use == "yes"
