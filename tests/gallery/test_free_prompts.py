"""Own words: tags that call packs, what the base can read, what would be sent."""

import html

import pytest
from django.contrib.messages import get_messages
from transformers import CLIPTokenizer

from brandstudio.core.models import GlossaryTerm
from gallery.engine import prompts
from gallery.models import (
    Scene,
    StylePack,
)


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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("一辆红色的车", "“一辆红色的车” is not English"),
        ("a red suv, 骑楼街 at night", "The house's words: 骑楼街 = qilou arcade street."),
        ("красная машина", "is not English"),
        ("a red café, naïve, 2×", ""),
    ],
)
def test_own_words_that_the_base_cannot_read_are_told(client, at, marketer, form_data, words, told):
    GlossaryTerm.objects.update_or_create(term="骑楼街", defaults={"phrase": "qilou arcade street"})
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "template": "", "free": words, "negative": ""}
    client.cookies["django_language"] = "en"
    browser = at(marketer)

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
