import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.engine import prompts
from gallery.engine.prompts import Piece
from training.engine.errors import EngineError
from training.engine.prompts import word_weights
from training.engine.prompts.style_tags import Tag


def test_tag_is_taken_out_of_the_prompt():
    text, tags = prompts.split_tags("a red suv, <lora:ink:0.7>, at night")

    assert text == "a red suv, at night"
    assert tags == [Tag("ink", 0.7)]


def test_tag_may_leave_its_strength_to_the_pack():
    assert prompts.split_tags("<lora:ink> a suv") == ("a suv", [Tag("ink", None)])


@pytest.mark.parametrize("tag", ["<lora:>", "<lora:ink:strong>", "<lora:ink:nan>", "<lora::0.5>"])
def test_bad_tag_is_named(tag):
    with pytest.raises(EngineError) as caught:
        prompts.split_tags(f"a suv {tag}")

    assert caught.value.code == "prompt-bad-tag"
    assert caught.value.facts["tag"] == tag


def test_prompt_of_ten_thousand_characters_is_refused():
    with pytest.raises(EngineError) as caught:
        prompts.split_tags("word " * 2000)

    assert caught.value.code == "prompt-too-long"


def test_trigger_words_open_the_prompt():
    pieces = prompts.compose("a {car} at night", {"car": "red suv"}, ["lnink style"])

    assert prompts.joined(pieces) == "lnink style, a red suv at night"
    assert pieces[0] == Piece("trigger", "lnink style")
    assert Piece("slot", "red suv") in pieces


def test_base_speaks_its_neutral_words_only_without_a_trigger():
    assert prompts.joined(prompts.compose("a suv", neutral="plain style")) == "plain style, a suv"
    assert prompts.joined(prompts.compose("a suv", None, ["ink"], neutral="plain")) == "ink, a suv"


def test_trigger_with_brackets_is_read_as_it_was_learned():
    pieces = prompts.compose("a suv", None, ["hall (tea) AND more"])

    sent = prompts.joined(pieces)
    assert word_weights.read(sent) == [[word_weights.Words("hall (tea) and more, a suv")]]


def test_empty_slot_leaves_no_stray_comma():
    text = "a {car}, {festival}, {weather}"
    values = {"car": "suv", "festival": "", "weather": ""}

    assert prompts.joined(prompts.compose(text, values)) == "a suv"
    assert prompts.joined(prompts.compose(text, {**values, "weather": "rain"})) == "a suv, rain"


def test_same_trigger_is_said_once():
    pieces = prompts.compose("a suv", None, ["ink style", " ink style ", ""])

    assert prompts.joined(pieces) == "ink style, a suv"


def test_free_text_comes_last():
    pieces = prompts.compose("a suv", free=" red lanterns,, ")

    assert prompts.joined(pieces) == "a suv, red lanterns"


def test_nothing_to_say_is_an_error():
    with pytest.raises(EngineError) as caught:
        prompts.compose(" {a} ", {"a": " "}, ["ink style"])

    assert caught.value.code == "prompt-empty"


words = st.text(st.sampled_from("ab ,"), max_size=8)


@given(st.lists(words, min_size=1, max_size=4), st.dictionaries(st.sampled_from("xyz"), words))
def test_merged_prompt_has_no_doubled_commas_or_spaces(parts, given_values):
    values = {name: given_values.get(name, "") for name in "xyz"}
    text = "".join(part + "{" + name + "}" for part, name in zip(parts, "xyzx", strict=False))

    sent = prompts.joined(prompts.compose(text + " suv", values))

    assert sent == prompts.tidy(sent)
