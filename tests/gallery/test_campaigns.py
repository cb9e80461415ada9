"""Campaigns: their rows, their pictures, their table, their deadlines and their report."""

import csv
import datetime
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from brandstudio.core.models import AuditEntry, Campaign, Notice, Vehicle
from brandstudio.core.problems import Refused
from gallery.forms import PublicationForm
from gallery.models import Asset, Channel, Download, Poster, Publication, Rendition
from gallery.pages.coverage import CellState, coverage_of
from gallery.services import (
    campaigns,
    deadlines,
    downloads,
    finishing,
    posters,
    publications,
    reuse,
)

TODAY = timezone.localdate


def in_days(days):
    return TODAY() + datetime.timedelta(days=days)


@pytest.fixture
def vehicles(db):
    return [
        Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv"),
        Vehicle.objects.create(slug="m8", name_zh="M8", name_en="M8", phrase="M8 mpv"),
    ]


@pytest.fixture
def channels(channel):
    tall = Channel.objects.create(slug="tall", name_zh="竖", name_en="Tall", width=300, height=400)
    return [channel, tall]


@pytest.fixture
def campaign(marketer, vehicles, channels):
    """Running, two vehicles, two channels; kept by the marketer."""
    campaign = Campaign.objects.create(
        slug="spring",
        name_zh="春节",
        name_en="Spring",
        starts=in_days(-1),
        ends=in_days(20),
        made_by=marketer,
    )
    campaign.vehicles.set(vehicles)
    for channel in channels:
        campaign.places.create(channel=channel, deadline=in_days(10))
    return campaign


@pytest.fixture
def other(make_user):
    return make_user("other", is_marketer=True)


def sent(**changes):
    return {
        "name_zh": "端午",
        "name_en": "Dragon Boat",
        "slug": "dragon-boat",
        "starts": in_days(1).isoformat(),
        "ends": in_days(30).isoformat(),
        "vehicles": ["gs8", "m8"],
        "channel": ["square", "tall"],
        "deadline_square": in_days(5).isoformat(),
        **changes,
    }


def states(campaign):
    return {
        (cell.vehicle.slug, cell.place.channel.slug): cell.state
        for _vehicle, cells in coverage_of(campaign).rows
        for cell in cells
    }


def test_marketer_makes_a_campaign_and_it_is_written_down(at, marketer, vehicles, channels):
    answer = at(marketer).post("campaign-new", **sent())

    made = Campaign.objects.get(slug="dragon-boat")
    assert answer["Location"] == "/campaigns/dragon-boat/"
    assert (made.made_by, made.state) == (marketer, "planned")
    assert list(made.vehicles.all()) == vehicles
    assert list(made.places.values_list("channel__slug", "deadline")) == [
        ("square", in_days(5)),
        ("tall", None),
    ]
    [entry] = AuditEntry.objects.about(made)
    assert (entry.actor, entry.target) == (marketer, "added")
    assert entry.facts["after"]["vehicles"] == "gs8, m8"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends": in_days(0).isoformat()}, "ends"),
        ({"deadline_square": in_days(31).isoformat()}, "deadline_square"),
        ({"vehicles": []}, "vehicles"),
        ({"channel": []}, "channel"),
        ({"starts": ""}, "starts"),
        ({"slug": "new"}, "slug"),
        ({"channel": ["square", "gone"]}, "channel"),
    ],
)
def test_campaign_that_makes_no_sense_is_refused_by_its_field(
    at, marketer, vehicles, channels, changes, field
):
    answer = at(marketer).post("campaign-new", **sent(**changes))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Campaign.objects.count() == 0


def test_deadline_of_a_channel_that_is_not_ticked_is_refused_by_name_and_stays_typed(
    at, marketer, vehicles, channels, in_english
):
    day = in_days(7).isoformat()

    answer = at(marketer).post("campaign-new", **sent(channel=["square"], deadline_tall=day))

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "deadline_tall": ["Tick Tall too, or clear this day: it has a deadline alone."]
    }
    assert f'name="deadline_tall" value="{day}"' in answer.text


