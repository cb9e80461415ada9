"""Enlarging keeps colours and light, and lets the painted detail through."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageStat

from gallery.engine import tone
from gallery.engine.renderer import SceneRenderer
from training.engine.sampling.sample_request import SampleRequest


def scene():
    """A bright street in strong colours, soft as an enlarged picture is."""
    image = Image.new("RGB", (256, 192), (20, 30, 90))
    for left, colour in enumerate(((240, 200, 60), (200, 30, 40), (250, 250, 245), (30, 140, 90))):
        image.paste(colour, (16 + 60 * left, 40, 56 + 60 * left, 150))
    return image.filter(ImageFilter.GaussianBlur(3))


def washed(image):
    return ImageEnhance.Contrast(ImageEnhance.Color(image).enhance(0.7)).enhance(0.85)


def detail(size):
    """A fine pattern of ±12 levels, which has no tone of its own."""
    rows, columns = np.indices(size[::-1])
    return np.where((rows // 2 + columns // 2) % 2, 12, -12)


def saturation_and_contrast(image):
    """Mean saturation and standard deviation of the light, both 0 to 255."""
    saturation = ImageStat.Stat(image.convert("HSV").getchannel("S")).mean[0]
    return saturation, ImageStat.Stat(image.convert("L")).stddev[0]


def changes(image, before):
    pairs = zip(saturation_and_contrast(image), saturation_and_contrast(before), strict=True)
    return [now / then - 1 for now, then in pairs]


def test_washed_out_picture_gets_its_tone_back():
    before = scene()
    painted = washed(before)
    assert all(change < -0.1 for change in changes(painted, before))

    kept = tone.kept(painted, before)

    assert all(abs(change) < 0.03 for change in changes(kept, before))


def test_painted_detail_stays():
    before = scene()
    pattern = detail(before.size)
    painted = np.asarray(washed(before), int) + pattern[..., None]
    painted = Image.fromarray(painted.clip(0, 255).astype(np.uint8))

    kept = np.asarray(tone.kept(painted, before).convert("L"), float)

    fine = kept - np.asarray(Image.fromarray(kept.astype(np.uint8)).filter(ImageFilter.BoxBlur(4)))
    assert np.corrcoef(fine[8:-8, 8:-8].ravel(), pattern[8:-8, 8:-8].ravel())[0, 1] > 0.7


@pytest.mark.parametrize("size", [(256, 192), (250, 187), (8, 8), (7, 5)])
def test_unchanged_picture_stays_as_it_is_at_every_size(size):
    before = scene().resize(size)

    assert np.array_equal(np.asarray(tone.kept(before, before)), np.asarray(before))


def test_enlarged_picture_has_the_tone_of_the_first(toy_base):
    scene_renderer = SceneRenderer("cpu")
    scene_renderer.ensure_loaded(toy_base, "toy")
    first = scene().resize((128, 96))
    request = SampleRequest("a street", width=128, height=96, steps=4, seed=3)

    larger = scene_renderer.upscale(first, request, denoising_strength=1.0)

    coarse = [
        np.asarray(image.resize((16, 12), Image.Resampling.BOX), int)
        for image in (larger, first.resize(larger.size, Image.Resampling.LANCZOS))
    ]
    assert np.abs(coarse[0] - coarse[1]).mean() < 6
