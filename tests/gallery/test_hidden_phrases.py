"""A reviewer reads every phrase that a label stands for, and no other maker's name is painted."""

import pytest
from django.conf import settings

from brandstudio.core.models import GlossaryTerm
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import PromptTemplate, ReviewState
from gallery.services import orders, validation
from tests.gallery.conftest import slot_fields

pytestmark = pytest.mark.usefixtures("in_english")
HIDDEN = "a nude woman beside a bmw"


def slots_with(phrase):
    return [
        {
            "name": "colour",
            "label_zh": "颜色",
            "label_en": "Colour",
            "options": [
                {"value": phrase, "zh": "红", "en": "red"},
                {"value": "blue", "zh": "蓝", "en": "blue"},
            ],
        }
    ]


@pytest.fixture
def write(make_template):
    """write(phrase): a template in which 红 · red stands for that phrase."""

    def write(phrase, state=ReviewState.DRAFT):
        template = make_template(
            "toy",
            state="draft",
            sentence_zh="一辆{colour}的车。",
            sentence_en="A {colour} car.",
            text="a {colour} car",
            slots=slots_with(phrase),
        )
        if state == ReviewState.IN_REVIEW:  # since before the rule
            template.submit(template.made_by)
        return template

    return write


@pytest.mark.parametrize("place", ["review", "template-detail"])
def test_phrase_of_a_slot_option_is_plain_text_for_the_reviewer(at, brand_admin, write, place):
    template = write("a nude woman beside a car", ReviewState.IN_REVIEW)
    args = [] if place == "review" else [template.slug, template.number]

    page = at(brand_admin).get(place, *args).content.decode()

    assert '<span lang="en">a nude woman beside a car</span>' in page
    assert "红 · red" in page


def test_phrase_that_names_another_maker_is_told_beside_its_label(at, brand_admin, write):
    template = write(HIDDEN, ReviewState.IN_REVIEW)

    words = at(brand_admin).get("template-detail", template.slug, template.number).context["words"]

    assert [bool(option.notes) for option in words.options] == [True, False]
    assert "“BMW” is another maker's name" in words.options[0].notes[0]


def test_phrase_other_than_the_glossarys_is_told(at, brand_admin, write):
    GlossaryTerm.objects.create(term="红", phrase="crimson red")
    template = write("a nude woman")

    words = at(brand_admin).get("template-detail", template.slug, template.number).context["words"]

    assert words.options[0].notes == (
        "The glossary says 红 = crimson red, which this phrase does not.",
    )


@pytest.mark.parametrize(
    ("text", "phrase", "field"),
    [("a {colour} car", HIDDEN, "slots"), ("a {colour} Tesla", "red", "text")],
)
def test_template_with_another_makers_name_is_refused_on_saving(
    at, designer, db, text, phrase, field
):
    sent = {
        "name_zh": "玩具",
        "name_en": "Toy",
        "slug": "toy",
        "sentence_zh": "一辆{colour}的车。",
        "sentence_en": "A {colour} car.",
        "text": text,
        "negative_prompt": "",
    }

    answer = at(designer).post("template-new", **sent, **slot_fields(slots_with(phrase)))

    assert answer.status_code == 422
    assert "another maker's name" in " ".join(answer.context["form"].errors[field])


def test_older_template_with_another_makers_name_is_neither_submitted_nor_approved(
    brand_admin, designer, write
):
    with pytest.raises(Refused) as at_submit:
        services.submit(write(HIDDEN), designer)
    PromptTemplate.objects.all().delete()
    with pytest.raises(Refused) as at_approval:
        services.approve(write(HIDDEN, ReviewState.IN_REVIEW), brand_admin)

    assert [at_submit.value.code, at_approval.value.code] == ["template-faulty"] * 2


@pytest.mark.parametrize("words", ["a bmw at night", "two BMWs", "ＢＭＷ", "a Rolls-Royce", "宝马"])
def test_prompt_with_another_makers_name_is_not_painted(writer, base, words):
    order = orders.SceneOrder(free=words, base=base)

    with pytest.raises(Refused) as refused:
        validation.validate(order, writer)

    assert refused.value.code == "name-banned"


def test_names_of_other_makers_are_listed_once_and_leave_everyday_words_out():
    names = [name.casefold() for name in settings.BANNED_NAMES]

    assert len(names) == len(set(names))
    assert not {"lotus", "mini", "smart", "gac", "aion", "trumpchi"} & set(names)
