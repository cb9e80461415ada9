"""Every word of a template acts as it reads, or the template is refused by what is wrong in it."""

from html import unescape

import pytest
from django.utils.translation import override

from brandstudio.core.problems import Refused
from gallery import services
from gallery.engine import slots
from gallery.models import PromptTemplate
from gallery.services.reference import TEMPLATES
from tests.gallery.conftest import slot_fields

pytestmark = pytest.mark.usefixtures("in_english")
COLOUR = "colour | 颜色 | Colour\nred | 红 | red\nblue | 蓝 | blue"


def read(blocks):
    """The slots of blocks such as COLOUR: a line of its name and labels, then one an option."""
    slots = []
    for block in blocks.split("\n\n"):
        (name, zh, en), *options = [
            [column.strip() for column in line.split("|")] for line in block.split("\n")
        ]
        options = [dict(zip(("value", "zh", "en"), option, strict=True)) for option in options]
        slots.append({"name": name, "label_zh": zh, "label_en": en, "options": options})
    return slots


@pytest.fixture
def write(at, designer):
    """write(text="…", …): the answer to a new template that is sound but for these fields."""

    def write(**changes):
        sent = {
            "name_zh": "玩具",
            "name_en": "Toy",
            "slug": "toy",
            "sentence_zh": "一辆{colour}的车。",
            "sentence_en": "A {colour} car.",
            "text": "a {colour} toy car",
            "negative_prompt": "",
            "slots": COLOUR,
        }
        sent |= changes
        return at(designer).post("template-new", **sent, **slot_fields(read(sent.pop("slots"))))

    return write


@pytest.fixture
def refused(write):
    """refused(field, text="…", …): what the form says beside that field; nothing is saved."""

    def refused(field, **changes):
        answer = write(**changes)
        assert answer.status_code == 422
        assert not PromptTemplate.objects.exists()
        return " ".join(answer.context["form"].errors.get(field, []))

    return refused


def test_slot_that_the_prompt_never_uses_is_refused(refused):
    assert "The prompt never uses {colour}" in refused("text", text="a toy car")


def test_two_slots_that_the_prompt_never_uses_are_named_together(refused):
    more = COLOUR + "\n\ntime | 时间 | Time\nat night | 夜里 | at night"

    assert "{colour}, {time}" in refused("text", text="a toy car", slots=more)


BROKEN = [
    ("a {colour} car, a {colour", "{colour"),
    ("a {colour} car, {colour!r}", "{colour!r}"),
    ("a {colour} car {colour.__class__}", "{colour.__class__}"),
    ("a {{colour}} car", "{{colour}}"),
    ("a {colour} car {", "{"),
    ("a {colour} car }", "}"),
    ("a {colour}} car", "{colour}}"),
    ("a {{colour} car", "{{colour}"),
    ("a {colour} car {}", "{}"),
    ("a {colour} car, { colour }", "{ colour }"),
    ("a {colour} car, {Colour}", "{Colour}"),
    ("a {colour} car, {颜色}", "{颜色}"),
    ("a {colour} car, ｛colour｝", "｛colour｝"),
    ("a {colour} car, {colour:>10}", "{colour:>10}"),
    ("a {colour} car, {0}", "{0}"),
    ("a {colour} car, {a {colour}", "{a"),
]


@pytest.mark.parametrize(("words", "piece"), BROKEN)
@pytest.mark.parametrize("field", ["text", "sentence_zh", "sentence_en"])
def test_braces_that_are_no_slot_are_refused_by_name(refused, field, words, piece):
    told = refused(field, **{field: words})

    assert f"“{piece}” is no slot" in told
    assert "{colour}" in told.replace(piece, "", 1)


def test_lone_brace_as_the_sentence_is_refused(refused):
    assert "“{” is no slot" in refused("sentence_en", sentence_en="{")


@pytest.mark.parametrize("words", ["{colour}", "blurry {", "{{fog}}"])
def test_braces_where_no_slot_acts_are_refused(refused, words):
    assert "No slot acts here" in refused("negative_prompt", negative_prompt=words)
    assert "No slot acts here" in refused("slots", slots=COLOUR + f"\n{words} | 绿 | green")


