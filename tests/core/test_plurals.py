"""Sentences that count: one picture is told as one."""

import re

import pytest
from django.utils.translation import override

from gallery import problems as of_gallery
from training import problems as of_training
from training.engine.errors import EngineError
from training.engine.evaluate import checkpoint_reasons

# Said of two or more only, or of so many of its pictures.
ALWAYS_MANY = {"several-faults", "caption-first-line", "zip-too-many-files"}
ALWAYS_MANY |= {"evidence-incomplete", "label-long", "lora-alpha-missing", "poster-words-long"}


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 picture has been withdrawn. Take it out, or clear its rights again."),
        (2, "2 pictures have been withdrawn. Take them out, or clear their rights again."),
    ],
)
def test_one_withdrawn_picture_is_told_in_the_singular(count, words):
    with override("en"):
        assert of_training.sentence("pictures-withdrawn", {"count": count}) == words


@pytest.mark.parametrize(
    ("code", "facts", "one", "two"),
    [
        (
            "config-unknown-more",
            {},
            "The configuration has 1 further key that is unknown. Is it a run's YAML?",
            "The configuration has 2 further keys that are unknown. Is it a run's YAML?",
        ),
        (
            "captions-not-rewritten",
            {"name": "a.csv", "line": 3, "text": "x."},
            "a.csv has 1 line that can't be read, line 3: x. Nothing was written over it. Mend it, "
            "or name another file.",
            "a.csv has 2 lines that can't be read, the first is line 3: x. Nothing was written "
            "over them. Mend them, or name another file.",
        ),
        (
            "memory-passes",
            {"step": 5},
            "Memory ran short at step 5. The run goes on with passes of 1 image each; the batch "
            "stays the same.",
            "Memory ran short at step 5. The run goes on with passes of 2 images each; the batch "
            "stays the same.",
        ),
    ],
)
def test_engine_counts_on_the_command_line_as_on_the_site(code, facts, one, two):
    for number, words in ((1, one), (2, two)):
        counted = facts | {"images" if code == "memory-passes" else "count": number}

        assert str(EngineError(code, **counted)) == words
        with override("en"):
            assert of_training.sentence(code, counted) == words


def test_every_sentence_that_counts_things_has_a_singular():
    tables = (
        of_training.SENTENCES,
        of_training.LINES,
        of_training.ENGINE_SENTENCES,
        of_gallery.SENTENCES,
        checkpoint_reasons.REASONS,
        checkpoint_reasons.VERDICTS,
    )
    plain = {code: text for table in tables for code, text in table.items() if type(text) is str}
    counts = re.compile(r"{(count|images|total|n)} (\w+ )?\w+s\b")

    assert {code for code, text in plain.items() if counts.search(text)} <= ALWAYS_MANY


def test_chinese_has_one_form_for_both():
    with override("zh-hans"):
        said = [of_training.sentence("captions-missing", {"count": n}) for n in (1, 2)]
    assert said[0].replace("1", "2") == said[1]


def test_last_picture_of_the_day_is_told_in_the_singular():
    with override("en"):
        said = of_gallery.sentence("quota-day", {"left": 1, "limit": 20})
    assert said.startswith("You may paint 1 more picture today, of 20.")


def test_sentence_of_an_older_row_without_its_count_still_stands():
    with override("en"):
        said = of_training.sentence("pictures-withdrawn", {})
    assert said.startswith("? pictures have been withdrawn.")
