"""Words that find styles: folded, in part, and through the glossary."""

import pytest

from gallery.services.search import fold, read_search

PAIRS = [
    ("骑楼", "qilou arcade street"),
    ("早茶", "morning tea house with lattice windows"),
    ("龙舟", "dragon boats"),
    ("端午", "Dragon Boat Festival"),
]


def score(query, *texts):
    return read_search(query, PAIRS).score([(1, fold(text)) for text in texts])


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("INK", "Lingnan ink"),
        ("ＩＮＫ", "Lingnan ink"),
        ("ｇｓ８", "Night GS8"),
        ("水墨", "岭南水墨"),
        ("骑楼", "Qilou arcade street at night"),  # Chinese to English, by the glossary
        ("arcades", "骑楼都稳"),  # and back, whatever the number
        ("qilou", "骑楼夜色"),
        ("dragon boat", "端午主打"),
        ("骑楼水墨", "水墨画里的骑楼"),  # written without a blank, parted at the term
        ("水墨 夜", "水墨夜色"),
    ],
)
def test_query_finds_text(query, text):
    assert score(query, text) > 0


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("骑楼", "茶楼"),
        ("水墨 夜", "水墨日色"),
        ("with", "骑楼"),
        ("neon", "Lingnan ink"),
        ("", "墨"),
    ],
)
def test_query_does_not_find_text(query, text):
    assert score(query, text) == 0


def test_whole_text_stands_before_beginning_of_word_before_middle_before_translation():
    in_order = ["ink", "ink wash", "pinkish"]

    scores = [score("ink", text) for text in in_order]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3
    assert score("骑楼", "骑楼") > score("骑楼", "qilou arcade street")


def test_search_tells_what_it_searched_besides():
    assert read_search("骑楼", PAIRS).translations == ("qilou arcade street",)
    assert read_search("水墨", PAIRS).translations == ()


def test_very_long_query_is_cut():
    assert len(read_search("墨" * 10_000, PAIRS).text) == 100
