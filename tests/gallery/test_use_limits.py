"""Uses and territories that rights are limited to: where they don't reach, no file goes."""

import io
import json
import zipfile

import pytest

from brandstudio.core import blobs
from brandstudio.core.models import Campaign
from brandstudio.core.problems import Refused
from gallery import jobs, problems, services
from gallery.models import (
    Channel,
    ChannelFile,
    Download,
    Poster,
    ProductCutout,
    Rendition,
)
from gallery.services import (
    channel_files,
    downloads,
    originals,
    policy,
    posters,
    reference,
    sources,
    use_limits,
)
from gallery.services.checklist import all_confirmed
from gallery.services.orders import Placement
from tests.gallery.conftest import CAR, cut_out, png
from training import services as training_services
from training.models import TrainingImage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

PUBLICATION, PROOF, ORIGINAL = Rendition.PUBLICATION, Rendition.PROOF, Rendition.ORIGINAL
KNOWN = {"rights_holder": "Lin", "licence": "contract 7"}


@pytest.fixture
def make_channel(db):
    """make_channel("web", use="online", territory="China", **fields)"""

    def make_channel(slug, **fields):
        size = {"width": 300, "height": 300}
        names = {"name_zh": slug, "name_en": slug.capitalize()}
        return Channel.objects.create(slug=slug, **names, **(size | fields))

    return make_channel


@pytest.fixture
def web(make_channel):
    return make_channel("web", use="online", territory="Chinese mainland")


@pytest.fixture
def paper(make_channel):
    return make_channel("paper", use="print", territory="Chinese mainland")


@pytest.fixture
def abroad(make_channel):
    return make_channel("abroad", use="online", territory="全球")


@pytest.fixture
def start(make_start):
    return make_start(pixels_sha256="5" * 64, **KNOWN)


@pytest.fixture
def picture(in_state, start, marketer):
    """An approved picture that was started from `start`, painted for no channel."""
    return in_state("approved", init_image=sources.find_init_image(f"own-{start.pk}", marketer))


def limit(row, uses="", territory=""):
    type(row)._base_manager.filter(pk=row.pk).update(uses=uses, territory=territory)


def code_of(act, *given, **more):
    with pytest.raises(Refused) as caught:
        act(*given, **more)
    return caught.value.code


def rule(asset, person, rendition=PUBLICATION, channel=None):
    try:
        return policy.rule_for(asset, person, rendition, channel).rendition
    except Refused as error:
        return error.code


# What the rights reach
@pytest.mark.parametrize(
    ("uses", "territory", "expected"),
    [
        ("", "", ("publication", "publication", "publication", "publication")),
        (
            "online",
            "",
            ("publication", "use-not-allowed", "publication", "goes-nowhere-known"),
        ),
        (
            "training print",
            "",
            ("use-not-allowed", "publication", "use-not-allowed", "goes-nowhere-known"),
        ),
        (
            "",
            "中国大陆",
            ("publication", "publication", "territory-not-allowed", "goes-nowhere-known"),
        ),
        (
            "online",
            "Hong Kong",
            ("territory-not-allowed", "use-not-allowed", "territory-not-allowed")
            + ("goes-nowhere-known",),
        ),
    ],
)
def test_publication_file_goes_where_the_rights_of_its_start_reach(
    picture, start, brand_admin, web, paper, abroad, uses, territory, expected
):
    limit(start, uses, territory)

    outcome = [rule(picture, brand_admin, channel=one) for one in (web, paper, abroad, None)]

    assert tuple(outcome) == expected


@pytest.mark.parametrize(
    ("uses", "expected"),
    [("internal", "proof"), ("print", "proof"), ("training", "proof-not-in-house")],
)
def test_proof_is_for_the_house(picture, start, brand_admin, web, uses, expected):
    limit(start, uses)

    assert rule(picture, brand_admin, PROOF, web) == expected


