"""What people put on pictures, and one act for many of them."""

import pytest

from brandstudio.core.models import User
from gallery.models import Asset, AssetTag, Board, Favourite, SavedFilter
from gallery.services import assets as acts
from gallery.services import marks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def colleague(db):
    return User.objects.create_user("lan", is_marketer=True)


@pytest.fixture
def said(client):
    """said(answer): the messages on the page that it leads to."""
    return lambda answer: [str(one) for one in client.get(answer.url).context["messages"]]


def test_favourites_are_each_persons_own(at, marketer, brand_admin, make_ready):
    [asset] = make_ready()

    at(marketer).post("asset-favourite", asset.pk)
    assert list(at(marketer).get("asset-list", favourite=1).context["page"]) == [asset]
    assert list(at(brand_admin).get("asset-list", favourite=1).context["page"]) == []
    at(marketer).post("asset-favourite", asset.pk)
    assert not Favourite.objects.exists()


def test_act_says_what_it_did_and_what_stays(at, marketer, make_ready, in_state, said):
    [first] = make_ready()
    asked = in_state("asked")
    browser = at(marketer)

    answer = browser.post("assets-together", act="ask", pick=[first.pk, asked.pk], query="mine=1")

    assert answer.url == "/assets/?mine=1"
    done, left = said(answer)
    assert done == "1 was sent for review."
    assert left.startswith("1 stays as it is: ")
    first.refresh_from_db()
    assert first.review == "asked"


@pytest.mark.parametrize(
    ("act", "state", "why"),
    [
        ("discard", "approved", "An approved picture can't go to the bin. A brand admin can"),
        ("ask", "approved", "It is approved already."),
        ("ask", "asked", "It waits for review already."),
        ("ask", "withdrawn", "It was withdrawn, so it can't be sent for review again."),
    ],
)
def test_each_kind_that_stays_is_told_its_own_reason(at, marketer, in_state, said, act, state, why):
    free, stays = in_state("private"), in_state(state)

    answer = at(marketer).post("assets-together", act=act, pick=[free.pk, stays.pk], query="")

    done, left = said(answer)
    assert done.startswith("1 ")
    assert left.startswith(f"1 stays as it is: {why}")


def test_all_of_a_filter_is_acted_on_beyond_the_page(at, marketer, make_ready, said):
    meant = make_ready(count=4)
    [kept] = make_ready(slot_values={"vehicle": "M8 mpv", "weather": ""})
    query = f"template={meant[0].scene.template.slug}"

    answer = at(marketer).post("assets-together", act="discard", all=1, query=query)

    assert said(answer) == ["4 lie in the bin now."]
    assert list(Asset.objects.not_binned()) == [kept]


def test_more_than_one_act_takes_is_told(at, marketer, make_ready, monkeypatch, said):
    monkeypatch.setattr("gallery.services.together.MOST", 2)
    make_ready(count=4)

    answer = at(marketer).post("assets-together", act="like", all=1, query="")

    assert said(answer) == [
        "2 are favourites now.",
        "2 more were left out: one act takes at most 2, so do it again.",
    ]


def test_bin_gives_back_several(at, marketer, make_ready, said):
    assets = list(make_ready(count=3))
    for asset in assets:
        acts.discard(asset, marketer)

    picks = [asset.pk for asset in assets[:2]]
    answer = at(marketer).post("assets-together", act="restore", pick=picks, query="bin=1")

    assert said(answer) == ["2 were put back."]
    assert set(Asset.objects.not_binned()) == set(assets[:2])


def test_colleagues_pictures_are_neither_binned_nor_asked_for(
    at, marketer, colleague, in_state, said
):
    asset = in_state("approved")

    for act in ("discard", "ask"):
        answer = at(colleague).post("assets-together", act=act, pick=asset.pk, query="")
        assert said(answer) == [
            "1 stays as it is: It is a colleague's: only its maker can do that."
        ]


def test_tags_are_shared_words_whatever_their_capitals(at, marketer, make_ready, said):
    first, second = make_ready(count=2)
    browser = at(marketer)

    answer = browser.post(
        "assets-together", act="tag", pick=[first.pk, second.pk], tags="Hero， 早市, hero", query=""
    )
    browser.post("asset-tags", second.pk, tags="HERO, new")

    assert said(answer)[:1] == ["2 were tagged."]
    assert list(AssetTag.objects.values_list("name", flat=True)) == ["Hero", "new", "早市"]
    assert list(browser.get("asset-list", q="早市").context["page"]) == [first, second]
    new = AssetTag.objects.get(name="new")
    assert list(browser.get("asset-list", tag=new.pk).context["page"]) == [second]
    browser.post("asset-tags", second.pk, gone=new.pk)
    assert not AssetTag.objects.filter(name="new").exists()


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        (" , ", "Write at least one tag"),
        ("x" * 41, "has 41 characters; at most 40 fit here."),
        (",".join(map(str, range(21))), "At most 20 tags at once"),
        ("<script>", "so “&lt;” can&#x27;t stand in it."),
    ],
)
def test_odd_tags_are_refused(at, marketer, make_ready, tags, why):
    [asset] = make_ready()

    answer = at(marketer).post("asset-tags", asset.pk, tags=tags)

    assert answer.status_code == 422
    assert why in answer.text
    assert not AssetTag.objects.exists()


