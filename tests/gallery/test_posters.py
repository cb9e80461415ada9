"""Posters from picture to file: composed, reviewed by four eyes, held back with their picture."""

import io
import re

import numpy as np
import pytest
from django.urls import reverse
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import Notice
from brandstudio.core.problems import Refused
from gallery import jobs, services
from gallery.engine import labelling, xmp
from gallery.models import (
    BrandFont,
    BrandLogo,
    Channel,
    ChannelFile,
    Download,
    LegalLine,
    Poster,
    Rendition,
    ReviewState,
)
from gallery.services import assets, channel_files, policy, posters
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import CHECKED

pytestmark = pytest.mark.usefixtures("in_english")

WORDS = {
    "headline": "岭南年味，一路团圆",
    "subline": "传祺 GS8 陪你回家。",
    "price": "12.98 万元起",
    "price_note": "官方指导价",
    "template": "spring",
    "language": "zh",
}


@pytest.fixture
def wide(db):
    """A channel on which words have room."""
    return Channel.objects.create(
        slug="story", name_zh="竖图", name_en="Story", width=720, height=960, form="png"
    )


@pytest.fixture
def picture(in_state):
    return in_state("approved")


@pytest.fixture
def make_poster(picture, wide, marketer, make_user):
    """make_poster(state=…, **fields): a poster of an approved picture, approved unless told."""

    def make_poster(state=ReviewState.APPROVED, **fields):
        facts = {"asset": picture, "channel": wide, "made_by": marketer, **WORDS, **fields}
        poster = Poster.objects.create(**facts)
        if state != ReviewState.DRAFT:
            services.submit(poster, marketer)
        if state == ReviewState.APPROVED:
            reviewer = make_user(f"reviewer{poster.pk}", is_brand_admin=True)
            services.approve(poster, reviewer, answers=all_confirmed())
        return poster

    return make_poster


def test_marketer_composes_a_poster_and_it_goes_for_review(at, marketer, picture, wide):
    client = at(marketer)

    answer = client.post("poster-new", picture.pk, **WORDS, channel=wide.pk)

    poster = Poster.objects.get()
    assert answer.url == poster.get_absolute_url()
    assert (poster.asset, poster.made_by, poster.headline) == (picture, marketer, WORDS["headline"])
    assert client.get("poster-detail", poster.pk).status_code == 200
    client.post("poster-submit", poster.pk)
    poster.refresh_from_db()
    assert poster.state == ReviewState.IN_REVIEW


def test_reviewer_approves_it_in_the_queue(at, brand_admin, make_poster, marketer):
    poster = make_poster(ReviewState.IN_REVIEW)
    browser = at(brand_admin)
    assert "岭南年味" in browser.get("review").content.decode()

    browser.decide("review", decision="approve", **CHECKED)

    poster.refresh_from_db()
    assert (poster.state, poster.reviewed_by) == (ReviewState.APPROVED, brand_admin)
    assert Notice.objects.filter(person=marketer, code="poster-approved").exists()


def test_maker_does_not_approve_their_own(make_user, make_poster):
    admin = make_user("both", is_brand_admin=True, is_marketer=True)
    poster = make_poster(ReviewState.DRAFT, made_by=admin)
    services.submit(poster, admin)

    with pytest.raises(Refused) as refused:
        services.approve(poster, admin, answers=all_confirmed())

    assert refused.value.code == "own-work"


def test_file_is_the_poster_in_true_size_with_its_marks(at, marketer, make_poster):
    poster = make_poster()

    answer = at(marketer).get("poster-download", poster.pk)

    image = Image.open(io.BytesIO(answer.content))
    assert (image.size, image.format) == ((720, 960), "PNG")
    read = xmp.read_mark(io.BytesIO(answer.content))
    assert read.marks[0]["ProduceID"].startswith(f"studio-{poster.asset_id}-poster{poster.pk}-")
    assert read.source_types == (xmp.SOURCE_TYPES + xmp.COMPOSED,)
    assert labelling.is_labelled(image, posters.composed(poster).plan.label)
    noted = Download.objects.get()
    assert (noted.poster, noted.asset, noted.rendition) == (
        poster,
        poster.asset,
        Rendition.PUBLICATION,
    )


