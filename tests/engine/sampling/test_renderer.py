"""Pictures: the same request gives the same bytes, in any company, and stops when told."""

import dataclasses
import os
import warnings

import numpy as np
import pytest
import torch
from PIL import Image

from tests.engine import toys
from tests.engine.lora.test_adapters import write_pack
from training.engine.base import loading
from training.engine.errors import EngineError
from training.engine.families.noise_sampler import SCHEDULERS
from training.engine.lora import adapters, weight_files
from training.engine.sampling import image_latents
from training.engine.sampling.renderer import Renderer, RenderStopped, SampleRequest

ARCADE = SampleRequest("an arcade", steps=3, seed=1)
TEA = SampleRequest("morning tea", negative_prompt="blur", steps=2, seed=2)


@pytest.fixture
def renderer(toy_base):
    return Renderer(toy_base("studio-mini"), "cpu")


@pytest.fixture
def pack(toy_base, make_config, tmp_path):
    path = tmp_path / "style.safetensors"
    write_pack(path, toy_base("studio-mini"), make_config("studio-mini", targets="all"))
    return path


def same(first, second):
    return np.array_equal(np.asarray(first), np.asarray(second))


def test_picture_has_the_bases_size_and_does_not_depend_on_its_company(renderer):
    alone = [renderer.render([request])[0] for request in (ARCADE, TEA)]

    together = renderer.render([TEA, ARCADE, TEA])

    assert alone[0].size == (48, 32)
    assert same(together[1], alone[0])
    assert same(together[0], alone[1])
    assert same(together[2], alone[1])


def test_global_randomness_is_neither_used_nor_moved(renderer):
    before = torch.get_rng_state()

    first = renderer.render([ARCADE])[0]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(99)

    assert same(renderer.render([ARCADE])[0], first)
    assert not same(renderer.render([dataclasses.replace(ARCADE, seed=5)])[0], first)


def test_strength_zero_is_exactly_the_base(renderer, pack):
    plain = renderer.render([ARCADE])[0]

    def at(strength):
        return renderer.render([dataclasses.replace(ARCADE, packs=[(pack, strength)])])[0]

    styled = at(1.0)
    assert not same(styled, plain)
    assert same(at(0.0), plain)
    assert same(renderer.render([ARCADE])[0], plain)
    assert same(at(1.0), styled)
    assert not same(at(0.5), styled)


def test_two_halves_of_a_pack_make_a_whole(renderer, pack):
    whole, halves = renderer.render(
        [
            dataclasses.replace(ARCADE, packs=[(pack, 1.0)]),
            dataclasses.replace(ARCADE, packs=[(pack, 0.5), (pack, 0.5)]),
        ]
    )

    assert same(whole, halves)


def test_exported_file_gives_the_picture_of_the_live_adapter(toy_base, make_config, tmp_path):
    info = toy_base("sd15")
    live = Renderer(info, model=loading.load_model(info, "cpu"))
    config = make_config(targets="kohya-conv", train_text_encoder=True)
    for group in adapters.add_training_adapter(live.model, config):
        for parameter in group["params"]:
            torch.nn.init.normal_(parameter, std=0.05, generator=torch.Generator().manual_seed(3))
    path = tmp_path / "a.safetensors"
    weight_files.write_kohya(path, adapters.trained_modules(live.model), {}, "fp32")

    shown = live.render([ARCADE])[0]
    warm = Renderer(info, "cpu")
    loaded = warm.render([dataclasses.replace(ARCADE, packs=[(path, 1.0)])])[0]

    # The live adapter adds its answer to the layer's, the file is in the weights: they may differ
    # in the last bits, and so by one level of a pixel here and there.
    apart = np.abs(np.asarray(shown, dtype=int) - np.asarray(loaded, dtype=int))
    assert apart.max() <= 1
    assert not same(shown, warm.render([ARCADE])[0])


def test_pictures_equal_those_of_the_plain_pipeline(toy_base):
    for family in ("sd15", "sdxl", "studio-mini"):
        renderer = Renderer(toy_base(family), "cpu")
        ours = renderer.render([TEA])[0]
        pipe = renderer.model.pipe
        pipe.scheduler = renderer.model.sampler("dpm++").scheduler
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels = pipe(
                TEA.prompt,
                negative_prompt=TEA.negative_prompt,
                width=ours.width,
                height=ours.height,
                num_inference_steps=TEA.steps,
                guidance_scale=TEA.guidance,
                generator=torch.Generator().manual_seed(TEA.seed),
                output_type="np",
            ).images[0]

        assert np.array_equal(np.asarray(ours), (pixels * 255).round().astype(np.uint8)), family