def test_mean_of_stars_follows_each_rating(at, marketer, brand_admin, make_ready):
    [asset] = make_ready()

    at(marketer).post("asset-stars", asset.pk, stars=5)
    at(brand_admin).post("asset-stars", asset.pk, stars=2)
    asset.refresh_from_db()
    assert asset.stars == 3.5
    assert list(at(marketer).get("asset-list", stars=3).context["page"]) == [asset]
    assert list(at(marketer).get("asset-list", stars=4).context["page"]) == []
    at(brand_admin).post("asset-stars", asset.pk, stars="")
    asset.refresh_from_db()
    assert asset.stars == 5


def test_board_of_the_team_is_filled_by_all_and_shows_each_what_they_may_see(
    at, marketer, colleague, make_ready, in_state, said
):
    [own] = make_ready()
    approved = in_state("approved")
    answer = at(marketer).post(
        "assets-together", act="lay-on", pick=[own.pk, approved.pk], new_board="Spring", query=""
    )
    board = Board.objects.get()
    assert said(answer) == ["2 lie on “Spring” now."]

    at(marketer).post("board-edit", board.pk, name="Spring 2027", team=1)
    browser = at(colleague)

    assert list(browser.get("asset-list", board=board.pk).context["page"]) == [approved]
    assert "Spring 2027" in browser.get("board-list").text
    assert browser.post("board-edit", board.pk, name="Mine").status_code == 404
    answer = browser.post(
        "assets-together", act="take-off", pick=approved.pk, board=board.pk, query=""
    )
    assert said(answer) == ["1 was taken off “Spring 2027”."]


def test_private_board_shows_others_nothing(at, marketer, colleague, in_state):
    asset = in_state("approved")
    board = Board.objects.create(owner=marketer, name="Mine")
    board.items.create(asset=asset)
    browser = at(colleague)

    assert list(browser.get("asset-list", board=board.pk).context["page"]) == []
    answer = browser.post("assets-together", act="lay-on", pick=asset.pk, board=board.pk)
    assert "Choose a board, or write the name of a new one." in answer.text


def test_board_goes_and_its_pictures_stay(at, marketer, make_ready):
    [asset] = make_ready()
    board = Board.objects.create(owner=marketer, name="Mine")
    board.items.create(asset=asset)

    at(marketer).post("board-edit", board.pk, act="remove")

    assert (Board.objects.count(), Asset.objects.count()) == (0, 1)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Mine"])
def test_odd_name_of_a_board_is_refused(at, marketer, name):
    Board.objects.create(owner=marketer, name="Mine")

    answer = at(marketer).post("board-list", name=name)

    assert answer.status_code == 422
    assert Board.objects.count() == 1


def test_filter_is_saved_under_a_name_and_an_address(at, marketer, colleague, client):
    browser = at(marketer)
    browser.post("filter-save", name="White SUVs", query="q=白色&vehicle=gs8&before=9-9&x=1")
    saved = SavedFilter.objects.get()

    assert "White SUVs" in browser.get("asset-list").text
    answer = at(colleague).get("saved-filter", saved.pk)
    assert answer.url == "/assets/?q=%E7%99%BD%E8%89%B2&vehicle=gs8"
    assert at(colleague).post("filter-forget", saved.pk).status_code == 404
    at(marketer).post("filter-forget", saved.pk, query="mine=1")
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "query"), [("", "q=x"), ("Empty", "before=9-9"), ("x" * 61, "q=x")]
)
def test_filter_without_name_or_narrowing_is_refused(at, marketer, name, query):
    answer = at(marketer).post("filter-save", name=name, query=query)

    assert answer.status_code == 422
    assert not SavedFilter.objects.exists()


def test_chosen_pictures_go_on_to_channels_and_comparison(at, marketer, make_ready):
    first, second = make_ready(count=2)
    picks = [second.pk, first.pk]

    deliver = at(marketer).post("assets-together", act="deliver", pick=picks)
    compare = at(marketer).post("assets-together", act="compare", pick=picks)

    asked = f"pick={second.pk}&pick={first.pk}"
    assert deliver.url == f"/assets/deliver/?{asked}"
    assert compare.url == f"/assets/compare/?{asked}"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"tags": "hero"}, "1 was tagged."), ({"new_board": "Spring"}, "1 lies on “Spring” now.")],
)
def test_enter_does_what_the_field_is_for(at, marketer, make_ready, said, fields, sentence):
    [asset] = make_ready()

    answer = at(marketer).post("assets-together", act="written", pick=asset.pk, query="", **fields)

    assert said(answer) == [sentence]


def test_marks_of_a_person_who_may_not_see_are_refused(at, colleague, make_ready):
    [asset] = make_ready()
    browser = at(colleague)

    for name in ("asset-favourite", "asset-tags", "asset-stars"):
        assert browser.post(name, asset.pk, tags="x").status_code == 404
    assert marks.like([], colleague) == 0


@pytest.mark.parametrize(
    ("address", "sent"),
    [("board-list", {"name": "<b>Mine"}), ("filter-save", {"name": "Mine>", "query": "q=a"})],
)
def test_boards_and_filters_bear_no_markup_in_their_names(at, marketer, address, sent):
    answer = at(marketer).post(address, **sent)

    assert answer.status_code == 422
    assert "can&#x27;t stand in it. Leave it out." in answer.text
    assert not Board.objects.exists()
    assert not SavedFilter.objects.exists()


def test_menu_of_boards_names_a_choice_only_where_there_is_one(at, marketer, make_ready):
    make_ready()
    without = at(marketer).get("asset-list").text
    Board.objects.create(owner=marketer, name="Mine")

    with_one = at(marketer).get("asset-list").text

    assert "Name of the new board" in without
    assert "Or the name of a new one" not in without
    assert "Or the name of a new one" in with_one