def test_preview_equals_the_file_pixel_for_pixel_where_they_have_one_size(make_poster, marketer):
    poster = make_poster()
    file = Image.open(io.BytesIO(posters.labelled_file(poster, Rendition.PUBLICATION).content))

    shown = posters.preview(poster, posters.composed(poster), marketer)

    preview = Image.open(io.BytesIO(shown))
    assert preview.size == (675, 900)
    small = np.asarray(file.convert("RGB").resize(preview.size, Image.Resampling.BOX), np.float32)
    difference = np.abs(small - np.asarray(preview.convert("RGB"), np.float32))
    assert difference.mean() < 3
    image, _plan = posters.image_of(poster, posters.composed(poster))
    drawn = labelling.draw_label(image, posters.composed(poster).plan.label)
    assert np.array_equal(np.asarray(drawn), np.asarray(file.convert("RGB")))


@pytest.mark.parametrize("state", [ReviewState.DRAFT, ReviewState.IN_REVIEW])
def test_unapproved_words_leave_as_a_proof_only(at, marketer, make_poster, state):
    poster = make_poster(state)
    client = at(marketer)

    answer = client.get("poster-download", poster.pk)

    assert answer.status_code == 422
    said = answer.content.decode()
    assert ("words of this poster are not approved" in said) == (state == ReviewState.DRAFT)
    assert ("Submit it for review" in said) == (state == ReviewState.DRAFT)
    assert ("words of this poster wait for review" in said) == (state == ReviewState.IN_REVIEW)
    proof = client.get("poster-download", poster.pk, rendition="proof")
    assert Image.open(io.BytesIO(proof.content)).size == (720, 960)
    assert Download.objects.get().rendition == Rendition.PROOF


def test_poster_of_an_unapproved_picture_stays(make_poster, in_state, marketer, make_user):
    poster = make_poster(asset=in_state("asked"))
    person = make_user("reader", is_marketer=True)

    with pytest.raises(Refused) as refused:
        policy.rule_for_poster(poster, person, Rendition.PUBLICATION)

    assert refused.value.code == "picture-asked"


def test_withdrawn_picture_takes_its_posters_with_it(at, marketer, brand_admin, make_poster):
    poster = make_poster()
    assets.withdraw(poster.asset, brand_admin, "the badge is wrong")
    poster.asset.refresh_from_db()

    for rendition in (Rendition.PUBLICATION, Rendition.PROOF):
        with pytest.raises(Refused) as refused:
            policy.rule_for_poster(poster, marketer, rendition)
        assert refused.value.code == "picture-withdrawn"
    assert Notice.objects.filter(person=marketer, code="poster-withdrawn").exists()
    page = at(marketer).get("poster-detail", poster.pk)
    assert "withdrawn" in page.content.decode()
    assert at(marketer).get("poster-image", poster.pk).status_code == 404
    assert at(marketer).post("poster-copy", poster.pk).status_code == 403
    assert at(marketer).get("poster-new", poster.asset_id).status_code in (403, 404)


def test_poster_taken_out_of_use_leaves_no_more_and_comes_back(at, brand_admin, make_poster):
    poster = make_poster()
    client = at(brand_admin)

    client.post("poster-retire", poster.pk, act="retire", reason="the price has changed")
    assert client.get("poster-download", poster.pk).status_code == 422
    client.post("poster-retire", poster.pk, act="bring-back", reason="it holds again")

    assert client.get("poster-download", poster.pk).status_code == 200


def test_approved_poster_never_changes_but_is_copied(at, marketer, make_poster, wide):
    poster = make_poster()
    client = at(marketer)

    others = WORDS | {"headline": "别的话", "channel": wide.pk}
    changed = client.post("poster-edit", poster.pk, **others)
    client.post("poster-copy", poster.pk)

    poster.refresh_from_db()
    assert changed.status_code == 422
    assert poster.headline == WORDS["headline"]
    draft = Poster.objects.exclude(pk=poster.pk).get()
    assert (draft.state, draft.headline) == (ReviewState.DRAFT, poster.headline)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"headline": "满城灯火等你回家" * 7, "subline": "回家" * 60}, "more than fit"),
        ({"headline": ""}, "This field is required."),
        ({"headline": "新春🎉快乐"}, "has no “🎉”"),
        ({"headline": "比特斯拉更好"}, "特斯拉"),
        ({"focus_x": "140", "focus_y": "50"}, "Between 0 and 100 percent."),
        ({"focus_x": "40"}, "Give both, or neither"),
        ({"template": "halloween"}, "not one of the available choices"),
    ],
)
def test_faulty_poster_is_refused_beside_its_field(at, marketer, picture, wide, change, said):
    answer = at(marketer).post("poster-new", picture.pk, **WORDS | change, channel=wide.pk)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Poster.objects.exists()


