"""The picture that was declined or withdrawn, asked for once more with the same settings."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from brandstudio.core.problems import Refused
from gallery import jobs
from gallery.models import Asset, AssetState, Scene
from gallery.services import assets as acts
from gallery.services import painted_again, reuse, scenes, validation
from gallery.services.checklist import all_confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def pack(make_version):
    return make_version()


@pytest.fixture
def declined(in_state, pack, writer):
    """A picture of one seed at 0.7 that was declined."""
    return in_state("declined", packs=((pack, 0.7),), free="by the sea")


def refusal_of(act, *arguments):
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value


def test_same_order_is_refused_with_what_was_decided(declined, writer, make_user):
    refusal = refusal_of(scenes.compose_scene, reuse.same(declined, writer), writer)

    assert refusal.code == "same-as-declined"
    assert refusal.facts["reason"] == "Five wheels."
    assert refusal.facts["number"] == declined.pk
    assert Scene.objects.count() == 1
    stranger = make_user("mei", is_marketer=True, may_write_prompts=True)
    declined.scene.is_shared = True
    declined.scene.save()
    again = refusal_of(scenes.compose_scene, reuse.same(declined, stranger), stranger)
    assert again.code == "same-as-declined"


def test_change_one_thing_with_nothing_changed_is_refused_on_the_page(at, declined, writer):
    browser = at(writer)
    form = browser.get("create", **{"from": declined.pk}).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    answer = browser.post("create", **sent)

    assert answer.status_code == 422
    assert "which was declined on" in answer.text
    assert "Five wheels." in answer.text
    sent["seed"] = declined.seed + 1
    assert browser.post("create", **sent).status_code == 302


def test_of_a_sweep_only_the_declined_strength_is_not_painted(at, declined, writer):
    at(writer).post("asset-sweep", declined.pk)

    scene = Scene.objects.exclude(pk=declined.scene_id).get()
    states = dict(scene.assets.values_list("strength", "state"))
    assert states == {0.3: "waiting", 0.5: "waiting", 0.7: "failed", 0.9: "waiting"}
    page = at(writer).get("create").text
    assert "which was declined on" in page
    [failed] = scene.assets.filter(state=AssetState.FAILED)
    at(writer).post("asset-retry", failed.pk)
    failed.refresh_from_db()
    assert failed.state == AssetState.FAILED


def test_another_one_like_it_has_another_seed_and_is_painted(at, declined, writer):
    at(writer).post("asset-again", declined.pk)

    assert Asset.objects.filter(state=AssetState.WAITING).count() == 1


@pytest.mark.parametrize("words", ["By  the SEA", "by (the sea:1.0)", "by the sea "])
def test_words_written_otherwise_that_an_encoder_reads_alike_are_the_same(
    make_scene, declined, pack, writer, words
):
    again = {"template": declined.scene.template, "packs": ((pack, 0.7),)}

    with pytest.raises(Refused) as caught:
        make_scene(free=words, by=writer, **again)
    assert caught.value.code == "same-as-declined"
    assert make_scene(free="by the lake", by=writer, **again)


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 7},
        {"steps": 5},
        {"guidance": 3.5},
        {"scheduler": "euler"},
        {"negative": "blurry, grey"},
        {"packs": ()},
    ],
)
def test_any_setting_that_changes_the_pixels_makes_another_picture(
    make_scene, declined, pack, writer, changed
):
    kept = {"template": declined.scene.template, "free": "by the sea", "packs": ((pack, 0.7),)}

    scene = make_scene(by=writer, **kept | changed)

    assert [asset.state for asset in scene.assets.all()] == [AssetState.WAITING]


@pytest.mark.parametrize("size", [(64, 32), (32, 64), (96, 64)])
def test_another_size_makes_no_other_motif(make_scene, declined, pack, writer, size):
    kept = {"template": declined.scene.template, "free": "by the sea", "packs": ((pack, 0.7),)}
    assert size != (declined.scene.width, declined.scene.height)

    with pytest.raises(Refused) as caught:
        make_scene(by=writer, size=size, **kept)

    assert caught.value.code == "same-as-declined"
    assert make_scene(by=writer, size=size, **kept | {"seed": 7})


def test_channel_alone_makes_no_other_picture(make_scene, declined, pack, writer, channel):
    size = (declined.scene.width, declined.scene.height)
    kept = {"template": declined.scene.template, "free": "by the sea", "packs": ((pack, 0.7),)}

    with pytest.raises(Refused) as caught:
        make_scene(by=writer, channel=channel, size=size, **kept)
    assert caught.value.code == "same-as-declined"


def test_picture_that_waited_is_not_painted_once_its_twin_is_declined(
    make_scene, make_ready, marketer, brand_admin, make_template
):
    template = make_template()
    waiting = make_scene(template=template).assets.get()
    [twin] = make_ready(template=template)
    acts.ask_review(twin, marketer)
    acts.decline(twin, brand_admin, "Five wheels.")

    jobs.render(waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.problem) == (AssetState.FAILED, "same-as-declined")
    assert refusal_of(validation.check_still_allowed, waiting).code == "same-as-declined"


def test_of_several_decisions_the_latest_is_told(make_scene, declined, pack, writer, brand_admin):
    later = _decline_twin_of(declined.scene, brand_admin)
    acts.ask_review(declined, writer, "The fifth wheel is a bin.")
    acts.decline(declined, brand_admin, "It is no bin.")

    refusal = refusal_of(scenes.compose_scene, reuse.same(later, writer), writer)

    assert refusal.facts["number"] == declined.pk
    assert refusal.facts["reason"] == "It is no bin."


def test_admin_hurries_nothing_that_was_declined(make_scene, in_state, brand_admin, make_template):
    template = make_template()
    waiting = make_scene(template=template)
    in_state_asset = _decline_twin_of(waiting, brand_admin)

    refusal = refusal_of(scenes.render_first, waiting, brand_admin)

    assert (refusal.code, refusal.facts["number"]) == ("same-as-declined", in_state_asset.pk)


def _decline_twin_of(scene, brand_admin):
    """A second picture of the same settings, as if painted and declined meanwhile."""
    asset = scene.assets.get()
    twin = Asset.objects.create(
        scene=scene, index=1, seed=asset.seed, state="ready", image_sha256="a" * 64
    )
    acts.ask_review(twin, scene.owner)
    acts.decline(twin, brand_admin, "Five wheels.")
    return twin


def test_withdrawn_picture_is_not_painted_again_either(in_state, marketer):
    withdrawn = in_state("withdrawn")

    refusal = refusal_of(scenes.compose_scene, reuse.same(withdrawn, marketer), marketer)

    assert refusal.code == "same-as-withdrawn"
    assert refusal.facts["reason"] == "The photograph's rights ended."


def test_emptied_bin_forgets_no_decision(settings, declined, writer):
    order = replace(reuse.same(declined, writer), made_from=None)  # typed in anew
    acts.discard(declined, writer)
    Asset.objects.update(deleted_at=timezone.now() - timedelta(days=settings.BIN_DAYS + 1))

    acts.empty_bin()

    assert Asset.objects.filter(pk=declined.pk).exists()
    refusal = refusal_of(scenes.compose_scene, order, writer)
    assert refusal.code == "same-as-declined"


def test_approval_lets_the_settings_paint_again(declined, writer, brand_admin):
    acts.ask_review(declined, writer, "The fifth wheel is a bin.")
    assert refusal_of(scenes.compose_scene, reuse.same(declined, writer), writer)

    acts.approve(declined, brand_admin, all_confirmed())

    assert scenes.compose_scene(reuse.same(declined, writer), writer)


def test_orders_ask_of_earlier_decisions_once_for_all_pictures(
    make_scene, declined, django_assert_num_queries
):
    assets = list(make_scene(count=8, seed=900).assets.select_related("scene__base"))
    few = assets[:1]

    with django_assert_num_queries(2):  # the declined of these seeds (none), nothing else
        assert painted_again.refusals_of(few) == {}
        assert painted_again.refusals_of(assets) == {}


def test_messages_name_the_picture_and_the_mend(at, declined, writer):
    browser = at(writer)
    [failed] = [scenes.compose_scene(reuse.again(declined, writer), writer).assets.get()]
    failed.fail("software-fault")
    Asset.objects.filter(pk=failed.pk).update(seed=declined.seed)

    answer = browser.post("asset-retry", failed.pk)

    assert answer.status_code == 403
    assert f"(no. {declined.pk})" in answer.text
    assert "Change the words, the seed or another setting" in answer.text
