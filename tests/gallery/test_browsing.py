"""The library's list: search, filters with counts, chips, pages, cards."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brandstudio.core.models import GlossaryTerm
from gallery.models import PackTag, StyleRating
from training.models import BaseModel, LicenceClass


@pytest.fixture
def tag(db):
    """tag("qilou", "place", "骑楼", "Arcade street")"""

    def tag(slug, group, zh="", en=""):
        names = {"name_zh": zh or slug, "name_en": en or slug}
        return PackTag.objects.get_or_create(slug=slug, defaults={"group": group, **names})[0]

    return tag


@pytest.fixture
def library(make_version, tag):
    """Three approved packs: ink (arcade, quiet), neon (arcade, lively), tea (teahouse, quiet)."""
    qilou, teahouse = tag("qilou", "place", "骑楼", "Arcade street"), tag("tea", "place", "茶楼")
    quiet, lively = tag("quiet", "mood", "安静"), tag("lively", "mood", "热闹")
    tags = {"ink": (qilou, quiet), "neon": (qilou, lively), "teacup": (teahouse, quiet)}
    for slug, own in tags.items():
        make_version(slug).pack.tags.set(own)


def slugs(answer):
    return [version.pack.slug for version in answer.context["versions"]]


def counts(answer, name):
    [facet] = [facet for facet in answer.context["facets"] if facet.name == name]
    return {choice.value: choice.count for choice in facet.choices}


@pytest.fixture
def listed(client):
    """listed(person, "place=qilou"): the answer that person gets."""

    def listed(person, query):
        client.force_login(person)
        client.cookies["django_language"] = "en"
        return client.get(f"{reverse('gallery:pack-list')}?{query}")

    return listed


def test_values_of_one_filter_add_up_and_filters_narrow(listed, marketer, library):
    assert set(slugs(listed(marketer, "place=qilou&place=tea"))) == {"ink", "neon", "teacup"}
    assert slugs(listed(marketer, "place=qilou&mood=quiet")) == ["ink"]
    assert slugs(listed(marketer, "mood=quiet&family=studio-mini&licence=unknown")) == [
        "teacup",
        "ink",
    ]


def test_counts_say_what_each_choice_would_show(listed, marketer, library):
    answer = listed(marketer, "mood=quiet")

    assert counts(answer, "place") == {"qilou": 1, "tea": 1}
    assert counts(answer, "mood") == {"lively": 1, "quiet": 2}
    assert counts(answer, "state") == {"approved": 2}


def test_chip_takes_its_own_filter_away(listed, marketer, library):
    answer = listed(marketer, "q=ink&place=qilou&place=tea&mood=quiet&page=1")
    chips = {chip.label: chip.address for chip in answer.context["chips"]}

    assert len(chips) == 4
    assert chips["Local place: Arcade street"] == "q=ink&place=tea&mood=quiet"
    assert chips["“ink”"] == "place=qilou&place=tea&mood=quiet"


def test_value_that_is_not_there_shows_nothing_and_can_be_taken_away(listed, marketer, library):
    answer = listed(marketer, "place=atlantis")

    assert slugs(answer) == []
    assert [chip.address for chip in answer.context["chips"]] == [""]


def test_search_reads_names_tags_trigger_words_and_the_glossary(listed, marketer, library):
    GlossaryTerm.objects.create(term="老街", phrase="arcade street by the river")

    assert slugs(listed(marketer, "q=骑楼")) == ["neon", "ink"]
    assert slugs(listed(marketer, "q=ARCADE")) == ["neon", "ink"]
    assert slugs(listed(marketer, "q=neon+style")) == ["neon"]
    assert slugs(listed(marketer, "q=ｎｅｏｎ")) == ["neon"]
    assert slugs(listed(marketer, "q=茶楼&mood=quiet")) == ["teacup"]
    assert listed(marketer, "q=老街").context["translations"] == ("arcade street by the river",)


def test_name_stands_before_a_tag(listed, marketer, library, make_version, tag):
    make_version("other").pack.tags.set([tag("ink-mood", "mood", en="ink")])

    assert slugs(listed(marketer, "q=ink")) == ["ink", "other"]


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 3000, "page=999", "page=x", "q=[(*", "state=%ff"]
)
def test_odd_addresses_are_answered(listed, marketer, library, query):
    assert listed(marketer, query).status_code == 200


def test_marketer_finds_no_drafts(listed, marketer, designer, make_version):
    make_version("secret", state="draft")

    assert slugs(listed(marketer, "q=secret")) == []
    assert slugs(listed(designer, "q=secret")) == ["secret"]


def test_card_shows_licence_stars_and_default_strength(listed, marketer, make_version, base):
    version = make_version(strength=0.7)
    licence = {"licence": "CC-BY-NC-4.0", "licence_class": LicenceClass.NON_COMMERCIAL}
    BaseModel.objects.filter(pk=base.pk).update(**licence)
    StyleRating.objects.create(version=version, person=marketer, stars=4)

    page = listed(marketer, "").text

    assert "CC-BY-NC-4.0" in page
    assert "no commercial use" in page
    assert "4.0 of 5, from 1 person" in " ".join(page.split())
    [shown] = re.findall(r'data-at="([\d.]+)" class="is-shown"', " ".join(page.split()))
    assert shown == "0.70"


def test_more_packs_and_versions_cost_no_more_queries(listed, marketer, make_version, tag):
    costs = []
    for slug in ("a", "b", "c"):
        make_version(slug).pack.tags.set([tag(f"{slug}-tag", "mood")])
        with CaptureQueriesContext(connection) as captured:
            listed(marketer, "q=pack")
        costs.append(len(captured))

    assert costs[1] == costs[2]


def test_list_goes_in_pages(listed, marketer, make_version, monkeypatch):
    monkeypatch.setattr("gallery.views.browsing.PER_PAGE", 2)
    for slug in ("a", "b", "c"):
        make_version(slug)

    assert slugs(listed(marketer, "page=1")) == ["c", "b"]
    assert slugs(listed(marketer, "page=2")) == ["a"]
