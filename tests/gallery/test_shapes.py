"""One motif in the shapes of several channels: ordered at once, delivered at once."""

import io
import json
import zipfile

import pytest
from django.urls import reverse

from brandstudio.core.models import Campaign
from gallery import services
from gallery.models import Asset, Channel, Poster, Scene
from gallery.services import assets as acts
from gallery.services import cuts, shapes
from gallery.services.checklist import all_confirmed
from gallery.services.orders import Placement


@pytest.fixture
def channels(channel):
    """The one of the scene, a slit and a wide one."""
    facts = {"slit": (200, 400), "wide": (400, 200)}
    return [channel] + [
        Channel.objects.create(slug=slug, name_zh=slug, name_en=slug, width=wide, height=high)
        for slug, (wide, high) in facts.items()
    ]


@pytest.fixture
def colleague(make_user):
    return make_user("colleague", is_marketer=True)


@pytest.fixture
def approve(marketer, brand_admin, finish):
    """approve(picture): painted, sent for review and approved."""

    def approve(asset):
        finish(asset)
        acts.ask_review(asset, marketer)
        acts.approve(asset, brand_admin, all_confirmed())
        return asset

    return approve


@pytest.fixture
def make_poster(marketer, brand_admin):
    """make_poster(picture): an approved one, in the shape of a story."""
    names = {"name_zh": "竖", "name_en": "Story", "declaration": "Say that it is made by AI."}
    story = Channel.objects.create(slug="story", width=720, height=960, **names)

    def make_poster(picture, is_draft=False):
        facts = {"asset": picture, "channel": story, "made_by": marketer}
        poster = Poster.objects.create(**facts, headline="早晨")
        if not is_draft:
            services.submit(poster, marketer)
            services.approve(poster, brand_admin, answers=all_confirmed())
        return poster

    return make_poster


def zipped(browser, assets, channels, **more):
    data = {"pick": [a.pk for a in assets], "channel": [c.slug for c in channels], **more}
    answer = browser.post("deliver-zip", **data)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    return archive, json.loads(archive.read("manifest.json"))["files"]


def test_picture_painted_anew_is_told_from_its_sister_by_its_channel(
    at, marketer, brand_admin, form_data, channels, finish, in_english
):
    _square, slit, _wide = channels
    further = {"further": [slit.slug], "anew": [slit.slug]}
    at(marketer).post("create", **{**form_data, "count": 1, **further})
    first, anew = Asset.objects.order_by("pk")
    for asset in (first, anew):
        finish(asset)
        acts.ask_review(asset, marketer)

    assert anew.title == f"{first.title} · slit"
    for name in ("asset-list", "review-pictures"):
        page = at(brand_admin).get(name).text
        assert f">{first}</a>" in page
        assert f">{anew}</a>" in page


def test_further_channels_are_cut_or_painted_anew_with_the_same_seeds(
    at, marketer, form_data, channels
):
    at(marketer).post("create", **form_data, further=["square", "slit", "wide"], anew=["slit"])

    first, slit = Scene.objects.order_by("pk")
    assert [c.slug for c in first.further_channels.all()] == ["slit", "wide"]
    assert (slit.channel, slit.prompt) == (channels[1], first.prompt)
    assert slit.height > slit.width
    pairs = [(a.shape_of, a.seed) for a in slit.assets.order_by("index")]
    assert pairs == [(a, a.seed) for a in first.assets.order_by("index")]


def test_a_shape_painted_anew_counts_as_a_picture_and_all_are_ordered_or_none(
    at, marketer, form_data, channels, settings
):
    settings.PICTURES_PER_DAY = 3

    answer = at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])

    assert answer.status_code == 422
    assert not Scene.objects.exists()
    assert answer.context["shown"].anew == {"slit"}
    assert answer.context["shown_count"] == 4


def test_page_opens_with_the_further_channels_of_last_time(at, marketer, form_data, channels):
    browser = at(marketer)
    browser.post("create", **form_data, further=["slit", "wide"], anew=["slit"])

    shown = browser.get("create").context["shown"]

    assert (shown.further, shown.anew) == ({"slit", "wide"}, {"slit"})


def test_unknown_further_channel_is_refused_beside_the_channels(
    at, marketer, form_data, channels, in_english
):
    answer = at(marketer).post("create", **form_data, further=["gone"])

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["further"]
    assert "This channel does not exist any more" in answer.content.decode()


