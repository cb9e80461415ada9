"""Lists in one line: whatever stands between their parts in English or Chinese is understood."""

import pytest

from training.engine.prompts import separators, strengths, trigger_words

SIGNS = [",", "，", "、", ";", "；", ", ", " ， ", "， ，"]


@pytest.mark.parametrize("sign", [*SIGNS, " ", "\u3000", "\n"])
def test_numbers_of_a_list_are_read_whatever_stands_between(sign):
    assert strengths.read_all(sign.join(["0.5", "0.6", "0.7"])) == [0.5, 0.6, 0.7]


@pytest.mark.parametrize("sign", SIGNS)
def test_terms_keep_the_blanks_inside_them(sign):
    assert separators.terms(f"ink wash{sign}red  lantern{sign}") == ["ink wash", "red lantern"]


@pytest.mark.parametrize("sign", SIGNS)
def test_each_trigger_word_is_looked_for_by_itself(sign):
    assert trigger_words.has_trigger("lnpaper, a street, lnink", f"lnink{sign}lnpaper")


def test_what_is_no_number_stays_in_its_place():
    assert strengths.read_all("0.5、x") == [0.5, None]
    assert strengths.read_all(" ") == []