def test_channel_of_which_nobody_noted_anything_takes_no_limited_picture(
    picture, start, brand_admin, make_channel
):
    unnoted = make_channel("unnoted")
    placeless = make_channel("placeless", use="online")

    assert rule(picture, brand_admin, channel=unnoted) == "publication"
    limit(start, "online")
    assert rule(picture, brand_admin, channel=unnoted) == "use-of-channel-unknown"
    assert rule(picture, brand_admin, channel=placeless) == "publication"
    limit(start, "online", "China")
    assert rule(picture, brand_admin, channel=placeless) == "territory-of-channel-unknown"


def test_campaign_widens_no_channel_and_stands_in_for_one_without_a_place(
    picture, start, brand_admin, web, make_channel
):
    placeless = make_channel("placeless", use="online")
    limit(start, territory="Chinese mainland")
    campaign = Campaign.objects.create(slug="day", name_zh="节", name_en="Day", territory="广东")
    type(picture).objects.update(campaign=campaign)
    picture.refresh_from_db()

    assert rule(picture, brand_admin, channel=placeless) == "publication"
    picture.campaign.territory = "Hong Kong"
    assert rule(picture, brand_admin, channel=placeless) == "territory-not-allowed"
    assert rule(picture, brand_admin, channel=web) == "territory-not-allowed"


def test_refusal_names_picture_channel_source_rights_and_mend(
    picture, start, brand_admin, paper, abroad
):
    limit(start, "online internal", "中国大陆")

    said = []
    for channel in (paper, abroad):
        with pytest.raises(Refused) as caught:
            policy.rule_for(picture, brand_admin, PUBLICATION, channel)
        said.append(problems.of(caught.value))

    assert said == [
        f"{picture} may not go to Paper: its files are for print, and the rights of street.png, "
        "which it was made of, allow only: inside the house · web and social media. Choose another "
        "channel, or have wider rights noted there.",
        f"{picture} may not go to Abroad: the territory of the rights of street.png, which it was "
        "made of, is Chinese mainland; the files of Abroad are seen beyond it: worldwide. Choose "
        "another channel, or have wider rights noted there.",
    ]


# From where they come
def test_cut_out_and_whatever_was_started_from_it_are_limited(
    in_state, marketer, brand_admin, web, paper
):
    sha256 = blobs.put_bytes(cut_out())
    size = {"width": CAR[0], "height": CAR[1]}
    cutout = ProductCutout.objects.create(
        made_by=marketer, name="car", sha256=sha256, thumb_sha256=sha256, **size, **KNOWN
    )
    around = in_state("approved", placement=Placement(cutout))
    further = in_state("approved", init_image=sources.init_image_of(around))

    limit(cutout, "print")

    for asset in (around, further):
        assert rule(asset, brand_admin, channel=web) == "use-not-allowed"
        assert rule(asset, brand_admin, channel=paper) == "publication"


def test_row_of_the_same_photograph_limits_it_too(picture, brand_admin, dataset, web, paper, start):
    same = dataset.images.first()
    TrainingImage.objects.filter(pk=same.pk).update(pixels_sha256=start.pixels_sha256)

    limit(same, "training print")

    assert rule(picture, brand_admin, channel=web) == "use-not-allowed"
    assert rule(picture, brand_admin, channel=paper) == "publication"


@pytest.mark.parametrize(
    ("uses", "territory", "expected"),
    [
        ("training", "", "publication"),
        ("training print", "", "use-not-allowed"),
        ("training online", "Macao", "territory-not-allowed"),
    ],
)
def test_photograph_that_a_style_learned_from_limits_its_pictures(
    in_state, brand_admin, dataset, train_on, make_version, web, uses, territory, expected
):
    version = make_version(checkpoint=train_on(dataset))
    asset = in_state("approved", packs=((version, 0.7),))

    limit(dataset.images.get(name="red.png"), uses, territory)

    assert rule(asset, brand_admin, channel=web) == expected