def test_channel_that_is_unticked_takes_its_deadline_along(at, marketer, campaign):
    form = at(marketer).get("campaign-edit", "spring").context["form"]
    days = {f"deadline_{slug}": in_days(10).isoformat() for slug in ("square", "tall")}

    data = sent(name_zh="春节", name_en="Spring", slug="spring", channel=["square"], **days)
    answer = at(marketer).post("campaign-edit", "spring", seen=form.fingerprint, **data)

    assert answer.status_code == 302
    assert list(campaign.places.values_list("channel__slug", flat=True)) == ["square"]


def test_campaigns_page_shows_its_territory_and_says_which_places_are_unknown(
    at, marketer, campaign, in_english
):
    def said(territory):
        Campaign.objects.update(territory=territory)
        return at(marketer).get("campaign-detail", "spring").text

    doubt = "The studio does not know the place “火星”: only rights that name it"

    assert "Territory: Hong Kong · 火星" in said("香港，火星")
    assert doubt in said("香港，火星")
    assert "Territory: Hong Kong" in said("香港")
    assert "does not know" not in said("香港")
    assert "Territory" not in said("")


def test_only_who_keeps_a_campaign_and_admins_change_it(
    at, marketer, other, brand_admin, designer, campaign
):
    codes = [
        at(person).get("campaign-edit", "spring").status_code
        for person in (marketer, brand_admin, other, designer)
    ]

    assert codes == [200, 200, 403, 403]
    assert at(designer).get("campaign-detail", "spring").status_code == 200
    assert at(designer).get("campaign-new").status_code == 403


def test_change_of_a_deadline_is_told_anew_and_kept(at, marketer, campaign):
    campaign.places.update(deadline_told=7)
    page = at(marketer).get("campaign-edit", "spring").context["form"]

    data = sent(name_zh="春节", name_en="Spring", slug="spring", channel=["square"])
    answer = at(marketer).post("campaign-edit", "spring", seen=page.fingerprint, **data)

    assert answer.status_code == 302
    [place] = campaign.places.all()
    assert (place.channel.slug, place.deadline, place.deadline_told) == ("square", in_days(5), None)
    [entry] = AuditEntry.objects.about(campaign)
    assert sorted(entry.facts["after"]) == ["channels", "days"]
    assert at(marketer).post("campaign-edit", "spring", seen="old", **data).status_code == 422


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [(-3, -1, "ended"), (-3, 0, "running"), (0, 0, "running"), (1, 2, "planned")],
)
def test_state_follows_the_day(starts, ends, state):
    assert Campaign(starts=in_days(starts), ends=in_days(ends)).state == state
    assert Campaign().state == "planned"


def test_picture_counts_for_its_vehicle_and_the_channel_it_was_painted_for(
    campaign, in_state, channels
):
    square, tall = channels
    in_state("private", campaign=campaign, channel=square)
    in_state("asked", campaign=campaign, channel=tall)
    mpv = {"vehicle": "M8 mpv", "weather": ""}
    in_state("declined", campaign=campaign, channel=square, slot_values=mpv)
    in_state("approved", campaign=campaign, channel=tall, slot_values=mpv, seed=8)

    assert states(campaign) == {
        ("gs8", "square"): CellState.DRAFT,
        ("gs8", "tall"): CellState.WAITING,
        ("m8", "square"): CellState.MISSING,
        ("m8", "tall"): CellState.APPROVED,
    }
    assert coverage_of(campaign).share == 25


def test_file_that_left_counts_for_its_channel_and_published_is_more(
    campaign, in_state, channels, other
):
    square, tall = channels
    picture = in_state("approved", campaign=campaign, channel=square)
    downloads.deliver(picture, other, Rendition.PUBLICATION, tall)
    before = states(campaign)
    Publication.objects.create(
        download=Download.objects.get(), address="https://example.com/p/1", day=TODAY(), by=other
    )

    assert before["gs8", "tall"] == CellState.APPROVED
    assert states(campaign)["gs8", "tall"] == CellState.PUBLISHED
    assert states(campaign)["gs8", "square"] == CellState.APPROVED


