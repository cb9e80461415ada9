"""A stored file that was lost or changed: it is never given out for what it was, and is named."""

import io
import json

import pytest
from django.core.management import call_command

from brandstudio.core import blobs
from gallery import jobs, services
from gallery.models import Asset, EvidenceSheet
from tests.gallery.conftest import png
from tests.stored import DAMAGES, cut, flip_a_byte, lose, overwrite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORAGE_URL = f"file://{tmp_path / 'blobs'}"


def read(answer):
    """What a browser gets of an answer."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("place", ["version-weights", "version-export"])
def test_damaged_weights_are_not_handed_out(at, designer, make_version, place, damage):
    damage(make_version().weights_sha256)

    answer = at(designer).get(place, "ink", 1)

    assert answer.status_code == 404
    assert "manage.py verify" in read(answer).decode()


@pytest.mark.parametrize("damage", [*DAMAGES, lambda sha256: overwrite(sha256, png("red"))])
@pytest.mark.parametrize("place", ["asset-image", "asset-download"])
def test_damaged_picture_is_neither_shown_nor_downloaded(at, marketer, make_ready, place, damage):
    asset = make_ready()[0]
    damage(asset.image_sha256)

    answer = at(marketer).get(place, asset.pk)

    assert answer.status_code == 404
    assert "manage.py verify" in answer.content.decode()
    assert not asset.downloads.exists()


@pytest.mark.parametrize("damage", [*DAMAGES, lambda sha256: overwrite(sha256, png("red"))])
def test_damaged_thumbnails_and_evidence_are_not_shown(
    at, marketer, make_version, make_ready, damage
):
    version, asset = make_version(), make_ready()[0]
    shown = version.images.first()
    for sha256 in (asset.image_sha256, shown.sha256):
        damage(sha256)
    browser = at(marketer)

    for answer in (
        browser.get("asset-thumb", asset.pk),
        browser.get("evidence-image", shown.pk),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_weights_do_not_render(make_version, make_scene, damage, queue_redis):
    version = make_version()
    damage(version.weights_sha256)
    scene = make_scene(packs=((version, 0.7),))

    jobs.render(scene.assets.get().pk)

    asset = Asset.objects.get(scene=scene)
    assert (asset.state, asset.problem) == ("failed", "weights-missing")


def test_evidence_that_was_damaged_is_painted_anew(make_version, queue_redis, brand_admin):
    version = make_version(state="draft", sheet="waiting", pictures=())
    sheet = version.sheet
    jobs.render_sheet(sheet.pk)
    before = version.images.get(strength=0.7).sha256
    cut(before)
    EvidenceSheet.objects.filter(pk=sheet.pk).update(state="failed")
    sheet.refresh_from_db()
    services.evidence.render_again(sheet, brand_admin)

    jobs.render_sheet(sheet.pk)

    assert version.images.get(strength=0.7).sha256 == before
    blobs.check(before)


def verify(*options):
    """(exit status, what `manage.py verify` said)."""
    said = io.StringIO()
    try:
        call_command("verify", *options, stdout=said)
    except SystemExit as ended:
        return ended.code, said.getvalue()
    return 0, said.getvalue()


def test_sound_store_verifies(make_version, make_ready):
    make_version()
    make_ready()

    status, said = verify()

    assert status == 0
    assert "0 damaged, 0 missing, 0 that no row names" in said


def test_verify_lists_damaged_missing_and_unreferenced_files(make_version, make_ready, marketer):
    version = make_version(pictures=())
    asset = make_ready()[0]
    spare = blobs.put_bytes(b"nobody's")
    flip_a_byte(version.weights_sha256)
    lose(asset.image_sha256)

    status, said = verify("--json")

    told = json.loads(said)
    assert status == 1
    assert not told["sound"]
    assert [fault["sha256"] for fault in told["damaged"]] == [version.weights_sha256]
    assert "style version" in told["damaged"][0]["named_by"][0]
    assert [fault["sha256"] for fault in told["missing"]] == [asset.image_sha256]
    assert [fault["sha256"] for fault in told["unreferenced"]] == [spare]


def test_verify_names_what_is_no_blob_at_all(tmp_path, db):
    blobs.put_bytes(b"x")
    (tmp_path / "blobs" / "notes.txt").write_text("hello")

    status, said = verify()

    assert status == 0
    assert "unreferenced: notes.txt, 5 bytes" in said
