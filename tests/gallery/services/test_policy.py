"""Approval governs what leaves: the table, its edges, and every door that asks it."""

import io

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.engine import labelling
from gallery.models import (
    Asset,
    AssetReview,
    Audience,
    Channel,
    Download,
    DownloadRule,
    Rendition,
    Scene,
)
from gallery.services import assets as acts
from gallery.services import downloads, enlarging, policy, reuse, rights, scenes
from gallery.services.sources import init_image_of
from tests.gallery.conftest import png

pytestmark = pytest.mark.django_db

PROOF, PUBLICATION, ORIGINAL = Rendition.PROOF, Rendition.PUBLICATION, Rendition.ORIGINAL


@pytest.fixture
def colleague(make_user):
    return make_user("colleague", is_marketer=True)


def answer(asset, person, rendition):
    """The audience of the rule that lets it through, or the code of the refusal."""
    try:
        return policy.rule_for(asset, person, rendition).audience
    except Refused as error:
        return error.code


def code_of(act, *arguments):
    with pytest.raises(Refused) as refusal:
        act(*arguments)
    return refusal.value.code


@pytest.mark.parametrize(
    ("state", "form", "of_maker", "of_colleague", "of_designer", "of_admin"),
    [
        ("private", PROOF, "owner", "rule-forbids", "rule-forbids", "admin"),
        ("private", PUBLICATION, *["picture-private"] * 4),
        ("private", ORIGINAL, *["picture-private"] * 4),
        ("asked", PROOF, "owner", "rule-forbids", "rule-forbids", "admin"),
        ("asked", PUBLICATION, *["picture-asked"] * 4),
        ("asked", ORIGINAL, *["picture-asked"] * 4),
        ("approved", PROOF, "owner", "marketer", "designer", "admin"),
        ("approved", PUBLICATION, "marketer", "marketer", "designer", "admin"),
        ("approved", ORIGINAL, "rule-forbids", "rule-forbids", "rule-forbids", "admin"),
        ("declined", PROOF, *["picture-declined"] * 4),
        ("declined", PUBLICATION, *["picture-declined"] * 4),
        ("declined", ORIGINAL, *["picture-declined"] * 4),
        ("withdrawn", PROOF, *["picture-withdrawn"] * 4),
        ("withdrawn", PUBLICATION, *["picture-withdrawn"] * 4),
        ("withdrawn", ORIGINAL, *["picture-withdrawn"] * 4),
        ("binned", PROOF, *["picture-binned"] * 4),
        ("binned", PUBLICATION, *["picture-binned"] * 4),
        ("binned", ORIGINAL, *["picture-binned"] * 4),
    ],
)
def test_new_studio_is_strict(
    in_state, marketer, colleague, designer, brand_admin, state, form,
    of_maker, of_colleague, of_designer, of_admin,
):  # fmt: skip
    asset = in_state(state)

    assert answer(asset, marketer, form) == of_maker
    assert answer(asset, colleague, form) == of_colleague
    assert answer(asset, designer, form) == of_designer
    assert answer(asset, brand_admin, form) == of_admin


def test_what_the_migration_seeds_is_what_a_first_start_seeds(base):
    cells = ("review", "audience", "rendition", "is_allowed")
    before = set(DownloadRule.objects.values_list(*cells))

    DownloadRule.objects.all().delete()
    policy.seed_rules()

    assert set(DownloadRule.objects.values_list(*cells)) == before
    assert len(before) == len(AssetReview) * len(Audience) * len(Rendition)


@pytest.mark.parametrize("review", ["declined", "withdrawn"])
@pytest.mark.parametrize("rendition", Rendition.values)
def test_database_itself_refuses_what_never_leaves(base, review, rendition):
    rule = DownloadRule.objects.filter(review=review, rendition=rendition)

    with pytest.raises(IntegrityError), transaction.atomic():
        rule.update(is_allowed=True)


@pytest.mark.parametrize("review", ["private", "asked"])
@pytest.mark.parametrize("rendition", [PUBLICATION, ORIGINAL])
def test_database_itself_refuses_to_publish_what_is_not_approved(base, review, rendition):
    rule = DownloadRule.objects.filter(review=review, rendition=rendition)

    with pytest.raises(IntegrityError), transaction.atomic():
        rule.update(is_allowed=True)


# Downloads
@pytest.mark.parametrize("state", ["declined", "withdrawn", "binned"])
def test_no_address_of_a_download_gives_what_never_leaves(
    at, marketer, brand_admin, in_state, state
):
    asset = in_state(state)
    for slug in ("square", "tall"):
        Channel.objects.create(slug=slug, name_zh=slug, name_en=slug, width=300, height=400)

    for person in (marketer, brand_admin):
        browser = at(person)
        for rendition in ("", "proof", "publication"):
            for channel in ("", "square", "tall"):
                for form in ("png", "jpg"):
                    got = browser.get(
                        "asset-download", asset.pk, rendition=rendition, channel=channel, form=form
                    )
                    hidden = person == brand_admin and state == "binned"
                    assert got.status_code == (404 if hidden else 403)
                    assert "attachment" not in got.headers.get("Content-Disposition", "")
    assert not Download.objects.exists()


