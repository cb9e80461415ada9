"""The product cut-out: its pixels are the upload's, whatever is painted around it."""

import dataclasses

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gallery.demo.vehicles import files
from gallery.engine import compositing, soundness
from gallery.engine.compositing import PlacedProduct
from gallery.engine.renderer import SceneRenderer
from tests.engine import toys
from training.engine.base.base_models import BUNDLED, BUNDLED_FOLDER
from training.engine.errors import EngineError
from training.engine.sampling.renderer import SampleRequest


@pytest.fixture(scope="module")
def scene_renderer(tmp_path_factory):
    scene_renderer = SceneRenderer("cpu")
    scene_renderer.ensure_loaded(
        toys.write_base(tmp_path_factory.mktemp("base"), "studio-mini"), "toy"
    )
    return scene_renderer


def cut_out(size=(96, 48), seed=0):
    """A car-like picture of noise: body and two wheels opaque, soft edges, empty around."""
    numbers = np.random.default_rng(seed)
    colours = Image.fromarray(numbers.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8))
    width, height = size
    outline = Image.new("L", size)
    pen = ImageDraw.Draw(outline)
    pen.rounded_rectangle((4, height // 4, width - 5, height - 10), 8, fill=255)
    for x in (width // 4, 3 * width // 4):
        pen.ellipse((x - 8, height - 18, x + 8, height - 2), fill=255)
    pen.line((4, height // 4 - 1, width - 5, height // 4 - 1), fill=120)
    colours.putalpha(outline)
    return colours


@pytest.fixture
def upload(tmp_path):
    def save(picture=None, name="car.png"):
        path = tmp_path / name
        (picture or cut_out()).save(path)
        return path

    return save


REQUEST = SampleRequest("a harbour", steps=2, seed=4, width=128, height=96)


def test_painted_scene_holds_the_uploads_own_pixels(scene_renderer, upload):
    picture = cut_out()
    product = PlacedProduct(upload(picture), x=0.5, y=0.75, width=96 / 128)

    scene = scene_renderer.render_product(product, REQUEST)

    shown = np.asarray(scene)[24:72, 16:112]
    solid = np.asarray(picture)[..., 3] == 255
    assert solid.mean() > 0.4
    assert np.array_equal(shown[solid], np.asarray(picture)[solid][:, :3])


@pytest.mark.parametrize("width", [0.3, 0.5, 1.4])
def test_scaled_product_holds_the_scaled_uploads_pixels(scene_renderer, upload, width):
    product = PlacedProduct(upload(), x=0.4, y=1.1, width=width)

    scene = np.asarray(scene_renderer.render_product(product, REQUEST))

    overlay = np.asarray(compositing.compose(product, (128, 96)).overlay)
    solid = overlay[..., 3] == 255
    assert solid.any()
    assert np.array_equal(scene[solid], overlay[solid][:, :3])


def test_ground_grows_darker_under_the_product_only(upload):
    product = PlacedProduct(upload(), x=0.5, y=0.75, width=0.5)
    composition = compositing.compose(product, (128, 96))

    plain = compositing.finish(Image.new("RGB", (128, 96), "white"), composition).convert("L")

    below = np.asarray(plain)[72:75, 40:88]
    assert below.mean() < 225
    assert plain.getpixel((2, 2)) == plain.getpixel((125, 90)) == 255


def test_shadow_follows_wheels_that_stand_at_different_heights(tmp_path):
    seen_aslant = Image.new("RGBA", (96, 64))
    pen = ImageDraw.Draw(seen_aslant)
    pen.polygon(((4, 12), (90, 20), (90, 50), (4, 34)), fill="red")
    for x, y in ((20, 30), (74, 50)):
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill="black")
    seen_aslant.save(tmp_path / "aslant.png")
    product = PlacedProduct(tmp_path / "aslant.png", 0.5, 0.75, 96 / 128)

    composition = compositing.compose(product, (128, 96))

    shadow = np.asarray(composition.shadow, dtype=int)
    left, top = 16, 72 - 64
    darkest = {x: int(shadow[:, left + x].argmax()) for x in (20, 47, 74)}
    assert darkest[20] == pytest.approx(top + 38, abs=3)
    assert darkest[47] == pytest.approx(top + 48, abs=3)  # between the wheels: on the line
    assert darkest[74] == pytest.approx(top + 58, abs=3)


def test_scene_changes_around_the_same_product(scene_renderer, upload):
    product = PlacedProduct(upload(), width=0.5)

    first, second, again = (
        np.asarray(scene_renderer.render_product(product, dataclasses.replace(REQUEST, seed=seed)))
        for seed in (1, 2, 1)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_larger_picture_holds_the_product_at_its_larger_size(scene_renderer, upload):
    product = PlacedProduct(upload(), x=0.5, y=0.75, width=96 / 256)
    scene = scene_renderer.render_product(product, REQUEST)

    larger = scene_renderer.enlarge(scene, (256, 192), product=product)

    assert larger.size == (256, 192)
    solid = np.asarray(cut_out())[..., 3] == 255
    shown = np.asarray(larger)[96:144, 80:176]
    assert np.array_equal(shown[solid], np.asarray(cut_out())[solid][:, :3])


def test_larger_picture_may_not_grow_beyond_the_limit(scene_renderer):
    with pytest.raises(EngineError) as caught:
        scene_renderer.enlarge(Image.new("RGB", (400, 64)), (62_500, 10_000))

    assert caught.value.code == "picture-too-large"


def test_check_tells_size_and_where_the_product_is(upload):
    facts = compositing.check_cutout(upload())

    assert (facts.width, facts.height) == (96, 48)
    assert facts.box == pytest.approx((4 / 96, 12 / 48, 92 / 96, 47 / 48))


def holed(alpha):
    picture = Image.new("RGBA", (96, 48), "red")
    picture.putalpha(alpha)
    return picture


@pytest.mark.parametrize(
    ("picture", "name", "code"),
    [
        (Image.new("RGB", (96, 48)), "a.png", "cutout-without-alpha"),
        (Image.new("RGB", (96, 48)), "a.jpg", "cutout-without-alpha"),
        (holed(255), "a.png", "cutout-without-alpha"),
        (holed(0), "a.png", "cutout-empty"),
        (cut_out((40, 30)), "a.png", "cutout-too-small"),
        (Image.new("LA", (8000, 7000)), "a.png", "image-too-large"),
    ],
)
def test_unusable_cut_out_is_refused(upload, picture, name, code):
    with pytest.raises(EngineError) as caught:
        compositing.check_cutout(upload(picture, name))

    assert caught.value.code == code


def test_broken_cut_out_is_refused(tmp_path, upload):
    whole = upload().read_bytes()
    for name, content in (("a.png", b"no picture"), ("b.png", whole[: len(whole) // 2])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EngineError) as caught:
            compositing.check_cutout(tmp_path / name)
        assert caught.value.code == "image-unreadable"


def test_product_outside_the_frame_is_refused(upload):
    for x, y in ((3.0, 0.5), (0.5, -1.0)):
        with pytest.raises(EngineError) as caught:
            compositing.compose(PlacedProduct(upload(), x, y, 0.3), (128, 96))
        assert caught.value.code == "cutout-outside"


def with_own_shadow():
    """A red car of 120 x 48 px whose file holds a soft black shadow, at most 0.48 opaque."""
    picture = Image.new("RGBA", (120, 60))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 40, 116, 58), fill=(0, 0, 0, 122))
    pen.rounded_rectangle((12, 8, 108, 48), 10, fill=(200, 30, 30, 255))
    return picture


def test_scene_without_its_product_is_the_scene_with_its_shadow(upload):
    product = PlacedProduct(upload(with_own_shadow()), x=0.5, y=0.8, width=120 / 160)
    composition = compositing.compose(product, (160, 96))
    painted = Image.linear_gradient("L").resize((160, 96)).convert("RGB")
    finished = compositing.finish(painted, composition)

    alone = compositing.without(finished, product)

    nothing = dataclasses.replace(composition, overlay=Image.new("RGBA", (160, 96)))
    expected = np.asarray(compositing.finish(painted, nothing), int)
    alpha = np.asarray(composition.overlay.getchannel("A"))
    assert np.abs(np.asarray(alone, int) - expected)[alpha < 128].max() <= 2
    assert np.array_equal(np.asarray(alone)[alpha == 0], np.asarray(finished)[alpha == 0])
    again = np.asarray(compositing.put_on(alone, product), int)
    assert np.abs(again - np.asarray(finished, int)).max() <= 2  # the shadow isn't doubled


def test_enlarged_scene_has_no_second_edge_around_its_product(upload):
    product = PlacedProduct(upload(with_own_shadow()), x=0.5, y=0.8, width=120 / 160)
    composition = compositing.compose(product, (160, 96))
    sky = Image.new("RGB", (160, 96), (90, 140, 200))
    finished = compositing.finish(sky, composition)
    size = (640, 384)

    alone = compositing.without(finished, product).resize(size, Image.Resampling.LANCZOS)
    crisp = np.asarray(compositing.put_on(alone, product), int)

    # Above the roof, where no shadow lies: the sky reaches up to the crisp edge.
    alpha = np.asarray(compositing.compose(product, size).overlay.getchannel("A"))
    above = np.zeros_like(alpha, bool)
    above[: size[1] // 3] = True
    assert np.abs(crisp[above & (alpha == 0)] - (90, 140, 200)).max() <= 2


def test_product_that_fills_the_frame_is_let_be(upload):
    picture = Image.new("RGBA", (100, 100), (10, 20, 30, 255))
    picture.putpixel((0, 0), (0, 0, 0, 0))
    product = PlacedProduct(upload(picture), x=0.5, y=1.5, width=2.0)
    finished = Image.new("RGB", (64, 64), (10, 20, 30))

    assert compositing.without(finished, product).size == (64, 64)


def test_base_paints_no_second_car_below_one_that_stands_high(tmp_path):
    """Where the bundled base would put its own car, ground is to be seen."""
    [cutout] = files.all_cutouts(["gs8"], ["white"], ["left"])
    list(files.make([cutout], tmp_path, width=400))
    size = (256, 256)
    product = PlacedProduct(tmp_path / cutout.name, y=0.78, width=0.7)
    scene_renderer = SceneRenderer("cpu")
    scene_renderer.ensure_loaded(BUNDLED_FOLDER, "bundled")
    request = SampleRequest(
        "teahouse by day, red lanterns",
        negative_prompt="mpv, sedan, suv",
        steps=20,
        guidance=3.0,
        seed=6,
        width=size[0],
        height=size[1],
    )

    scene = scene_renderer.render_product(product, request)

    alpha = np.asarray(compositing.compose(product, size).overlay)[..., 3]
    rows, columns = np.flatnonzero(alpha.any(axis=1)), np.flatnonzero(alpha.any(axis=0))
    box = tuple(
        float(value / side)
        for value, side in zip(
            (columns[0], rows[0], columns[-1], rows[-1]), (*size, *size), strict=True
        )
    )
    told = soundness.doubts_of(scene, family=BUNDLED, asks_for_vehicle=True, product=box)
    assert told == []
