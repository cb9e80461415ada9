"""A recall takes back what it listed in one act, tells everybody, and can be undone for an hour."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, Notice
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Asset, Download, Recall, StylePack
from gallery.services import assets as asset_acts
from gallery.services import holds, marks, recalls, style_files
from gallery.services.checklist import all_confirmed
from gallery.services.downstream import figures_of, find_source, fingerprint
from training import services as training_services
from training.engine.lora import kohya_file
from training.models import Checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture
def reached(version, make_ready, marketer, brand_admin, make_user):
    """Three pictures of a version: approved and downloaded, approved, private."""
    assets = list(make_ready(packs=((version, 0.7),), count=3))
    for asset in assets[:2]:
        asset_acts.ask_review(asset, marketer)
        asset_acts.approve(asset, brand_admin, all_confirmed())
    holder = make_user("=holder", is_marketer=True)
    Download.objects.create(
        asset=assets[0], person=holder, form="png", width=1, height=1, sha256="0" * 64
    )
    return assets


def recall(source, by, why="the photographer asked"):
    return recalls.recall(source, by, why, fingerprint(source, figures_of(source)))


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [getattr(row, "review", row.state) for row in rows]


def source_of(row):
    if hasattr(row, "image_sha256") and hasattr(row, "dataset_id"):
        return find_source("image", row.image_sha256)
    return find_source("version", str(row.pk))


def test_recalled_photograph_takes_back_versions_and_approved_pictures(
    dataset, version, reached, brand_admin
):
    red = dataset.images.get(name="red.png")

    row = recall(source_of(red), brand_admin)

    red.refresh_from_db()
    version.refresh_from_db()
    assert red.withdrawn_why == "the photographer asked"
    assert version.state == "retired"
    assert [asset.review for asset in refreshed(reached)] == ["withdrawn", "withdrawn", "private"]
    assert all(holds.is_held(asset) for asset in reached)
    assert row.figures == {
        "scenes": 1,
        "assets": 3,
        "approved": 2,
        "versions": 1,
        "downloads": 1,
        "people": 1,
    }
    entry = AuditEntry.objects.about(reached[0]).first()
    assert (entry.source, entry.target, entry.actor) == ("approved", "withdrawn", brand_admin)


def refreshed(rows):
    for row in rows:
        row.refresh_from_db()
    return rows


def test_owners_and_downloaders_are_told_once_each(
    reached, version, brand_admin, designer, marketer
):
    recall(source_of(version), brand_admin)

    told = Notice.objects.filter(code="recalled")
    people = ["=holder", designer.username, marketer.username]
    assert sorted(notice.person.username for notice in told) == sorted(people)


def test_recall_of_what_made_no_picture_is_told_without_a_count(version, brand_admin, designer):
    recall(source_of(version), brand_admin)

    [told] = Notice.objects.filter(person=designer, code__startswith="recalled")
    assert told.code == "recalled-alone"
    assert "pictures" not in told.sentence


def test_report_has_a_row_per_file_that_left_and_guards_formulas(reached, version, brand_admin):
    row = recall(source_of(version), brand_admin)

    content = blobs.local(row.report_sha256).read_bytes()
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert content.startswith(b"\xef\xbb\xbf")
    assert [line[1] for line in lines[2:]] == [str(asset.pk) for asset in reached]
    assert lines[2][5] == "'=holder"
    assert [line[3] for line in lines[2:]] == ["approved", "approved", "private"]


def test_undo_restores_what_was_changed_and_nothing_decided_since(
    dataset, version, reached, brand_admin, marketer
):
    red = dataset.images.get(name="red.png")
    row = recall(source_of(red), brand_admin)
    reached[1].refresh_from_db()
    asset_acts.discard(reached[1], marketer)

    restored = recalls.undo(row, brand_admin)

    red.refresh_from_db()
    version.refresh_from_db()
    assert (red.withdrawn_at, version.state) == (None, "approved")
    assert [asset.review for asset in refreshed(reached)] == ["approved", "withdrawn", "private"]
    assert reached[1].deleted_at is not None
    assert (restored, row.left_as_is) == (3, 1)
    assert not holds.is_held(reached[0])
    assert Notice.objects.filter(code="recall-undone").count() == 3


def test_undo_puts_back_what_was_only_sorted_since(
    at, dataset, version, reached, brand_admin, marketer
):
    """A campaign, a tag, a title and favourites decide nothing; nor does a stay in the bin."""
    row = recall(source_of(dataset.images.get(name="red.png")), brand_admin)
    # A withdrawn picture is refused now; the entry is one of a studio that still took it.
    AuditEntry.objects.record(reached[0], "withdrawn", "joined", by=marketer, to="spring")
    marks.tag([reached[0]], marks.tags_of("harbour"), marketer)
    marks.like([reached[0]], marketer)
    asset_acts.name(reached[0], marketer, "Evening")
    Asset.objects.get(pk=reached[1].pk).discard(marketer)
    Asset.objects.get(pk=reached[1].pk).restore(marketer)

    recalls.undo(row, brand_admin)

    assert [asset.review for asset in refreshed(reached)] == ["approved", "approved", "private"]
    assert row.left_as_is == 0


def test_page_names_what_the_undo_left(
    at, dataset, version, reached, brand_admin, marketer, make_version
):
    row = recall(source_of(dataset.images.get(name="red.png")), brand_admin)
    Asset.objects.get(pk=reached[1].pk).discard(marketer)
    make_version(weights_sha256=blobs.put_bytes(b"\x02" + bytes(7) + b"{}retrained"))
    recalls.undo(row, brand_admin)

    left = at(brand_admin).get("recall-detail", row.pk).context["left"]

    assert (list(left["assets"]), list(left["versions"])) == ([reached[1]], [version])
    page = at(brand_admin).get("recall-detail", row.pk).text
    assert f"{reached[1]} <span" in page
    assert version.get_absolute_url() in page
    assert not at(marketer).get("recall-detail", row.pk).context["left"]["assets"]


def test_undo_leaves_a_version_retired_that_was_replaced_since(
    version, reached, brand_admin, make_version
):
    row = recall(source_of(version), brand_admin)
    make_version(weights_sha256=blobs.put_bytes(b"\x02" + bytes(7) + b"{}retrained"))

    recalls.undo(row, brand_admin)

    version.refresh_from_db()
    assert version.state == "retired"
    assert [asset.review for asset in refreshed(reached)][:2] == ["approved", "approved"]


def test_recall_is_refused_when_something_changed_since_the_page(
    version, reached, brand_admin, marketer
):
    source = source_of(version)
    seen = fingerprint(source, figures_of(source))
    asset_acts.withdraw(reached[1], brand_admin, "another reason")

    with pytest.raises(Refused, match="recall-changed"):
        recalls.recall(source, brand_admin, "late", seen)

    assert not Recall.objects.exists()
    assert states(version, reached[0]) == ["approved", "approved"]


def test_second_of_two_admins_is_refused(version, reached, brand_admin, make_user):
    source = source_of(version)
    seen = fingerprint(source, figures_of(source))
    recalls.recall(source, brand_admin, "first", seen)

    with pytest.raises(Refused, match="recall-changed"):
        recalls.recall(source, make_user("second", is_brand_admin=True), "second", seen)

    assert Recall.objects.count() == 1


def test_recall_needs_a_reason_and_undo_comes_within_the_hour(version, reached, brand_admin):
    with pytest.raises(Refused, match="recall-reason"):
        recall(source_of(version), brand_admin, why="。")
    row = recall(source_of(version), brand_admin)
    Recall.objects.update(at=timezone.now() - timedelta(minutes=61))
    row.refresh_from_db()

    with pytest.raises(Refused, match="recall-too-late"):
        recalls.undo(row, brand_admin)


def test_recall_is_undone_once(version, reached, brand_admin, make_user):
    row = recall(source_of(version), brand_admin)
    as_seen_before = Recall.objects.get()
    recalls.undo(row, brand_admin)

    second = make_user("second", is_brand_admin=True)
    for seen in (as_seen_before, Recall.objects.get()):
        with pytest.raises(Refused, match="recall-undone-own"):
            recalls.undo(seen, brand_admin)
        with pytest.raises(Refused) as refusal:
            recalls.undo(seen, second)
        assert refusal.value.code == "recall-undone"
        assert refusal.value.facts == {"person": brand_admin.shown_name}


def test_recalled_version_that_was_retired_before_is_held_and_freed(version, reached, brand_admin):
    services.retire(version, brand_admin, "Replaced.")
    version.refresh_from_db()

    row = recall(source_of(version), brand_admin)

    assert holds.is_held(reached[2])
    recalls.undo(row, brand_admin)
    assert not holds.is_held(reached[2])


def test_pages_of_a_recall_for_admins_and_for_those_it_concerns(
    at, version, reached, brand_admin, marketer, make_user
):
    key = str(version.pk)
    page = at(brand_admin).get("downstream", "version", key)
    seen = page.context["downstream"].seen

    made = at(brand_admin).post("recall-new", "version", key, reason="wrong car", seen=seen)

    row = Recall.objects.get()
    assert made.url == row.get_absolute_url()
    report = at(brand_admin).get("recall-report", row.pk)
    assert report.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert at(marketer).get("recall-detail", row.pk).status_code == 200
    assert at(marketer).get("recall-report", row.pk).status_code == 403
    assert at(marketer).post("recall-undo", row.pk).status_code == 403
    assert at(make_user("other", is_marketer=True)).get("recall-detail", row.pk).status_code == 404
    assert at(brand_admin).get("rights").status_code == 200
    at(brand_admin).post("recall-undo", row.pk)
    assert states(version) == ["approved"]


@pytest.mark.parametrize("kind", ["nothing", "version", "cutout", "start"])
def test_addresses_of_what_is_not_there_are_404(at, brand_admin, kind):
    assert at(brand_admin).get("downstream", kind, "999").status_code == 404
    assert at(brand_admin).post("recall-new", kind, "x", reason="r").status_code == 404


@pytest.mark.parametrize("is_noted", [True, False])
def test_undo_does_not_keep_in_use_what_was_noted_anew(
    dataset, version, brand_admin, designer, is_noted
):
    dataset.images.update(rights_expire_at=timezone.now() - timedelta(minutes=1))
    red = dataset.images.get(name="red.png")
    red.keep_in_use(brand_admin, "contract under way")
    row = recall(source_of(red), brand_admin)
    if is_noted:
        training_services.set_rights(dataset, designer, rights_holder="Wu")

    recalls.undo(row, brand_admin)

    red.refresh_from_db()
    assert red.withdrawn_at is None
    assert (red.kept_why, red.is_holding) == (
        ("", True) if is_noted else ("contract under way", False)
    )
    row.refresh_from_db()
    assert row.left_as_is == 0


def test_checkpoint_of_a_recalled_version_does_not_leave(client, version, brand_admin, designer):
    recall(source_of(version), brand_admin)
    client.force_login(designer)

    answer = client.get(reverse("training:checkpoint-file", args=[version.checkpoint_id]))

    assert answer.status_code == 403
    assert "attachment" not in answer.headers.get("Content-Disposition", "")


@pytest.fixture
def relabelled(toy_weights, tmp_path):
    """A file of the same weights under other metadata."""
    target = tmp_path / "other.safetensors"
    kohya_file.rewrite(toy_weights, target, {"ss_output_name": "quite another"})
    assert target.read_bytes() != toy_weights.read_bytes()
    return target


def test_recalled_weights_are_not_published_again(
    version, base, brand_admin, designer, toy_weights, relabelled
):
    def at_path(path):
        return style_files.fitting(path, path.name, base)

    version.checkpoint.sha256 = version.weights_sha256  # as of a real one: it is the same file
    recall(source_of(version), brand_admin)
    pack = StylePack(slug="again", name_zh="再来", name_en="Again")

    for name, publish in (
        ("the checkpoint", lambda: services.publish(version.checkpoint, designer, pack)),
        ("the file", lambda: services.publish_file(at_path(toy_weights), designer, pack)),
        ("other metadata", lambda: services.publish_file(at_path(relabelled), designer, pack)),
    ):
        with pytest.raises(Refused) as refusal:
            publish()
        assert refusal.value.code == "weights-recalled", name
        assert refusal.value.facts["name"] == str(version)
        assert refusal.value.facts["reason"] == "the photographer asked"
    assert not StylePack.objects.filter(slug="again").exists()


def test_draft_of_recalled_weights_is_neither_submitted_nor_approved(
    version, brand_admin, designer, make_version
):
    same = {"weights_sha256": version.weights_sha256}
    draft = make_version("other", state="draft", **same)
    asked = make_version("third", state="in_review", **same)
    recalled = recall(source_of(version), brand_admin)

    for code, act, row, by, rest in (
        ("weights-recalled", services.submit, draft, designer, ()),
        ("pack-recalled", services.approve, asked, brand_admin, ("", None, all_confirmed())),
    ):
        with pytest.raises(Refused) as refusal:
            act(row, by, *rest)
        assert refusal.value.code == code

    recalls.undo(recalled, brand_admin)
    services.approve(asked, brand_admin, answers=all_confirmed())
    assert states(asked) == ["approved"]


def test_checkpoint_of_the_same_file_does_not_leave_either(version, brand_admin, train_on, dataset):
    twin = train_on(dataset)
    Checkpoint.objects.filter(pk=twin.pk).update(sha256=version.weights_sha256)
    twin.refresh_from_db()
    recall(source_of(version), brand_admin)

    assert holds.recalled_from(twin) == [str(version)]