def test_approved_motif_can_be_cut_for_the_channels_that_it_was_ordered_for(
    at, campaign, in_state, channels, other
):
    square, tall = channels
    draft = in_state("private", campaign=campaign, channel=square)
    draft.scene.further_channels.set([tall])
    before = states(campaign)["gs8", "tall"]
    motif = in_state("approved", campaign=campaign, channel=square, seed=8)
    motif.scene.further_channels.set([tall])

    page = at(other).get("campaign-detail", "spring").text
    cell = coverage_of(campaign).cell("gs8", "tall")

    assert before == CellState.MISSING
    assert (cell.state, cell.cut_from, cell.pks) == (CellState.CUTTABLE, {motif.pk}, set())
    assert f"/assets/deliver/?pick={motif.pk}&amp;channel=tall" in page
    assert (coverage_of(campaign).share, coverage_of(campaign).cuttable_share) == (25, 25)
    downloads.deliver(motif, other, Rendition.PUBLICATION, tall)
    assert states(campaign)["gs8", "tall"] == CellState.APPROVED
    assert coverage_of(campaign).cuttable_share == 0


def test_motif_painted_anew_for_a_channel_is_not_cut_for_it(campaign, in_state, channels):
    square, tall = channels
    motif = in_state("approved", campaign=campaign, channel=square)
    motif.scene.further_channels.set([tall])
    anew = in_state("asked", campaign=campaign, channel=tall, seed=8)
    Asset.objects.filter(pk=anew.pk).update(shape_of=motif)

    assert states(campaign)["gs8", "tall"] == CellState.WAITING


def test_history_of_a_campaign_names_what_befell_its_pictures(
    at, campaign, in_state, channels, other
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    in_state("approved", channel=channels[0], seed=8)
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])
    publish(at(other), picture)

    history = at(other).get("campaign-detail", "spring").context["history"]

    assert [(entry.target, entry.asset) for entry in history] == [
        ("published", picture),
        ("approved", picture),
        ("asked", picture),
    ]


def test_withdrawn_picture_counts_no_more_and_says_to_take_it_down(
    at, campaign, in_state, channels, other, brand_admin
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])
    Publication.objects.create(
        download=Download.objects.get(), place="Hall 3", day=TODAY(), by=other
    )
    Asset.objects.get().withdraw(brand_admin, "Rights.")

    assert states(campaign)["gs8", "square"] == CellState.MISSING
    page = at(brand_admin).get("campaign-detail", "spring").content.decode()
    assert "take it down" in page or "撤下" in page


def test_order_from_the_create_page_joins_its_campaign(at, marketer, campaign, form_data):
    answer = at(marketer).post("create", **form_data, campaign="spring")

    assert answer.status_code == 302
    assert set(Asset.objects.values_list("campaign__slug", flat=True)) == {"spring"}
    assert Asset.objects.first().scene.vehicle.slug == "gs8"


def test_ended_campaign_takes_no_order_and_no_picture(at, marketer, campaign, form_data, in_state):
    picture = in_state("private", campaign=campaign)
    Campaign.objects.update(ends=in_days(-1))
    picture.refresh_from_db()

    answer = at(marketer).post("create", **form_data, campaign="spring")

    assert list(answer.context["form"].errors) == ["campaign"]
    with pytest.raises(Refused, match="campaign-ended"):
        campaigns.add([picture], Campaign.objects.get(), marketer)
    assert reuse.again(picture, marketer).campaign is None


def test_link_of_an_empty_cell_fills_the_create_page(at, marketer, campaign, make_template):
    make_template()

    page = at(marketer).get("create", campaign="spring", vehicle="m8", channel="tall")

    form = page.context["form"]
    assert form["campaign"].value() == "spring"
    assert form["channel"].value() == "tall"
    assert form["slot_vehicle"].value() == "M8 mpv"


