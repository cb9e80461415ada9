"""Finding pictures: by words in either language, by filters, by days."""

import datetime

import pytest
from django.utils import timezone

from brandstudio.core.models import Campaign, GlossaryTerm, Vehicle
from gallery.models import Asset, Channel, Scene, SceneWord
from gallery.pages.asset_list import heading_of, stretch_of
from gallery.services import day_words, words
from gallery.services.orders import Placement

pytestmark = pytest.mark.django_db


@pytest.fixture
def gs8(db):
    return Vehicle.objects.create(
        slug="gs8", name_zh="传祺 GS8", name_en="Trumpchi GS8", phrase="GS8 suv"
    )


@pytest.fixture
def xiaohongshu(db):
    return Channel.objects.create(
        slug="xiaohongshu", name_zh="小红书", name_en="Xiaohongshu", width=300, height=400
    )


@pytest.fixture
def listed(at, marketer):
    """listed(q="…"): the pictures that the marketer's list shows for that address."""
    browser = at(marketer)
    return lambda **query: list(browser.get("asset-list", **query).context["page"])


@pytest.mark.parametrize(
    "words",
    [
        "白色",  # by the glossary: the prompt is English
        "white",
        "WHI",
        "小红书",
        "xiaohongshu",
        "骑楼",
        "qilou",
        "GS8",
        "传祺",
        "白色GS8小红书",  # without blanks
        "white gs8 小红书",
        "Mei Chen",
        "ink pack",
        "ink 包",
        "早市归来",
        "归来",
        "归",
        "雨",  # a slot's word
    ],
)
def test_words_find_the_picture_in_either_language(
    listed, make_ready, make_version, gs8, xiaohongshu, marketer, words
):
    GlossaryTerm.objects.create(term="白色", phrase="white")
    marketer.first_name, marketer.last_name = "Mei", "Chen"
    marketer.save()
    [asset] = make_ready(
        packs=((make_version(), 0.7),),
        channel=xiaohongshu,
        slot_values={"vehicle": "GS8 suv", "weather": "rain"},
    )
    make_title(asset, "早市归来")

    assert listed(q=words) == [asset]


@pytest.fixture
def coloured(gs8, make_ready, make_template, make_version):
    """Four pictures among red lanterns in a style called by red, by the colour of their car."""
    m8 = Vehicle.objects.create(
        slug="m8", name_zh="传祺 M8", name_en="Trumpchi M8", phrase="M8 mpv"
    )
    for vehicle in (gs8, m8):
        for zh, en in (("红色", "red"), ("白色", "white")):
            vehicle.colours.create(name_zh=zh, name_en=en, phrase=en)
    for term, phrase in (("红色", "red"), ("白色", "white"), ("红灯笼", "red lanterns")):
        GlossaryTerm.objects.create(term=term, phrase=phrase)
    style = make_version("ink")
    style.pack.name_zh, style.pack.name_en = "红金剪纸", "Red-gold papercut"
    style.pack.save()
    made = {}
    for colour in ("red", "white"):
        text = f"a {colour} {{vehicle}} facing left, {{weather}}, red lanterns above"
        template = make_template(f"in-{colour}", text=text)
        for name in ("GS8 suv", "M8 mpv"):
            values = {"vehicle": name, "weather": ""}
            [made[colour, name[:3].strip()]] = make_ready(
                template=template, slot_values=values, packs=((style, 0.7),)
            )
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("红色", [("red", "GS8"), ("red", "M8")]),
        ("红", [("red", "GS8"), ("red", "M8")]),
        ("red", [("red", "GS8"), ("red", "M8")]),
        ("白色", [("white", "GS8"), ("white", "M8")]),
        ("红色 M8", [("red", "M8")]),
        ("红色M8", [("red", "M8")]),
        ("red gs8", [("red", "GS8")]),
        ("white M8 red lanterns", [("white", "M8")]),
        ("白色M8红灯笼", [("white", "M8")]),
        ("M8 红金剪纸", [("red", "M8"), ("white", "M8")]),
        ("red-gold papercut M8", [("red", "M8"), ("white", "M8")]),
    ],
)
def test_colour_means_the_cars(listed, coloured, query, found):
    assert set(listed(q=query)) == {coloured[key] for key in found}