def test_page_of_a_refusal_says_why_and_offers_the_step(at, marketer, in_state):
    asset = in_state("private")

    page = at(marketer).get("asset-download", asset.pk, rendition="publication")

    assert page.status_code == 403
    assert problems.sentence("picture-private") in page.content.decode()
    assert f"/assets/{asset.pk}/ask/" in page.content.decode()


def test_download_names_the_rule_that_let_it_through(at, marketer, in_state):
    private, approved = in_state("private"), in_state("approved")
    browser = at(marketer)

    browser.get("asset-download", private.pk)
    browser.get("asset-download", approved.pk)
    browser.get("asset-download", approved.pk, rendition="proof")

    noted = Download.objects.order_by("pk").select_related("rule")
    assert [(d.rendition, d.rule.review, d.rule.audience) for d in noted] == [
        ("proof", "private", "owner"),
        ("publication", "approved", "marketer"),
        ("proof", "approved", "owner"),
    ]
    page = browser.get("asset-detail", approved.pk)
    assert str(noted[1].rule) in page.content.decode()


def test_decision_while_the_file_is_made_is_heeded(in_state, marketer, brand_admin, monkeypatch):
    asset = in_state("approved")
    make = downloads.labelled_file

    def slow(*arguments, **named):
        acts.withdraw(Asset.objects.get(pk=asset.pk), brand_admin, "The rights ended.")
        return make(*arguments, **named)

    monkeypatch.setattr(downloads, "labelled_file", slow)

    assert code_of(downloads.deliver, asset, marketer, PUBLICATION, None, "png") == (
        "picture-withdrawn"
    )
    assert not Download.objects.exists()


# The watermark
def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("L"), int)


def drawn_share(content, colour):
    """Share of the pixels of each ninth of a plain picture that something was drawn on."""
    grey = pixels(content)
    high, wide = (side // 3 for side in grey.shape)
    ninths = [
        grey[y * high : (y + 1) * high, x * wide : (x + 1) * wide]
        for y in range(3)
        for x in range(3)
    ]
    return [float((abs(ninth - colour) > 12).mean()) for ninth in ninths]


def test_proof_is_small_and_watermarked_all_over(in_state, marketer, settings):
    settings.PROOF_SIDE = 400
    asset = in_state("private", channel=Channel.objects.create(
        slug="screen", name_zh="屏", name_en="Screen", width=1600, height=1200
    ))  # fmt: skip
    ground = pixels(png(f"#{asset.pk:06x}"))[0, 0]  # as make_ready paints it

    proof = downloads.deliver(asset, marketer, PROOF, None, "png")

    assert (proof.width, proof.height) == (400, 300)
    assert proof.name == f"car_t0-{asset.pk}_screen_400x300_v1_proof.png"
    assert min(drawn_share(proof.content, ground)) > 0.05


def test_publication_file_has_no_watermark(in_state, marketer):
    asset = in_state("approved")
    ground = pixels(png(f"#{asset.pk:06x}"))[0, 0]

    file = downloads.deliver(asset, marketer, PUBLICATION, None, "png")

    assert max(drawn_share(file.content, ground)[:6]) == 0  # the label stands in the last third


@pytest.mark.parametrize("colour", ["black", "white", "grey"])
def test_watermark_is_seen_on_any_ground(colour):
    plain = Image.new("RGB", (300, 200), colour)

    marked = labelling.draw_watermark(plain, "样稿 PROOF")

    change = np.abs(np.asarray(marked, int) - np.asarray(plain, int)).max(axis=2)
    assert (change > 25).mean() > 0.03


# What a page shows
@pytest.mark.parametrize(
    ("state", "viewer", "longest", "has_watermark"),
    [
        ("approved", "marketer", 600, False),
        ("private", "marketer", 520, True),
        ("asked", "admin", 520, True),
        ("private", "colleague", 480, True),  # shared, and no rule lets colleagues have a proof
        ("declined", "marketer", 480, True),
        ("withdrawn", "admin", 480, True),
        ("binned", "marketer", 480, True),
    ],
)
def test_shown_picture_is_no_better_than_what_one_may_have(
    at, make_user, in_state, marketer, brand_admin, colleague, settings,
    state, viewer, longest, has_watermark,
):  # fmt: skip
    settings.PROOF_SIDE = 520
    asset = in_state(state)
    Asset.objects.update(image_sha256=blobs.put_bytes(png("teal", (600, 400))))
    Scene.objects.update(is_shared=True, width=600, height=400)
    person = {"marketer": marketer, "admin": brand_admin, "colleague": colleague}[viewer]

    content = at(person).get("asset-image", asset.pk).content

    assert max(Image.open(io.BytesIO(content)).size) == longest
    assert (max(drawn_share(content, pixels(png("teal"))[0, 0])[:6]) > 0.02) is has_watermark


@pytest.mark.parametrize("state", ["private", "asked", "declined", "withdrawn"])
def test_thumbnail_of_what_is_not_approved_carries_the_watermark(at, marketer, in_state, state):
    asset = in_state("approved")
    Asset.objects.update(image_sha256=blobs.put_bytes(png("teal", (240, 180))))
    browser = at(marketer)
    before = browser.get("asset-thumb", asset.pk)

    Asset.objects.update(review=state)
    after = browser.get("asset-thumb", asset.pk, headers={"If-None-Match": before["ETag"]})

    assert after.status_code == 200  # not “unchanged”
    teal = pixels(png("teal"))[0, 0]
    assert min(drawn_share(after.content, teal)) > 0.05
    assert max(drawn_share(before.content, teal)[:6]) < 0.02


def test_thumbnail_changes_its_words_with_the_decision(at, marketer, in_state):
    asset = in_state("asked")
    browser = at(marketer)
    answers = []

    for state in ("asked", "declined", "withdrawn"):
        Asset.objects.update(review=state)
        known = {"If-None-Match": answers[-1]["ETag"]} if answers else None
        answers.append(browser.get("asset-thumb", asset.pk, headers=known))

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.content for answer in answers}) == 3


