"""One door for every order: whatever page it comes from, one validation, and no other way in."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as studio
from django.contrib.messages import get_messages

from brandstudio.core import blobs
from gallery import services
from gallery.models import Asset, AssetState, InitImageUpload, ReviewState, Scene
from gallery.problems import REFUSALS
from gallery.services import enlarging, reuse, scenes, sources
from tests.gallery.conftest import png
from training.models import BaseModel

GALLERY = Path(studio.ROOT) / "gallery"
MAKERS = ("asset-again", "asset-sweep", "asset-enlarge", "asset-retry", "scene-first")


# No other way in
def calls_that_make(names):
    """{file: names of the models whose rows it makes} over the whole gallery."""
    found = {}
    for path in GALLERY.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                makes = {
                    f"{n}{how}" for n in names for how in ("", *(f".objects.{m}" for m in _MAKE))
                }
                if called in makes:
                    found.setdefault(str(path.relative_to(GALLERY)), set()).add(
                        called.split(".")[0]
                    )
    return found


_MAKE = ("create", "bulk_create", "get_or_create", "update_or_create")


def test_nothing_but_the_door_makes_a_scene_or_an_asset():
    found = calls_that_make(("Scene", "Asset", "ScenePack"))

    assert found == {
        "services/scenes.py": {"Scene", "Asset", "ScenePack"},
        # What was painted elsewhere is taken in as it is: ready, and never queued.
        "demo/load.py": {"Scene", "Asset", "ScenePack"},
    }
    assert "queue" not in (GALLERY / "demo/load.py").read_text(encoding="utf-8")


def test_nothing_but_the_validation_makes_a_valid_order():
    assert calls_that_make(("ValidOrder",)) == {"services/validation.py": {"ValidOrder"}}


def test_every_act_of_the_door_validates():
    tree = ast.parse((GALLERY / "services/scenes.py").read_text(encoding="utf-8"))
    for name in ("compose_scene", "retry", "render_first"):
        [act] = [one for one in tree.body if getattr(one, "name", "") == name]
        called = {ast.unparse(c.func) for c in ast.walk(act) if isinstance(c, ast.Call)}
        assert {"validate", "quota.check"} <= called, name


# What is refused, at every address that has something painted
@pytest.fixture
def lin(make_user):
    """A marketer with every right, for now."""
    rights = {"may_leave_band": True, "may_write_prompts": True}
    return make_user("lin", is_marketer=True, **rights)


@pytest.fixture
def asked(make_scene, make_version, make_template, lin):
    """asked(strength=…, **fields): a shared picture of lin's, not painted yet."""

    def asked(strength=0.7, **fields):
        version = make_version(f"pack{Asset.objects.count()}")
        order = {"packs": ((version, strength),), "reason": "For the opening night", **fields}
        scene = make_scene(by=lin, **order)
        Scene.objects.filter(pk=scene.pk).update(is_shared=True)
        return scene.assets.get()

    return asked


def out_of_band(asked, settings):
    return asked(strength=1.3)


def retired_pack(asked, settings):
    return _with_pack(asked(), ReviewState.RETIRED)


def draft_pack(asked, settings):
    return _with_pack(asked(), ReviewState.DRAFT)


def _with_pack(asset, state):
    version = asset.scene.packs.get().version
    type(version).objects.filter(pk=version.pk).update(state=state)
    return asset


def unapproved_template(asked, settings):
    asset = asked()
    template = asset.scene.template
    type(template).objects.filter(pk=template.pk).update(state=ReviewState.DRAFT)
    return asset


def free_prompt(asked, settings):
    asset = asked()
    Scene.objects.filter(pk=asset.scene_id).update(template=None)
    return Asset.objects.get(pk=asset.pk)


def own_words_beside_a_template(asked, settings):
    return asked(free="and a dragon")


def own_negative(asked, settings):
    return asked(negative="fog")


def over_the_days_quota(asked, settings):
    asset = asked()
    settings.PICTURES_PER_DAY = 0
    return asset


def over_what_may_wait(asked, settings):
    asset = asked()
    settings.PICTURES_AT_ONCE = 0
    return asset


def lost_base(asked, settings):
    asset = asked()
    BaseModel.objects.update(is_present=False)
    return asset


FAULTS = (
    out_of_band,
    retired_pack,
    draft_pack,
    unapproved_template,
    free_prompt,
    own_words_beside_a_template,
    own_negative,
    over_the_days_quota,
    over_what_may_wait,
    lost_base,
)


def brought_to(asset, name):
    """The asset in the state in which the address takes it."""
    if name == "scene-first":
        return asset
    asset.start(f"test:{asset.pk}:1")
    if name == "asset-retry":
        asset.fail("out-of-memory")
        return asset
    asset.begin_rendering()
    picture = blobs.put_bytes(png())
    asset.finish(image_sha256=picture, thumb_sha256=picture, seconds=1.0, lineage={})
    return asset


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("name", MAKERS)
def test_no_address_paints_what_may_not_be_had(
    name, fault, asked, settings, at, lin, marketer, brand_admin
):
    asset = brought_to(fault(asked, settings), name)
    lin.may_leave_band = lin.may_write_prompts = False  # since it was asked for
    lin.save()
    who = {"scene-first": brand_admin, "asset-retry": lin}.get(name, marketer)
    before = list(Asset.objects.values_list("pk", "state", "priority", "attempt"))

    answer = at(who).post(name, asset.scene_id if name == "scene-first" else asset.pk)

    assert answer.status_code in (403, 409, 422)
    assert list(Asset.objects.values_list("pk", "state", "priority", "attempt")) == before
    assert answer.context["trouble"].text


