import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps
from scipy import ndimage

from tests.engine.screening.scenes import scene, texture
from training.engine.screening import Severity, explain
from training.engine.screening.blur import certainty, edge_spread
from training.engine.screening.borders import Strips, find_strips
from training.engine.screening.exposure import blown_share
from training.engine.screening.jpeg import enlarged_blocks, table_quality
from training.engine.screening.subject import half_area, subject_clarity


def finding(report, check):
    """The only finding, which must be of this check."""
    (found,) = report.findings
    assert found.check == check
    return found


def checks(report):
    return [found.check for found in report.findings]


def saved_jpeg(image, quality):
    target = io.BytesIO()
    image.save(target, "JPEG", quality=quality)
    return Image.open(target)


# Size


@pytest.mark.parametrize(("side", "severity"), [(200, Severity.WARNING), (120, Severity.FAULT)])
def test_small_picture_is_measured_on_its_short_side(screened, side, severity):
    found = finding(screened(scene(size=(2 * side, side))), "size")

    assert (found.value, found.threshold, found.severity) == (side, 256, severity)


# Blur


@examples(max_examples=25)
@given(spread=st.floats(1.5, 5.0))
def test_edge_spread_finds_the_blur_that_was_made(spread):
    step = np.where(np.arange(96) < 48, 40.0, 210.0) * np.ones((96, 1))
    soft = ndimage.gaussian_filter(step, spread).astype(np.float32)

    assert edge_spread(soft)[0] == pytest.approx(spread, rel=0.2)


@given(value=st.floats(0, 20), edges=st.integers(0, 10**6), threshold=st.floats(0.3, 5))
def test_certainty_stays_between_zero_and_one(value, edges, threshold):
    assert 0 <= certainty(value, edges, threshold) <= 1


def test_blurred_picture_is_told_with_its_certainty(screened):
    report = screened(scene().filter(ImageFilter.GaussianBlur(4)))

    found = finding(report, "blur")
    assert found.code == "blurred"
    assert 0.6 <= found.sure <= 1
    assert "% sure" in explain(found, report.name)[0]


def test_shaken_picture_is_told_from_a_soft_one(screened):
    shaken = ndimage.uniform_filter1d(np.asarray(scene()), 15, axis=1)

    assert finding(screened(Image.fromarray(shaken)), "blur").code == "blurred-by-motion"


def test_sharp_subject_before_a_soft_ground_is_not_blurred(screened):
    image = scene()
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((80, 60, 320, 280), 255)
    soft = image.filter(ImageFilter.GaussianBlur(5))

    assert screened(Image.composite(image, soft, mask)).findings == ()


@pytest.mark.parametrize("kind", ["one colour", "fading sky", "grainy wall"])
def test_plain_picture_is_not_called_blurred(screened, kind):
    levels = np.full((320, 384), 150.0)
    if kind == "fading sky":
        levels += np.linspace(-50, 50, 320)[:, None]
    if kind == "grainy wall":
        levels += np.random.default_rng(3).normal(0, 3, levels.shape)

    assert "blur" not in checks(screened(Image.fromarray(levels.astype(np.uint8))))


# JPEG


@given(quality=st.integers(5, 95))
def test_table_quality_is_that_of_the_library(quality):
    tables = saved_jpeg(Image.new("L", (8, 8)), quality).quantization

    assert table_quality(tables[0]) == pytest.approx(quality, abs=2)


def test_quality_is_read_from_the_file(screened):
    found = finding(screened(scene(), name="picture.jpg", quality=40), "jpeg")

    assert (found.code, found.value) == ("jpeg-low-quality", 40)


@pytest.mark.parametrize("quality", [20, 40, 60])
def test_quality_is_found_after_saving_lossless(screened, quality):
    found = finding(screened(saved_jpeg(scene(), quality)), "jpeg")

    assert found.code == "jpeg-saved-again"
    assert found.value == pytest.approx(quality, abs=6)


def test_quality_is_found_after_trimming_and_saving_finely(screened):
    trimmed = saved_jpeg(scene(), 40).crop((3, 5, 380, 317))

    found = finding(screened(trimmed, name="picture.jpg", quality=94), "jpeg")

    assert found.code == "jpeg-saved-again"
    assert found.value == pytest.approx(40, abs=6)


def test_blocks_are_found_after_enlarging(screened):
    small = saved_jpeg(scene(size=(480, 400)), 15)

    found = finding(screened(small.resize((960, 800), Image.Resampling.BICUBIC)), "jpeg")

    assert (found.code, found.facts["factor"]) == ("jpeg-enlarged", 2.0)