def test_colour_finds_what_a_person_called_by_it(listed, coloured):
    make_title(coloured["white", "M8"], "Red tide")

    assert coloured["white", "M8"] in listed(q="red")


def test_real_car_is_found_by_its_own_colour(listed, coloured, make_cutout, gs8, make_ready):
    cutout = make_cutout(vehicle="gs8")
    cutout.name, cutout.name_en = "白色，朝左", "White, facing left"
    cutout.save()
    [asset] = make_ready(
        template=coloured["red", "GS8"].scene.template, placement=Placement(cutout)
    )

    assert asset in listed(q="白色 GS8")
    assert asset not in listed(q="红色")


@pytest.mark.parametrize("query", ["春节", "spring", "2027 春节", "GS8 spring festival"])
def test_campaigns_name_finds_its_pictures(listed, make_ready, gs8, query):
    [asset], [_other] = make_ready(), make_ready()
    asset.campaign = Campaign.objects.create(
        slug="new-year", name_zh="2027 春节", name_en="Spring Festival 2027"
    )
    asset.save(update_fields=["campaign"])

    assert listed(q=query) == [asset]


def make_title(asset, title):
    asset.own_title = title
    asset.save(update_fields=["own_title"])
    words.note_title(asset)


@pytest.mark.parametrize("words", ["black", "黑色", "抖音", "归早", "gs3", "white gs3", "hite"])
def test_other_words_find_nothing(listed, make_ready, gs8, words):
    [asset] = make_ready()
    make_title(asset, "早市归来")

    assert listed(q=words) == []


def test_renamed_vehicle_and_channel_are_found_by_their_new_names(
    listed, make_ready, gs8, xiaohongshu
):
    [asset] = make_ready(channel=xiaohongshu)
    Vehicle.objects.update(name_zh="凌云", name_en="Highrider")
    Channel.objects.filter(slug="xiaohongshu").update(name_zh="红书", name_en="Redbook")

    assert listed(q="凌云 redbook") == [asset]
    assert listed(q="传祺") == []


def test_changed_glossary_counts_at_once(listed, make_ready):
    [asset] = make_ready()
    assert listed(q="雪白") == []

    GlossaryTerm.objects.create(term="雪白", phrase="white")

    assert listed(q="雪白") == [asset]


def test_new_title_replaces_the_words_of_the_old_one(listed, make_ready):
    [asset] = make_ready()
    make_title(asset, "早市归来")
    make_title(asset, "Evening tide")

    assert (listed(q="早市"), listed(q="evening")) == ([], [asset])


def test_scene_of_before_the_search_is_read_later(listed, make_ready):
    [asset] = make_ready()
    SceneWord.objects.all().delete()
    Scene.objects.update(has_words=False)
    assert listed(q="qilou") == []

    words.read_waiting()

    assert listed(q="qilou") == [asset]


def test_filters_narrow_and_join(listed, make_ready, make_version, gs8, xiaohongshu, channel):
    ink = make_version("ink")
    [first] = make_ready(packs=((ink, 0.6),), channel=xiaohongshu)
    [second] = make_ready(packs=((ink, 0.8),), channel=channel)
    [third] = make_ready(channel=channel, slot_values={"vehicle": "M8 mpv", "weather": ""})

    assert listed(channel="xiaohongshu") == [first]
    assert listed(channel=["square", "xiaohongshu"]) == [third, second, first]
    assert listed(pack="ink", strength_from="0.7") == [second]
    assert listed(strength_to="0.7") == [first]
    assert listed(vehicle="gs8") == [second, first]
    assert listed(vehicle="gs8", channel="square") == [second]
    assert listed(template=third.scene.template.slug) == [third]
    assert listed(person="nobody") == []
    assert listed(review="private", mine="1") == [third, second, first]


def test_sweep_is_found_by_the_strength_of_each_picture(listed, make_ready, make_version):
    weak, strong = make_ready(packs=((make_version(), 0.7),), strengths=(0.5, 0.8))

    assert listed(strength_from="0.6") == [strong]
    assert listed(strength_to="0.6") == [weak]