def test_several_pictures_are_added_and_taken_out_at_once(at, marketer, campaign, make_ready):
    pictures = list(make_ready(count=3))
    browser = at(marketer)
    offered = browser.get("campaign-add", "spring").context["assets"]

    browser.post("move-images", pick=[p.pk for p in pictures], campaign="spring")
    joined = campaign.assets.count()
    browser.post("move-images", pick=[pictures[0].pk], campaign="")

    assert (len(offered), joined, campaign.assets.count()) == (3, 3, 2)
    assert [e.target for e in AuditEntry.objects.about(pictures[0])][:2] == ["left", "joined"]


def test_published_picture_stays_and_strangers_move_nothing(
    campaign, in_state, channels, other, marketer, brand_admin
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    elsewhere = Campaign.objects.create(slug="else", name_zh="别", name_en="Else")

    [(_same, why)] = campaigns.add([picture], elsewhere, other).unmoved
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])
    Publication.objects.create(
        download=Download.objects.get(), place="Hall 3", day=TODAY(), by=other
    )
    [(_again, why_published)] = campaigns.take_out([picture], brand_admin).unmoved

    assert (why.code, why_published.code) == ("campaign-not-yours", "campaign-published")
    assert Asset.objects.get().campaign == campaign


def publish(browser, picture, **changes):
    file = Download.objects.filter(asset=picture).first()
    data = {
        "download": file.pk if file else "",
        "address": "https://www.xiaohongshu.com/explore/1",
        "day": TODAY().isoformat(),
        **changes,
    }
    return browser.post("publication-new", picture.pk, **data)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "ftp://example.com/a"}, "address"),
        ({"address": "https://testserver/assets/1/"}, "address"),
        ({"address": "https://intranet/a"}, "address"),
        ({"address": "https://example.com/" + "a" * 500}, "address"),
        ({"address": "", "place": " "}, "address"),
        ({"day": in_days(1).isoformat()}, "day"),
        ({"day": in_days(-1).isoformat()}, "day"),
        ({"download": 999}, "download"),
    ],
)
def test_publication_that_cannot_be_is_refused_by_its_field(
    at, campaign, in_state, channels, other, changes, field
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])

    answer = publish(at(other), picture, **changes)

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert [(name, len(said)) for name, said in errors.items()] == [(field, 1)]
    assert Publication.objects.count() == 0


def test_publication_is_noted_once_and_taken_back_by_its_writer_only(
    at, campaign, in_state, channels, other, make_user
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])

    first, twice = publish(at(other), picture), publish(at(other), picture)
    row = Publication.objects.get()
    stranger = make_user("stranger", is_marketer=True)

    assert (first.status_code, twice.status_code) == (302, 422)
    assert at(stranger).post("publication-remove", row.pk).status_code == 403
    assert at(other).post("publication-remove", row.pk).status_code == 302
    assert Publication.objects.count() == 0
    assert [e.target for e in AuditEntry.objects.about(picture)][:2] == ["unpublished", "published"]


def test_publication_keeps_and_shows_address_and_place_together(
    at, campaign, in_state, channels, other
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])

    publish(at(other), picture, place="Hall 3")
    row = Publication.objects.get()
    assert (row.address, row.place) == ("https://www.xiaohongshu.com/explore/1", "Hall 3")
    for page in (
        at(other).get("asset-detail", picture.pk),
        at(other).get("campaign-detail", "spring"),
    ):
        assert "xiaohongshu.com/explore/1" in page.text
        assert "Hall 3" in page.text


def test_proof_and_picture_without_a_file_can_not_be_published(
    at, campaign, in_state, channels, marketer, other
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, marketer, Rendition.PROOF, channels[0])

    answer = publish(at(other), picture)

    assert list(answer.context["form"].errors) == ["download"]


def test_deadlines_are_told_once_each_to_keeper_and_admins(
    campaign, marketer, brand_admin, other, in_state, channels
):
    square, tall = campaign.places.all()
    deadlines.tell_of_deadlines()
    none_yet = Notice.objects.count()
    for days in (7, 7, 1, 0, -1, -2):
        campaign.places.filter(pk=square.pk).update(deadline=in_days(days))
        deadlines.tell_of_deadlines()

    told = Notice.objects.filter(person=marketer).order_by("pk").values_list("code", flat=True)
    assert none_yet == 0
    assert list(told) == ["campaign-due-7", "campaign-due-1", "campaign-due-past"]
    assert Notice.objects.filter(person=brand_admin).count() == 3
    assert Notice.objects.filter(person=other).count() == 0
    notice = Notice.objects.filter(person=marketer).latest("pk")
    assert notice.url == "/campaigns/spring/"
    assert notice.facts["missing"] == "GS8, M8"
    assert "GS8" in notice.sentence


