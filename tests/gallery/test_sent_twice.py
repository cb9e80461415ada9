"""A double click on a form of the gallery makes one thing, and leads to it."""

from brandstudio.core.ui import once
from gallery.models import PromptTemplate
from tests.gallery.conftest import SLOTS, slot_fields


def test_double_click_on_a_new_template_makes_one_and_says_nothing_of_its_name(at, designer):
    words = {
        "name_zh": "骑楼",
        "name_en": "Arcade",
        "slug": "arcade",
        "sentence_zh": "{vehicle}停在骑楼，{weather}。",
        "sentence_en": "A {vehicle} in an arcade, {weather}.",
        "text": "a white {vehicle}, qilou arcade street, {weather}",
        once.FIELD: "token",
        **slot_fields(SLOTS),
    }

    answers = [at(designer).post("template-new", **words) for _click in range(2)]

    [template] = PromptTemplate.objects.all()
    assert {answer.url for answer in answers} == {template.get_absolute_url()}


def test_double_click_on_publish_makes_one_version(at, designer, dataset, train_on, queue_redis):
    checkpoint = train_on(dataset)
    fields = {"name_zh": "水墨", "name_en": "Ink", "slug": "ink", once.FIELD: "token"}

    answers = [at(designer).post("publish", checkpoint.pk, **fields) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