@pytest.mark.parametrize("name", MAKERS)
def test_the_same_addresses_paint_what_may_be_had(name, asked, at, lin, marketer, brand_admin):
    asset = brought_to(asked(), name)
    who = {"scene-first": brand_admin, "asset-retry": lin}.get(name, marketer)

    answer = at(who).post(name, asset.scene_id if name == "scene-first" else asset.pk)

    assert not list(get_messages(answer.wsgi_request))
    asset.refresh_from_db()
    made = Asset.objects.exclude(pk=asset.pk)
    assert made.exists() or asset.attempt == 2 or asset.priority == scenes.URGENT


@pytest.mark.parametrize(
    "sent",
    [
        {"strength": "1.3"},
        {"strength": "1.3", "reason": "because"},
        {"sweep": "0.5 1.3"},
        {"sweep": "1.3 0.5"},
        {"template": ""},
        {"template": "", "free": "a dragon"},
        {"steps": "500"},
        {"guidance": "nan"},
    ],
)
def test_create_page_is_held_to_the_same(at, marketer, form_data, sent):
    [pack] = form_data["pack"]
    if strength := sent.pop("strength", None):
        sent = {**sent, f"strength_{pack}": strength}

    answer = at(marketer).post("create", **{**form_data, **sent})

    assert answer.status_code == 422
    assert not Scene.objects.exists()


# Rights are one's own
def test_reason_for_leaving_the_band_is_only_its_writers(asked, lin, marketer):
    asset = brought_to(asked(strength=1.3), "asset-again")
    marketer.may_leave_band = True
    marketer.save()

    for order_of in (reuse.again, reuse.same):
        assert order_of(asset, marketer).reason == ""
        assert order_of(asset, lin).reason == "For the opening night"
    with pytest.raises(REFUSALS) as caught:
        enlarging.enlarge(asset, marketer)
    assert caught.value.code == "reason-missing"
    assert enlarging.enlarge(asset, lin).reason == "For the opening night"


def test_again_does_not_start_from_a_colleagues_own_upload(asked, lin, at, marketer):
    upload = InitImageUpload.objects.create(
        owner=lin,
        name="a.png",
        sha256=blobs.put_bytes(png("red")),
        thumb_sha256="",
        width=48,
        height=32,
    )
    init_image = sources.find_init_image(f"own-{upload.pk}", lin)
    asset = brought_to(asked(init_image=init_image, denoising_strength=0.5), "asset-again")

    answer = at(marketer).post("asset-again", asset.pk)
    said = answer.context["trouble"].text
    assert answer.status_code == 403
    assert "never shared" in said or "分享" in said
    assert Scene.objects.count() == 1
    InitImageUpload.objects.all().delete()  # its row is gone, its picture is not
    with pytest.raises(REFUSALS):
        scenes.compose_scene(reuse.again(asset, marketer), marketer)
    assert scenes.compose_scene(reuse.again(asset, lin), lin).init_image_sha256 == init_image.sha256


def test_again_does_not_start_from_a_picture_that_is_not_shared(asked, lin, marketer):
    first = brought_to(asked(), "asset-again")
    Scene.objects.update(is_shared=False)
    asset = brought_to(
        asked(init_image=sources.init_image_of(first), denoising_strength=0.5), "asset-again"
    )

    with pytest.raises(REFUSALS) as caught:
        scenes.compose_scene(reuse.again(asset, marketer), marketer)

    assert caught.value.code == "init-image-not-yours"


def test_enlarged_picture_opens_the_form_at_what_it_was_made_from(asked, at, lin):
    asset = brought_to(enlarging.enlarge(brought_to(asked(), "x"), lin).assets.get(), "x")

    form = at(lin).get("create", **{"from": asset.pk}).context["form"]

    assert (form["mode"].value(), form["init_image"].value() or "") == ("text", "")


# Nothing is lost on the way
def test_own_words_beside_a_template_come_along(asked, lin):
    asset = brought_to(asked(free="and a (dragon:1.2)"), "asset-again")

    for scene in (
        scenes.compose_scene(reuse.again(asset, lin), lin),
        enlarging.enlarge(asset, lin),
    ):
        assert scene.prompt == asset.scene.prompt
        assert scene.template == asset.scene.template


def test_every_order_has_numbers_that_a_form_offers(make_version, make_template, base, lin):
    order = services.SceneOrder(
        template=None, free="tea", packs=((make_version(), 0.7),), base=base
    )
    for wrong in (
        {"steps": 1000},
        {"guidance": float("nan")},
        {"seed": -1},
        {"count": 500},
        {"strengths": tuple([0.5] * 50)},
        {"scheduler": "magic"},
        {"packs": ((make_version("other"), float("nan")),)},
        {"free": "tea <lora:x:1>"},
        {"free": "tea " * 1000},
        {"negative": "<lora:x:1>"},
        {"negative": "[a|b]"},
    ):
        with pytest.raises(REFUSALS):
            services.compose_scene(replace(order, **wrong), lin)
    assert not Scene.objects.exists()


def test_pack_that_is_given_twice_acts_twice(make_version, lin):
    version = make_version()
    order = services.SceneOrder(free="tea", packs=((version, 0.3), (version, 0.6)))

    assert services.compose_scene(order, lin).packs.get().strength == 0.9
    with pytest.raises(REFUSALS) as caught:
        services.compose_scene(replace(order, packs=((version, 0.6),) * 2), lin)
    assert caught.value.facts["strength"] == "1.2"


def test_sweep_without_a_pack_is_refused(asked, lin):
    asset = brought_to(asked(packs=()), "asset-sweep")

    with pytest.raises(REFUSALS) as caught:
        reuse.sweep(asset, lin)

    assert caught.value.code == "sweep-needs-one-pack"
    assert asset.state == AssetState.READY