def test_preview_of_the_form_shows_the_poster_or_why_not(at, marketer, picture, wide):
    client = at(marketer)

    shown = client.post("poster-preview", picture.pk, **WORDS, channel=wide.pk).content.decode()
    faulty = WORDS | {"headline": "🎉"}
    why = client.post("poster-preview", picture.pk, **faulty, channel=wide.pk).content.decode()

    assert 'src="data:image/jpeg;base64,' in shown
    assert "The font Noto Serif has no “🎉”" in why
    assert not Poster.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"headline": "🎉"}, {"headline": "年" * 75}, {"price": "9" * 31}, {"focus_x": "4"}],
)
def test_what_is_refused_leaves_the_rest_of_the_poster_in_sight(
    at, marketer, picture, wide, changes
):
    client = at(marketer)
    sent = WORDS | {"channel": wide.pk} | changes

    for answer in (
        client.post("poster-preview", picture.pk, **sent),
        client.post("poster-new", picture.pk, **sent),
    ):
        page = answer.content.decode()
        assert 'src="data:image/jpeg;base64,' in page
        assert "The preview below shows the poster without what is refused" in page
        assert 'class="notice notice--failed"' in page
    assert not Poster.objects.exists()


def test_saved_poster_stands_in_sight_as_it_was_where_its_change_is_refused(
    at, marketer, make_poster
):
    poster = make_poster(ReviewState.DRAFT)
    sent = WORDS | {"channel": poster.channel_id, "headline": "🎉"}

    preview = at(marketer).post("poster-edit", poster.pk, **sent).context["preview"]

    assert (preview["is_partial"], preview["is_sample"]) == (True, False)


def test_logo_for_another_ground_is_not_called_a_logo_twice(
    at, marketer, picture, wide, in_english
):
    logo = BrandLogo.objects.create(
        added_by=marketer, name="Logo Trumpchi", ground="light", width=30, height=10
    )

    sent = WORDS | {"channel": wide.pk, "logo": logo.pk}
    page = at(marketer).post("poster-preview", picture.pk, **sent).content.decode()

    assert "Logo: Logo Trumpchi is drawn for another ground" in page


def test_brand_font_without_a_glyph_names_it(marketer, make_poster):
    font = BrandFont.objects.create(
        added_by=marketer,
        family="Studio Label SC",
        weight=700,
        glyphs=1,
        form="otf",
        licence="OFL",
        sha256=blobs.put(labelling.font_path()),
    )

    with pytest.raises(Exception, match="Studio Label SC has no “岭”"):
        make_poster(font=font)


def test_logo_that_would_not_be_seen_is_refused(at, marketer, picture, wide):
    file = io.BytesIO()
    Image.new("RGBA", (300, 100)).save(file, "PNG")
    logo = BrandLogo.objects.create(
        name="White mark",
        ground="dark",
        sha256=blobs.put_bytes(file.getvalue()),
        width=300,
        height=100,
        added_by=marketer,
    )
    client, sent = at(marketer), WORDS | {"channel": wide.pk, "logo": logo.pk}

    refused = client.post("poster-new", picture.pk, **sent | {"template": "plain"})
    taken = client.post("poster-new", picture.pk, **sent)

    assert refused.status_code == 422
    assert "White mark is drawn for another ground" in refused.content.decode()
    assert taken.status_code == 302


def test_legal_line_stands_in_the_posters_language(marketer, make_poster):
    line = LegalLine.objects.create(zh="图片仅供参考", en="For reference only", added_by=marketer)

    chinese, english = make_poster(legal=line), make_poster(legal=line, language="en")

    assert (chinese.legal_words, english.legal_words) == ("图片仅供参考", "For reference only")


