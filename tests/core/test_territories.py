"""Territories in people's words, and whether one lies within another."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.input import territories

KNOWN = ("worldwide", "China", "Chinese mainland", "Guangdong", "Hong Kong", "Macao", "Norway")
some_places = st.lists(st.sampled_from(KNOWN), min_size=1, max_size=4).map(", ".join)


@pytest.mark.parametrize(
    ("territory", "target"),
    [
        ("", "worldwide"),
        ("全球", "Chinese mainland"),
        ("中国大陆", "mainland China"),
        ("China", "Hong Kong"),
        ("中国", "广东"),
        ("Chinese mainland，香港、 Macau", "Macao; Chinese Mainland"),
        ("Benelux", "benelux"),
    ],
)
def test_place_lies_within(territory, target):
    assert territories.covers(territory, target)


@pytest.mark.parametrize(
    ("territory", "target"),
    [
        ("中国大陆", "香港"),
        ("Chinese mainland", "China"),
        ("Chinese mainland", "worldwide"),
        ("Chinese mainland", ""),
        ("Hong Kong", "Chinese mainland, Hong Kong"),
        ("Benelux", "Belgium"),
        ("Guangdong only", "Guangdong"),
    ],
)
def test_place_lies_outside(territory, target):
    assert not territories.covers(territory, target)


@given(one=some_places, two=some_places, target=some_places)
def test_more_places_allow_no_less_and_each_allows_itself(one, two, target):
    assert territories.covers(one, one)
    if territories.covers(one, target):
        assert territories.covers(f"{two}、{one}", target)
    if territories.covers(one, f"{two}, {target}"):
        assert territories.covers(one, target)


def test_known_places_are_told_in_the_readers_language_and_others_as_they_are_written():
    with override("zh-hans"):
        assert territories.shown("mainland, Benelux") == "中国大陆 · Benelux"
    with override("en"):
        assert territories.shown("中国大陆, 中国内地,全球") == "Chinese mainland · worldwide"


def test_places_that_are_unknown_are_named_and_known_ones_offered():
    with override("en"):
        assert territories.doubt("Hong Kong, Mars、Venus").startswith(
            "The studio does not know the places “Mars”, “Venus”:"
        )
        assert [territories.doubt(text) for text in ("", "香港, 全球")] == ["", ""]
        assert territories.known().startswith("Known places: worldwide, China, Chinese mainland,")
