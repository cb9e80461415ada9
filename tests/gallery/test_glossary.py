"""The glossary: searched, written, removed, in and out as a table, offered while typing."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brandstudio.core.models import AuditEntry, GlossaryTerm, Vehicle
from gallery.services import glossary

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def terms(db):
    rows = [
        ("骑楼", "qilou arcade street", "place"),
        ("灯笼", "lanterns", "festival"),
        ("红灯笼", "red lanterns", "festival"),
    ]
    for term, phrase, category in rows:
        GlossaryTerm.objects.create(term=term, phrase=phrase, category=category)


def words_on(answer):
    return [row.term for row in answer.context["page"].object_list]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["灯笼", "红灯笼", "骑楼"]),
        ({"q": "灯"}, ["灯笼", "红灯笼"]),
        ({"q": "Arcade"}, ["骑楼"]),
        ({"category": "place"}, ["骑楼"]),
        ({"q": "nothing of the kind"}, []),
    ],
)
def test_terms_are_looked_for_in_both_languages(at, marketer, terms, query, expected):
    assert sorted(words_on(at(marketer).get("glossary", **query))) == sorted(expected)


def test_list_asks_the_same_of_the_database_for_few_and_many(
    at, brand_admin, terms, django_assert_num_queries
):
    browser = at(brand_admin)
    browser.get("glossary")
    with CaptureQueriesContext(connection) as few:
        browser.get("glossary")
    GlossaryTerm.objects.bulk_create(
        GlossaryTerm(term=f"词{number}", phrase=f"word {number}") for number in range(40)
    )
    with django_assert_num_queries(len(few)):
        browser.get("glossary")


def test_admin_adds_changes_and_removes_a_term_and_each_is_kept(at, brand_admin, db):
    browser = at(brand_admin)
    browser.post("glossary", term="醒狮", phrase="lion", category="festival")
    term = GlossaryTerm.objects.get()
    browser.post("term-edit", term.pk, term="醒狮", phrase="lion dance", category="festival")
    browser.post("term-edit", term.pk, term="醒狮", phrase="lion dance", category="festival")
    browser.post("term-remove", term.pk)

    assert not GlossaryTerm.objects.exists()
    entries = AuditEntry.objects.filter(subject_kind="core.glossaryterm").order_by("pk")
    assert [(entry.target, entry.actor) for entry in entries] == [
        ("added", brand_admin),
        ("changed", brand_admin),
        ("removed", brand_admin),
    ]
    assert entries[1].facts["before"]["phrase"] == "lion"
    assert entries[1].facts["after"]["phrase"] == "lion dance"
    page = browser.get("glossary").content.decode()
    assert "removed 醒狮" in page


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"term": "lantern", "phrase": "red"}, "term", "in Chinese"),
        ({"term": "骑楼", "phrase": "again"}, "term", "already exists"),
        ({"term": "木棉", "phrase": "木棉花"}, "phrase", "“木棉花” is not English"),
        ({"term": "木棉", "phrase": "<lora:ink:1>"}, "phrase", "lora"),
        ({"term": "木棉", "phrase": "{colour}"}, "phrase", "is not English"),
        ({"term": "木棉", "phrase": ""}, "phrase", "required"),
    ],
)
def test_term_that_would_not_act_is_refused_beside_its_field(
    at, brand_admin, terms, fields, field, sentence
):
    answer = at(brand_admin).post("glossary", **fields)

    assert answer.status_code == 422
    assert sentence in answer.context["form"].errors[field][0]
    assert GlossaryTerm.objects.count() == 3


@pytest.mark.parametrize("role", ["marketer", "designer"])
def test_only_admins_change_the_glossary(request, at, terms, role):
    browser = at(request.getfixturevalue(role))
    term = GlossaryTerm.objects.first()
    file = SimpleUploadedFile("a.csv", "term,phrase,category\n木棉,kapok,\n".encode())

    browser.post("glossary", term="木棉", phrase="kapok")
    answers = [
        browser.post("term-edit", term.pk, term=term.term, phrase="mine"),
        browser.post("term-remove", term.pk),
        browser.post("glossary-import", file=file),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert GlossaryTerm.objects.count() == 3
    assert not GlossaryTerm.objects.filter(phrase="mine").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_table_adds_and_changes_and_names_what_it_leaves_out(at, brand_admin, terms, encoding):
    text = (
        "Term;Phrase;Category\n木棉;kapok blossoms;detail\n骑楼;arcade;place\n"
        "灯笼;lanterns;festival\n"
        "醒狮;狮子;festival\n木棉;again;\n;nothing;\n早茶;;\n"
    )
    file = SimpleUploadedFile("terms.csv", text.encode(encoding))

    answer = at(brand_admin).post("glossary-import", file=file)

    told = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    assert dict(GlossaryTerm.objects.values_list("term", "phrase")) == {
        "木棉": "kapok blossoms",
        "骑楼": "arcade",
        "灯笼": "lanterns",
        "红灯笼": "red lanterns",
    }
    assert "1 term is new. 1 term was changed. 1 term was here already." in told
    assert re.search("醒狮 was left out. [^.]*: “狮子” is not English", told)
    assert "木棉 stands in terms.csv more than once" in told
    assert "Line 7 of terms.csv was left out: term is empty." in told
    assert "Line 8 of terms.csv was left out: phrase is empty." in told
    assert AuditEntry.objects.filter(subject_kind="core.glossaryterm").count() == 2


def test_glossary_goes_out_as_a_table_and_comes_in_the_same(at, brand_admin, terms):
    GlossaryTerm.objects.create(term="点心", phrase='dim sum, "steamed"', category="object")
    before = list(GlossaryTerm.objects.values_list("term", "phrase", "category"))
    browser = at(brand_admin)
    content = browser.get("glossary-csv").content
    GlossaryTerm.objects.all().delete()

    browser.post("glossary-import", file=SimpleUploadedFile("glossary.csv", content))

    assert content.startswith(b"\xef\xbb\xbfterm,phrase,category")
    assert list(GlossaryTerm.objects.values_list("term", "phrase", "category")) == before


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("红灯", [("红灯笼", "red lanterns", 2), ("灯笼", "lanterns", 1)]),
        ("a car, 一辆红灯", [("红灯笼", "red lanterns", 2), ("灯笼", "lanterns", 1)]),
        ("灯", [("灯笼", "lanterns", 1)]),
        ("红灯笼", [("红灯笼", "red lanterns", 3), ("灯笼", "lanterns", 2)]),
        ("影", [("影豹", "Empow sedan", 1)]),
        ("a car by qil", [("骑楼", "qilou arcade street", 3)]),
        ("RED LAN", [("红灯笼", "red lanterns", 7), ("灯笼", "lanterns", 3)]),
        ("red lanterns", []),
        ("q", []),
        ("红灯 ", []),
        ("", []),
        ("凤凰", []),
    ],
)
def test_terms_are_offered_for_what_was_just_typed(terms, typed, expected):
    Vehicle.objects.create(slug="empow", name_zh="影豹", name_en="Empow", phrase="Empow sedan")

    assert [tuple(offer) for offer in glossary.offers(typed)] == expected


def test_offers_are_the_choices_of_a_listbox(at, marketer, terms):
    page = at(marketer).get("term-offers", typed="骑").content.decode()

    assert 'role="option"' in page
    assert 'data-phrase="qilou arcade street"' in page
    assert 'data-length="1"' in page


def test_shipped_category_is_chinese_on_the_chinese_page_and_a_typed_one_stays(
    at, marketer, client
):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    GlossaryTerm.objects.create(term="甲", phrase="one", category="place")
    GlossaryTerm.objects.create(term="乙", phrase="two", category="Our own")

    page = at(marketer).get("glossary").content.decode()

    assert "<td>地点</td>" in page
    assert "<td>Our own</td>" in page
    assert '<option value="place"' in page
