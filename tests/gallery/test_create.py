"""What the create page takes, refuses and keeps."""

import pytest

from gallery.models import (
    Asset,
    Scene,
)


def test_create_queues_a_scene_and_keeps_the_form(at, marketer, form_data):
    browser = at(marketer)
    answer = browser.post("create", **form_data)

    assert answer.status_code == 302
    shown = browser.get("create").context["shown"]
    assert shown.form["slot_weather"].value() == "rain"
    assert [c["strength"] for c in shown.choices if c["is_chosen"]] == ["0.6"]
    scene = Scene.objects.get()
    assert scene.prompt == "ink style, a white GS8 suv, qilou arcade street, rain"
    assert scene.packs.get().strength == 0.6
    assert scene.assets.count() == 2


def test_create_refuses_a_strength_beside_its_slider(at, marketer, form_data):
    version = form_data["pack"][0]
    answer = at(marketer).post("create", **{**form_data, f"strength_{version}": "0.95"})

    assert answer.status_code == 422
    assert f"strength_{version}" in answer.context["form"].errors
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Scene.objects.exists()


def test_create_refuses_a_slot_value_that_is_not_listed(at, marketer, form_data):
    answer = at(marketer).post("create", **{**form_data, "slot_vehicle": "tank"})

    assert answer.status_code == 422
    assert "template" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", "-1"), ("seed", "4294967296"), ("steps", "500"), ("count", "3"), ("sweep", "0.5 x")],
)
def test_create_refuses_values_out_of_range(at, marketer, form_data, field, value):
    answer = at(marketer).post("create", **{**form_data, field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


@pytest.mark.parametrize("sign", [" ", ",", "，", "、", "；"])
def test_sweep_paints_one_picture_a_strength(at, marketer, form_data, sign):
    at(marketer).post("create", **{**form_data, "sweep": sign.join(["0.5", "0.6", "0.7", "0.8"])})

    strengths = Asset.objects.order_by("index").values_list("strength", flat=True)
    assert list(strengths) == [0.5, 0.6, 0.7, 0.8]


def test_again_changes_only_the_seed(at, marketer, make_ready, make_version, channel):
    [asset] = make_ready(packs=((make_version(), 0.6),), channel=channel)

    at(marketer).post("asset-again", asset.pk)

    new = Scene.objects.first()
    assert new.made_from == asset
    assert (new.prompt, new.channel, new.steps) == (
        asset.scene.prompt,
        asset.scene.channel,
        asset.scene.steps,
    )
    assert new.seed != asset.seed
    assert new.packs.get().strength == 0.6


def test_create_page_takes_up_a_picture(at, marketer, make_ready, make_version):
    [asset] = make_ready(packs=((make_version(), 0.65),))

    shown = at(marketer).get("create", **{"from": asset.pk}).context["shown"]

    assert shown.form["seed"].value() == asset.seed
    assert [c["strength"] for c in shown.choices if c["is_chosen"]] == [0.65]