def test_slot_twice_in_a_sentence_is_refused(refused):
    told = refused("sentence_en", sentence_en="A {colour} car, {colour}.")

    assert "{colour} twice" in told


@pytest.mark.parametrize("again", ["red", "Red", "RED", " red "])
def test_two_options_with_the_same_phrase_are_refused(refused, again):
    told = refused("slots", slots=COLOUR + f"\n{again} | 大红 | deep red")

    assert "{colour}" in told
    assert "“red”" in told


def test_slot_without_any_phrase_is_refused(refused):
    assert "{colour}" in refused("slots", slots="colour | 颜色 | Colour\n | 红 | red")


def test_two_options_without_a_phrase_are_refused(refused):
    told = refused("slots", slots=COLOUR + "\n | 不加 | none\n | 没有 | nothing")

    assert "same English phrase" in told


@pytest.mark.parametrize("line", ["green | | green", "green | 绿 |"])
def test_option_that_nobody_could_read_is_refused(refused, line):
    assert "lacks its Chinese or its English" in refused("slots", slots=f"{COLOUR}\n{line}")


def test_blank_rows_are_nobodys_words(write):
    assert write(slots=f"{COLOUR}\n | | \n\n | | \n | | ").status_code == 302

    assert [len(slot["options"]) for slot in PromptTemplate.objects.get().slots] == [2]


def test_slot_without_a_label_is_refused(refused):
    told = refused("slots", slots=COLOUR.replace("颜色", ""))

    assert "lacks its Chinese or its English" in told


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("text", "一辆{colour}的车"),
        ("text", "a {colour} car, 骑楼"),
        ("negative_prompt", "模糊"),
        ("slots", COLOUR + "\n绿色 | 绿色 | green"),
    ],
)
def test_chinese_for_a_base_that_reads_english_is_refused(refused, field, words):
    assert "reads English only" in refused(field, **{field: words})


def test_option_that_adds_nothing_may_be_one_of_several(write):
    assert write(slots=COLOUR + "\n | 不限 | any").status_code == 302

    assert PromptTemplate.objects.get().fill({"colour": ""}) == "a  toy car"


def test_slot_may_stand_in_the_prompt_twice_and_in_no_sentence(write):
    answer = write(text="a {colour} car, {colour} doors", sentence_zh="车。", sentence_en="A car.")

    assert answer.status_code == 302


def test_studio_comes_with_templates_of_which_every_word_acts(designer):
    for details in TEMPLATES:
        PromptTemplate(made_by=designer, **details).full_clean()


def test_long_piece_is_shown_by_its_beginning():
    assert slots.not_a_slot("a {colour" + " lantern" * 100) == "{colour lantern lantern " + "…"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": "a toy car"}, "The prompt never uses {vehicle}, {weather}"),
        ({"slots": [{"name": "vehicle"}]}, "The slots can't be read"),
        ({"slots": "vehicle"}, "The slots can't be read"),
        ({"text": "a {vehicle}, {weather}, <lora:ink:0.7>"}, "Prompt: "),
        ({"text": ""}, "Prompt: "),
        ({"negative_prompt": "{vehicle}"}, "Negative prompt: No slot acts here"),
    ],
)
def test_draft_from_before_a_rule_is_not_submitted(
    client, at, designer, make_template, fields, told
):
    draft = make_template(state="draft", **fields)
    client.cookies["django_language"] = "en"

    answer = at(designer).post("template-submit", draft.slug, draft.number)

    assert answer.status_code == 422
    assert "mend it as a draft first" in answer.text
    assert told in unescape(answer.text)
    assert at(designer).get("template-edit", draft.slug, draft.number).status_code == 200
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_template_submitted_before_a_rule_is_not_approved(make_template, brand_admin):
    template = make_template(state="in_review")
    PromptTemplate.objects.update(text="a toy car")
    template.refresh_from_db()

    with pytest.raises(Refused) as refused:
        services.approve(template, brand_admin)

    assert refused.value.code == "template-faulty"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_field_of_a_new_template_is_explained_with_an_example(client, at, designer, language):
    client.cookies["django_language"] = language

    form = at(designer).get("template-new").context["form"]

    sign = "uch as" if language == "en" else "例如"
    with override(language):
        assert [field.name for field in form if sign not in str(field.help_text)] == []
