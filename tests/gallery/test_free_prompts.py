"""Own words: tags that call packs, what the base can read, what would be sent."""

import html

import pytest
from django.contrib.messages import get_messages
from transformers import CLIPTokenizer

from brandstudio.core.models import GlossaryTerm, Vehicle
from gallery.engine import prompts
from gallery.models import (
    Scene,
    StylePack,
)
from gallery.services import compose_scene, reuse


def test_tag_in_a_free_prompt_becomes_a_pack(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    sent = {
        **form_data,
        "template": "",
        "pack": [],
        "free": "a red suv <lora:ink:0.55>",
        "negative": "",
    }

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 302
    scene = Scene.objects.get()
    assert scene.prompt == "ink style, a red suv"
    assert scene.packs.get().strength == 0.55


def test_unknown_tag_names_the_nearest(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "free": "<lora:inky:0.5>", "negative": ""}

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 422
    assert "ink" in answer.context["form"].errors["free"][0]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("written", "offered"),
    [
        ("lora:ink:0", "<lora:ink:0.65>"),
        ("<<lora:ink:1>>", "<lora:ink:0.65>"),
        ("<lora:ink pack:100%>", "<lora:ink pack:0.65>"),
        ("<lora:ink:0.95:1>", "<lora:ink:0.65>"),
        ("<lora:ink:05>", "<lora:ink:0.5>"),
        ("<lora:ink", "<lora:ink>"),
        ("lora:other:0", "<lora:other:0>"),
    ],
)
def test_tag_that_is_offered_has_a_strength_of_the_styles_band(
    at, marketer, form_data, written, offered
):
    StylePack.objects.get().versions.update(strength=0.65)
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "template": "", "free": f"a suv {written}", "negative": "", "pack": []}

    [said] = at(marketer).post("create", **sent).context["form"].errors["free"]

    assert said.endswith(f"Did you mean {offered}?")


def test_prompt_block_shows_what_would_be_sent(at, marketer, form_data, toy_base):
    answer = at(marketer).post("prompt", **form_data)

    assert [piece.kind for piece in answer.context["pieces"]][:2] == ["trigger", "text"]
    assert answer.context["token_limit"] == 32
    prompt = prompts.joined(answer.context["pieces"])
    own = CLIPTokenizer.from_pretrained(toy_base / "tokenizer")
    assert answer.context["tokens"] == len(own(prompt).input_ids)


def test_prompt_over_the_limit_says_so(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    answer = at(marketer).post("prompt", **{**form_data, "free": "lantern " * 40})

    assert str(answer.context["tokens"]) in answer.context["prompt_notes"][0]
    assert answer.context["pieces"][-1].text.count("lantern") == 40


@pytest.mark.parametrize("name", ["ink", "岭南水墨", "Lingnan Ink", "ink pack"])
def test_tag_calls_a_pack_by_each_name_that_the_site_shows(
    at, marketer, form_data, make_version, name
):
    named = {"岭南水墨": {"name_zh": name}, "Lingnan Ink": {"name_en": name}}
    StylePack.objects.filter(slug="ink").update(**named.get(name, {}))
    make_version("red-papercut")
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "template": "", "free": f"a red suv <lora:{name}:0.6>", "negative": ""}
    sent.pop("pack", None)

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 302, answer.context["form"].errors
    called = Scene.objects.get().packs.get()
    assert (called.version.pack.slug, called.strength) == ("ink", 0.6)


def test_name_of_two_packs_calls_neither(at, marketer, form_data, make_version):
    make_version("red-papercut")
    StylePack.objects.update(name_zh="水墨")
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "free": "<lora:水墨:0.5>", "negative": ""}

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 422
    said = answer.context["form"].errors["free"][0]
    assert "ink = ink pack" in said
    assert "red-papercut = red-papercut pack" in said


@pytest.fixture
def writer(marketer):
    """A marketer who may write prompts, in a house whose glossary knows an arcade and the night."""
    for term, phrase in (
        ("骑楼街", "qilou arcade street"),
        ("骑楼", "arcade"),
        ("夜里", "at night"),
    ):
        GlossaryTerm.objects.update_or_create(term=term, defaults={"phrase": phrase})
    marketer.may_write_prompts = True
    marketer.save()
    return marketer


