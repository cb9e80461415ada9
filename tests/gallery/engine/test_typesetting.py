"""Words on posters: where lines break, how large they are, and what is said when they don't fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from gallery.engine import posters, typesetting
from gallery.engine.typesetting import Room
from training.engine.errors import EngineError

SANS, SERIF = posters.SANS, posters.SERIF
NEVER_FIRST = "，。、：；！？）》」』】…"
NEVER_LAST = "（《「『【"


def room(width, height=400.0, **more):
    return Room(width, height, 40, 20, **more)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("岭南年味，一路团圆", 5.2, ["岭南年味，", "一路团圆"]),
        ("回到饭桌边，一句“返嚟啦”。", 8, ["回到饭桌边，", "一句“返嚟啦”。"]),
        ("《千里江山》之外，", 5, ["《千里江", "山》之外，"]),
        ("全新传祺 GS8 售 12.98 万元起", 9, ["全新传祺 GS8", "售 12.98 万元起"]),
        ("Home before the lanterns go out", 9, ["Home before the", "lanterns go out"]),
        ("第一行\n第二行", 9, ["第一行", "第二行"]),
    ],
)
def test_lines_break_where_a_typesetter_breaks_them(text, width, lines):
    assert typesetting.break_lines(text, SANS, width) == lines


@given(
    st.text(alphabet="岭南骑楼早茶，。、！？（）《》「」GS8 12.9万元", min_size=4, max_size=40),
    st.floats(3, 12),
)
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text, width):
    text = "回" + "".join(text.split()) + "家"

    lines = typesetting.break_lines(text, SANS, width)

    assert "".join(lines).replace(" ", "") == text
    for before, after in zip(lines, lines[1:], strict=False):
        assert before[-1] not in NEVER_LAST
        assert after[0] not in NEVER_FIRST


def test_no_character_is_left_alone_on_the_last_line():
    assert typesetting.break_lines("满城灯火等你回家", SANS, 7.2) == ["满城灯火", "等你回家"]


def test_words_are_as_large_as_their_room_lets_them_be():
    block = typesetting.fit("岭南年味", SANS, room(1000.0))
    narrow = typesetting.fit("岭南年味", SANS, room(100.0, most=1))

    assert block.size == 40
    assert 24 < narrow.size < 27
    assert narrow.width <= 100


def test_words_that_do_not_fit_say_by_how_much():
    with pytest.raises(EngineError) as error:
        typesetting.fit("一" * 12, SANS, room(100.0, height=30.0, most=1))

    assert error.value.code == "text-too-long"
    assert (error.value.facts["over"], error.value.facts["fits"]) == (7, 5)


def test_character_that_the_font_lacks_is_named():
    with pytest.raises(EngineError) as error:
        typesetting.fit("新春快乐🎉", SERIF, room(900.0))

    assert error.value.code == "font-without-glyph"
    assert error.value.facts == {"character": "🎉", "font": "Studio Poster Serif SC"}


@pytest.mark.parametrize("text", ["佛山醒狮 骑楼 趟栊 镬耳屋", "€ ¥ — · 12.98", "喺嘅咗啲"])
def test_studios_own_fonts_have_what_guangdong_writes(text):
    for font in (SANS, SERIF, posters.TEXT):
        typesetting.check_glyphs(text, font)


@pytest.mark.parametrize("factor", [0.25, 0.5, 3.0])
def test_scaled_words_stand_where_they_stood(factor):
    block = typesetting.fit("岭南年味，一路团圆 GS8", SANS, Room(300.0, 200.0, 48, 20))

    def drawn(scale):
        image = Image.new("RGB", (round(400 * scale), round(240 * scale)), "white")
        typesetting.draw(image, block.scaled(scale), (20 * scale, 20 * scale), "black")
        return image.convert("L")

    there = drawn(1).resize((100, 60), Image.Resampling.BOX)
    here = drawn(factor).resize((100, 60), Image.Resampling.BOX)
    difference = ImageChops.difference(there, here).resize((25, 15), Image.Resampling.BOX)
    assert difference.getextrema()[1] < 25