@pytest.mark.parametrize("family", ["sdxl", "studio-mini"])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_paints_again_the_same_and_from_a_picture(toy_base, family, name):
    renderer = Renderer(toy_base(family), "cpu")
    told = []
    request = dataclasses.replace(ARCADE, scheduler=name, guidance=1.0 if name == "lcm" else 5.0)

    first, second = renderer.render([request] * 2, on_step=lambda *step: told.append(step))
    start = dataclasses.replace(request, init_image=first, denoising_strength=0.5)
    mask = Image.new("L", first.size, 255)
    mask.paste(0, (0, 0, 8, 8))
    moved, masked = renderer.render([start, dataclasses.replace(start, mask=mask)])

    assert same(first, second)
    assert len([preview for *_, preview in told if preview]) == 2
    assert not same(moved, first)
    assert same(masked.crop((0, 0, 8, 8)), first.crop((0, 0, 8, 8)))


def test_pictures_that_share_passes_are_near_those_made_alone(toy_base, pack):
    alone = Renderer(toy_base("studio-mini"), "cpu")
    shared = Renderer(toy_base("studio-mini"), "cpu", batch=3)
    requests = [
        dataclasses.replace(ARCADE, seed=seed, prompt=prompt, packs=[(pack, 0.7)])
        for seed, prompt in ((1, "tea"), (2, "an arcade " * 9), (3, "tea"), (4, "tea"))
    ]
    requests.insert(2, dataclasses.replace(requests[0], width=32))
    told = []

    together = shared.render(
        requests,
        on_step=lambda i, step, total, preview: told.append((i, step)),
        on_image=lambda i, picture: told.append(i),
    )

    for ours, expected in zip(together, alone.render(requests), strict=True):
        apart = np.abs(np.asarray(ours, dtype=int) - np.asarray(expected, dtype=int))
        assert ours.size == expected.size
        assert apart.max() <= 1
    # Another length of prompt or size of picture begins anew; the last two shared.
    assert told[-8:] == [(3, 1), (4, 1), (3, 2), (4, 2), (3, 3), (4, 3), 3, 4]


def test_compiled_network_takes_other_packs_without_compiling_again(toy_base, pack):
    torch.compiler.reset()
    plain = Renderer(toy_base("studio-mini"), "cpu")
    compiled = Renderer(toy_base("studio-mini"), "cpu", compile="eager")
    wanted = [dataclasses.replace(ARCADE, packs=[(pack, strength)]) for strength in (0, 1.0, 0.3)]
    compiled.render(wanted[:1])
    frames = torch._dynamo.utils.counters["frames"]["total"]

    pictures = compiled.render(wanted)

    assert frames > 0
    assert torch._dynamo.utils.counters["frames"]["total"] == frames
    for picture, expected in zip(pictures, plain.render(wanted), strict=True):
        assert same(picture, expected)


def test_parts_kept_elsewhere_between_uses_make_no_difference(toy_base, pack, tmp_path):
    for family in ("sdxl", "studio-mini"):
        request = dataclasses.replace(ARCADE, init_image=Image.new("RGB", (40, 40), "red"))
        together = Renderer(toy_base(family), "cpu", offload=True)
        expected = Renderer(toy_base(family), "cpu").render([request, ARCADE])

        for picture, one in zip(together.render([request, ARCADE]), expected, strict=True):
            assert same(picture, one)


@pytest.mark.parametrize("family", ["sdxl", "studio-mini"])
def test_half_precision_paints_nearly_the_same(toy_base, make_config, tmp_path, family):
    path = tmp_path / "style.safetensors"
    write_pack(path, toy_base(family), make_config(family))
    request = dataclasses.replace(ARCADE, packs=[(path, 0.7)], guidance=2.0)
    exact = Renderer(toy_base(family), "cpu")
    [expected] = exact.render([request])

    [half] = Renderer(toy_base(family), "cpu", torch.bfloat16).render([request])

    apart = np.abs(np.asarray(half, dtype=int) - np.asarray(expected, dtype=int))
    assert apart.mean() < 4
    other = np.asarray(exact.render([dataclasses.replace(request, seed=9)])[0], dtype=int)
    assert apart.mean() < np.abs(other - np.asarray(expected, dtype=int)).mean() / 4


