import numpy as np
import pytest
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import Vehicle, WrongState
from brandstudio.core.queue import fairness, stopping
from brandstudio.core.queue.devices import this_device
from gallery import jobs, services
from gallery.models import Asset, AssetState, PackPair, Scheduler, SheetState
from gallery.services import pairs, scenes
from gallery.services.checklist import all_confirmed
from gallery.worker import render_jobs, sheets
from training.engine import families


def picture(asset):
    with Image.open(blobs.local(asset.image_sha256)) as opened:
        return np.asarray(opened)


def paint(scene):
    for asset in scene.assets.all():
        jobs.render(asset.pk)
    return list(scene.assets.order_by("index"))


def test_render_job_finishes_the_asset_with_its_lineage(make_scene, make_version, base):
    version = make_version()
    scene = make_scene(packs=((version, 0.7),), count=2)

    first, second = paint(scene)

    assert [first.state, second.state] == [AssetState.READY] * 2
    assert [first.seed, second.seed] == [5, 6]
    assert picture(first).shape == (32, 48, 3)
    assert (picture(first) != picture(second)).any()
    assert first.preview == b""
    assert first.worker == ""
    assert first.lineage["base"]["sha256"] == base.sha256
    assert first.lineage["packs"] == [
        {"pack": "ink", "version": 1, "sha256": version.weights_sha256, "strength": 0.7}
    ]
    assert first.lineage["prompt"] == "ink style, a white GS8 suv, qilou arcade street"
    assert first.lineage["template"]["version"] == 1
    assert first.lineage["software"]["torch"]


def test_painted_picture_is_looked_at_for_the_car_it_was_asked_for(make_scene):
    [plain] = paint(make_scene())  # no vehicle is known yet
    Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")

    [named] = paint(make_scene())

    assert plain.doubts == []
    assert named.doubts == ["no-vehicle"]  # a toy paints none


def test_same_request_gives_the_same_bytes(make_scene, make_version):
    version = make_version()
    [one] = paint(make_scene(packs=((version, 0.5),)))
    [two] = paint(make_scene(packs=((version, 0.5),)))

    assert one.image_sha256 == two.image_sha256


def test_strength_zero_is_the_base_alone(make_scene, make_version):
    version = make_version(strength_min=0.0)
    [none] = paint(make_scene(packs=((version, 0.0),)))
    [full] = paint(make_scene(packs=((version, 0.9),)))
    prompt = none.scene.prompt
    plain = make_scene()
    type(plain).objects.filter(pk=plain.pk).update(prompt=prompt)
    [bare] = paint(plain)

    assert none.image_sha256 == bare.image_sha256
    assert full.image_sha256 != bare.image_sha256


def test_sweep_holds_the_seed_and_moves_the_strength(make_scene, make_version):
    version = make_version()
    scene = make_scene(packs=((version, 0.7),), strengths=(0.5, 0.8))

    first, second = paint(scene)

    assert first.seed == second.seed
    assert [a.lineage["packs"][0]["strength"] for a in (first, second)] == [0.5, 0.8]
    assert first.image_sha256 != second.image_sha256


def test_cancelled_asset_is_not_painted(make_scene, marketer):
    scene = make_scene()
    asset = scene.assets.get()
    scenes.cancel([asset], marketer)

    jobs.render(asset.pk)

    assert Asset.objects.get(pk=asset.pk).state == AssetState.CANCELLED


def test_cancel_ends_a_picture_between_two_steps(make_scene, marketer):
    asset = make_scene().assets.get()
    asked = []

    def stopped():  # asked before the picture and after each step: a good moment to press Stop
        asked.append(len(asked))
        if len(asked) == 3:
            scenes.cancel([Asset.objects.get(pk=asset.pk)], marketer)
        return False

    asset.start(worker="test:1:1")
    with this_device().rendering() as turn, pytest.raises(WrongState):
        render_jobs.render_asset(asset, turn, stopped)

    asset.refresh_from_db()
    assert asset.state == AssetState.CANCELLED
    assert asset.steps_done == 1
    assert len(asked) == 3


def test_job_delivered_twice_paints_once(make_scene):
    asset = make_scene().assets.get()
    jobs.render(asset.pk)
    before = Asset.objects.get(pk=asset.pk)

    jobs.render(asset.pk)

    assert Asset.objects.get(pk=asset.pk).image_sha256 == before.image_sha256


def test_worker_that_must_end_puts_the_asset_back(make_scene):
    asset = make_scene().assets.get()
    stopping.stop_process()
    try:
        jobs.render(asset.pk)
    finally:
        stopping._process.clear()

    asset.refresh_from_db()
    assert asset.state == AssetState.WAITING
    assert asset.attempt == 2


def test_missing_base_fails_with_a_sentence(make_scene, base):
    asset = make_scene().assets.get()
    base.is_present = False
    base.save()

    jobs.render(asset.pk)

    asset.refresh_from_db()
    assert asset.state == AssetState.FAILED
    assert asset.problem == "base-absent"
    assert asset.problem_facts == {"name": "toy"}


def test_weights_that_do_not_fit_fail_with_a_sentence(make_scene, make_version):
    strange = blobs.put_bytes(b"not a safetensors file at all")
    version = make_version(weights_sha256=strange)
    asset = make_scene(packs=((version, 0.7),)).assets.get()

    jobs.render(asset.pk)

    asset.refresh_from_db()
    assert asset.state == AssetState.FAILED
    assert asset.problem == "file-not-safetensors"


