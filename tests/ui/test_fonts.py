"""The vendored fonts: small, licensed, and holding what they are for."""

from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

ROOT = Path(settings.ROOT)
FOLDERS = (ROOT / "static/fonts", ROOT / "gallery/engine/fonts")


def test_label_font_holds_the_label_and_the_watermarks():
    glyphs = TTFont(ROOT / "gallery/engine/fonts/studio-label.otf").getBestCmap()

    assert {
        letter for letter in "人工智能生成AI样稿未批准已撤回" if ord(letter) not in glyphs
    } == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=["web", "label"])
def test_licence_lies_beside_the_fonts(folder):
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text()


def test_fonts_stay_small():
    fonts = [path for folder in FOLDERS for path in folder.glob("studio-*")]

    assert sum(path.stat().st_size for path in fonts) < 600_000
