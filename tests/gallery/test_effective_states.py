"""Lists show the state that counts now: what can't leave is never called approved alone."""

import datetime
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from brandstudio.core.models import Campaign, Vehicle
from brandstudio.core.models.rights import asked_once, tables_with_rights
from gallery.models import Channel, Poster, ReviewState, SourceKind
from gallery.pages.coverage import CellState, coverage_of
from gallery.services import assets as asset_acts
from gallery.services import holds, version_marks
from training.models import TrainingImage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

HELD = "approved, held now"


@pytest.fixture
def version(dataset, train_on, make_version):
    return make_version(checkpoint=train_on(dataset))


@pytest.fixture
def poster(in_state, version, marketer, brand_admin):
    """An approved poster of an approved picture."""
    wide = Channel.objects.create(
        slug="story", name_zh="竖图", name_en="Story", width=720, height=960, form="png"
    )
    picture = in_state("approved", packs=((version, 0.7),))
    poster = Poster.objects.create(asset=picture, channel=wide, made_by=marketer, headline="Spring")
    poster.submit(marketer)
    poster.approve(brand_admin)
    return poster


def end_rights(dataset):
    dataset.images.update(rights_expire_at=timezone.now() - timedelta(seconds=1))


def badges(text):
    """What the badges of a page say."""
    return [part.split("</span>")[0].split(">")[1] for part in text.split('class="badge')[1:]]


def pages_with_posters(at, admin, poster, version):
    return [
        at(admin).get("poster-list").text,
        at(admin).get("poster-detail", poster.pk).text,
        at(admin).get("downstream", SourceKind.VERSION, version.pk).text,
    ]


def test_poster_of_a_withdrawn_picture_is_nowhere_called_approved(at, brand_admin, poster, version):
    asset_acts.withdraw(poster.asset, brand_admin, "The wrong car.")

    poster = Poster.objects.select_related("asset").get()
    assert (poster.state, poster.shown_state) == (ReviewState.APPROVED, "withdrawn")
    for text in pages_with_posters(at, brand_admin, poster, version):
        assert "its picture was withdrawn" in badges(text)


def test_poster_of_a_held_picture_says_so_and_is_approved_again_after_an_extension(
    at, brand_admin, poster, version, dataset
):
    end_rights(dataset)

    for text in pages_with_posters(at, brand_admin, poster, version):
        assert "its picture is held now" in badges(text)
    dataset.images.update(rights_expire_at=None)
    for text in pages_with_posters(at, brand_admin, poster, version):
        assert "approved" in badges(text)


def test_poster_that_is_out_of_use_says_so_itself(brand_admin, poster):
    poster.retire(brand_admin, "Last year's price.")
    asset_acts.withdraw(poster.asset, brand_admin, "The wrong car.")

    assert Poster.objects.get().state_words == "retired"


def test_lists_of_pictures_and_styles_say_what_is_held(at, brand_admin, poster, version, dataset):
    lists = ("asset-list", "poster-pictures", "pack-list")
    for name in lists:
        assert HELD not in badges(at(brand_admin).get(name).text)
    end_rights(dataset)

    for name in lists:
        assert HELD in badges(at(brand_admin).get(name).text)
    for place in (("asset-detail", poster.asset.pk), ("version-detail", version.pack.slug, 1)):
        assert HELD in badges(at(brand_admin).get(*place).text)
    assert badges(at(brand_admin).get("downstream", "version", version.pk).text).count(HELD) == 2


def test_campaign_counts_a_held_picture_neither_approved_nor_published(
    at, brand_admin, marketer, version, dataset, in_state
):
    car = Vehicle.objects.create(slug="gs8", name_zh="GS8", name_en="GS8", phrase="GS8 suv")
    square = Channel.objects.create(
        slug="square", name_zh="方", name_en="Square", width=300, height=300
    )
    today = timezone.localdate()
    campaign = Campaign.objects.create(
        slug="spring",
        name_zh="春",
        name_en="Spring",
        starts=today,
        ends=today + datetime.timedelta(days=9),
        made_by=marketer,
    )
    campaign.vehicles.add(car)
    campaign.places.create(channel=square)
    asset = in_state("approved", packs=((version, 0.7),), channel=square)
    asset.scene.vehicle = car
    asset.scene.save(update_fields=["vehicle"])
    asset.campaign = campaign
    asset.save(update_fields=["campaign"])
    assert coverage_of(campaign).cell("gs8", "square").state == CellState.APPROVED
    end_rights(dataset)

    coverage = coverage_of(campaign)

    assert coverage.cell("gs8", "square").state == CellState.HELD
    assert coverage.share == 0
    assert badges(at(brand_admin).get("campaign-detail", "spring").text).count(HELD) == 2


def test_what_is_held_is_asked_of_each_table_once_within_a_page(
    at, brand_admin, poster, version, dataset
):
    """Of the same photograph under other names, which each question about what is held needs."""
    end_rights(dataset)
    with CaptureQueriesContext(connection) as alone:
        TrainingImage.with_removed.holding()
        TrainingImage.with_removed.holding()
    with CaptureQueriesContext(connection) as within, asked_once():
        first = list(TrainingImage.with_removed.holding())
        second = list(TrainingImage.with_removed.holding())
        kept = TrainingImage.with_removed.holding()

    assert len(alone) == 2
    assert len(within) == 3
    assert first == second == list(kept)
    with CaptureQueriesContext(connection) as page:
        at(brand_admin).get("asset-detail", poster.asset.pk)
    asked = [query["sql"] for query in page if _asks_for_copies(query["sql"])]
    assert 0 < len(asked) <= len(tables_with_rights())


def _asks_for_copies(sql):
    """Whether it is the question of `copies` about what is held, of any table."""
    is_of_keys = "," not in sql.partition(" FROM ")[0]
    return is_of_keys and '"pixels_sha256" IN (SELECT' in sql and '"kept_at" IS NULL' in sql


def test_marking_costs_as_many_queries_for_many_as_for_one(in_state, version, dataset):
    pictures = [in_state("approved", packs=((version, 0.7),)) for _number in range(3)]
    end_rights(dataset)

    counts = []
    for some in (pictures[:1], pictures):
        with CaptureQueriesContext(connection) as queries:
            holds.mark(some)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_while_nothing_is_held_no_scene_is_asked_what_holds_it(in_state, version, dataset):
    assets = [in_state("approved", packs=((version, 0.6),)) for _number in range(2)]
    with CaptureQueriesContext(connection) as free:
        holds.mark(assets)
        version_marks.mark([version])
    end_rights(dataset)

    assert not [one for one in free.captured_queries if "gallery_scene" in one["sql"]]
    assert [asset.is_held for asset in assets] == [False, False]
    holds.mark(assets)
    version_marks.mark([version])
    assert [asset.is_held for asset in assets] == [True, True]
    assert version.is_held