def test_same_weights_and_an_equal_photograph_elsewhere_limit_as_well(
    in_state, brand_admin, dataset, train_on, make_version, designer, tmp_path, web
):
    checkpoint = train_on(dataset)
    copy = make_version(weights_sha256=checkpoint.sha256)
    asset = in_state("approved", packs=((copy, 0.7),))
    other = training_services.make_dataset(designer, "Elsewhere")
    path = tmp_path / "copy.png"
    path.write_bytes(png("red"))
    training_services.add_images(other, [path])
    assert rule(asset, brand_admin, channel=web) == "publication"

    limit(other.images.get(), "training internal")

    assert rule(asset, brand_admin, channel=web) == "use-not-allowed"
    assert use_limits.limits_of([asset])[asset.pk][0].name == "copy.png"


# Every door
def test_address_of_a_download_refuses_it_and_notes_nothing(
    at, brand_admin, picture, start, web, paper
):
    limit(start, "online")
    browser = at(brand_admin)

    answer = browser.get("asset-download", picture.pk, rendition="publication", channel="paper")

    assert answer.status_code == 403
    assert "street.png" in answer.context["why"]
    assert not Download.objects.exists()
    left = browser.get("asset-download", picture.pk, rendition="publication", channel="web")
    assert left.status_code == 200
    [row] = Download.objects.all()
    assert (row.use, row.territory) == ("online", "Chinese mainland")


def test_button_hands_out_a_proof_where_the_scenes_channel_is_closed(
    at, brand_admin, picture, start, paper
):
    type(picture.scene).objects.update(channel=paper)
    limit(start, "online")

    at(brand_admin).get("asset-download", picture.pk)

    [row] = Download.objects.all()
    assert (row.rendition, row.use, row.territory) == ("proof", "internal", "")


def test_original_is_for_a_channel_that_the_rights_reach(
    at, brand_admin, picture, start, web, paper
):
    limit(start, "online")
    browser = at(brand_admin)
    sent = {"why": "An agency labels it.", "agreed": "yes"}

    refused = [browser.post("asset-original", picture.pk, **sent, channel=c) for c in ("paper", "")]
    left = browser.post("asset-original", picture.pk, **sent, channel="web")

    assert [answer.status_code for answer in (*refused, left)] == [403, 403, 200]
    [row] = Download.objects.all()
    assert (row.rendition, row.channel, row.use) == ("original", web, "online")
    assert code_of(originals.deliver, picture, brand_admin, "Why", True) == "goes-nowhere-known"


def test_zip_leaves_out_what_may_not_go_there_and_says_why(
    at, brand_admin, picture, start, web, paper
):
    limit(start, "online")
    sent = {"pick": [picture.pk], "channel": ["web", "paper"]}

    answer = at(brand_admin).post("deliver-zip", **sent)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    none = at(brand_admin).post("deliver-zip", **sent | {"channel": ["paper"]})

    lines = json.loads(archive.read("manifest.json"))["files"]
    assert [(line["channel"], bool(line["file"])) for line in lines] == [
        ("paper", False),
        ("web", True),
    ]
    assert "allow only: web and social media" in lines[0]["left_out"]
    assert none.status_code == 403
    assert "street.png" in none.text


def test_large_file_is_neither_ordered_made_nor_handed_out(
    at, brand_admin, picture, start, make_channel, queue_redis
):
    hall = make_channel("hall", width=3200, height=3000, use="event", territory="China")
    row = channel_files.order(picture, hall, brand_admin)
    jobs.make_channel_file(row.pk)
    second = channel_files.order(picture, make_channel("wall", **SIZE_OF_HALL), brand_admin)
    limit(start, "online")

    jobs.make_channel_file(second.pk)
    answer = at(brand_admin).get("large-file", row.pk)

    assert answer.status_code == 403
    second.refresh_from_db()
    assert (second.state, second.problem) == ("failed", "use-not-allowed")
    assert code_of(channel_files.order, picture, hall, brand_admin) == "use-not-allowed"
    assert not Download.objects.exists()
    assert ChannelFile.objects.count() == 2


SIZE_OF_HALL = {"width": 3200, "height": 3001, "use": "event", "territory": "China"}


