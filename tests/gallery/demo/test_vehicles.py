"""The renderer of the demo's cars: real renders, small."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation, binary_erosion, distance_transform_edt

from gallery.demo.vehicles import __main__ as command
from gallery.demo.vehicles import files, render, sheet, skin, wheels
from gallery.demo.vehicles.bodies import BODIES
from gallery.demo.vehicles.curves import fair
from gallery.demo.vehicles.light import schlick, tone
from gallery.demo.vehicles.paint import PAINTS
from gallery.demo.vehicles.view import view_of
from training.minibase.artist import cars
from training.minibase.artist.spec import COLOURS, FACINGS, TIMES

WIDTH = 240  # px of a picture in these tests


@pytest.fixture(scope="module")
def views():
    return {name: view_of(name, render.FINE * WIDTH) for name in BODIES}


@pytest.fixture(scope="module")
def scenes(views):
    """Vehicle, light and facing, lit once for all colours."""
    made = {}

    def scene(name, light="day", facing="right"):
        key = (name, light, facing)
        if key not in made:
            made[key] = render.lit(views[name], light, facing)
        return made[key]

    return scene


@pytest.fixture(scope="module")
def picture(views, scenes):
    def make(name, colour, light="day", facing="right"):
        return render.finish(views[name], scenes(name, light, facing), colour, facing)

    return make


def kinds(view):
    """(height, width) of what is seen; 255 where nothing is."""
    flat = np.full(view.width * view.height, 255, np.uint8)
    flat[view.pixels] = view.kind
    return flat.reshape(view.height, view.width)


def circle_error(xs, ys):
    """How far points are from their best circle, root mean square over its radius."""
    matrix = np.stack([2 * xs, 2 * ys, np.ones_like(xs)], axis=1)
    (a, b, c), *_ = np.linalg.lstsq(matrix, xs**2 + ys**2, rcond=None)
    radius = np.sqrt(c + a * a + b * b)
    return float(np.sqrt(np.mean((np.hypot(xs - a, ys - b) - radius) ** 2)) / radius)


@pytest.mark.parametrize("name", BODIES)
def test_rims_are_round_once_the_turn_is_taken_out(views, name):
    view = views[name]
    rims = np.isin(kinds(view), (wheels.RIM_FACE, wheels.RIM_SIDE, wheels.DISC, wheels.DARK))
    stretch = 1 / np.cos(np.radians(view.camera.turn))

    for half in (slice(0, view.width // 2), slice(view.width // 2, view.width)):
        rim = binary_erosion(binary_dilation(rims[:, half], iterations=4), iterations=4)
        rows, columns = np.nonzero(rim & ~binary_erosion(rim))
        out = np.hypot((columns - columns.mean()) * stretch, rows - rows.mean())
        edge = out > 0.8 * np.percentile(out, 90)
        assert circle_error(columns[edge] * stretch, rows[edge].astype(float)) < 0.05


@pytest.mark.parametrize("name", BODIES)
def test_hubs_are_about_three_wheel_diameters_apart_and_tyres_stand_on_the_ground(views, name):
    body, view = BODIES[name], views[name]
    tyres = view.points[2, view.kind == wheels.TYRE]

    assert 3.4 < 2 * body.axle / (2 * body.wheel_radius) < 4.4
    assert abs(float(tyres.min())) < 0.01


@pytest.mark.parametrize("name", BODIES)
def test_outline_is_whole_soft_at_its_edge_and_empty_around(picture, views, name):
    alpha = np.asarray(picture(name, "red").getchannel("A"))
    seen = kinds(views[name])[::2, ::2] != 255
    inside = binary_erosion(seen, iterations=2)
    outside = ~binary_dilation(seen, iterations=2)

    assert alpha[inside].min() == 255
    assert alpha[outside].max() <= round(255 * render.SHADOW_STRENGTH)
    assert alpha[0].max() == alpha[-1].max() == 0
    assert np.unique(alpha[~inside & ~outside]).size > 20


@pytest.mark.parametrize("light", TIMES)
@pytest.mark.parametrize("colour", ["black", "white"])
def test_edge_has_the_colour_of_the_car_and_no_halo(picture, views, colour, light):
    image = np.asarray(picture("empow", colour, light), np.float32)
    rgb, alpha = image[..., :3], image[..., 3]
    upper = np.arange(image.shape[0])[:, None] < 0.45 * image.shape[0]  # no shadow up there
    edge = (alpha > 40) & (alpha < 250) & upper
    _, (rows, columns) = distance_transform_edt(alpha < 255, return_indices=True)
    beside = rgb[rows, columns]

    assert edge.sum() > 100
    assert abs((rgb - beside).mean(axis=-1)[edge].mean()) < 12


@pytest.mark.parametrize("colour", COLOURS)
def test_paint_is_the_colour_of_its_name(picture, views, colour):
    view = views["gs8"]
    paint = (kinds(view) == skin.PAINT)[::2, ::2]
    seen = np.median(np.asarray(picture("gs8", colour))[..., :3][paint], axis=0)

    away = {name: np.abs(seen - other).sum() for name, other in cars.PAINT.items()}
    assert min(away, key=away.get) == colour


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("facing", FACINGS)
def test_nose_points_where_it_was_asked_to(picture, name, facing):
    image = np.asarray(picture(name, "white", "day", facing).convert("RGBA"), np.float32)
    red = (image[..., 0] > 1.6 * image[..., 1]) & (image[..., 3] > 250)  # the tail lamp

    share = np.nonzero(red)[1].mean() / image.shape[1]
    assert share < 0.2 if facing == "right" else share > 0.8


def test_sun_stays_where_it_is_when_the_car_turns_round(picture):
    right = np.asarray(picture("gs8", "blue"), np.int16)
    left = np.asarray(picture("gs8", "blue", "day", "left"), np.int16)

    assert np.array_equal(left[:, ::-1, 3], right[..., 3])
    assert np.abs(left[:, ::-1, :3] - right[..., :3]).mean() > 1


def test_evening_is_warm_and_night_is_dark_with_its_lamps_lit(picture, views):
    body = (kinds(views["m8"]) == skin.PAINT)[::2, ::2]
    lamps = (kinds(views["m8"]) == skin.LAMP)[::2, ::2]
    seen = {light: np.asarray(picture("m8", "white", light), float)[..., :3] for light in TIMES}
    mean = {light: values[body].mean(axis=0) for light, values in seen.items()}

    assert mean["sunset"][0] / mean["sunset"][2] > 1.15 * mean["day"][0] / mean["day"][2]
    assert mean["night"].mean() < 0.6 * mean["day"].mean()
    assert seen["night"][lamps].max() > 200
    assert seen["night"][lamps].max() > 1.5 * np.median(seen["night"][body])


@pytest.mark.parametrize("name", BODIES)
def test_number_plate_and_hub_carry_nothing(views, scenes, name):
    for part in scenes(name):
        view = part.view
        plate = view.kind == skin.PANEL
        shine = part.fixed[:, plate]
        if plate.any():
            assert float((tone(shine).max(axis=1) - tone(shine).min(axis=1)).max()) < 0.2


def test_same_order_gives_the_same_picture(picture):
    again = render.image_of("empow", "gold", width=WIDTH)

    assert picture("empow", "gold").tobytes() == again.tobytes()


def test_car_fills_the_picture_and_every_ray_is_there_once(views):
    for view in views.values():
        columns = view.pixels % view.width
        assert np.unique(view.pixels).size == view.pixels.size
        assert columns.max() - columns.min() > 0.96 * view.width
        assert np.abs(np.linalg.norm(view.normals, axis=0) - 1).max() < 1e-3


def test_command_makes_what_is_lacking_and_leaves_what_is_there(tmp_path, capsys):
    there = tmp_path / "empow-red-right-day.webp"
    there.write_bytes(b"made before")
    order = ["--output", str(tmp_path), "--width", "100", "--vehicle", "empow", "--facing", "right"]
    page = tmp_path / "sheet.webp"

    assert command.main([*order, "--colour", "red", "--colour", "blue"]) == 0

    assert there.read_bytes() == b"made before"
    with Image.open(tmp_path / "empow-blue-right-day.webp") as made:
        assert (made.format, made.mode, made.width) == ("WEBP", "RGBA", 100)
    assert command.main([*order, "--colour", "blue", "--sheet", str(page)]) == 0
    with Image.open(page) as seen:
        assert seen.size == (6 * 400, 200)
    assert "2 of 2" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.part"))


def test_renderer_needs_no_django():
    code = "import sys, gallery.demo.vehicles.__main__; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_names_are_those_of_scenes():
    assert tuple(PAINTS) == COLOURS
    assert set(files.FACINGS) == set(FACINGS)
    assert set(files.LIGHTS) == set(TIMES)


def test_sheet_shows_every_cut_out_on_the_ground_of_its_light(tmp_path):
    cutouts = files.all_cutouts(["m8"], ["red"], ["left", "right"], ["night"])
    for cutout in cutouts:
        files.save(Image.new("RGBA", (200, 80), (255, 0, 0, 255)), tmp_path / cutout.name)

    page = np.asarray(sheet.sheet(cutouts, tmp_path, columns=2, cell=100))

    assert page.shape == (50, 200, 3)
    assert (page[:, :, 0] > 200).sum() > 3000
    assert tuple(page[0, 0]) == (44, 47, 60)


def test_fair_curve_meets_its_points_and_does_not_overshoot():
    curve = fair([(-1.0, 0.0), (0.0, 0.0), (0.5, 1.0), (1.0, 1.0)], blur=0.01)
    xs = np.linspace(-2, 2, 400, dtype=np.float32)

    assert curve(np.float32([-1.0, 1.0])).tolist() == pytest.approx([0.0, 1.0], abs=0.01)
    assert curve(xs).min() >= -1e-6
    assert curve(xs).max() <= 1 + 1e-6


def test_fresnel_goes_from_its_base_to_one_and_tone_never_clips_or_falls():
    cosines = np.linspace(1, 0, 50)
    levels = tone(np.linspace(0, 20, 2000, dtype=np.float32))

    assert schlick(cosines, 0.04)[0] == pytest.approx(0.04)
    assert schlick(cosines, 0.04)[-1] == pytest.approx(1.0)
    assert np.all(np.diff(levels) >= 0)
    assert levels.max() < 1
