"""Pictures from pictures: how far they move, what a mask keeps, and what is refused."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from training.engine.errors import EngineError
from training.engine.sampling import image_latents
from training.engine.sampling.renderer import Renderer, SampleRequest

TEA = SampleRequest("morning tea", steps=6, seed=2)


@pytest.fixture(params=["studio-mini", "sdxl"])
def renderer(toy_base, request):
    return Renderer(toy_base(request.param), "cpu")


@pytest.fixture
def photo(tmp_path):
    """A picture in another shape than any base's."""
    path = tmp_path / "photo.png"
    rows = np.linspace(0, 255, 90)[:, None, None]
    columns = np.linspace(0, 255, 120)[None, :, None]
    pixels = np.concatenate([rows + 0 * columns, columns + 0 * rows, 0 * rows + 0 * columns], 2)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def pixels(picture):
    return np.asarray(picture, dtype=int)


def test_no_change_gives_the_picture_back_through_the_vae(renderer, photo):
    told = []
    request = dataclasses.replace(TEA, init_image=photo, denoising_strength=0)

    [picture] = renderer.render([request], on_step=lambda *values: told.append(values))

    seen = image_latents.opened(photo, *picture.size)
    expected = image_latents.decode(renderer.model, image_latents.encode(renderer.model, seen))
    assert np.array_equal(pixels(picture), pixels(expected))
    assert told == []


def test_more_change_moves_the_picture_further_in_more_steps(renderer, photo):
    moved, steps = [], []

    def at(change):
        told = []
        request = dataclasses.replace(TEA, init_image=photo, denoising_strength=change)
        [picture] = renderer.render([request], on_step=lambda *values: told.append(values[1:3]))
        steps.append(told[-1] if told else (0, 0))
        assert request.steps_taken == len(told)
        return pixels(picture)

    still = at(0)
    for change in (0.2, 0.5, 1.0):
        moved.append(np.abs(at(change) - still).mean())

    assert 0 < moved[0] < moved[1] < moved[2]
    assert steps == [(0, 0), (1, 1), (3, 3), (6, 6)]


def test_picture_from_a_picture_is_the_same_in_any_company(renderer, photo):
    request = dataclasses.replace(TEA, init_image=photo, denoising_strength=0.6)
    alone = renderer.render([request])[0]

    together = renderer.render([TEA, request, dataclasses.replace(request, denoising_strength=0.3)])

    assert np.array_equal(pixels(together[1]), pixels(alone))
    assert not np.array_equal(pixels(together[2]), pixels(alone))
    assert np.array_equal(pixels(together[0]), pixels(renderer.render([TEA])[0]))


def test_mask_keeps_black_to_the_pixel_and_paints_white(renderer, photo):
    size = (renderer.base.default_width, renderer.base.default_height)
    mask = Image.new("L", size)
    mask.paste(255, (size[0] // 2, 0, *size))
    request = dataclasses.replace(TEA, init_image=photo, mask=mask)

    picture = pixels(renderer.render([request])[0])

    seen = pixels(image_latents.opened(photo, *size))
    half = size[0] // 2
    assert np.array_equal(picture[:, :half], seen[:, :half])
    assert np.abs(picture[:, half:] - seen[:, half:]).mean() > 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"init_image": "none.png"}, "image-unreadable"),
        ({"init_image": __file__}, "image-unreadable"),
        ({"mask": Image.new("L", (48, 32), 255)}, "mask-without-image"),
        (
            {"init_image": Image.new("RGB", (48, 32)), "mask": Image.new("L", (48, 32))},
            "mask-empty",
        ),
        (
            {"init_image": Image.new("RGB", (48, 32)), "denoising_strength": 1.5},
            "setting-out-of-range",
        ),
        (
            {"init_image": Image.new("RGB", (48, 32)), "denoising_strength": float("nan")},
            "setting-out-of-range",
        ),
    ],
)
def test_unusable_picture_is_refused_before_the_first_step(renderer, changes, code):
    told = []

    with pytest.raises(EngineError) as caught:
        renderer.render(
            [TEA, dataclasses.replace(TEA, **changes)], on_step=lambda *step: told.append(step)
        )

    assert caught.value.code == code
    assert told == []


@pytest.mark.parametrize(
    ("size", "code"), [((1, 1), "picture-too-small"), ((400, 32), "picture-too-long")]
)
@pytest.mark.parametrize("kind", ["init_image", "mask"])
def test_picture_and_mask_of_no_use_are_refused_by_their_sides(
    renderer, photo, tmp_path, size, code, kind
):
    odd = tmp_path / "odd.png"
    Image.new("RGB", size, "white").save(odd)
    request = dataclasses.replace(TEA, **{"init_image": photo, kind: odd})

    with pytest.raises(EngineError) as caught:
        renderer.render([request])

    assert (caught.value.code, caught.value.facts["name"]) == (code, "odd.png")