def test_campaign_names_the_channels_that_it_asks_for(at, marketer, form_data, channels):
    campaign = Campaign.objects.create(slug="spring", name_zh="春", name_en="Spring")
    campaign.places.create(channel=channels[1])

    shown = at(marketer).get("create").context["channels"]

    assert {c.slug: c.campaigns for c in shown} == {"square": "", "slit": "spring", "wide": ""}


def test_results_send_a_whole_motif_for_review_and_lead_to_its_channels(
    at, client, marketer, brand_admin, form_data, channels, finish
):
    browser = at(marketer)
    browser.post("create", **form_data, further=["slit", "wide"], anew=["slit"])
    for asset in Asset.objects.all():
        finish(asset)

    slit, first = browser.get("create").context["results"].scenes
    assert set(first.to_review) == set(Asset.objects.values_list("pk", flat=True))
    assert (slit.to_review, first.deliver_address) == ([], "")
    answer = browser.post("assets-together", act="ask", pick=first.to_review, next="create")

    assert answer.url == reverse("gallery:create") + "#results"
    waiting = list(Asset.objects.filter(review="asked"))
    assert len(waiting) == 4
    for asset in waiting:
        acts.approve(asset, brand_admin, all_confirmed())
    slit, first = browser.get("create").context["results"].scenes
    page = client.get(first.deliver_address)
    assert [a.pk for a in page.context["assets"]] == [a.pk for a in first.tiles]
    assert [c.slug for c in page.context["chosen"]] == ["slit", "square", "wide"]
    assert slit.deliver_address == ""


def test_result_of_one_picture_is_sent_for_review_from_its_row(
    at, marketer, form_data, finish, in_english
):
    browser = at(marketer)
    browser.post("create", **form_data | {"count": 1})
    finish(Asset.objects.get())

    page = browser.get("create").text

    assert "Send 1 for review" in page


def test_picture_of_its_own_shape_is_sent_in_place_of_the_cut(
    at, marketer, colleague, form_data, channels, approve
):
    at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])
    first, shaped = (approve(Asset.objects.filter(scene=s).first()) for s in scenes())

    archive, lines = zipped(at(colleague), [first], channels[:2])

    assert [(line["channel"], line["asset"]) for line in lines] == [
        ("slit", shaped.pk),
        ("square", first.pk),
    ]
    assert all(line["file"] in archive.namelist() for line in lines)


def test_picture_of_its_own_shape_that_is_not_approved_is_left_out_unless_the_cut_is_ticked(
    at, marketer, brand_admin, form_data, channels, approve, finish, in_english
):
    at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])
    first_scene, slit_scene = scenes()
    first = approve(first_scene.assets.get(index=0))
    shaped = slit_scene.assets.get(index=0)
    browser = at(brand_admin)

    _archive, waiting = zipped(browser, [first], channels[:2])
    finish(shaped)
    _archive, private = zipped(browser, [first], channels[:2])
    _archive, cut = zipped(browser, [first], channels[:2], cut=f"{first.pk}-slit")
    [row] = browser.get("deliver", pick=first.pk).context["rows"]

    assert (waiting[0]["file"], private[0]["file"]) == ("", "")
    assert waiting[0]["left_out"] != private[0]["left_out"]
    assert (cut[0]["asset"], bool(cut[0]["file"])) == (first.pk, True)
    assert row.cells[0].stand_in == shaped
    assert row.cells[0].stand_in_why == private[0]["left_out"]


def test_declined_shape_stands_in_for_nothing(
    at, marketer, brand_admin, form_data, channels, approve, finish
):
    at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])
    first_scene, slit_scene = scenes()
    first, shaped = approve(first_scene.assets.get(index=0)), slit_scene.assets.get(index=0)
    finish(shaped)
    acts.ask_review(shaped, marketer)
    acts.decline(shaped, brand_admin, "Five wheels.")

    _archive, lines = zipped(at(marketer), [first], channels[:2])

    assert [line["asset"] for line in lines] == [first.pk, first.pk]


def test_private_shape_of_a_colleague_is_none_of_mine(
    at, marketer, colleague, form_data, channels, approve, finish
):
    at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])
    first_scene, slit_scene = scenes()
    first = approve(first_scene.assets.get(index=0))
    finish(slit_scene.assets.get(index=0))

    _archive, lines = zipped(at(colleague), [first], channels[:2])

    assert [line["asset"] for line in lines] == [first.pk, first.pk]