def test_channel_in_which_all_is_published_is_not_told_of(campaign, in_state, channels, other):
    for vehicle in ("GS8 suv", "M8 mpv"):
        values = {"vehicle": vehicle, "weather": ""}
        picture = in_state("approved", campaign=campaign, channel=channels[0], slot_values=values)
        downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])
        file = Download.objects.get(asset=picture)
        Publication.objects.create(download=file, place="Hall 3", day=TODAY(), by=other)
    campaign.places.update(deadline=in_days(1))
    deadlines.tell_of_deadlines()

    told = Notice.objects.filter(code__startswith="campaign-due")
    assert {notice.facts["channel"] for notice in told} == {str(channels[1])}


def test_ended_campaign_is_not_told_of(campaign):
    campaign.places.update(deadline=in_days(-5))
    Campaign.objects.update(starts=in_days(-9), ends=in_days(-2))

    deadlines.tell_of_deadlines()

    assert Notice.objects.count() == 0


def test_report_says_who_had_what_and_where_it_was_published(
    at, campaign, in_state, channels, other
):
    other.first_name = "=HYPERLINK(1)"
    other.save()
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    Channel.objects.filter(pk=channels[1].pk).update(use="online", territory="Guangdong")
    channels[1].refresh_from_db()
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[1])
    downloads.deliver(picture, other, Rendition.PUBLICATION, channels[0])
    published = Download.objects.get(channel=channels[1])
    Publication.objects.create(
        download=published,
        address="https://example.com/p/1",
        place="Hall 3",
        day=TODAY(),
        by=other,
    )

    answer = at(other).get("campaign-report", "spring")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer["Content-Type"].startswith("text/csv")
    heading, first, second = rows
    assert len(heading) == len(first) == 23
    assert (first[0], first[2], first[4]) == (str(picture.pk), "GS8", str(channels[1]))
    assert heading[9].endswith("（Asia/Shanghai 时间）")
    assert first[9] == timezone.localtime(published.at).isoformat(timespec="seconds")
    assert first[9].endswith("+08:00")
    assert first[13:16] == ["网络与社交媒体", "广东", "AI生成"]
    assert first[18] == published.sha256
    assert first[19:22] == ["https://example.com/p/1", "Hall 3", TODAY().isoformat()]
    assert second[19:] == ["", "", "", ""]
    assert first[8].startswith("'=")


def test_report_and_list_hold_only_what_a_person_may_see(
    at, campaign, in_state, channels, marketer, other
):
    picture = in_state("private", campaign=campaign, channel=channels[0])
    downloads.deliver(picture, marketer, Rendition.PROOF, channels[0])

    rows = at(other).get("campaign-report", "spring").content.decode().splitlines()
    page = at(other).get("campaign-detail", "spring")

    assert len(rows) == 1
    assert (page.context["hidden"], page.context["page"].paginator.count) == (1, 0)
    assert len(at(marketer).get("campaign-report", "spring").content.splitlines()) == 2


def test_report_tells_the_number_that_stands_in_a_posters_file(
    at, campaign, in_state, channels, brand_admin, marketer
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    poster = Poster.objects.create(
        made_by=marketer, asset=picture, channel=channels[0], headline="早晨"
    )
    posters.deliver(poster, marketer, Rendition.PROOF)

    answer = at(brand_admin).get("campaign-report", "spring")
    _heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))

    assert row[10] == "海报“早晨”"
    assert row[16:18] == ["DEMO", finishing.mark_of(picture, poster).produce_id]