def test_tiles_of_a_mosaic_are_not_taken_for_blocks():
    tiles = np.random.default_rng(5).integers(60, 200, (14, 14)).repeat(42, 0).repeat(42, 1)
    grain = np.random.default_rng(6).normal(0, 4, tiles.shape)

    assert enlarged_blocks((tiles + grain).astype(np.float32))[1] == 0


def test_fine_jpeg_is_left_alone(screened):
    assert screened(scene(), name="picture.jpg", quality=92).findings == ()


# Exposure


def test_dark_picture_is_told(screened):
    found = finding(screened(ImageEnhance.Brightness(scene()).enhance(0.25)), "exposure")

    assert found.code == "underexposed"


def test_blown_out_picture_is_told(screened):
    report = screened(ImageEnhance.Brightness(scene()).enhance(2.5))

    assert "overexposed" in [found.code for found in report.findings]


def test_white_backdrop_is_not_blown_out():
    luma = np.ones((128, 128))
    luma[40:100, 40:100] = 0.4

    assert blown_share(luma) == 0


@given(level=st.floats(0, 1), seed=st.integers(0, 99))
def test_blown_share_is_a_share(level, seed):
    luma = np.random.default_rng(seed).random((16, 16)) * (1 - level) + level

    assert 0 <= blown_share(luma) <= 1


# Subject


def test_texture_has_no_clear_subject(screened):
    assert finding(screened(texture()), "subject").severity == Severity.NOTE


def test_picture_of_one_colour_is_not_judged():
    assert subject_clarity(Image.new("RGB", (96, 96), "grey")) is None


@examples(max_examples=25)
@given(seed=st.integers(0, 50), width=st.integers(32, 96))
def test_clarity_stays_between_zero_and_one(seed, width):
    clarity = subject_clarity(scene(seed, size=(width, 64)))

    assert 0 <= clarity <= 1


@given(seed=st.integers(0, 99))
def test_half_area_is_at_most_half(seed):
    assert 0 < half_area(np.random.default_rng(seed).random((8, 8))) <= 0.5


# Borders


@examples(max_examples=25)
@given(
    left=st.integers(3, 20),
    top=st.integers(3, 20),
    right=st.integers(3, 20),
    seed=st.integers(0, 9),
)
def test_strips_are_found_where_they_are(left, top, right, seed):
    framed = ImageOps.expand(scene(seed, size=(200, 150)), (left, top, right, 0), fill="white")

    strips = find_strips(np.asarray(framed).astype(np.int16))

    assert strips == Strips(left, top, right, 0)


@pytest.mark.parametrize(
    ("sides", "code"),
    [((0, 30, 0, 30), "letterbox"), ((40, 0, 40, 0), "pillarbox"), ((9, 9, 9, 9), "border")],
)
def test_bars_are_told_by_their_kind(screened, sides, code):
    found = finding(screened(ImageOps.expand(scene(), sides, fill="black")), "border")

    assert found.code == code
    assert [found.facts[side] for side in ("left", "top", "right", "bottom")] == list(sides)


def test_round_thing_before_a_plain_ground_has_no_border(screened):
    image = Image.new("RGB", (384, 320), "white")
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).ellipse((60, 40, 320, 290), 255)
    image.paste(scene(), mask=mask)

    assert "border" not in checks(screened(image))


# Screenshots


def phone(image, ground, ink):
    shot = Image.new("RGB", (400, 800), ground)
    draw = ImageDraw.Draw(shot)
    draw.text((20, 12), "09:41   Pictures", fill=ink, font=ImageFont.load_default(22))
    draw.text((20, 758), "Share   Edit   Delete", fill=ink, font=ImageFont.load_default(22))
    shot.paste(ImageOps.fit(image, (400, 690)), (0, 50))
    return shot


@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("black", "white")])
def test_screenshot_is_known_by_its_bars(screened, ground, ink):
    codes = [found.code for found in screened(phone(scene(), ground, ink)).findings]

    assert "screenshot" in codes


def test_screenshot_is_known_by_its_name(screened):
    assert finding(screened(scene(), name="截屏2026-11-22.png"), "screenshot").sure == 0.95


def test_flat_drawing_is_no_screenshot(screened):
    drawing = Image.new("RGB", (400, 400), (120, 190, 230))
    draw = ImageDraw.Draw(drawing)
    draw.rectangle((0, 260, 400, 400), (90, 150, 80))
    draw.ellipse((300, 40, 350, 90), (250, 230, 120))
    draw.polygon([(80, 300), (200, 120), (320, 300)], (160, 60, 50))

    assert "screenshot" not in checks(screened(drawing))
