"""Each check of the screening on a real photograph, sound and spoilt in one known way.

How often the checks are right over many photographs is the benchmark's matter
(benchmarks/screening.py, docs/screening.md); here each has to see the plain case, and only it.
"""

import io
import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from benchmarks.screening_cases import wheel_photos, written
from tests.unfit_drawing import unfit_drawing
from training.engine.errors import EngineError
from training.engine.screening import (
    ADVICE,
    Finding,
    Report,
    ScreenSettings,
    Severity,
    explain,
    screen_file,
    screen_folder,
)
from training.engine.screening.settings import ScreenSettings as Settings

WANTED = ScreenSettings(resolution=256)


@pytest.fixture(scope="module")
def cat():
    """A sharp, well-exposed photograph with one clear subject, 451 × 300 px."""
    return next(p.image for p in wheel_photos() if p.name == "chelsea.png").convert("RGB")


def jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def noise(picture):
    values = np.random.default_rng(1).integers(0, 256, (picture.height, picture.width, 3))
    return Image.fromarray(values.astype(np.uint8))


SPOILT = {
    "too-small": lambda p: p.resize((180, 120), Image.Resampling.LANCZOS),
    "blurred": lambda p: p.filter(ImageFilter.GaussianBlur(3)),
    "jpeg-saved-again": lambda p: jpeg(p, 20),
    "underexposed": lambda p: ImageEnhance.Brightness(p).enhance(0.25),
    "overexposed": lambda p: Image.eval(p, lambda v: min(255, v * 3)),
    "subject-unclear": noise,
    "letterbox": lambda p: ImageOps.expand(p, (0, 40), "black"),
    "pillarbox": lambda p: ImageOps.expand(p, (60, 0), "black"),
    "border": lambda p: ImageOps.expand(p, 30, "white"),
    "unfit": lambda p: unfit_drawing(),
    "text-found": lambda p: written(p, "SAMPLE PHOTO", 0.12, (0.5, 0.5), 255),
}


@pytest.mark.parametrize("code", SPOILT)
def test_spoilt_photograph_is_told_with_number_reason_and_mend(cat, tmp_path, code):
    path = tmp_path / "spoilt.png"
    SPOILT[code](cat).save(path)

    report = screen_file(path, WANTED)

    found = next(f for f in report.findings if f.code == code)
    reason, mend = explain(found, "spoilt.png")
    assert isinstance(found.value, int | float)
    assert "spoilt.png" in reason
    assert "{" not in reason + mend
    assert mend


def test_sound_photograph_has_no_findings(cat, tmp_path):
    cat.save(tmp_path / "cat.png")
    cat.save(tmp_path / "cat.jpg", quality=92)

    assert screen_file(tmp_path / "cat.png", WANTED).findings == ()
    assert screen_file(tmp_path / "cat.jpg", WANTED).findings == ()


def test_compressed_file_is_told_by_its_own_tables(cat, tmp_path):
    cat.save(tmp_path / "cat.jpg", quality=30)

    found = screen_file(tmp_path / "cat.jpg", WANTED).findings

    assert [f.code for f in found] == ["jpeg-low-quality"]
    assert found[0].value == pytest.approx(30, abs=3)


def test_screenshot_is_known_by_its_name(cat, tmp_path):
    cat.save(tmp_path / "截屏2026-11-23.png")

    found = screen_file(tmp_path / "截屏2026-11-23.png", WANTED).findings

    assert [f.code for f in found] == ["screenshot-by-name"]


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("near-duplicate", lambda p: ImageEnhance.Brightness(jpeg(p, 60)).enhance(1.1)),
        ("near-duplicate-mirrored", ImageOps.mirror),
        ("near-duplicate-crop", lambda p: p.crop((34, 22, 34 + 383, 22 + 255))),
    ],
)
def test_copy_is_told_at_the_later_name(cat, tmp_path, code, change):
    cat.save(tmp_path / "a.png")
    change(cat).save(tmp_path / "b.png")
    noise(cat).save(tmp_path / "c.png")

    told = {report.name: [f.code for f in report.findings] for report in screen_folder(tmp_path)}

    assert code in told["b.png"]
    assert not [c for name in ("a.png", "c.png") for c in told[name] if c.startswith("near")]


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_bad_file_is_a_finding_and_the_rest_of_the_folder_is_screened(cat, tmp_path, content):
    (tmp_path / "bad.png").write_bytes(content)
    cat.save(tmp_path / "good.png")

    bad, good = screen_folder(tmp_path, WANTED)

    assert [(f.code, f.severity) for f in bad.findings] == [("image-unreadable", Severity.FAULT)]
    assert good.findings == ()


def test_thresholds_are_settings_with_limits(cat, tmp_path):
    cat.save(tmp_path / "cat.jpg", quality=85)

    strict = screen_file(tmp_path / "cat.jpg", ScreenSettings(resolution=256, jpeg_quality=95))

    assert [f.code for f in strict.findings] == ["jpeg-low-quality"]
    with pytest.raises(EngineError, match="jpeg_quality"):
        Settings(jpeg_quality=500)


numbers = st.floats(-1e6, 1e6)


@given(st.sampled_from(sorted(ADVICE)), numbers, numbers, st.sampled_from(list(Severity)))
def test_report_survives_being_stored(code, value, threshold, severity):
    found = Finding("check", code, severity, value, threshold, facts={"a": 1, "b": "c"})
    report = Report("a.jpg", 3, 4, (found,), {"size": 3, "blur": None}, "ff")

    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_command_line_reports_a_folder_as_json(cat, tmp_path):
    cat.save(tmp_path / "cat.png")
    command = [sys.executable, "-m", "training.engine", "screen", "--input", str(tmp_path)]

    ended = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)

    told = json.loads(ended.stdout)
    rows = told if isinstance(told, list) else told["images"]
    assert rows[0]["name"] == "cat.png"
