"""What a process keeps of a name is told in its reader's language, not in that process's own."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, Notice, Vehicle
from brandstudio.core.problems import Refused
from gallery import jobs, problems
from gallery.demo import load
from gallery.models import EvidenceSheet, ProductCutout, Recall, StyleVersion
from gallery.services import cutouts, drafts, expiry, recalls, reference, style_files
from gallery.services.downstream import figures_of, find_source, fingerprint

pytestmark = pytest.mark.django_db


def in_both(say):
    """(Chinese, English)"""
    said = []
    for code in ("zh-hans", "en"):
        with override(code):
            said.append(say())
    return tuple(said)


@pytest.fixture
def cutout(designer):
    """The demo's white GS8, as readers of either language know it."""
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="传祺 GS8", name_en="Trumpchi GS8")
    path = load.FOLDER / "vehicles" / "pictures" / "gs8-white-left-day.webp"
    names = load._CUTOUTS["gs8-white-left"]
    return cutouts.keep_cutout(path, f"{names[0]}.webp", designer, vehicle, "day", names[1])


def test_demos_cutouts_have_a_name_of_each_language():
    for chinese, english in load._CUTOUTS.values():
        assert not [letter for letter in chinese if letter.isascii()]
        assert english.isascii()


def test_cutout_is_called_in_its_readers_language(cutout):
    assert in_both(lambda: str(cutout)) == (
        "传祺 GS8 · 白色，朝左",
        "Trumpchi GS8 · White, facing left",
    )
    own = ProductCutout(name="my car")
    assert in_both(lambda: str(own)) == ("my car", "my car")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_notice_of_ended_rights(cutout, designer, brand_admin, language):
    ProductCutout.objects.update(rights_expire_at=timezone.now() - timedelta(minutes=1))

    with override(language):
        expiry.tell_of_endings()

    chinese, english = in_both(lambda: Notice.objects.filter(person=designer).get().sentence)
    assert "“传祺 GS8 · 白色，朝左”" in chinese
    assert "“Trumpchi GS8 · White, facing left”" in english


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_recall(make_version, brand_admin, language):
    source = find_source("version", str(make_version().pk))

    with override(language):
        recalls.recall(source, brand_admin, "stolen", fingerprint(source, figures_of(source)))

    assert in_both(lambda: Recall.objects.get().shown_name) == ("ink 包 v1", "ink pack v1")
    chinese, english = in_both(lambda: Notice.objects.get(code="recalled-alone").sentence)
    assert "ink 包 v1" in chinese
    assert "ink pack v1" in english


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_fault_of_a_job(make_version, language):
    version = make_version()
    blobs.local(version.weights_sha256).unlink()

    with override(language), pytest.raises(Refused) as refusal:
        style_files.fitting_weights(version)

    chinese, english = in_both(lambda: problems.of(refusal.value))
    assert "ink 包 v1" in chinese
    assert "ink pack v1" in english


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_sheet_whose_weights_fit_no_base(make_version, base, language):
    version = make_version(state="draft", sheet="waiting", pictures=())
    type(base).objects.update(family="sd15")

    with override(language):
        jobs.render_sheet(version.sheet.pk)

    sheet = EvidenceSheet.objects.get()
    assert sheet.state == "failed"
    assert sheet.problem_facts["name"] == {"en": "ink pack v1", "zh-hans": "ink 包 v1"}
    chinese, english = in_both(lambda: problems.sentence(sheet.problem, sheet.problem_facts))
    assert "ink 包 v1" in chinese
    assert "ink pack v1" in english


def test_audit_of_a_discarded_draft(make_version, designer):
    version = make_version(state="draft")

    with override("en"):
        drafts.discard(version, designer)

    assert not StyleVersion.objects.exists()
    entry = AuditEntry.objects.get(subject_kind="gallery.styleversion", target="discarded")
    assert entry.facts["name"] == {"en": "ink pack v1", "zh-hans": "ink 包 v1"}


def test_source_of_a_channels_figures_is_told_in_the_readers_language(at, marketer, db):
    reference.seed_reference()
    client = at(marketer)

    def sources(language):
        client_page = client.get("channel-list", headers={"Accept-Language": language}).text
        return [text in client_page for text in ("Pixel for pixel", "像素点对点")]

    assert (sources("en"), sources("zh-hans")) == ([True, False], [False, True])