def test_poster_and_bare_picture_of_one_channel_are_told_apart_where_one_is_chosen(
    campaign, in_state, channels, marketer
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    poster = Poster.objects.create(
        made_by=marketer, asset=picture, channel=channels[0], headline="早晨"
    )
    downloads.deliver(picture, marketer, Rendition.PUBLICATION, channels[0])
    Download.objects.create(
        **{
            field: getattr(Download.objects.get(), field)
            for field in ("asset", "person", "channel", "form", "rendition", "rule", "width")
        },
        height=Download.objects.get().height,
        sha256="0" * 64,
        poster=poster,
    )

    choices = (
        PublicationForm(files=publications.files_that_left(picture)).fields["download"].choices
    )
    words = [label for _value, label in choices]

    assert ["海报“早晨”" in line for line in words] == [True, False]
    assert ["仅图片" in line for line in words] == [False, True]


def test_more_files_in_the_report_cost_no_more_queries(at, campaign, in_state, channels, marketer):
    browser = at(marketer)

    costs = []
    for _round in range(2):
        picture = in_state("approved", campaign=campaign, channel=channels[0])
        for _file in range(2):
            downloads.deliver(picture, marketer, Rendition.PUBLICATION, channels[0])
        with CaptureQueriesContext(connection) as captured:
            browser.get("campaign-report", "spring")
        costs.append(len(captured))

    assert costs[0] == costs[1]


def test_cell_shows_its_pictures_alone(at, marketer, campaign, in_state, channels):
    square, tall = channels
    wanted = in_state("private", campaign=campaign, channel=square)
    in_state("private", campaign=campaign, channel=tall)
    outside = in_state("private", campaign=campaign)
    browser = at(marketer)

    cell = browser.get("campaign-detail", "spring", vehicle="gs8", channel="square").context["page"]
    rest = browser.get("campaign-detail", "spring", outside=1).context["page"]

    assert [asset.pk for asset in cell] == [wanted.pk]
    assert [asset.pk for asset in rest] == [outside.pk]


def test_delivery_opens_with_the_approved_pictures_and_the_channels(
    at, marketer, campaign, in_state, channels
):
    picture = in_state("approved", campaign=campaign, channel=channels[0])
    in_state("private", campaign=campaign, channel=channels[0])

    page = at(marketer).get("deliver", campaign=campaign.pk)

    assert [asset.pk for asset in page.context["assets"]] == [picture.pk]
    assert page.context["chosen"] == channels


@pytest.mark.parametrize("page", ["campaign-list", "campaign-detail", "campaign-add"])
def test_more_rows_cost_no_more_queries(at, marketer, campaign, in_state, channels, page):
    args = [] if page == "campaign-list" else ["spring"]
    browser = at(marketer)

    def more(count):
        for number in range(count):
            slug = f"c{Campaign.objects.count()}"
            Campaign.objects.create(slug=slug, name_zh=slug, name_en=slug, starts=TODAY())
            in_state("private", campaign=campaign, channel=channels[number % 2])
            picture = in_state("approved", channel=channels[0])
            downloads.deliver(picture, marketer, Rendition.PUBLICATION, channels[0])
            file = Download.objects.get(asset=picture)
            Publication.objects.create(download=file, place="Hall", day=TODAY(), by=marketer)
            Asset.objects.filter(pk=picture.pk).update(campaign=campaign)
            in_state("private", channel=channels[0])

    costs = []
    for count in (1, 3):
        more(count)
        browser.get(page, *args)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(page, *args).status_code == 200
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_what_never_leaves_is_not_added_but_may_be_taken_out(
    at, campaign, in_state, channels, marketer, state
):
    picture = in_state(state, channel=channels[0])

    at(marketer).post("move-images", pick=[picture.pk], campaign="spring")
    picture.refresh_from_db()
    assert picture.campaign is None
    moved = campaigns.add([picture], campaign, marketer)
    assert [(error.code, moved.moved) for _asset, error in moved.unmoved] == [
        (f"campaign-{state}", [])
    ]

    Asset.objects.filter(pk=picture.pk).update(campaign=campaign)
    picture.refresh_from_db()
    assert campaigns.take_out([picture], marketer).moved == [picture]
