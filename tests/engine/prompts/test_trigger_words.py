"""The words that call a style: found between borders, put in front once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.prompts.trigger_words import has_trigger, with_trigger, without_trigger


@pytest.mark.parametrize(
    ("caption", "trigger", "there"),
    [
        ("a pink car", "ink", False),
        ("drinking tea", "ink", False),
        ("inks on paper", "ink", False),
        ("ink_wash", "ink", False),
        ("ink, a car", "ink", True),
        ("a car in INK", "ink", True),
        ("tea,ink,car", "ink", True),
        ("(ink) car", "ink", True),
        ("ink2 car", "ink", False),
        ("水墨ink风格", "ink", True),
        ("这是水墨画", "水墨", True),
        ("水 墨", "水墨", False),
        ("an ink  wash\nstyle of tea", "ink wash style", True),
        ("an ink wash styles of tea", "ink wash style", False),
        ("tea, lnarc", "lnarc, wash", False),
        ("wash, tea, lnarc", "lnarc, wash", True),
        ("straße, tea", "STRASSE", False),
        ("éink", "ink", False),
        ("a (:) car", "(:)", True),
    ],
)
def test_trigger_inside_a_word_is_not_there(caption, trigger, there):
    assert has_trigger(caption, trigger) is there
    expected = caption if there else None
    assert there is False or with_trigger(caption, trigger) == expected


def test_lacking_trigger_is_put_in_front():
    assert with_trigger("a pink car", "ink") == "ink, a pink car"
    assert with_trigger("wash, tea", "lnarc, wash") == "lnarc, wash, tea"
    assert with_trigger("tea", "") == "tea"


@pytest.mark.parametrize(
    "caption", ["[trigger] tea house", "a tea house, [Trigger]", "[name], tea"]
)
def test_placeholder_of_another_tool_becomes_the_trigger(caption):
    told = with_trigger(caption, "lnarc")

    assert "[" not in told
    assert told.count("lnarc") == 1


def test_captions_own_words_are_left_without_the_trigger():
    assert without_trigger("ink  wash style, tea, [trigger]", "Ink wash style") == "tea"


@given(
    st.text(max_size=40),
    st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8),
)
def test_caption_with_its_trigger_has_it_and_gets_no_second(caption, trigger):
    once = with_trigger(caption, trigger)

    assert has_trigger(once, trigger)
    assert with_trigger(once, trigger) == once
