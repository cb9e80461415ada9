"""What is said of wheels and sharpness, held to pictures whose truth is known."""

import pytest
from PIL import Image, ImageFilter

from training.minibase import bundle, cli, evaluate, sharpness, wheels
from training.minibase.artist import cars, draw, vehicle_box

# diffusers' solver hands a tensor to NumPy in a way that NumPy 2 is phasing out.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def specs():
    return evaluate.held_out_specs(20, seed=8)


@pytest.fixture(scope="module")
def drawn(specs):
    return [draw(spec, 256) for spec in specs]


def squeezed(picture, spec, share):
    """Flatten the picture towards the line of its wheels."""
    middle = wheels.asked_wheels(spec, picture.size)[0].y
    lines = (1, 0, 0, 0, share, (1 - share) * middle)
    return picture.transform(picture.size, Image.AFFINE, lines, Image.BICUBIC)


def with_second_car(picture, spec, scale):
    """Put the same car in once more, where the frame has more room."""
    left, _, right, bottom = vehicle_box(spec, picture.size)
    car, (x, y) = cars.sprite(spec.vehicle, spec.colour, spec.time, spec.facing, scale)
    middle = (left + right) / 2 * picture.width
    other = middle + (1 if middle < picture.width / 2 else -1) * 150 * scale
    both = picture.copy()
    both.paste(car, (round(other - x), round(bottom * picture.height - y)), car)
    return both


def test_drawn_wheels_are_found_round_and_are_two(drawn, specs):
    figures = sharpness.wheel_figures(drawn, specs)

    assert figures["wheels_round"] == figures["both_round"] == 1
    assert figures["two_cars"] == 0


def test_flattened_wheels_are_not_round(drawn, specs):
    flat = [squeezed(*pair, 1.25) for pair in zip(drawn, specs, strict=True)]

    assert sharpness.wheel_figures(flat, specs)["wheels_round"] == 0


def test_wheels_that_are_a_blur_are_not_found(drawn, specs):
    blurred = [picture.filter(ImageFilter.GaussianBlur(5)) for picture in drawn]

    assert sharpness.wheel_figures(blurred, specs)["wheels_round"] < 0.1


def test_second_car_is_seen(specs):
    wide = [draw(spec, (352, 192)) for spec in specs]
    scale = (352 * 192) ** 0.5 / 256
    two = [with_second_car(*pair, scale) for pair in zip(wide, specs, strict=True)]

    assert sharpness.wheel_figures(wide, specs)["two_cars"] == 0
    assert sharpness.wheel_figures(two, specs)["two_cars"] >= 0.9


def test_asked_wheels_lie_under_the_car(specs):
    for spec in specs:
        left, top, right, bottom = (256 * edge for edge in vehicle_box(spec, 256))
        for wheel in wheels.asked_wheels(spec, (256, 256)):
            assert left < wheel.x - wheel.radius < wheel.x + wheel.radius < right
            assert top < wheel.y < bottom < wheel.y + wheel.radius + 2


def test_repainting_costs_more_the_more_noise_it_starts_from():
    repainted = sharpness.repaint_figures(sharpness.load(), 2)

    psnr = [values["psnr"] for values in repainted.values()]
    assert list(repainted) == ["true", "300", "500", "700"]
    assert psnr == sorted(psnr, reverse=True)
    assert psnr[0] > 26


def test_sharpness_is_printed_with_another_unet(capsys, tmp_path):
    other = str(bundle.WEIGHTS / "unet")

    sizes = ["--scenes", "1", "--pictures", "4"]
    cli.main(["sharpness", *sizes, "--unet", other, "--keep", str(tmp_path / "kept")])

    printed = capsys.readouterr().out
    assert "repainted from t = 500" in printed
    assert "2 square pictures: wheels found round" in printed
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept == ["00-square.png", "01-square.png", "02-wide.png", "03-large.png"]
