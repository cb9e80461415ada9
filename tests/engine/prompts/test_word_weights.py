"""Weights of a prompt's words as WebUI means them, and what of WebUI's forms is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.data.dataset import load_dataset
from training.engine.errors import EngineError, each_fault
from training.engine.prompts import checks, word_weights
from training.engine.prompts.word_weights import Words, as_read, read


def pairs(prompt):
    """[(text, weight)] of a prompt of one part."""
    [part] = read(prompt)
    return [(run.text, pytest.approx(run.weight)) for run in part]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a red car", [("a red car", 1)]),
        ("a (red) car", [("a ", 1), ("red", 1.1), (" car", 1)]),
        ("((red))", [("red", 1.21)]),
        ("(red:1.3)", [("red", 1.3)]),
        ("(red : 1.3 )", [("red ", 1.3)]),
        ("[red]", [("red", 1 / 1.1)]),
        ("([red])", [("red", 1)]),
        ("(a, red:1.5), car", [("a, red", 1.5), (", car", 1)]),
        ("((a) red:0.5)", [("a", 0.55), (" red", 0.5)]),
        ("(red:-1)", [("red", -1)]),
        ("(a:b:2)", [("a:b", 2)]),
        (r"\(red\) \[car\]", [("(red) [car]", 1)]),
        (r"(red \(deep\):1.2)", [("red (deep)", 1.2)]),
        (r"a \\ b", [(r"a \ b", 1)]),
        ("red)", [("red)", 1)]),
        ("(red", [("red", 1.1)]),
        ("16:9 (red)", [("16:9 ", 1), ("red", 1.1)]),
        ("（传祺）", [("（传祺）", 1)]),
        ("a|b (c|d)", [("a|b ", 1), ("c|d", 1.1)]),
    ],
)
def test_words_weigh_as_in_webui(prompt, expected):
    assert pairs(prompt) == expected


def test_break_ends_a_part():
    assert read("a BREAK b, BREAKFAST") == [[Words("a ")], [Words("b, BREAKFAST")]]
    assert read("(a BREAK b:1.2)") == [[Words("a ", 1.2)], [Words("b", 1.2)]]
    assert read("a break") == [[Words("a break")]]


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("[red|blue] car", "prompt-alternating"),
        ("[red|blue", "prompt-alternating"),
        ("[a:b:0.5]", "prompt-scheduled"),
        ("[a:0.5]", "prompt-scheduled"),
        ("[a::0.5]", "prompt-scheduled"),
        ("[(a:1.2):0.5]", "prompt-scheduled"),
        ("a cat AND a dog", "prompt-composed"),
        ("a cat AND a dog :1.2", "prompt-composed"),
        ("(a [b) c]", "prompt-brackets-crossed"),
        ("(a:50)", "prompt-weight-impossible"),
        ("(a:1.2.3)", "prompt-weight-impossible"),
        ("(" * 40 + "a" + ")" * 40, "prompt-weight-impossible"),
    ],
)
def test_forms_that_are_not_supported_are_refused_by_name(prompt, code):
    with pytest.raises(EngineError) as caught:
        read(prompt)

    assert caught.value.code == code
    assert caught.value.facts["form"] in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "(word:1,2)",
        "(word:1, 2)",
        "(word:１.２)",
        "（word：1.2）",
        "(word：1.2)",
        "（word:1.2)",
        "(word:1.2",
        "word:1.2)",
        "(word)1.2",
        "(word)++",
    ],
)
def test_what_looks_like_a_weight_is_refused_with_what_was_meant(written):
    with pytest.raises(EngineError) as caught:
        read(f"{written}, night")

    assert caught.value.facts["meant"] == "(word:1.2)"


signs = st.text("()[]:|\\ab1.2 BREAKND，：（）,", max_size=80)


@given(signs)
def test_any_text_is_read_or_refused(text):
    try:
        parts = read(text)
    except EngineError:
        return

    assert all(abs(run.weight) <= word_weights.MOST for part in parts for run in part)


@given(signs)
def test_literal_text_is_read_as_it_stands(text):
    text = text.replace("\\", "").replace(":", "").replace("：", "")

    [[*runs]] = read(word_weights.literal(text))

    assert "".join(run.text for run in runs).lower() == text.lower()
    assert all(run.weight == 1 for run in runs)


@pytest.mark.parametrize(
    "prompt", ["(" * 20_000 + "]" * 20_000, "(a:1.2" * 9_000, "[a" * 9_000 + "|"]
)
def test_brackets_without_end_are_answered(prompt):
    with pytest.raises(EngineError):
        read(prompt)


@pytest.mark.parametrize(
    "caption", ["hall (old), [tea]", "A AND B BREAK", "<lora:x:1> a hall", r"a\(b"]
)
def test_caption_as_a_prompt_weighs_nothing_and_calls_nothing(caption):
    prompt = checks.as_prompt(caption)

    checks.check(prompt)
    assert [run.weight for part in read(prompt) for run in part] == [1.0]


def test_sample_prompts_are_checked_before_the_first_step(make_config):
    config = make_config(sample_prompts=["tea", "[a|b]", "tea <lora:x:1>"])

    with pytest.raises(EngineError) as caught:
        load_dataset(config, None)

    assert [fault.code for fault in each_fault(caught.value)] == [
        "prompt-alternating",
        "prompt-tag-here",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a red car", "A  Red\ncar "),
        ("a red car", "a (red:1.0) car"),
        ("a (red) car", "a (RED:1.1)  car"),
        ("tea, hall", "tea ,hall"),
    ],
)
def test_prompts_that_an_encoder_reads_alike_are_equal(one, other):
    assert as_read(one) == as_read(other)


@pytest.mark.parametrize(
    "other", ["a redcar", "red a car", "a (red:1.2) car", "a red BREAK car", "a red car."]
)
def test_prompts_that_an_encoder_reads_otherwise_differ(other):
    assert as_read("a red car") != as_read(other)