def test_network_that_is_told_the_guidance_is_asked_once_a_step(toy_base):
    info = toy_base("sd15")
    model = loading.load_model(info, "cpu", unet=toys.make_unet(time_cond_proj_dim=16))
    sizes = []
    model.network.register_forward_pre_hook(lambda module, args: sizes.append(len(args[0])))
    renderer = Renderer(info, model=model)
    request = dataclasses.replace(ARCADE, scheduler="lcm")

    first, other = renderer.render([request, dataclasses.replace(request, guidance=1.5)])

    assert sizes == [1] * 6
    assert not same(first, other)


def test_vae_works_in_tiles_on_a_large_picture(renderer):
    model = renderer.model
    picture = Image.linear_gradient("L").resize((160, 96)).convert("RGB")

    whole = image_latents.decode(model, image_latents.encode(model, picture))
    latents = image_latents.encode(model, picture, tiled_over=100)
    assert model.vae.use_tiling
    tiled = image_latents.decode(model, latents, tiled_over=100)
    image_latents.decode(model, latents[..., :8, :8])

    assert not model.vae.use_tiling
    assert tiled.size == (160, 96)
    assert not same(whole, tiled)


def test_steps_are_told_with_previews(renderer):
    told = []

    renderer.render([ARCADE], on_step=lambda *values: told.append(values))

    assert [(i, step, total) for i, step, total, _ in told] == [(0, 1, 3), (0, 2, 3), (0, 3, 3)]
    previews = [preview for *_, preview in told if preview]
    assert [preview.size for preview in previews] == [(12, 8)]


def test_preview_resembles_the_picture(renderer):
    told = []
    picture = renderer.render([ARCADE], on_step=lambda *values: told.append(values[-1]))[0]

    last = [preview for preview in told if preview][-1]
    small = np.asarray(picture.resize(last.size), dtype=float).mean(axis=(0, 1))
    assert np.asarray(last, dtype=float).mean(axis=(0, 1)) == pytest.approx(small, abs=40)


def test_stopping_keeps_what_was_finished(renderer):
    asked = iter([False] * 5 + [True] * 9)
    kept = []

    with pytest.raises(RenderStopped) as caught:
        renderer.render(
            [ARCADE, TEA],
            should_stop=lambda: next(asked),
            on_image=lambda i, picture: kept.append(i),
        )

    assert kept == [0]
    assert len(caught.value.pictures) == 1
    assert same(caught.value.pictures[0], renderer.render([ARCADE])[0])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prompt": "  "}, "prompt-empty"),
        ({"prompt": os.fsdecode("骑楼".encode("gb18030"))}, "prompt-not-text"),
        ({"negative_prompt": os.fsdecode(b"blur\xff")}, "prompt-not-text"),
        ({"width": 50}, "size-impossible"),
        ({"height": 80_000}, "size-impossible"),
        ({"steps": 0}, "setting-out-of-range"),
        ({"guidance": -1}, "setting-out-of-range"),
        ({"seed": -1}, "setting-out-of-range"),
        ({"height": -8}, "size-impossible"),
        ({"guidance": float("nan")}, "setting-out-of-range"),
        ({"seed": 2**63}, "setting-out-of-range"),
        ({"scheduler": "fastest"}, "setting-unknown"),
        ({"packs": [("a.safetensors", 9)]}, "strength-out-of-band"),
        ({"packs": [("a.safetensors", float("nan"))]}, "strength-out-of-band"),
    ],
)
def test_impossible_request_is_refused_before_the_first_picture(renderer, changes, code):
    made = []

    with pytest.raises(EngineError) as caught:
        renderer.render(
            [ARCADE, dataclasses.replace(TEA, **changes)],
            on_image=lambda i, picture: made.append(i),
        )

    assert caught.value.code == code
    assert made == []


def test_tokens_are_counted_with_the_bases_own_tokenizer(renderer):
    assert renderer.count_tokens("ab c") == 5
