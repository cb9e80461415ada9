"""Presets: settings that follow the set and the base."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.config.presets import PRESETS, preset

MINI = {"lora_rank": 8, "lora_alpha": 8.0, "learning_rate": 1e-3, "batch_size": 4, "epochs": 12}


def values(name, images=32, **facts):
    settings = preset(name, images, advice=MINI, **facts)
    return settings["learning_rate"], settings["lora_rank"], settings["epochs"]


def test_standard_on_drawings_is_the_bases_own_advice():
    assert values("standard", 64) == (1e-3, 8, 12)


def test_light_is_gentler_in_rate_rank_and_length():
    assert values("light", 64) == (8.5e-4, 4, 7)


def test_photographs_take_less_than_a_third_of_the_rate_of_drawings():
    assert [values(name, 64, are_drawn=False)[0] for name in PRESETS] == [2.5e-4, 3e-4, 3.5e-4]


def test_few_images_take_half_the_rank_and_as_many_steps():
    assert values("standard", 16) == (1e-3, 4, 38)


def test_base_without_advice_gets_the_rule_of_thumb():
    settings = preset("standard", 100)

    assert (settings["learning_rate"], settings["lora_rank"]) == (1e-4, 16)
    assert (settings["lora_alpha"], settings["batch_size"], settings["epochs"]) == (16.0, 4, 25)


def test_what_the_base_asks_for_besides_stays():
    assert preset("light", 64, advice=MINI | {"caption_dropout": 0.1})["caption_dropout"] == 0.1


@pytest.mark.parametrize(("images", "share"), [(19, 0.0), (20, 0.1)])
def test_pictures_are_held_back_from_twenty_on(images, share):
    assert preset("standard", images)["validation_share"] == share


@given(images=st.integers(1, 5000), name=st.sampled_from(PRESETS), are_drawn=st.booleans())
def test_run_is_never_longer_than_four_thousand_steps_and_a_round(images, name, are_drawn):
    settings = preset(name, images, are_drawn=are_drawn, advice=MINI)

    per_epoch = -(-images // settings["batch_size"])
    assert settings["epochs"] * per_epoch <= max(4000 + per_epoch, per_epoch)


def test_unknown_preset_is_named():
    with pytest.raises(ValueError, match="heavy"):
        preset("heavy", 32)
