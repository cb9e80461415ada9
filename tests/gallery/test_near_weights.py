"""Weights that were made of known ones: recalled ones don't come back so, of others one is told."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Recall, StylePack, StyleVersion
from gallery.services import assets as asset_acts
from gallery.services import holds, known_weights, recalls
from gallery.services.checklist import all_confirmed
from gallery.services.downstream import figures_of, find_source, fingerprint
from gallery.services.style_files import fitting
from tests.engine import lora_disguises
from training.engine.lora.effect import SAME, SAME_HERE, effect_of, likeness
from training.models import Checkpoint, WeightsContent
from training.services import weights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
CLEAR = {"origin": "bought.st", "origin_maker": "Wu", "licence": "9", "commercial_use": "yes"}


@pytest.fixture
def changed(toy_weights, tmp_path):
    """The first version's weights with much noise: near, yet not the same."""
    return lora_disguises.store(toy_weights, tmp_path / "near.safetensors", lora_disguises.noisy)


@pytest.fixture
def original(make_version):
    return make_version()


def recall(version, by):
    source = find_source("version", str(version.pk))
    return recalls.recall(source, by, "stolen style", fingerprint(source, figures_of(source)))


def refusal(act, *given, **named):
    with pytest.raises(Refused) as caught:
        act(*given, **named)
    return caught.value


def bring(path, base, by):
    pack = StylePack(slug="again", name_zh="再来", name_en="Again")
    return services.publish_file(fitting(path, path.name, base), by, pack)


def test_what_was_made_of_recalled_weights_does_not_come_in(
    original, changed, base, designer, brand_admin
):
    recalled = recall(original, brand_admin)

    refused = refusal(bring, changed, base, designer)

    assert refused.code == "weights-near-recalled"
    assert refused.facts["name"] == "ink pack v1"
    assert refused.facts["reason"] == "stolen style"
    assert 90 < refused.facts["percent"] < 99.5
    assert not StylePack.objects.filter(slug="again").exists()
    recalls.undo(recalled, brand_admin)
    assert bring(changed, base, designer).state == "draft"


def test_import_page_says_of_which_it_was_made(original, changed, base, at, designer, brand_admin):
    recall(original, brand_admin)
    file = SimpleUploadedFile(changed.name, changed.read_bytes())
    names = {"name_zh": "再来", "name_en": "Again", "slug": "again"}

    answer = at(designer).post("version-import", file=file, base=base.pk, **names)

    assert answer.status_code == 422
    assert "% like those of ink pack v1, which was recalled on" in answer.text


@pytest.mark.parametrize("part_of", lora_disguises.PARTS, ids=lambda part_of: part_of.__name__)
def test_part_of_recalled_weights_does_not_come_in_either(
    part_of, original, toy_weights, tmp_path, base, designer, brand_admin
):
    recall(original, brand_admin)
    part = part_of(toy_weights, tmp_path / "part.safetensors")

    assert refusal(bring, part, base, designer).code == "weights-near-recalled"


def test_file_that_holds_recalled_weights_and_more_does_not_come_in(
    toy_weights, tmp_path, make_version, base, designer, brand_admin
):
    part = lora_disguises.with_two_of_three(toy_weights, tmp_path / "part.safetensors")
    recall(make_version(weights_sha256=blobs.put(part)), brand_admin)

    assert refusal(bring, toy_weights, base, designer).code == "weights-near-recalled"


def test_parts_of_before_are_read_once_more_and_known_then(
    original, toy_weights, tmp_path, base, designer, brand_admin
):
    """Rows of before layers were kept."""
    WeightsContent.objects.update(layers=None)
    recall(original, brand_admin)
    part = lora_disguises.without_every_fifth(toy_weights, tmp_path / "part.safetensors")

    assert refusal(bring, part, base, designer).code == "weights-unread"
    known_weights.read_waiting()
    assert refusal(bring, part, base, designer).code == "weights-near-recalled"


def test_whatever_came_in_before_the_recall_is_recalled_along_and_freed_with_it(
    original, changed, make_version, make_ready, designer, brand_admin, marketer, at
):
    near = {"weights_sha256": blobs.put(changed), **CLEAR}
    draft = make_version("draft", state="draft", **near)
    asked = make_version("asked", state="in_review", **near)
    retired = make_version("retired", **near)
    retired.retire(brand_admin, "old")
    used = make_version("used", **near)
    [asset] = make_ready(packs=((used, 0.7),))
    asset_acts.ask_review(asset, marketer)
    asset_acts.approve(asset, brand_admin, all_confirmed())
    versions = (draft, asked, retired, used)

    row = recall(original, brand_admin)

    assert row.figures["versions"] == 5
    assert all(holds.holds_of_version(version) for version in versions)
    assert states(*versions, asset) == ["draft", "in_review", "retired", "retired", "withdrawn"]
    assert refusal(services.submit, draft, designer).code == "weights-recalled"
    assert refusal(holds.check_version, draft).code == "pack-recalled"
    for act, version, named in (
        (services.approve, asked, {"answers": all_confirmed()}),
        (services.bring_back, retired, {"reason": "asked for"}),
    ):
        assert refusal(act, version, brand_admin, **named).code == "pack-recalled"
    page = at(brand_admin).get("recall-detail", row.pk).text
    report = blobs.local(row.report_sha256).read_text("utf-8-sig")
    for version in versions:
        assert str(version) in page
        assert f'% alike",{version.pk},{version},' in report
    assert page.count("made of these weights elsewhere") == 4

    recalls.undo(row, brand_admin)

    assert states(*versions, asset) == ["draft", "in_review", "retired", "approved", "approved"]
    assert not StyleVersion.objects.held().exists()
    services.submit(draft, designer)


