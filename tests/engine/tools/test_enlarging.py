"""Pictures made larger: sharper than by interpolation, of the same tone, without seams."""

import importlib.util
import random
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors import safe_open
from safetensors.torch import save_file

from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.tools import enlarging, super_resolution, upscaler
from training.minibase import artist

LANCZOS = Image.Resampling.LANCZOS


@pytest.fixture(scope="module")
def drawn():
    """A drawn street, 384 px."""
    spec = artist.random_spec(random.Random(3))
    return artist.draw(spec, 384)


@pytest.fixture
def before(drawn):
    return drawn.resize((96, 96), LANCZOS)


def psnr(first, second):
    error = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return 10 * np.log10(255**2 / np.mean(error**2))


def edges(image):
    grey = np.asarray(image.convert("L"), np.float64)
    return np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()


def saturation(image):
    return np.asarray(image.convert("HSV"), np.float64)[..., 1].mean()


def contrast(image):
    return np.asarray(image.convert("L"), np.float64).std()


def test_an_enlarged_drawing_is_nearer_to_the_original_and_sharper_than_by_lanczos(drawn, before):
    enlarged, plain = enlarging.enlarge(before, drawn.size), before.resize(drawn.size, LANCZOS)

    assert psnr(enlarged, drawn) > psnr(plain, drawn) + 1
    assert abs(edges(enlarged) / edges(drawn) - 1) < abs(edges(plain) / edges(drawn) - 1)


def test_made_smaller_again_it_is_the_picture_of_before(before):
    enlarged = enlarging.enlarge(before, (384, 384))

    again = np.asarray(enlarged.reduce(4), float) - np.asarray(before, float)
    assert np.abs(again).mean() < 1.5