def test_failed_asset_is_painted_again(make_scene, base, marketer):
    asset = make_scene().assets.get()
    type(base).objects.update(is_present=False)
    jobs.render(asset.pk)
    type(base).objects.update(is_present=True)
    asset.refresh_from_db()

    scenes.retry(asset, marketer)
    jobs.render(asset.pk)

    asset.refresh_from_db()
    assert asset.state == AssetState.READY


def test_sheet_is_painted_and_scored(make_version):
    version = make_version(state="draft", sheet="waiting", pictures=())

    jobs.render_sheet(version.sheet.pk)

    version.refresh_from_db()
    version.sheet.refresh_from_db()
    assert version.sheet.state == SheetState.DONE
    assert version.sheet.done == 2
    pictures = {p.strength: p for p in version.images.all()}
    assert list(pictures) == [0.0, 0.7]
    assert pictures[0.0].prompt == "ink style, a suv"
    assert pictures[0.0].sha256 != pictures[0.7].sha256
    weakest, strongest = version.evidence["figures"]["rows"]
    assert weakest["drift"] == {"mean": 0, "low": 0, "high": 0}
    assert weakest["scene"]["mean"] == pytest.approx(1)
    assert strongest["drift"]["mean"] > 0
    assert strongest["style"] is None  # no training set is known


def test_sheet_goes_on_where_it_was(make_version):
    version = make_version(state="draft", sheet="waiting", pictures=())
    jobs.render_sheet(version.sheet.pk)
    there = set(version.images.values_list("pk", flat=True))
    type(version.sheet).objects.update(state=SheetState.WAITING, done=0)

    jobs.render_sheet(version.sheet.pk)

    assert set(version.images.values_list("pk", flat=True)) == there


def test_sheet_gives_way_to_a_picture_that_waits_and_goes_on_after_it(
    make_version, make_scene, monkeypatch
):
    monkeypatch.setattr(sheets, "AT_A_TURN", 1)
    version = make_version(state="draft", sheet="waiting", pictures=())
    [asset] = make_scene(packs=()).assets.all()
    sheet = version.sheet

    jobs.render_sheet(sheet.pk)

    sheet.refresh_from_db()
    assert (sheet.state, sheet.done, version.images.count()) == (SheetState.WAITING, 1, 1)
    assert fairness.next_rows("render") == [asset, sheet]

    jobs.render(asset.pk)
    jobs.render_sheet(sheet.pk)

    sheet.refresh_from_db()
    assert (sheet.state, sheet.done, version.images.count()) == (SheetState.DONE, 2, 2)


def test_sheet_does_not_give_way_to_what_waits_with_less_priority(
    make_version, make_scene, monkeypatch
):
    monkeypatch.setattr(sheets, "AT_A_TURN", 1)
    version = make_version(state="draft", sheet="waiting", pictures=())
    make_scene(packs=())
    type(version.sheet).objects.update(priority=1)

    jobs.render_sheet(version.sheet.pk)

    version.sheet.refresh_from_db()
    assert version.sheet.state == SheetState.DONE


def test_sheet_of_a_strange_file_fails_and_says_why(make_version):
    strange = blobs.put_bytes(b"not a safetensors file at all")
    version = make_version(state="draft", sheet="waiting", pictures=(), weights_sha256=strange)

    jobs.render_sheet(version.sheet.pk)

    version.sheet.refresh_from_db()
    assert version.sheet.state == SheetState.FAILED
    assert version.sheet.problem == "file-not-safetensors"


def test_scheduler_is_the_engines_and_changes_the_picture(make_scene):
    schedulers = families.of("studio-mini").schedulers
    assert set(Scheduler.values) == set(schedulers)
    assert schedulers[0] == Scheduler.DPM
    [usual] = paint(make_scene())
    [euler] = paint(make_scene(scheduler=Scheduler.EULER))

    assert euler.lineage["scheduler"] == "euler"
    assert euler.image_sha256 != usual.image_sha256


def waiting(make_scene, by=None, **fields):
    return make_scene(by=by, **fields).assets.get()


def problem_after_rendering(asset):
    jobs.render(asset.pk)
    asset.refresh_from_db()
    assert (asset.state, asset.image_sha256) == (AssetState.FAILED, "")
    return asset.problem


def test_picture_that_waited_is_not_painted_once_its_pair_is_forbidden(
    make_scene, make_version, brand_admin
):
    first, second = make_version("ink"), make_version("paper")
    asset = waiting(make_scene, packs=((first, 0.4), (second, 0.4)))
    pairs.forbid(PackPair.objects.of(first, second), brand_admin, "They paint mush.")

    assert problem_after_rendering(asset) == "pair-forbidden"
    assert asset.problem_facts["reason"] == "They paint mush."


def test_picture_that_waited_is_not_painted_once_its_style_is_out_of_use(
    make_scene, make_version, brand_admin
):
    version = make_version("ink")
    retired, replaced = (waiting(make_scene, packs=((version, 0.7),)) for _ in range(2))

    services.retire(version, brand_admin, "The car is lost.")
    assert problem_after_rendering(retired) == "pack-not-approved"
    make_version("ink")
    assert problem_after_rendering(replaced) == "pack-replaced"


def test_trial_that_waited_is_painted_whatever_became_of_its_draft(
    make_scene, make_version, designer, brand_admin
):
    designer.may_write_prompts = True
    designer.save()
    draft = make_version("ink", state="draft")
    asset = waiting(make_scene, by=designer, packs=((draft, 0.7),))
    services.submit(draft, designer)
    services.approve(draft, brand_admin, answers=all_confirmed())

    jobs.render(asset.pk)

    asset.refresh_from_db()
    assert asset.state == AssetState.READY