def test_days_narrow_and_head_the_list(at, marketer, make_ready, in_english):
    now = timezone.now()
    moments = [now, now - datetime.timedelta(days=1), now - datetime.timedelta(days=8)]
    made = []
    for moment in moments:
        [asset] = make_ready()
        Asset.objects.filter(pk=asset.pk).update(made_at=moment)
        made.append(asset)
    browser = at(marketer)
    days = browser.get("asset-list").context["page"].days
    last_week = timezone.localdate(moments[2])

    assert [heading for heading, _day, _assets in days][:2] == ["Today", "Yesterday"]
    assert [assets for _heading, _day, assets in days] == [[asset] for asset in made]
    only = browser.get("asset-list", **{"from": last_week, "to": last_week}).context["page"]
    assert list(only) == [made[2]]


@pytest.mark.parametrize(
    ("query", "ages"),
    [
        ({"when": "today"}, [0]),
        ({"when": "yesterday"}, [1]),
        ({"when": ["today", "yesterday"]}, [0, 1]),
        ({"when": "7-days"}, [0, 1, 6]),
        ({"q": "昨天"}, [1]),
        ({"q": "最近7天 GS8"}, [0, 1, 6]),
        ({"q": "昨天 M8"}, []),
        ({"q": "GS8"}, [0, 1, 6, 15]),
    ],
)
def test_days_are_found_by_name_in_a_filter_and_in_words(at, marketer, make_ready, query, ages):
    now = timezone.now()
    for age in (0, 1, 6, 15):
        [asset] = make_ready()
        made_at = now - datetime.timedelta(days=age)
        Asset.objects.filter(pk=asset.pk).update(made_at=made_at)

    page = at(marketer).get("asset-list", **query).context["page"]

    assert [(now - asset.made_at).days for asset in page] == ages


def test_day_alone_and_the_week_before(at, marketer, make_ready, in_english):
    first, last = day_words.last_week(timezone.localdate())
    browser = at(marketer)
    made = {}
    for day in (first - datetime.timedelta(days=1), first, last, last + datetime.timedelta(days=1)):
        [asset] = make_ready()
        noon = datetime.datetime.combine(day, datetime.time(12))
        Asset.objects.filter(pk=asset.pk).update(made_at=timezone.make_aware(noon))
        made[day] = asset

    week = browser.get("asset-list", when="last-week")
    monday = browser.get("asset-list", day=first)

    assert list(week.context["page"]) == [made[last], made[first]]
    assert list(monday.context["page"]) == [made[first]]
    assert "Painted: last week" in week.content.decode()


def test_search_says_which_day_it_has_read(at, marketer, make_ready, in_english):
    make_ready()

    page = at(marketer).get("asset-list", q="GS8 yesterday").content.decode()

    assert "Painted on:" in page
    assert "Yesterday" in page


def test_day_is_called_by_weekday_and_date(in_english):
    today = datetime.date(2026, 11, 30)

    assert heading_of(datetime.date(2026, 11, 24), today) == "Tuesday 24 November"
    assert heading_of(datetime.date(2025, 11, 24), today) == "Monday 24 November 2025"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"from": "31.2."}, "“31.2.” is no date; write it as 2026-11-24."),
        ({"from": "2026-11-24", "to": "2026-11-23"}, "The last day is before the first"),
        ({"strength_to": "much"}, "“much” is no strength; write a number such as 0.65."),
    ],
)
def test_unreadable_filter_says_what_is_wrong(at, marketer, in_english, query, sentence):
    answer = at(marketer).get("asset-list", **query)

    assert answer.status_code == 200
    assert sentence in answer.text


def test_pages_follow_one_another_while_new_pictures_come(make_ready, marketer):
    made = [make_ready()[0] for _ in range(5)]

    def page(**query):
        return stretch_of(Asset.objects.all(), query, marketer, per_page=2)

    first = page()
    make_ready()
    second = page(before=first.older)
    third = page(before=second.older)
    back = page(after=third.newer)

    assert [list(one) for one in (first, second, third)] == [
        [made[4], made[3]],
        [made[2], made[1]],
        [made[0]],
    ]
    assert (third.older, list(back)) == ("", list(second))


@pytest.mark.parametrize("place", ["x", "1-", "-1", "9" * 30 + "-1", "1-" + "9" * 30, "²-²"])
def test_odd_place_shows_the_beginning(listed, make_ready, place):
    [asset] = make_ready()

    assert listed(before=place) == [asset]


