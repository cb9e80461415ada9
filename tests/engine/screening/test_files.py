import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as property_settings
from hypothesis import strategies as st
from PIL import Image

from tests.engine.screening.scenes import scene
from training.engine.errors import EngineError
from training.engine.screening import (
    ADVICE,
    Report,
    ScreenSettings,
    Severity,
    explain,
    screen_file,
    screen_folder,
)
from training.engine.screening.screened_image import open_screened


def codes(report):
    return [found.code for found in report.findings]


def png_header(width, height):
    """A PNG that claims a size and holds no pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(b""), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )


def test_sound_picture_has_no_findings(screened):
    report = screened(scene())

    assert codes(report) == []
    assert (report.width, report.height, report.worst) == (384, 320, None)


def test_report_survives_json(screened):
    report = screened(scene().resize((150, 130)), name="小图.png")

    assert codes(report)[0] == "too-small"
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"GIF or not", "not-a-picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not-a-picture"),
    ],
)
def test_file_without_a_picture_is_one_fault(tmp_path, settings, content, reason):
    (tmp_path / "broken.png").write_bytes(content)

    report = screen_file(tmp_path / "broken.png", settings)

    (found,) = report.findings
    assert (found.code, found.severity, found.facts["reason"]) == (
        "image-unreadable",
        Severity.FAULT,
        reason,
    )
    assert explain(found, report.name)[0].startswith("The image broken.png can't be read")


def test_truncated_picture_is_one_fault(tmp_path, settings):
    scene().save(tmp_path / "whole.jpg")
    content = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "half.jpg").write_bytes(content[: len(content) // 2])

    assert codes(screen_file(tmp_path / "half.jpg", settings)) == ["image-unreadable"]


def test_missing_file_is_one_fault(tmp_path, settings):
    assert codes(screen_file(tmp_path / "gone.png", settings)) == ["image-unreadable"]


@pytest.mark.parametrize("side", [9_000, 50_000])
def test_giant_is_refused_by_its_header(tmp_path, settings, side):
    (tmp_path / "giant.png").write_bytes(png_header(side, side))

    (found,) = screen_file(tmp_path / "giant.png", settings).findings

    assert (found.code, found.facts["limit"]) == ("image-too-large", 64)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        ("L", "grey.png"),
        ("P", "palette.gif"),
        ("RGBA", "alpha.png"),
        ("LA", "grey-alpha.png"),
        ("1", "ink.png"),
        ("CMYK", "press.tif"),
        ("CMYK", "press.jpg"),
    ],
)
def test_every_pixel_mode_is_screened(tmp_path, settings, mode, name):
    scene().convert(mode).save(tmp_path / name)

    report = screen_file(tmp_path / name, settings)

    assert (report.width, report.height) == (384, 320)
    assert "readable" not in [found.check for found in report.findings]


def test_sixteen_bit_picture_is_as_bright_as_its_eight_bit_self(tmp_path, settings):
    grey = scene().convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    grey.save(tmp_path / "eight.png")
    deep.save(tmp_path / "sixteen.png")

    levels = [
        screen_file(tmp_path / name, settings).measures["highlight"]
        for name in ("eight.png", "sixteen.png")
    ]

    assert levels[0] == pytest.approx(levels[1], abs=0.02)


def test_turned_picture_is_reported_upright(tmp_path, settings):
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(size=(400, 300)).save(tmp_path / "turned.jpg", exif=exif, quality=95)

    picture = open_screened(tmp_path / "turned.jpg", settings)

    assert (picture.width, picture.height) == (300, 400)
    assert picture.overview.size == (300, 400)


def test_panorama_is_seen_in_a_bounded_copy(tmp_path, settings):
    Image.new("RGB", (9000, 300), "grey").save(tmp_path / "wide.png")

    picture = open_screened(tmp_path / "wide.png", settings)

    assert picture.overview.size == (4096, 137)
    assert picture.window.size == (1024, 300)


def test_folder_is_screened_by_name_with_doubles_told_once(tmp_path, settings):
    (tmp_path / "sub").mkdir()
    scene(1).save(tmp_path / "b.png")
    scene(1).resize((300, 250)).save(tmp_path / "sub" / "c.png")
    scene(2).save(tmp_path / "a.png")
    (tmp_path / "d.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture")

    reports = {report.name: codes(report) for report in screen_folder(tmp_path, settings)}

    assert reports == {
        "a.png": [],
        "b.png": [],
        "d.png": ["image-unreadable"],
        "sub/c.png": ["too-small", "near-duplicate"],
    }


def test_paths_are_screened_as_given(tmp_path, settings):
    scene(1).save(tmp_path / "one.png")

    (report,) = screen_folder([tmp_path / "one.png"], settings)

    assert report.name == (tmp_path / "one.png").as_posix()


def test_missing_folder_is_an_error(tmp_path):
    with pytest.raises(EngineError, match="does not exist"):
        screen_folder(tmp_path / "nowhere")


def test_stored_file_is_called_by_the_given_name(tmp_path, settings):
    scene().save(tmp_path / "0a1b2c", "PNG")

    assert screen_file(tmp_path / "0a1b2c", settings, name="骑楼.png").name == "骑楼.png"


@pytest.mark.parametrize(("field", "value"), [("resolution", 32), ("blur_sure", 1.5)])
def test_setting_outside_its_range_is_refused(field, value):
    with pytest.raises(EngineError) as caught:
        ScreenSettings(**{field: value})

    assert (caught.value.code, caught.value.facts["setting"]) == ("setting-out-of-range", field)


def test_every_code_has_an_explanation_that_names_the_picture():
    assert [code for code, advice in ADVICE.items() if "{name}" not in advice.explanation] == []


@property_settings(max_examples=20)
@given(
    width=st.integers(1, 12) | st.just(700),
    height=st.integers(1, 12),
    is_plain=st.booleans(),
)
def test_picture_of_any_shape_is_screened(tmp_path_factory, width, height, is_plain):
    path = tmp_path_factory.mktemp("shapes") / "a.png"
    values = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(values * (not is_plain)).save(path, compress_level=0)

    report = screen_file(path)

    assert (report.width, report.height) == (width, height)