@pytest.fixture(params=["drawing", "pale", "pale and grainy"])
def drawn_or_pale(request, drawn):
    """A drawing, or one as pale as a photograph of a grey day, with a camera's grain or without."""
    if request.param == "drawing":
        return drawn
    values = np.asarray(drawn, float)
    pale = 0.3 * values + 0.7 * values.mean(axis=2, keepdims=True)
    deviation = 4 if "grain" in request.param else 0
    grain = np.random.default_rng(1).normal(0, deviation, (96, 96, 3)).repeat(4, 0).repeat(4, 1)
    return Image.fromarray(np.clip(pale + grain, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("side", "passes"), [(192, 1), (384, 1), (768, 2)])
def test_saturation_and_contrast_stay(drawn_or_pale, side, passes):
    before = drawn_or_pale.resize((96, 96), LANCZOS)

    enlarged = enlarging.enlarge(before, (side, side), passes=passes)

    assert saturation(enlarged) == pytest.approx(saturation(before), rel=0.03)
    assert contrast(enlarged) == pytest.approx(contrast(before), rel=0.03)


@pytest.mark.parametrize("size", [(384, 384), (131, 211), (600, 500)])
def test_tiles_leave_no_seam(before, size, monkeypatch):
    whole = enlarging.enlarge(before, size)
    network = super_resolution.bundled()
    monkeypatch.setattr(network, "tile", 37)
    counted = []
    tiled = enlarging.enlarge(before, size, on_strip=lambda: counted.append(1))

    box = (0, 0, *before.size)
    assert len(counted) == len(list(enlarging.strips(box, size, network))) == 3
    assert np.abs(np.asarray(whole, int) - np.asarray(tiled, int)).max() <= 1


def test_a_part_is_what_it_is_of_the_whole_picture(drawn):
    whole = enlarging.enlarge(drawn, (1152, 1152))

    part = enlarging.enlarge(drawn, (360, 240), box=(200, 120, 320, 200))

    of_whole = np.asarray(whole.crop((600, 360, 960, 600)), int)
    assert np.abs(of_whole - np.asarray(part, int)).max() <= 1


def test_a_second_pass_makes_a_large_growth_nearer_to_the_original(drawn):
    before = drawn.resize((48, 48), LANCZOS)

    ways = [enlarging.enlarge(before, drawn.size, passes=count) for count in (1, 2)]

    assert edges(ways[1]) > 1.02 * edges(ways[0])
    assert psnr(ways[1], drawn) > psnr(ways[0], drawn) - 0.5
    assert np.abs(np.asarray(ways[1].reduce(8), int) - np.asarray(before, int)).mean() < 2


@pytest.mark.parametrize(
    ("size", "growth", "most", "expected"),
    [
        ((224, 304), 1.2, upscaler.AT_ONCE, 0),
        ((224, 304), 4.8, upscaler.AT_ONCE, 1),
        ((224, 304), 7.9, upscaler.IN_BACKGROUND, 1),
        ((224, 304), 32, upscaler.IN_BACKGROUND, 2),
        ((224, 304), 32, upscaler.AT_ONCE, 1),
        ((224, 304), 100, upscaler.IN_BACKGROUND, 2),
        ((768, 1024), 1.5, upscaler.AT_ONCE, 0),
        ((768, 1024), 9.8, upscaler.IN_BACKGROUND, 1),
        ((3000, 2100), 3.3, upscaler.IN_BACKGROUND, 0),
        ((224, 304), 4.8, 0, 0),
    ],
)
def test_passes_go_as_far_as_is_seen_and_may_be_waited_for(size, growth, most, expected):
    assert upscaler.passes(size[0] * size[1], growth, most) == expected


def test_seconds_count_every_pass():
    assert upscaler.seconds(1e6, 0) == 0
    assert upscaler.seconds(1e6, 2) == 17 * upscaler.seconds(1e6, 1)


def test_transparency_grows_with_the_colours(before):
    outline = Image.new("L", before.size)
    ImageDraw.Draw(outline).ellipse((20, 20, 80, 70), fill=255)
    before.putalpha(outline)

    enlarged = enlarging.enlarge(before, (192, 192))

    assert enlarged.getchannel("A") == outline.resize((192, 192), LANCZOS)
    assert enlarged.convert("RGB") == enlarging.enlarge(before.convert("RGB"), (192, 192))


@pytest.mark.parametrize(
    ("size", "code"), [((95, 300), "enlarged-smaller"), ((30_000, 30_000), "picture-too-large")]
)
def test_no_picture_is_made_smaller_or_endless(before, size, code):
    with pytest.raises(EngineError) as caught:
        enlarging.enlarge(before, size)

    assert caught.value.code == code


def test_the_bundled_network_tells_its_licence():
    with safe_open(upscaler.BUNDLED, "pt") as file:
        told = file.metadata()

    assert told["license"] == "BSD-3-Clause"
    assert told["copyright"] in upscaler.BUNDLED.with_name("LICENSE").read_text()


@pytest.mark.parametrize(
    ("content", "code"), [(None, "upscaler-missing"), (b"half of it", "upscaler-damaged")]
)
def test_a_network_that_is_not_the_released_one_is_told(tmp_path, monkeypatch, content, code):
    path = tmp_path / "network.safetensors"
    if content:
        path.write_bytes(content)
    monkeypatch.setattr(upscaler, "BUNDLED", path)

    with pytest.raises(EngineError) as caught:
        super_resolution.bundled()

    assert (caught.value.code, caught.value.facts) == (code, {"name": path.name})


def test_the_network_is_hashed_again_only_after_a_change(tmp_path, monkeypatch):
    path = tmp_path / upscaler.BUNDLED.name
    path.write_bytes(upscaler.BUNDLED.read_bytes())
    monkeypatch.setattr(upscaler, "BUNDLED", path)
    hashed = []
    hash_file = upscaler.hash_file
    monkeypatch.setattr(upscaler, "hash_file", lambda it: hashed.append(it) or hash_file(it))

    upscaler.check()
    upscaler.check()
    assert hashed == [path]

    path.write_bytes(b"half of it")
    with pytest.raises(EngineError, match="damaged"):
        upscaler.check()
    assert hashed == [path, path]


class TestCommand:
    @pytest.fixture
    def picture(self, before, tmp_path):
        path = tmp_path / "street.png"
        before.save(path)
        return path

    def test_a_picture_is_written_twice_as_large(self, picture, tmp_path, capsys):
        out = tmp_path / "large.jpg"

        assert main(["enlarge", str(picture), str(out)]) == 0

        with Image.open(out) as large:
            assert large.size == (192, 192)
        assert capsys.readouterr().out == f"{out}  192 × 192\n"

    def test_beyond_four_times_it_warns(self, picture, tmp_path, capsys):
        assert main(["enlarge", str(picture), str(tmp_path / "a.png"), "--factor", "4.5"]) == 0

        assert "no new detail" in capsys.readouterr().out

    def test_a_cut_out_stays_one_where_the_file_can_hold_it(self, before, tmp_path):
        before.putalpha(Image.linear_gradient("L").resize(before.size))
        path = tmp_path / "car.png"
        before.save(path)

        for name in ("large.png", "large.jpg"):
            assert main(["enlarge", str(path), str(tmp_path / name)]) == 0

        with Image.open(tmp_path / "large.png") as large:
            darkest, clearest = large.getchannel("A").getextrema()
            assert darkest < 3
            assert clearest > 252
        with Image.open(tmp_path / "large.jpg") as flat:
            assert np.asarray(flat)[:4].mean() > 240, "transparency is white"

    @pytest.mark.parametrize("factor", ["1", "0.5", "17", "-2"])
    def test_factors_that_enlarge_nothing_are_refused(self, picture, tmp_path, capsys, factor):
        out = tmp_path / "out.png"

        assert main(["enlarge", str(picture), str(out), f"--factor={factor}"]) == 1

        assert f"By {factor} no picture" in capsys.readouterr().err
        assert not out.exists()

    def test_a_file_of_another_kind_is_no_network(self, picture, tmp_path, capsys):
        path = tmp_path / "style.safetensors"
        save_file({"a": torch.zeros(2)}, path)

        assert main(["enlarge", str(picture), str(tmp_path / "o.png"), "--weights", str(path)]) == 1

        assert "style.safetensors holds no network that enlarges" in capsys.readouterr().err

    def test_a_network_of_other_shapes_is_refused(self, picture, tmp_path, capsys):
        path = tmp_path / "odd.safetensors"
        network = super_resolution.build(super_resolution.COMPACT, 2)
        save_file(network.state_dict(), path, {"architecture": "compact", "blocks": "3"})

        assert main(["enlarge", str(picture), str(tmp_path / "o.png"), "--weights", str(path)]) == 1

        assert "odd.safetensors holds no network" in capsys.readouterr().err

    def test_neither_the_picture_nor_the_network_is_written_over(self, picture, capsys):
        assert main(["enlarge", str(picture), str(picture)]) == 1

        with Image.open(picture) as still:
            assert still.size == (96, 96)
        assert "OUT" in capsys.readouterr().err

    def test_a_picture_that_is_none_is_named(self, tmp_path, capsys):
        (tmp_path / "notes.png").write_text("no picture")

        assert main(["enlarge", str(tmp_path / "notes.png"), str(tmp_path / "o.png")]) == 1

        assert "notes.png" in capsys.readouterr().err


class TestBuild:
    """`docs/tools/make_upscaler.py` reads what ncnn laid out."""

    @pytest.fixture(scope="class")
    def maker(self):
        path = Path(__file__).parents[3] / "docs/tools/make_upscaler.py"
        spec = importlib.util.spec_from_file_location("make_upscaler", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def laid_out(self, network, half):
        layers, numbers = ["7767517", "2 2"], b""
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                weights = module.weight.detach().numpy()
                layers.append(f"Convolution c 1 1 a b 0={len(weights)} 1=3 6={weights.size}")
                stored = weights.astype("<f2" if half else "<f4").tobytes()
                numbers += struct.pack("<I", 0x01306B47 if half else 0)
                numbers += stored + b"\0" * (-len(stored) % 4)
                numbers += module.bias.detach().numpy().tobytes()
            elif isinstance(module, torch.nn.PReLU):
                layers.append(f"PReLU p 1 1 a b 0={len(module.weight)}")
                numbers += module.weight.detach().numpy().tobytes()
        return "\n".join(layers), numbers

    @pytest.mark.parametrize("half", [True, False])
    @pytest.mark.parametrize("architecture", [super_resolution.COMPACT, super_resolution.DEEP])
    def test_the_same_numbers_come_out(self, maker, architecture, half):
        network = super_resolution.build(architecture, 1).half().float()
        layers, numbers = self.laid_out(network, half)

        read = maker.filled(super_resolution.build(architecture, 1), layers, numbers)

        for name, value in network.state_dict().items():
            assert torch.equal(value, read.state_dict()[name]), name

    def test_numbers_that_nothing_asked_for_are_told(self, maker):
        network = super_resolution.build(super_resolution.COMPACT, 1)
        layers, numbers = self.laid_out(network, half=True)

        with pytest.raises(SystemExit, match="4 bytes unused"):
            maker.filled(network, layers, numbers + b"\0" * 4)