def states(*rows):
    for row in rows:
        row.refresh_from_db()
    return [getattr(row, "review", getattr(row, "state", "")) for row in rows]


def test_training_here_is_known_by_its_run_not_by_its_likeness(
    original, changed, dataset, train_on, make_version, brand_admin, designer
):
    """As after a run without the withdrawn photograph, by the same seed."""
    sha256 = blobs.put(changed)
    checkpoint = train_on(dataset)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(sha256=sha256)
    draft = make_version("anew", state="draft", weights_sha256=sha256, checkpoint=checkpoint)
    recall(original, brand_admin)

    services.submit(draft, designer)

    assert draft.state == "in_review"
    assert holds.holds_of_version(draft) == []


def test_reviewer_and_recalling_admin_are_told_what_is_near(
    original, changed, make_version, brand_admin, at
):
    make_version("other")
    near = make_version("near", state="in_review", weights_sha256=blobs.put(changed), **CLEAR)
    review = f"version-{near.pk}"

    for page, name in (
        (at(brand_admin).get("review", item=review), "ink pack v1"),
        (at(brand_admin).get("version-detail", "near", 1), "ink pack v1"),
        (at(brand_admin).get("version-detail", "ink", 1), "near pack v1"),
        (at(brand_admin).get("downstream", "version", str(original.pk)), "near pack v1"),
    ):
        shown = " ".join(page.text.split())
        assert "Weights close to these" in shown
        told = shown.partition("Weights close to these")[2].partition("</section>")[0]
        assert name in told
        assert "other pack" not in told
        assert "% alike" in told
    StyleVersion.objects.filter(pk=original.pk).update(recalled_at=timezone.now())
    assert "held" in at(brand_admin).get("review", item=review).text.partition("close to")[2]


def test_other_styles_have_no_likeness_to_tell(make_version, at, brand_admin):
    version = make_version("one", **CLEAR)
    make_version("two", **CLEAR)

    assert known_weights.near(version) == []
    page = at(brand_admin).get("version-detail", "one", 1)
    assert "Weights close to these" not in page.text


# Checkpoints of one run
@pytest.fixture
def later(toy_weights, tmp_path):
    """What a run writes a step after toy_weights, at the end of its schedule."""

    def one_step_on(down, up, alpha):
        return down.float(), up.float() * 1.0 + 0.004 * up.float().flip(0), alpha

    return lora_disguises.store(toy_weights, tmp_path / "later.safetensors", one_step_on)


def test_later_checkpoint_of_a_run_is_not_taken_for_the_recalled_one(
    toy_weights, later, dataset, train_on, make_version, designer, brand_admin
):
    first, second = (_checkpoint(train_on, dataset, path) for path in (toy_weights, later))
    [alike] = likeness(effect_of(toy_weights), [effect_of(later)])
    assert SAME < alike < SAME_HERE
    version = make_version(checkpoint=first, weights_sha256=first.sha256)
    recall(version, brand_admin)

    pack = StylePack(slug="later", name_zh="后来", name_en="Later")
    assert services.publish(second, designer, pack).state == "draft"
    assert not StyleVersion.objects.held().filter(pack=pack).exists()


def test_file_from_elsewhere_is_known_by_the_checkpoint_it_is_nearest_to(
    toy_weights, later, dataset, train_on, tmp_path, base, designer
):
    for step, path in ((1, toy_weights), (2, later)):
        checkpoint = _checkpoint(train_on, dataset, path)
        Checkpoint.objects.filter(pk=checkpoint.pk).update(step=step)
    path = lora_disguises.store(later, tmp_path / "x.safetensors", lora_disguises.weaker)

    refused = refusal(bring, path, base, designer)

    assert (refused.code, refused.facts["step"]) == ("weights-of-run", 2)


def _checkpoint(train_on, dataset, path):
    checkpoint = train_on(dataset)
    sha256 = blobs.put(path)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(sha256=sha256)
    checkpoint.refresh_from_db()
    weights.note_content(sha256)
    return checkpoint


# What was noted before effects were known
def test_files_known_by_their_bytes_stay_known_when_one_of_them_is_gone(
    make_version, toy_weights, tmp_path, brand_admin
):
    """Rows of before: equal contents, no effect. The file of the first is not there any more."""
    WeightsContent.objects.create(sha256="a" * 64, content="b" * 64)
    here = make_version(weights_sha256=blobs.put(toy_weights))
    WeightsContent.objects.filter(sha256=here.weights_sha256).update(content="b" * 64, effect=None)

    weights.note_content("a" * 64)
    known_weights.read_waiting()

    effect = effect_of(toy_weights)
    rows = WeightsContent.objects.order_by("sha256")
    assert {(row.content, bytes(row.effect)) for row in rows} == {("b" * 64, effect)}
    assert set(StyleVersion.objects.with_weights_of(["a" * 64])) == {here}


def test_small_steps_do_not_add_up(toy_weights, tmp_path):
    """Each is the same as the one before; compared are only those who were first."""
    path, contents = toy_weights, []
    for number in range(6):

        def step(down, up, alpha):
            return down.float(), up.float() + 0.09 * up.float().roll(1, 0), alpha

        contents.append(weights.note_content(blobs.put(path)).content)
        path = lora_disguises.store(path, tmp_path / f"{number}.safetensors", step)

    assert contents[0] == contents[1]
    assert contents[-1] != contents[0]


def test_recall_of_before_tells_no_reason_it_does_not_have(original, changed, base, designer):
    StyleVersion.objects.filter(pk=original.pk).update(recalled_at=timezone.now())
    assert not Recall.objects.exists()

    assert refusal(bring, changed, base, designer).facts["reason"] == "–"