@pytest.mark.parametrize(("state", "has_watermark"), [("draft", True), ("approved", False)])
def test_cover_of_a_template_carries_the_watermark_until_it_is_approved(
    at, designer, make_template, state, has_watermark
):
    cover = blobs.put_bytes(png("teal", (480, 320)))
    template = make_template(state=state, cover_sha256=cover)

    content = at(designer).get("template-cover", template.pk).content

    assert (max(drawn_share(content, pixels(png("teal"))[0, 0])[:6]) > 0.02) is has_watermark


# Building upon it
@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_nothing_is_built_upon_what_never_leaves(
    at, client, marketer, in_state, form_data, make_version, state
):
    asset = in_state(state, packs=((make_version("other"), 0.6),))
    before = Scene.objects.count()

    assert code_of(enlarging.enlarge, asset, marketer) == f"picture-{state}"
    sent = {**form_data, "mode": "picture", "init_image": f"asset-{asset.pk}"}
    answer = at(marketer).post("create", **sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors["init_image"] == [problems.sentence(f"picture-{state}")]
    at(marketer).post("asset-enlarge", asset.pk)
    assert Scene.objects.count() == before
    offered = at(marketer).get("create").context["recent"]
    assert offered == []


def test_retry_of_what_started_from_a_picture_declined_meanwhile_is_refused(
    make_scene, in_state, marketer, brand_admin
):
    start = in_state("asked")
    scene = make_scene(init_image=init_image_of(start))
    failed = scene.assets.get()
    failed.fail("software-fault")
    acts.decline(start, brand_admin, "Five wheels.")

    assert code_of(scenes.retry, failed, marketer) == "picture-declined"
    assert code_of(scenes.compose_scene, reuse.again(failed, marketer), marketer) == (
        "picture-declined"
    )


def test_settings_of_a_declined_picture_are_painted_anew(in_state, marketer):
    asset = in_state("declined")

    scene = scenes.compose_scene(reuse.again(asset, marketer), marketer)

    assert scene.assets.get().review == AssetReview.PRIVATE


# The base model's licence
def test_what_was_painted_on_a_base_that_forbids_commercial_use_is_not_published(
    at, in_state, colleague, brand_admin, base
):
    asset = in_state("approved")
    type(base).objects.update(licence_class="non-commercial", licence="CC BY-NC 4.0")

    assert answer(asset, colleague, PROOF) == "marketer"
    assert answer(asset, colleague, PUBLICATION) == "base-not-commercial"
    assert answer(asset, brand_admin, ORIGINAL) == "base-not-commercial"
    page = at(colleague).get("asset-detail", asset.pk).content.decode()
    assert "CC BY-NC 4.0" in page
    got = at(colleague).get("asset-download", asset.pk, rendition="publication")
    assert got.status_code == 403
    assert not Download.objects.exists()


def test_style_on_such_a_base_is_neither_approved_nor_leaves(make_version, base):
    version = make_version("ink")
    type(base).objects.update(licence_class="non-commercial")
    version.refresh_from_db()

    assert code_of(policy.check_style_leaves, version) == "base-not-commercial"
    assert code_of(rights.check_rights, version) == "base-not-commercial"
