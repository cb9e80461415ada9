"""What a marketer may have: bands, reasons, quotas, bases, templates."""

import pytest

from gallery import services
from gallery.models import Asset, AssetState, Scene
from gallery.problems import REFUSALS
from gallery.services import scenes
from training.models import BaseModel


def refusal(act, *args, **kwargs):
    """The code of what was refused."""
    with pytest.raises(REFUSALS) as caught:
        act(*args, **kwargs)
    return caught.value.code


def test_scene_freezes_what_was_asked(make_scene, make_version, channel):
    version = make_version()
    scene = make_scene(packs=((version, 0.6),), count=2, channel=channel)

    assert scene.prompt == "ink style, a white GS8 suv, qilou arcade street"
    assert scene.negative_prompt == "blurry"
    assert scene.width == scene.height
    assert [pack.strength for pack in scene.packs.all()] == [0.6]
    assert list(scene.assets.order_by("index").values_list("seed", "attempt", "state")) == [
        (5, 1, AssetState.WAITING),
        (6, 1, AssetState.WAITING),
    ]


def test_base_speaks_its_neutral_words_without_a_pack(make_scene):
    assert make_scene().prompt == "plain picture, a white GS8 suv, qilou arcade street"


@pytest.mark.parametrize("strength", [0.29, 0.91, 1.5])
def test_strength_outside_the_band_is_refused(make_scene, make_version, strength):
    version = make_version()

    assert refusal(make_scene, packs=((version, strength),)) == "strength-out-of-band"
    assert not Scene.objects.exists()


def test_leaving_the_band_needs_the_right_and_a_reason(make_scene, make_version, marketer):
    version = make_version()
    marketer.may_leave_band = True
    marketer.save()

    assert refusal(make_scene, packs=((version, 1.0),)) == "reason-missing"
    assert refusal(make_scene, packs=((version, 1.0),), reason=".") == "reason-missing"
    scene = make_scene(packs=((version, 1.0),), reason="Poster for the opening night")
    assert scene.reason == "Poster for the opening night"


def test_nobody_leaves_what_is_possible_at_all(make_scene, make_version, marketer):
    marketer.may_leave_band = True
    version = make_version()

    code = refusal(make_scene, packs=((version, 2.0),), reason="why not")
    assert code == "strength-out-of-band"


def test_every_strength_of_a_sweep_is_validated(make_scene, make_version):
    version = make_version()

    code = refusal(make_scene, packs=((version, 0.7),), strengths=(0.5, 0.95))
    assert code == "strength-out-of-band"


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_pack_must_be_approved(make_scene, make_version, state):
    version = make_version(state="draft")
    if state == "in_review":
        services.submit(version, version.made_by)

    assert refusal(make_scene, packs=((version, 0.7),)) == "pack-not-approved"


def test_replaced_pack_names_its_successor(make_scene, make_version):
    old = make_version()
    make_version()
    old.refresh_from_db()

    with pytest.raises(REFUSALS) as caught:
        make_scene(packs=((old, 0.7),))

    assert caught.value.code == "pack-replaced"
    assert caught.value.facts["number"] == 2


def test_packs_of_two_bases_do_not_mix(make_scene, make_version, base):
    other = BaseModel.objects.create(
        name="other", path="/nowhere", family="sd15", sha256="1" * 64, info=base.info
    )
    packs = ((make_version("ink"), 0.7), (make_version("cut", base=other), 0.7))

    assert refusal(make_scene, packs=packs) == "packs-of-two-bases"


def test_slot_value_must_be_on_its_list(make_scene):
    code = refusal(make_scene, slot_values={"vehicle": "Rolls", "weather": ""})

    assert code == "slot-value-unknown"


def test_template_must_be_approved(make_scene, make_template):
    draft = make_template("draft", state="draft")

    assert refusal(make_scene, template=draft) == "template-not-approved"


def test_free_words_need_a_permission(make_scene, marketer):
    assert refusal(make_scene, free="and a dragon") == "prompt-not-yours"
    marketer.may_write_prompts = True

    assert make_scene(free="and a dragon").prompt.endswith("qilou arcade street, and a dragon")


def test_quota_of_the_day_is_kept(make_ready, make_scene, settings):
    settings.PICTURES_PER_DAY = 3
    make_ready(count=2)

    assert refusal(make_scene, count=2) == "quota-day"
    assert make_scene(count=1).count == 1
    assert refusal(make_scene, count=1) == "quota-day-over"


def test_quota_of_what_waits_is_kept(make_scene, settings, marketer):
    settings.PICTURES_AT_ONCE = 2
    scene = make_scene(count=2)

    assert refusal(make_scene, count=1) == "quota-waiting"
    scenes.cancel(scene.assets.all(), marketer)
    assert make_scene(count=1).count == 1


def test_cancel_leaves_what_is_done(make_ready, marketer):
    assets = make_ready(count=2)

    assert scenes.cancel(assets, marketer) == 0
    assert {asset.state for asset in Asset.objects.all()} == {AssetState.READY}


def test_random_seeds_stay_in_range(make_scene):
    seeds = [make_scene(seed=None).seed for _ in range(3)]

    assert all(0 <= seed <= scenes.LARGEST_SEED for seed in seeds)


def test_seeds_wrap_at_the_end(make_scene):
    scene = make_scene(seed=scenes.LARGEST_SEED, count=2)

    assert list(scene.assets.order_by("index").values_list("seed", flat=True)) == [
        scenes.LARGEST_SEED,
        0,
    ]
