"""A draft that was published or imported by mistake goes with one press, and leaves no file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery import jobs, services
from gallery.models import EvidenceSheet, PackTag, StylePack, StyleVersion
from gallery.services import drafts
from tests.gallery.conftest import BAND
from training.models import WeightsDownload, WeightsForm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def discarded(at, person, slug="ink", number=1):
    return at(person).post("version-discard", slug, number)


def refusal(version, by):
    with pytest.raises(Refused) as caught:
        drafts.discard(version, by)
    version.refresh_from_db()
    return caught.value.code


@pytest.mark.parametrize("who", ["maker", "admin"])
def test_imported_draft_goes_with_its_sheet_files_and_empty_pack(
    at, designer, brand_admin, base, toy_weights, who
):
    content = toy_weights.read_bytes()

    def imported():
        file = SimpleUploadedFile("toy.safetensors", content)
        names = {"name_zh": "墨", "name_en": "Ink", "slug": "ink"}
        at(designer).post("version-import", file=file, base=base.pk, **names)
        return StyleVersion.objects.get()

    version = imported()
    page = at(designer).get("version-detail", "ink", 1).text
    answer = discarded(at, designer if who == "maker" else brand_admin)

    assert "Discard the draft" in page
    assert 'data-confirm="Discard this draft for good' in page
    assert answer.status_code == 302
    assert not StyleVersion.objects.exists()
    assert not StylePack.objects.exists()
    assert not EvidenceSheet.objects.exists()
    assert not blobs.exists(version.weights_sha256)
    entry = AuditEntry.objects.about(version).first()
    assert (entry.source, entry.target) == ("draft", "discarded")
    assert entry.facts["name"] == {"en": "Ink v1", "zh-hans": "墨 v1"}
    assert imported().number == 1  # the same file may come in again, under the same name


def test_draft_of_a_checkpoint_goes_and_the_checkpoint_stays(
    at, designer, dataset, train_on, make_version
):
    checkpoint = train_on(dataset)
    make_version()
    make_version(state="draft", checkpoint=checkpoint, weights_sha256=checkpoint.sha256)
    pictures = list(StyleVersion.objects.get(number=2).images.values_list("sha256", flat=True))
    WeightsDownload.objects.create(
        person=designer, weights_sha256=checkpoint.sha256, form=WeightsForm.FILE, sha256="0" * 64
    )

    answer = discarded(at, designer, number=2)

    assert answer.url == checkpoint.run.get_absolute_url()
    assert blobs.exists(checkpoint.sha256)
    assert list(StyleVersion.objects.values_list("number", flat=True)) == [1]
    assert StylePack.objects.filter(slug="ink").exists()
    assert all(blobs.exists(sha256) for sha256 in pictures)  # the other version's, too


def test_pack_that_a_template_names_stays(designer, make_version, make_template):
    draft = make_version(state="draft")
    make_template().packs.add(draft.pack)

    drafts.discard(draft, designer)

    assert StylePack.objects.get().versions.count() == 0


def test_pack_goes_with_its_tags(designer, make_version):
    draft = make_version(state="draft")
    tag = PackTag.objects.create(slug="quiet", group="mood", name_zh="安静", name_en="Quiet")
    draft.pack.tags.add(tag)

    drafts.discard(draft, designer)

    assert (StylePack.objects.count(), PackTag.objects.count()) == (0, 1)


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_what_was_submitted_is_not_discarded(at, designer, make_version, state):
    make_version(state=state)

    page = at(designer).get("version-detail", "ink", 1).text
    discarded(at, designer)

    assert "Discard the draft" not in page
    assert StyleVersion.objects.count() == 1


def test_draft_that_was_sent_back_keeps_its_record(designer, brand_admin, make_version):
    version = make_version(state="in_review")
    services.send_back(version, brand_admin, "Too loud.")

    assert refusal(version, designer) == "draft-was-submitted"


def test_retired_version_is_not_discarded(designer, brand_admin, make_version):
    version = make_version()
    services.retire(version, brand_admin, "old")

    assert refusal(version, designer) == "no-draft-any-more"


def test_draft_that_was_painted_with_stays(designer, make_version, make_scene):
    draft = make_version(state="draft")
    make_scene(by=designer, packs=((draft, 0.7),))

    assert refusal(draft, designer) == "draft-in-use"


def test_recalled_draft_stays_known(designer, make_version):
    draft = make_version(state="draft")
    StyleVersion.objects.filter(pk=draft.pk).update(recalled_at=draft.made_at)

    assert refusal(draft, designer) == "draft-recalled"


def test_draft_from_elsewhere_that_somebody_holds_stays(at, designer, make_version):
    draft = make_version(state="draft", origin="bought.st")
    b"".join(at(designer).get("version-weights", "ink", 1).streaming_content)

    assert refusal(draft, designer) == "draft-downloaded"


def test_nobody_else_discards_a_draft(at, make_user, marketer, make_version):
    make_version(state="draft")

    assert discarded(at, make_user("other", is_designer=True)).status_code == 404
    assert discarded(at, marketer).status_code == 403
    assert StyleVersion.objects.count() == 1


def test_second_press_is_told_that_it_is_gone(designer, make_version):
    draft = make_version(state="draft")
    stale = StyleVersion.objects.get()
    drafts.discard(draft, designer)

    with pytest.raises(Refused, match="no-draft-any-more"):
        drafts.discard(stale, designer)


def test_sheet_that_waits_is_painted_no_more(designer, make_version):
    draft = make_version(state="draft", sheet="waiting", pictures=(), **dict.fromkeys(BAND))
    sheet = draft.sheet
    drafts.discard(draft, designer)

    jobs.render_sheet(sheet.pk)

    assert not EvidenceSheet.objects.exists()