@pytest.fixture
def in_own_words(form_data):
    """in_own_words("…"): the form with these words and no template."""
    return lambda words, **more: {
        **form_data, "template": "", "free": words, "negative": "", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("一只红色的凤凰", "“一只红色的凤凰” is not English, and the glossary doesn't know it"),
        ("a red suv, 骑楼街的凤凰", "“的凤凰” is not English"),
        ("красная машина", "is not English"),
        ("a red café, naïve, 2×", ""),
        ("a red suv, 骑楼街 at night", ""),
    ],
)
def test_own_words_that_the_base_cannot_read_are_told(
    client, at, writer, in_own_words, words, told
):
    client.cookies["django_language"] = "en"
    browser, sent = at(writer), in_own_words(words)

    shown = html.unescape(browser.post("prompt", **sent).content.decode())
    ordered = browser.post("create", **sent)
    said = " ".join(str(message) for message in get_messages(ordered.wsgi_request))

    assert ordered.status_code == 302
    for answer in (shown, said):
        assert ("is not English" in answer) is bool(told)
        assert told in answer


def test_negative_words_that_the_base_cannot_read_are_told(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()

    answer = at(marketer).post("prompt", **{**form_data, "free": "", "negative": "雾"})

    assert "雾" in answer.content.decode()


def test_chinese_prompt_is_shown_in_english_before_it_is_painted(client, at, writer, in_own_words):
    client.cookies["django_language"] = "en"

    answer = at(writer).post("prompt", **in_own_words("骑楼街，夜里"))

    assert prompts.joined(answer.context["pieces"]) == "ink style, qilou arcade street, at night"
    assert answer.context["prompt_notes"][-1] == (
        "Put into English by the glossary: 骑楼街 = qilou arcade street, 夜里 = at night."
    )


def test_chinese_prompt_is_painted_in_english_and_kept_as_typed(at, writer, in_own_words):
    answer = at(writer).post("create", **in_own_words("骑楼街，夜里", negative="骑楼"))

    scene = Scene.objects.get()
    assert answer.status_code == 302
    assert scene.prompt == "ink style, qilou arcade street, at night"
    assert scene.negative_prompt == "arcade"
    assert (scene.own_words, scene.own_negative) == ("骑楼街，夜里", "骑楼")
    assert scene.title == "骑楼街，夜里"


def test_english_prompt_is_kept_once(at, writer, in_own_words):
    at(writer).post("create", **in_own_words("an arcade at night"))

    scene = Scene.objects.get()
    assert (scene.prompt, scene.own_words) == ("ink style, an arcade at night", "")


@pytest.mark.parametrize("door", [reuse.again, reuse.same, reuse.sweep])
def test_chinese_prompt_taken_up_again_is_the_same_english(writer, make_ready, make_version, door):
    [asset] = make_ready(by=writer, free="骑楼街，夜里", packs=((make_version(), 0.6),))

    scene = compose_scene(door(asset, writer), writer)

    assert scene.prompt == asset.scene.prompt
    assert scene.own_words == "骑楼街，夜里"


def test_changed_glossary_leaves_what_was_sent_when_it_is_made_again(writer, make_ready):
    [asset] = make_ready(by=writer, free="骑楼街，夜里")
    GlossaryTerm.objects.filter(term="夜里").update(phrase="by night")

    scene = compose_scene(reuse.again(asset, writer), writer)

    assert scene.prompt == asset.scene.prompt
    assert scene.own_words == ""


def test_changing_one_thing_opens_with_the_words_as_typed(at, writer, make_ready):
    [asset] = make_ready(by=writer, free="骑楼街，夜里")

    answer = at(writer).get("create", **{"from": asset.pk})

    assert answer.context["form"]["free"].value() == "骑楼街，夜里"


def test_vehicle_in_chinese_becomes_its_phrase(at, writer, in_own_words):
    Vehicle.objects.create(slug="empow", name_zh="影豹", name_en="Empow", phrase="Empow sedan")

    answer = at(writer).post("prompt", **in_own_words("影豹 骑楼"))

    assert prompts.joined(answer.context["pieces"]) == "ink style, Empow sedan arcade"