def test_shape_that_is_approved_leaves_though_its_first_picture_does_not(
    at, marketer, form_data, channels, approve, finish
):
    browser = at(marketer)
    browser.post("create", **form_data, further=["slit"], anew=["slit"])
    first_scene, slit_scene = scenes()
    first, shaped = first_scene.assets.get(index=0), slit_scene.assets.get(index=0)
    finish(first)
    approve(shaped)

    [row] = browser.get("deliver", pick=[first.pk, shaped.pk]).context["rows"]
    _archive, lines = zipped(browser, [first, shaped], channels[:2])

    assert [(cell.asset, bool(row.why)) for cell in row.cells] == [(shaped, True)]
    assert {line["asset"]: bool(line["file"]) for line in lines} == {
        first.pk: False,
        shaped.pk: True,
    }


def test_shapes_of_a_picture_that_is_picked_have_no_row_of_their_own(
    at, marketer, colleague, form_data, channels, approve
):
    at(marketer).post("create", **form_data, further=["slit"], anew=["slit"])
    first, shaped = (approve(Asset.objects.filter(scene=s).first()) for s in scenes())

    page = at(colleague).get("deliver", pick=[shaped.pk, first.pk])
    alone = at(colleague).get("deliver", pick=shaped.pk)

    assert [row.asset for row in page.context["rows"]] == [first]
    assert [row.asset for row in alone.context["rows"]] == [shaped]


def test_shape_that_is_painted_anew_from_the_channels_page_stands_in_too(
    at, colleague, in_state, channels, finish
):
    picture = in_state("approved", channel=channels[0])
    at(colleague).post("paint-anew", pick=picture.pk, channel="slit", anew=f"{picture.pk}-slit")

    shaped = Asset.objects.exclude(pk=picture.pk).get()

    assert (shaped.shape_of, shaped.seed) == (picture, picture.seed)


def test_ticked_posters_lie_in_the_zip_and_in_its_manifest(
    at, colleague, in_state, channels, make_poster
):
    picture = in_state("approved", channel=channels[0])
    poster = make_poster(picture)
    draft, other = make_poster(picture, is_draft=True), make_poster(in_state("approved"))
    browser = at(colleague)

    page = browser.get("deliver", pick=picture.pk)
    ticked = [poster.pk, draft.pk, other.pk]
    archive, lines = zipped(browser, [picture], channels[:1], poster=ticked)

    assert list(page.context["posters"]) == [poster]
    assert [(line["channel"], line["poster"]) for line in lines] == [
        ("square", None),
        ("story", poster.pk),
    ]
    assert lines[1]["file"].endswith(f"_poster-{poster.pk}.jpg")
    assert f"poster{poster.pk}" in lines[1]["produce_id"]
    assert len(archive.read(lines[1]["file"])) == lines[1]["bytes"]
    assert "made by AI" in archive.read("declarations.txt").decode()


def test_posters_alone_are_a_zip_too(at, colleague, in_state, make_poster):
    picture = in_state("approved")
    poster = make_poster(picture)

    _archive, [line] = zipped(at(colleague), [picture], [], poster=[poster.pk])

    assert (line["poster"], line["left_out"]) == (poster.pk, "")


def scenes():
    """The first scene and the one in another shape."""
    return list(Scene.objects.order_by("pk"))


def test_real_car_is_painted_anew_clear_of_what_the_platform_covers(
    marketer, channel, make_cutout, make_scene
):
    story = Channel.objects.create(
        slug="story",
        name_zh="竖",
        name_en="Story",
        width=270,
        height=480,
        covered_top=8,
        covered_right=14,
        covered_bottom=20,
    )
    scene = make_scene(channel=channel, placement=Placement(make_cutout(), width=0.95))
    picture = scene.assets.get()

    shapes.paint_anew([(picture, story)], marketer)

    shaped = Asset.objects.get(shape_of=picture)
    cut = cuts.cut_for(shaped, story)
    assert 0.95 > shaped.scene.cutout_width > 0.5 > shaped.scene.cutout_x
    assert (cut.hidden, cut.lost) == (pytest.approx(0, abs=1e-6), pytest.approx(0, abs=1e-6))