def test_poster_goes_only_to_its_channel_if_the_rights_reach_it(
    at, brand_admin, marketer, picture, start, paper
):
    paper.width = paper.height = 900
    paper.save()
    poster = Poster.objects.create(
        asset=picture, channel=paper, made_by=marketer, headline="New year", template="spring"
    )
    services.submit(poster, marketer)
    services.approve(poster, brand_admin, answers=all_confirmed())
    limit(start, "online")

    page = at(brand_admin).get("poster-detail", poster.pk)
    answer = at(brand_admin).get("poster-download", poster.pk, rendition="publication")

    assert "allow only: web and social media" in page.text
    assert answer.status_code == 403
    assert code_of(posters.deliver, poster, brand_admin, PUBLICATION) == "use-not-allowed"
    assert not Download.objects.exists()


def test_limit_noted_while_the_file_is_made_keeps_it(picture, start, brand_admin, paper):
    file = downloads.labelled_file(picture, paper)
    limit(start, "online")

    code = code_of(downloads.note, picture, brand_admin, PUBLICATION, paper, file)

    assert code == "use-not-allowed"
    assert not Download.objects.exists()


# What pages say beforehand
def test_picture_page_locks_the_channels_and_says_why(at, brand_admin, picture, start, web, paper):
    limit(start, "online")

    page = at(brand_admin).get("asset-detail", picture.pk)

    offer = page.context["offers"][0]
    assert [place.channel for place in offer.closed] == [None, paper]
    assert '<option value="paper" disabled>' in page.text
    assert "its files are for print" in page.text
    assert '<option value="web">' in page.text


def test_picture_that_may_go_nowhere_says_so_in_place_of_its_button(
    at, brand_admin, picture, start, paper
):
    limit(start, "outdoor")

    first, second = at(brand_admin).get("asset-detail", picture.pk).context["offers"]

    assert "leaves for a channel only" in first.why
    assert second.why == ""


def test_delivery_page_greys_channels_and_cells_with_the_reason(
    at, brand_admin, picture, start, in_state, web, paper
):
    limit(start, "online")
    free = in_state("approved")
    browser = at(brand_admin)

    alone = browser.get("deliver", pick=picture.pk, channel=["web", "paper"])
    both = browser.get("deliver", pick=[picture.pk, free.pk], channel=["web", "paper"])

    assert alone.context["closed"] == {paper.pk}
    assert both.context["closed"] == set()
    [row] = alone.context["rows"]
    assert [cell.cut.channel for cell in row.cells if cell.why] == [paper]
    assert "chip chip--closed" in alone.text
    assert "cut cut--closed" in alone.text
    assert row.cells[0].why in alone.text


def test_page_of_a_publication_says_where_the_rights_do_not_reach_any_more(
    at, brand_admin, picture, start, web, paper
):
    downloads.deliver(picture, brand_admin, PUBLICATION, paper)
    assert at(brand_admin).get("publication-new", picture.pk).context["beyond"] == []

    limit(start, "online")

    page = at(brand_admin).get("publication-new", picture.pk)
    assert len(page.context["beyond"]) == 1
    assert page.context["beyond"][0] in page.text


# Channels and campaigns say what they are for
def test_admin_notes_what_a_channel_is_for_and_its_history_keeps_it(at, brand_admin, web):
    page = at(brand_admin).get("channel-edit", "web")
    sent = page.context["form"].initial | {"use": "outdoor", "territory": "香港"}
    sent = {name: value for name, value in sent.items() if value not in (None, "")}

    at(brand_admin).post("channel-edit", "web", **sent, seen=page.context["form"].fingerprint)

    web.refresh_from_db()
    assert (web.use, web.territory_shown) == ("outdoor", "Hong Kong")
    assert "outdoor advertising" in at(brand_admin).get("channel-list").text


def test_first_channels_say_what_they_are_for_and_where(db):
    reference.seed_reference()

    assert not Channel.objects.filter(use="").exists()
    assert not Channel.objects.filter(territory="").exists()
