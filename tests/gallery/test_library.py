"""Packs and templates on their pages: submitted, imported, written."""

from django.core.files.uploadedfile import SimpleUploadedFile

from gallery.models import (
    PromptTemplate,
    ReviewState,
    StyleVersion,
)
from tests.gallery.conftest import SLOTS, slot_fields


def test_draft_is_submitted_from_its_page(at, designer, make_version):
    version = make_version(state="draft")

    at(designer).post("version-submit", "ink", 1)

    version.refresh_from_db()
    assert version.state == ReviewState.IN_REVIEW
    assert version.submitted_by == designer


def test_imported_file_becomes_a_draft(at, designer, base, toy_weights):
    answer = at(designer).post(
        "version-import",
        file=SimpleUploadedFile("toy.safetensors", toy_weights.read_bytes()),
        base=base.pk,
        name_zh="玩具",
        name_en="Toy",
        slug="toy",
        trigger_words="toy style",
    )

    version = StyleVersion.objects.get()
    assert answer.status_code == 302
    assert (version.origin, version.state) == ("toy.safetensors", ReviewState.DRAFT)
    assert version.sheet.state == "waiting"
    assert not version.has_band


def test_pickle_is_refused_by_name(at, designer, base):
    file = SimpleUploadedFile("style.safetensors", b"\x80\x04\x95" + b"x" * 40)

    answer = at(designer).post("version-import", file=file, base=base.pk, slug="toy")

    assert answer.status_code == 422
    assert "style.safetensors" in answer.context["form"].errors["file"][0]


def test_template_is_written_with_its_slots(at, designer):
    at(designer).post(
        "template-new",
        name_zh="茶楼",
        name_en="Teahouse",
        slug="teahouse",
        sentence_zh="{car}停在茶楼。",
        sentence_en="A {car} at the teahouse.",
        text="a {car}, teahouse",
        **slot_fields([{**SLOTS[0], "name": "car"}]),
    )

    template = PromptTemplate.objects.get()
    assert template.fill({"car": "M8 mpv"}) == "a M8 mpv, teahouse"


def test_template_with_an_unknown_slot_is_refused(at, designer):
    answer = at(designer).post(
        "template-new",
        name_zh="茶楼",
        name_en="Teahouse",
        slug="teahouse",
        sentence_zh="停在茶楼。",
        sentence_en="At the teahouse.",
        text="a {car}, teahouse",
    )

    assert answer.status_code == 422
    assert "car" in answer.context["form"].errors["text"][0]
