"""Style tags: what acts, what is refused, and what adds up. Nothing like a tag is read as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.lora.test_adapters import write_pack
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.prompts import style_tags
from training.engine.prompts.style_tags import Tag


def refusal(prompt):
    with pytest.raises(EngineError) as caught:
        style_tags.split_tags(prompt)
    return caught.value


@pytest.mark.parametrize(
    "prompt",
    [
        "<lora：ink：1>",
        "＜lora:ink:1＞",
        "＜ｌｏｒａ：ink：１＞",
        "< LoRA : ink : 1.0 >",
        "﹤lora﹕ink﹕1﹥",
    ],
)
def test_tag_in_full_width_acts(prompt):
    assert style_tags.split_tags(f"a suv, {prompt}, night") == ("a suv, night", [Tag("ink", 1.0)])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ora:gba_culture_lora:0.7", "<lora:gba_culture_lora:0.7>"),
        ("lora:name:0.7", "<lora:name:0.7>"),
        ("<lora:gba:07", "<lora:gba:0.7>"),
        ("<lora:gba:07>", "<lora:gba:0.7>"),
        ("<lora:ink:0.7", "<lora:ink:0.7>"),
        ("<lora:ink", "<lora:ink>"),
        ("<lyco:ink:0.7>", "<lora:ink:0.7>"),
        ("<locon:ink:0.7>", "<lora:ink:0.7>"),
        ("<loar:ink:0.7>", "<lora:ink:0.7>"),
        ("<l\u043era:ink:0.7>", "<lora:ink:0.7>"),  # a Cyrillic о
        ("<lo\u200bra:ink:0.7>", "<lora:ink:0.7>"),  # a space of no width
        ("<lora:ink:0,7>", "<lora:ink:0.7>"),
        ("<lora:ink:70%>", "<lora:ink:0.7>"),
        ("<lora:ink:0_7>", "<lora:ink:0.7>"),
        ("<lora ink 0.7>", "<lora:ink:0.7>"),
        ("<lora=ink:0.7>", "<lora:ink:0.7>"),
        ("<lora-ink-0.7>", "<lora:ink:0.7>"),
        ("<lora>", "<lora:name>"),
        ("lora:ink:70", "<lora:ink>"),  # beyond what any style can have
        ("<ink:0.7>", "<lora:ink:0.7>"),
        ("ink:0.7>", "<lora:ink:0.7>"),
        ("《lora:ink:0.7》", "<lora:ink:0.7>"),
        ("【lora：ink：0.7】", "<lora:ink:0.7>"),
        ("&lt;lora:ink:0.7&gt;", "<lora:ink:0.7>"),
        ("[lora:ink:0.7]", "<lora:ink:0.7>"),
        ("(lora:ink:0.7)", "<lora:ink:0.7>"),
        ("<<lora:ink:0.7>>", "<lora:ink:0.7>"),
        ("<lora:ink:0.7> >", "<lora:ink:0.7>"),
        ("ＬＯＲＡ：ink：0.7", "<lora:ink:0.7>"),
        ("lora:ink", "<lora:ink>"),
        ("{lora|ink|0.7}", "<lora:ink:0.7>"),
        ("lora=ink:0.7", "<lora:ink:0.7>"),
    ],
)
def test_what_looks_like_a_tag_is_refused_with_what_was_meant(written, meant):
    error = refusal(f"a red suv, {written}")

    assert (error.code, error.facts["meant"]) == ("prompt-tag-like", meant)
    assert f"Did you mean {meant}?" in str(error)


@pytest.mark.parametrize(
    "prompt", ["lora:ink:0", "<<lora:ink:0>>", "<lora:ink:0%>", "<lora:ink:0:1>", "<ink:0>"]
)
def test_who_knows_the_bands_writes_the_tag_that_is_offered(prompt):
    with pytest.raises(EngineError) as caught:
        style_tags.split_tags(prompt, lambda name, strength: f"{name} not at {strength:g}")

    assert caught.value.facts["meant"] == "ink not at 0"


@pytest.mark.parametrize(
    "prompt", ["<lora:a:1:2>", "<lora:a:te=0.5:unet=1>", "<lora:a:1:lbw=OUTD>"]
)
def test_strengths_by_part_are_said_to_be_unsupported(prompt):
    error = refusal(prompt)

    assert error.code == "prompt-tag-parts"
    assert "not supported" in str(error)


@pytest.mark.parametrize("prompt", ["<hypernet:x:1>", "<ti:x>", "a <embedding: x"])
def test_calls_of_other_things_are_refused_by_name(prompt):
    assert refusal(prompt).code == "prompt-tag-unsupported"


@pytest.mark.parametrize(
    "prompt",
    [
        "a heart <3, an arrow ->",
        "ratio 16:9, flora: roses, at 12:30:45",
        "lora: a girl of the village",
        "《骑楼：往事》",
        "Ora: a good cat",
        "<sks> dog",
        "tea,, house",
    ],
)
def test_plain_words_stay_as_they_are(prompt):
    assert style_tags.split_tags(prompt) == (prompt, [])


@pytest.mark.parametrize("text", ["<lora:x:1>", "<lora：x：1>", "<lora:x", "ora:x:0.7", "<lyco:x>"])
@pytest.mark.parametrize("code", ["prompt-tag-in-negative", "prompt-tag-here"])
def test_tag_where_no_style_acts_is_refused(text, code):
    with pytest.raises(EngineError) as caught:
        style_tags.refuse_tags(f"blurry, {text}", code)

    assert caught.value.code == code


def test_strengths_of_a_repeated_name_add_up():
    tags = [Tag("a", 0.3), Tag("b", None), Tag("a", 0.6)]

    found = style_tags.packs_of(tags, {"a": "A", "b": "B"}, lambda pack: 0.5)

    assert found == [("A", 0.9), ("B", 0.5)]  # not 0.8999999999999999


def test_name_is_found_however_its_accents_are_made():
    tags = [Tag("caf\u00e9", 1.0)]

    assert style_tags.packs_of(tags, {"cafe\u0301": "file"}, lambda pack: 1.0) == [("file", 1.0)]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("lingnan-inc", "lingnan-ink"),
        ("Lingnan-Ink", "lingnan-ink"),
        ("岭南水莫", "岭南水墨"),
        ("red-papercuts", "red-papercut"),
    ],
)
def test_unknown_pack_is_told_the_name_that_is_nearly_the_same(name, nearest):
    known = {"lingnan-ink": 1, "岭南水墨": 1, "red-papercut": 2}

    with pytest.raises(EngineError) as caught:
        style_tags.packs_of([Tag(name, 0.7)], known, float)

    assert caught.value.code == "pack-unknown"
    assert caught.value.facts == {"name": name, "nearest": nearest}


@pytest.mark.parametrize("name", ["cyberpunk", "水彩", "x", "123", "🚗", "watercolour"])
def test_unknown_pack_is_not_told_a_name_that_is_quite_another(name):
    known = {"lingnan-ink": 1, "岭南水墨": 1, "red-papercut": 2}

    with pytest.raises(EngineError) as caught:
        style_tags.packs_of([Tag(name, 0.7)], known, float)

    assert caught.value.code == "pack-not-among"
    assert caught.value.facts["known"] == "lingnan-ink = 岭南水墨, red-papercut"


def test_unknown_pack_where_there_is_none_says_so():
    with pytest.raises(EngineError, match="Those that may be called: –"):
        style_tags.packs_of([Tag("ink", 0.7)], {}, float)


@given(
    name=st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
    strength=st.none() | st.integers(0, 150).map(lambda n: n / 100),
)
def test_written_tag_reads_back(name, strength):
    tag = Tag(name, strength)

    assert style_tags.split_tags(f"a suv {style_tags.write_tag(tag)}") == ("a suv", [tag])


@given(st.text("<>lora:：ink0.7, ＜＞()[]", max_size=60))
def test_no_text_is_read_with_a_tag_left_in_it(text):
    try:
        words, _tags = style_tags.split_tags(text)
    except EngineError:
        return

    assert "<lora" not in words.lower()
    style_tags.refuse_tags(words, "prompt-tag-here")


def paint(toy_base, tmp_path, name, *options):
    output = tmp_path / f"{name}.png"
    common = ["--base-model", toy_base("sd15").path, "--lora-dir", tmp_path, "--steps", "1"]
    code = main(list(map(str, ["generate", *common, "--output", output, *options])))
    return code, output.read_bytes() if output.is_file() else b""


def test_generate_adds_up_a_repeated_tag_and_refuses_what_it_would_not_use(
    toy_base, make_config, tmp_path, capsys
):
    write_pack(tmp_path / "ink.safetensors", toy_base("sd15"), make_config())

    _, once = paint(toy_base, tmp_path, "once", "--prompt=tea <lora:ink:0.8>")
    _, twice = paint(toy_base, tmp_path, "twice", "--prompt=tea <lora:ink:0.5><lora:ink:0.3>")
    assert once == twice != b""
    for name, options, said in (
        ("like", ["--prompt=tea ora:ink:0.7"], "Did you mean <lora:ink:0.7>?"),
        ("negative", ["--prompt=tea", "--negative-prompt=<lora:nobody:1>"], "negative prompt"),
        ("band", ["--prompt=tea <lora:ink:1.2><lora:ink:1.2>"], "Strength 2.4 of ink"),
        ("and", ["--prompt=tea AND house"], "AND"),
        ("negative-form", ["--prompt=tea", "--negative-prompt=[a|b]"], "[a|b]"),
    ):
        assert paint(toy_base, tmp_path, name, *options) == (1, b"")
        assert said in capsys.readouterr().err
