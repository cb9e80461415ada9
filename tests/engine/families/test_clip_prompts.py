"""Prompts as the network takes them: short ones as the pipeline does, long ones in parts."""

import dataclasses

import numpy as np
import pytest
import torch

from tests.engine.lora.test_adapters import write_pack
from training.engine.base import loading
from training.engine.families import clip_prompts
from training.engine.sampling.renderer import Renderer, SampleRequest

LONG = "a harbour at night, red lanterns, " * 4 + "the last words"


@pytest.fixture(params=["sd15", "sdxl", "studio-mini"])
def base(toy_base, request):
    return toy_base(request.param)


@pytest.fixture
def model(base):
    return loading.load_model(base, "cpu")


def plain(model, prompt):
    """What the diffusers pipeline itself makes of a prompt: (tokens, pooled or None)."""
    with torch.inference_mode():
        found = model.pipe.encode_prompt(
            prompt, device="cpu", num_images_per_prompt=1, do_classifier_free_guidance=False
        )
    return found[0], found[2] if len(found) > 2 else None


@pytest.mark.parametrize("prompt", ["", "tea", "an arcade, tea"])
def test_short_prompt_is_what_the_pipeline_makes_of_it(model, base, prompt):
    found = model.encode_prompt(prompt)

    tokens, pooled = plain(model, prompt)
    assert torch.equal(found.prompt_embeds, tokens)
    assert (found.pooled_prompt_embeds is None) == (pooled is None)
    assert pooled is None or torch.equal(found.pooled_prompt_embeds, pooled)


def test_long_prompt_keeps_every_token_in_parts_of_the_limit(model, base):
    limit = base.token_limit
    parts = clip_prompts.parts_of(model.pipe.tokenizer, LONG, limit)

    whole = model.pipe.tokenizer(LONG, truncation=False, verbose=False)["input_ids"][1:-1]
    assert [token for part in parts for token, _ in part] == whole
    assert len(parts) > 1
    assert all(len(part) <= limit - 2 for part in parts)
    found = model.encode_prompt(LONG)
    assert found.prompt_embeds.shape[1] == len(parts) * limit


def test_long_prompt_is_parted_at_a_comma_where_one_is_near(toy_base):
    model = loading.load_model(toy_base("studio-mini"), "cpu")

    parts = clip_prompts.parts_of(model.pipe.tokenizer, "tea house, " * 8, 32)

    comma = model.pipe.tokenizer.convert_tokens_to_ids(",</w>")
    assert all(part[-1][0] == comma for part in parts[:-1])


def test_last_words_of_a_long_prompt_change_the_picture(base):
    renderer = Renderer(base, "cpu")
    request = SampleRequest(LONG, steps=2, seed=3)

    first, other, again = renderer.render(
        [request, dataclasses.replace(request, prompt=LONG + " differ"), request]
    )

    assert not np.array_equal(np.asarray(first), np.asarray(other))
    assert np.array_equal(np.asarray(first), np.asarray(again))


def test_ten_thousand_characters_are_painted(toy_base):
    renderer = Renderer(toy_base("studio-mini"), "cpu")
    request = SampleRequest("tea " * 2500, negative_prompt="blur", steps=1)

    assert renderer.render([request])[0].size == (48, 32)


def test_remembered_prompts_follow_the_text_encoders_style(toy_base, make_config, tmp_path):
    path = tmp_path / "a.safetensors"
    write_pack(path, toy_base("sd15"), make_config(train_text_encoder=True))
    request = SampleRequest("tea", steps=1, packs=[(path, 1.0)])
    warm = Renderer(toy_base("sd15"), "cpu")

    warm.render([SampleRequest("tea", steps=1), dataclasses.replace(request, packs=[(path, 0.5)])])
    picture = warm.render([request])[0]

    fresh = Renderer(toy_base("sd15"), "cpu").render([request])[0]
    assert np.array_equal(np.asarray(picture), np.asarray(fresh))


def states(model, text, limit):
    """What each text encoder itself makes of a text: [(1, limit, D)]."""
    is_xl = "text_encoder_2" in model.text_encoders
    parts = [(model.pipe.tokenizer, model.pipe.text_encoder)]
    parts += [(model.pipe.tokenizer_2, model.pipe.text_encoder_2)] if is_xl else []
    for tokenizer, encoder in parts:
        ids = tokenizer(
            text, padding="max_length", max_length=limit, truncation=True, return_tensors="pt"
        ).input_ids
        with torch.inference_mode():
            told = encoder(ids, output_hidden_states=True)
        yield told.hidden_states[-2] if is_xl else told[0]


def test_embeddings_are_scaled_and_their_mean_restored(model, base):
    """The published rule: each token's embedding times its weight, then the old mean again."""
    for name, values in model.pipe.text_encoder.named_parameters():
        if name.endswith("final_layer_norm.bias"):  # random weights have a mean of nothing
            values.data += 0.3
    found = model.encode_prompt("tea (red:1.4) [car]")

    ids = [len(model.pipe.tokenizer(word)["input_ids"]) - 2 for word in ("tea", "red", "car")]
    weights = [1.0] * (1 + ids[0]) + [1.4] * ids[1] + [1 / 1.1] * ids[2]
    weights += [1.0] * (base.token_limit - len(weights))
    expected = []
    for state in states(model, "tea red car", base.token_limit):
        scaled = state * torch.tensor(weights)[None, :, None]
        expected.append(scaled * (state.mean() / scaled.mean()))
    torch.testing.assert_close(found.prompt_embeds, torch.cat(expected, -1))
    if found.pooled_prompt_embeds is not None:
        plain = model.encode_prompt("tea red car")
        assert torch.equal(found.pooled_prompt_embeds, plain.pooled_prompt_embeds)


def test_brackets_that_weigh_nothing_change_nothing(model, base):
    plain = model.encode_prompt("tea red")

    for same in ("tea (red:1)", "tea (red:1.0)", "(tea red:1)"):
        found = model.encode_prompt(same)
        assert torch.equal(found.prompt_embeds, plain.prompt_embeds)


def test_break_puts_each_side_into_its_own_part(model, base):
    both = model.encode_prompt("tea BREAK (car:1.3)").prompt_embeds

    first = model.encode_prompt("tea").prompt_embeds
    second = model.encode_prompt("(car:1.3)").prompt_embeds
    assert torch.equal(both, torch.cat([first, second], 1))
