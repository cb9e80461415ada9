"""A LoRA file from elsewhere passes the gates of every style: rights, sheet, review."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brandstudio.core.problems import Refused
from gallery import services
from gallery.forms import ImportForm
from gallery.models import ReviewState, StyleVersion
from gallery.services import rights
from gallery.services.checklist import all_confirmed

NAMES = {"name_zh": "玩具", "name_en": "Toy", "slug": "toy"}
KNOWN = {"origin_maker": "Lin Studio", "licence": "CC BY 4.0", "commercial_use": "yes"}


def filled_in(**fields):
    """What the import's form sends, as it stands when it is opened, with these fields filled in."""
    shown = {name: field.initial for name, field in ImportForm.base_fields.items()}
    return {name: value for name, value in shown.items() if value is not None} | NAMES | fields


@pytest.fixture
def imported(at, designer, base, toy_weights):
    """imported(**fields): the draft that a designer's import makes."""

    def imported(**fields):
        file = SimpleUploadedFile("toy.safetensors", toy_weights.read_bytes())
        answer = at(designer).post("version-import", **filled_in(file=file, base=base.pk, **fields))
        assert answer.status_code == 302
        return StyleVersion.objects.get()

    return imported


def test_import_is_a_draft_whose_sheet_is_ordered_and_that_nobody_can_use(imported, marketer, at):
    version = imported(**KNOWN)

    assert (version.state, version.sheet.state) == (ReviewState.DRAFT, "waiting")
    assert (version.origin_maker, version.licence) == ("Lin Studio", "CC BY 4.0")
    assert at(marketer).get("version-detail", "toy", 1).status_code == 404


@pytest.mark.parametrize("missing", ["origin_maker", "licence", "commercial_use"])
def test_approval_is_refused_while_a_right_of_the_file_is_unknown(
    make_version, brand_admin, settings, missing
):
    version = make_version(state="in_review", origin="ink.safetensors", **KNOWN | {missing: ""})

    with pytest.raises(Refused) as caught:
        services.approve(version, brand_admin, answers=all_confirmed())

    assert caught.value.code == "origin-unknown"
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    services.approve(version, brand_admin, answers=all_confirmed())
    assert version.state == ReviewState.APPROVED


def test_file_that_may_not_be_used_commercially_is_never_approved(
    make_version, brand_admin, settings
):
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    version = make_version(
        state="in_review", origin="ink.safetensors", **KNOWN | {"commercial_use": "no"}
    )

    with pytest.raises(Refused) as caught:
        services.approve(version, brand_admin, answers=all_confirmed())

    assert caught.value.code == "origin-not-commercial"


def test_rights_are_noted_on_a_draft_and_shown_to_the_reviewer(
    at, designer, brand_admin, make_version
):
    version = make_version(state="draft", origin="ink.safetensors")
    assert rights.obstacle_of(version).code == "origin-unknown"

    at(designer).post("version-origin", "ink", 1, **KNOWN)
    version.refresh_from_db()
    version.submit(designer)
    page = at(brand_admin).get("review", item=f"version-{version.pk}").content.decode()

    assert rights.obstacle_of(version) is None
    assert "Lin Studio" in page
    assert "CC BY 4.0" in page
    services.approve(version, brand_admin, answers=all_confirmed())


def test_rights_of_what_is_reviewed_or_trained_here_are_not_noted(at, designer, make_version):
    make_version(state="in_review", origin="ink.safetensors")
    make_version("own", state="draft")

    at(designer).post("version-origin", "ink", 1, **KNOWN)
    answer = at(designer).post("version-origin", "own", 1, **KNOWN)

    assert answer.status_code == 404
    assert set(StyleVersion.objects.values_list("licence", flat=True)) == {""}