def test_large_poster_is_made_by_a_worker(make_poster, marketer, at):
    a3 = Channel.objects.create(
        slug="a3", name_zh="A3", name_en="A3", width=3508, height=4961, dpi=300, form="pdf"
    )
    poster = make_poster(channel=a3)

    assert at(marketer).get("poster-download", poster.pk).status_code == 302
    row = ChannelFile.objects.get()
    jobs.make_channel_file(row.pk)

    row.refresh_from_db()
    assert (row.poster, row.is_ready) == (poster, True)
    once_more = at(marketer).get("poster-download", poster.pk)
    assert once_more.url == reverse("gallery:large-file", args=[row.pk])
    file = channel_files.deliver(row, marketer)
    assert file.content.startswith(b"%PDF")
    assert Download.objects.get().poster == poster


def test_strangers_see_approved_posters_only(at, make_user, make_poster):
    draft, approved = make_poster(ReviewState.DRAFT), make_poster()
    client = at(make_user("stranger", is_marketer=True))

    assert client.get("poster-detail", draft.pk).status_code == 404
    assert client.get("poster-image", draft.pk).status_code == 404
    assert client.get("poster-detail", approved.pk).status_code == 200
    assert client.get("poster-edit", approved.pk).status_code == 404
    page = client.get("poster-list")
    assert list(page.context["page"].object_list) == [approved]


def test_list_asks_the_same_for_one_poster_and_for_three(
    at, marketer, make_poster, django_assert_max_num_queries, django_assert_num_queries
):
    client = at(marketer)
    make_poster()
    client.get("poster-list")
    with django_assert_max_num_queries(30) as one:
        client.get("poster-list")
    make_poster(), make_poster()

    with django_assert_num_queries(len(one)):
        client.get("poster-list")


def test_too_long_headline_is_refused_with_its_length_and_not_cut(at, marketer, picture, wide):
    client = at(marketer)
    page = client.get("poster-new", picture.pk).content.decode()
    long = WORDS | {"headline": "年" * 75, "channel": wide.pk}

    answer = client.post("poster-new", picture.pk, **long)

    assert " maxlength=" not in page.partition("<main")[2].partition("</main")[0]
    assert answer.status_code == 422
    assert "At most 60 characters fit here; this has 75." in answer.content.decode()
    assert "年" * 75 in answer.content.decode()


def test_poster_is_shown_with_a_sample_until_it_has_a_headline(at, marketer, picture, wide):
    client = at(marketer)
    opened = client.get("poster-new", picture.pk).context["preview"]

    begun = client.post("poster-preview", picture.pk, template="spring", language="zh",
                        channel=wide.pk)  # fmt: skip
    written = client.post("poster-preview", picture.pk, **WORDS, channel=wide.pk)

    assert opened["address"].startswith("data:image/jpeg")
    assert (opened["is_sample"], begun.context["preview"]["is_sample"]) == (True, True)
    assert "The headline is a sample" in begun.content.decode()
    assert written.context["preview"]["is_sample"] is False
    assert Poster.objects.count() == 0


def test_watermark_of_a_poster_lies_on_its_picture_alone(make_poster):
    poster = make_poster(ReviewState.DRAFT)
    composition = posters.composed(poster)

    plain, plan = posters.image_of(poster, composition)
    marked, _ = posters.image_of(poster, composition, watermark="PROOF 样稿")

    left, top, right, foot = (round(side) for side in plan.picture)
    changed = np.any(np.asarray(plain) != np.asarray(marked), axis=2)
    assert changed[top:foot, left:right].any()
    changed[top:foot, left:right] = False
    assert not changed.any()


def test_bleed_of_a_posters_size_is_told(at, marketer, make_poster, wide, in_english):
    Channel.objects.filter(pk=wide.pk).update(bleed_mm=3, dpi=300)
    poster = make_poster(state=ReviewState.DRAFT, channel=Channel.objects.get(pk=wide.pk))

    page = at(marketer).get("poster-detail", poster.pk).text

    assert re.search(rf"{wide.width + 70} × {wide.height + 70}\s+with 3 mm bleed", page)
