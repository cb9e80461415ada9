"""Logos and fonts that a brand brings: what is read from them, and what is refused by name."""

import io

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from gallery.engine import font_files, labelling, logos
from training.engine.errors import EngineError

FONT = labelling.font_path().read_bytes()


def with_bits(bits):
    """The label's font with these licence bits."""
    font = TTFont(io.BytesIO(FONT))
    font["OS/2"].fsType = bits
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()


def logo(size=(400, 120), mode="RGBA", ground=(0, 0, 0, 0), form="PNG"):
    image = Image.new(mode, size, ground)
    ImageDraw.Draw(image).ellipse((10, 10, 100, 100), fill="white")
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def refused(act, content):
    with pytest.raises(EngineError) as error:
        act(content)
    return error.value.code, error.value.facts


def test_font_tells_its_name_weight_and_writing():
    facts = font_files.read(FONT)

    assert (facts.family, facts.weight, facts.form) == ("Studio Label SC", 700, "otf")
    assert facts.scripts == ("latin",)  # the few Chinese glyphs of the label are no Chinese font
    assert facts.glyphs == len(TTFont(io.BytesIO(FONT)).getBestCmap())


@pytest.mark.parametrize(("bits", "named"), [(0x2, "0x0002"), (0x4, "0x0004"), (0x200, "0x0200")])
def test_font_that_forbids_its_use_is_refused_by_name(bits, named):
    facts = {"name": "Studio Label SC", "bit": named}
    assert refused(font_files.read, with_bits(bits)) == ("font-forbids", facts)


@pytest.mark.parametrize("bits", [0x0, 0x8, 0x8 | 0x4, 0x100])
def test_font_that_may_be_embedded_is_taken(bits):
    assert font_files.read(with_bits(bits)).family == "Studio Label SC"


@pytest.mark.parametrize(
    "content", [b"", b"no font", FONT[:4], FONT[:600], b"wOF2" + FONT, b"ttcf" + FONT]
)
def test_file_that_is_no_font_is_refused(content):
    assert refused(font_files.read, content) == ("font-unreadable", {})


def test_logo_with_a_transparent_ground_is_taken():
    assert logos.read(logo()) == (400, 120)


@pytest.mark.parametrize(
    ("content", "code", "facts"),
    [
        (logo(mode="RGB", ground="black"), "logo-opaque", {}),
        (logo(ground=(0, 0, 0, 255)), "logo-opaque", {}),
        (logo(size=(120, 60)), "logo-small", {"side": 120, "least": 200}),
        (logo(mode="RGB", ground="black", form="JPEG"), "logo-form", {"form": "JPEG"}),
    ],
)
def test_logo_of_no_use_on_a_poster_is_refused(content, code, facts):
    assert refused(logos.read, content) == (code, facts)


@pytest.mark.parametrize(
    ("words", "code", "facts"),
    [
        ("图片由机器生成", "label-without-ai", {"words": "图片由机器生成"}),
        ("AI图片", "label-without-making", {"words": "AI图片"}),
        ("本图由AI生成", "label-glyph", {"character": "本"}),
        ("AI生成" * 4, "label-long", {"count": 16, "limit": 12}),
    ],
)
def test_label_without_its_elements_is_refused_by_name(words, code, facts):
    assert refused(labelling.check_words, words) == (code, facts)


@pytest.mark.parametrize("words", ["AI生成", "人工智能生成", "内容 AI生成", "AI 合成"])
def test_legal_words_of_the_label_are_drawn_at_the_legal_height(words):
    labelling.check_words(words)
    place = labelling.LabelPlace(words=words)
    labelled = labelling.draw_label(Image.new("RGB", (768, 1024), "teal"), place)

    left, top, right, bottom = labelling.label_box((768, 1024), place)
    assert labelling.is_labelled(labelled, place)
    assert right - left < 0.7 * 768
    assert bottom - top > labelling.least_ink((768, 1024))