def test_title_tells_car_place_time_and_style(make_ready, make_version, in_english):
    [asset] = make_ready(
        packs=((make_version(), 0.7),), slot_values={"vehicle": "GS8 suv", "weather": "rain"}
    )

    assert str(asset) == f"GS8 · Arcade · rain · ink pack #{asset.pk}"


def test_own_title_is_given_and_taken_back(at, marketer, make_ready, listed, in_english):
    [asset] = make_ready()
    browser = at(marketer)

    browser.post("asset-title", asset.pk, title="  Morning   tide ")
    asset.refresh_from_db()
    assert (str(asset), listed(q="tide")) == (f"Morning tide #{asset.pk}", [asset])
    assert "gave it another title" in browser.get("asset-detail", asset.pk).text

    browser.post("asset-title", asset.pk, title="")
    asset.refresh_from_db()
    assert (str(asset), listed(q="tide")) == (f"GS8 · Arcade #{asset.pk}", [])


def test_title_too_long_or_of_anothers_picture_is_refused(
    at, marketer, brand_admin, make_ready, in_english
):
    [asset] = make_ready()

    long = at(marketer).post("asset-title", asset.pk, title="x" * 121)
    others = at(brand_admin).post("asset-title", asset.pk, title="Mine")

    assert "has 121 characters; at most 120 fit here." in long.text
    assert others.status_code == 404
    assert not Asset.objects.get().own_title


@pytest.mark.parametrize("words", ["#{pk}", "{pk}", "＃{wide}", "{wide}", "{pk}号", "骑楼 #{pk}"])
def test_number_finds_the_picture_first(listed, at, marketer, make_ready, words, in_english):
    [asset] = make_ready()
    make_ready()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(asset.pk))

    found = listed(q=words.format(pk=asset.pk, wide=wide))

    assert found == [asset]


def test_number_that_is_a_word_too_lists_the_picture_first_and_once(
    at, marketer, make_ready, in_english
):
    [asset], [newer] = make_ready(), make_ready()
    make_title(newer, f"Take {asset.pk}")

    page = at(marketer).get("asset-list", q=str(asset.pk))
    only = at(marketer).get("asset-list", q=f"#{asset.pk}")

    assert list(page.context["page"]) == [asset, newer]
    assert page.context["page"].total == 2
    assert f"Number {asset.pk}" in page.text
    assert list(only.context["page"]) == [asset]


@pytest.mark.parametrize("name", ["poster-pictures", "campaign-add"])
def test_picture_is_chosen_for_a_poster_and_a_campaign_by_its_number_and_words(
    at, marketer, make_ready, gs8, in_english, name
):
    campaign = Campaign.objects.create(slug="spring", name_zh="春", name_en="Spring")
    campaign.vehicles.add(gs8)
    [asset], [other] = make_ready(), make_ready()
    make_title(other, "早市归来")
    Scene.objects.update(vehicle=gs8)
    args = ["spring"] if name == "campaign-add" else []

    def shown(words):
        text = at(marketer).get(name, *args, q=words).text
        return [str(one) in text for one in (asset, other)]

    assert shown("") == [True, True]
    assert shown(f"#{asset.pk}") == [True, False]
    assert shown("归来") == [False, True]
    assert shown("骑" * 101) == [False, False]
    assert "Nothing matches" in at(marketer).get(name, *args, q="nowhere").text


@pytest.mark.parametrize(
    ("typed", "states"),
    [
        ("已批准", {"approved"}),
        ("approved", {"approved"}),
        ("白色 已批准", {"approved"}),
        ("未批准", {"declined"}),
        ("待审", {"asked"}),
        ("waiting for review", {"asked"}),
        ("已批准 未批准", {"approved", "declined"}),
        ("disapproved", set()),
    ],
)
def test_words_for_a_state_find_the_pictures_in_it(listed, in_state, typed, states):
    for state in ("private", "asked", "approved", "declined"):
        in_state(state)
    GlossaryTerm.objects.create(term="白色", phrase="white")

    assert {asset.review for asset in listed(q=typed)} == states


@pytest.mark.parametrize("typed", ["真车", "real car", "Real Cars"])
def test_real_car_is_found_by_that_word(listed, make_ready, make_cutout, typed):
    make_ready()
    [real] = make_ready(placement=Placement(make_cutout()))

    assert listed(q=typed) == [real]
