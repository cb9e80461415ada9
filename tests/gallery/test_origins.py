"""Scenes from a picture, around the real car, and enlarged: from the form to the pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import Vehicle
from gallery import jobs
from gallery.engine import upscale
from gallery.models import Asset, AssetState, InitImageUpload, ProductCutout, Scene, SceneMode
from gallery.pages import results
from gallery.problems import REFUSALS
from gallery.services import downloads, enlarging, origins, reuse, scenes, sources
from gallery.services.scenes import Placement
from tests.gallery.conftest import CAR, SLOTS, cut_out
from training.engine.tools import upscaler
from training.services import image_store as training_images


def photo(size=(90, 60)):
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def init_image(marketer, sent):
    """The marketer's own picture to start from."""
    upload = sources.take_init_image(sent("street.jpg", photo()), marketer)
    return sources.find_init_image(f"own-{upload.pk}", marketer)


def pixels(sha256, mode="RGB"):
    with Image.open(blobs.local(sha256)) as opened:
        return np.asarray(opened.convert(mode))


def paint(scene):
    for asset in scene.assets.all():
        jobs.render(asset.pk)
    return list(scene.assets.order_by("index"))


def code_of(act, *args, **kwargs):
    with pytest.raises((*REFUSALS, training_images.Refused)) as caught:
        act(*args, **kwargs)
    return caught.value.code


# From a picture
def test_picture_is_started_from_and_named_in_the_lineage(make_scene, make_version, init_image):
    version = make_version()
    [near] = paint(
        make_scene(packs=((version, 0.6),), init_image=init_image, denoising_strength=0.25)
    )
    [plain] = paint(make_scene(packs=((version, 0.6),)))

    assert near.state == AssetState.READY
    assert near.steps_total == 1  # a quarter of four
    assert near.image_sha256 != plain.image_sha256
    assert near.lineage["mode"] == "picture"
    assert near.lineage["init_image"] == {
        "sha256": init_image.sha256,
        "asset": None,
        "name": "street.jpg",
        "denoising_strength": 0.25,
    }
    assert near.lineage["packs"][0]["strength"] == 0.6


def test_change_and_picture_decide_what_becomes_of_it(make_ready, make_scene, init_image):
    [first] = make_ready()
    origin = sources.init_image_of(first)

    [little] = paint(make_scene(init_image=origin, denoising_strength=0.25))
    [much] = paint(make_scene(init_image=origin, denoising_strength=1.0))
    [other] = paint(make_scene(init_image=init_image, denoising_strength=0.25))

    assert little.lineage["init_image"]["asset"] == first.pk
    assert len({asset.image_sha256 for asset in (little, much, other)}) == 3


def test_start_lost_from_the_store_fails_with_a_sentence(make_scene, init_image):
    scene = make_scene(init_image=init_image)
    Scene.objects.update(init_image_sha256="0" * 64)

    [asset] = paint(scene)

    assert (asset.state, asset.problem) == (AssetState.FAILED, "init-image-gone")


def test_bands_hold_for_pictures_too(make_scene, make_version, init_image):
    version = make_version()

    code = code_of(make_scene, packs=((version, 0.95),), init_image=init_image)

    assert code == "strength-out-of-band"
    assert not Scene.objects.exists()


@pytest.mark.parametrize("denoising_strength", [0, -0.5, 1.01])
def test_change_lies_between_nothing_and_all(make_scene, init_image, denoising_strength):
    assert (
        code_of(make_scene, init_image=init_image, denoising_strength=denoising_strength)
        == "denoising-strength-out-of-range"
    )


def test_strangers_pictures_are_no_start(make_ready, make_user, init_image, marketer):
    [asset] = make_ready()
    stranger = make_user("stranger", is_marketer=True)

    assert sources.find_init_image(f"asset-{asset.pk}", marketer).asset == asset
    assert sources.find_init_image(f"asset-{asset.pk}", stranger) is None
    assert sources.find_init_image(init_image.key, stranger) is None
    for nonsense in ("", "asset-", "asset-x", "own-999", "12", None):
        assert sources.find_init_image(nonsense, marketer) is None


# Around the real car
def test_product_keeps_the_pixels_of_its_file(make_scene, make_version, make_cutout):
    cutout = make_cutout()
    version = make_version()
    width = CAR[0] / 48  # of the toy's frame: the car stands at its own size, partly outside
    placement = Placement(cutout, x=0.5, y=1.0, width=width)
    [asset] = paint(make_scene(packs=((version, 0.7),), placement=placement))

    assert asset.state == AssetState.READY, asset.problem
    painted = pixels(asset.image_sha256)
    car = pixels(cutout.sha256, "RGBA")[:, 16:64]  # what is left of it inside 48 px
    opaque = car[..., 3] == 255
    assert opaque.sum() > 500
    assert (painted[32 - CAR[1] :][opaque] == car[..., :3][opaque]).all()
    assert asset.lineage["cutout"]["sha256"] == cutout.sha256
    assert asset.lineage["cutout"]["vehicle"] == "gs8"
    assert asset.lineage["packs"][0]["strength"] == 0.7


def test_two_seeds_paint_two_scenes_around_one_car(make_scene, make_cutout):
    first, second = paint(make_scene(placement=Placement(make_cutout(), width=0.5), count=2))

    assert first.image_sha256 != second.image_sha256


def test_delivered_car_is_as_sharp_as_its_file(make_scene, make_cutout, channel):
    cutout = make_cutout()
    placement = Placement(cutout, x=0.5, y=0.75, width=0.5)
    [asset] = paint(make_scene(placement=placement, channel=channel))

    file = downloads.labelled_file(asset, None, "png")

    with Image.open(io.BytesIO(file.content)) as opened:
        assert opened.size == (300, 300)
        inside = np.asarray(opened.convert("RGB"))
    painted = asset.scene.width
    scale = 300 / painted
    wide = round(placement.width * round(painted * scale))
    car = Image.open(blobs.local(cutout.sha256)).convert("RGBA")
    car = car.resize((wide, round(wide * CAR[1] / CAR[0])), Image.Resampling.LANCZOS)
    middle = np.asarray(car)[car.height // 2, car.width // 2, :3].astype(int)
    row = round(0.75 * 300) - car.height + car.height // 2
    column = round(0.5 * 300 - wide / 2) + car.width // 2
    found = inside[row - 1 : row + 2, column - 1 : column + 2].astype(int)
    assert np.abs(found - middle).sum(axis=-1).min() < 60
    # The label comes after the car, so nothing hides it.
    assert inside[240:, 150:].max() == 255


def test_cutout_of_another_person_can_not_be_placed(make_scene, make_cutout, make_user):
    cutout = make_cutout(by=make_user("other", is_marketer=True), vehicle=None)

    assert code_of(make_scene, placement=Placement(cutout)) == "cutout-gone"


def test_retired_cutout_can_not_be_placed(make_scene, make_cutout):
    cutout = make_cutout()
    ProductCutout.objects.update(is_retired=True)

    assert code_of(make_scene, placement=Placement(cutout)) == "cutout-gone"


@pytest.mark.parametrize("place", [{"x": 3}, {"y": 0}, {"width": 0.01}, {"width": 4}])
def test_car_outside_the_frame_is_refused(make_scene, make_cutout, place):
    assert code_of(make_scene, placement=Placement(make_cutout(), **place)) == "cutout-outside"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (photo(), "cutout-without-alpha"),
        (b"GIF89a", "image-unreadable"),
        (cut_out((32, 16)), "cutout-too-small"),
        (cut_out(edge=13), "cutout-empty"),
    ],
)
def test_file_that_is_no_cut_out_is_refused_by_its_name(make_cutout, content, code):
    with pytest.raises(REFUSALS) as caught:
        make_cutout(content=content)

    assert caught.value.code == code
    assert caught.value.facts["name"] == "car.png"
    assert not ProductCutout.objects.exists()


# Enlarged
def test_enlarging_doubles_the_picture_and_tells_where_it_came_from(
    make_scene, make_version, marketer
):
    [first] = paint(make_scene(packs=((make_version(), 0.7),)))

    scene = enlarging.enlarge(first, marketer)
    [larger] = paint(scene)

    assert larger.state == AssetState.READY, larger.problem
    assert pixels(larger.image_sha256).shape == (64, 96, 3)
    assert larger.lineage["mode"] == "larger"
    assert larger.lineage["init_image"]["asset"] == first.pk
    assert larger.lineage["packs"] == first.lineage["packs"]
    assert (larger.steps_done, larger.steps_total) == (1, 1)
    assert results.pace_of(scene.base).measured == pytest.approx(pace_of(first))


def pace_of(asset):
    return asset.seconds / (asset.steps_total * asset.scene.width * asset.scene.height)


def test_enlarged_picture_is_the_first_one_alone_without_label_or_mark(make_scene, marketer):
    """What leaves is labelled; nothing of that may be drawn larger into a picture."""
    [first] = paint(make_scene())

    [larger] = paint(enlarging.enlarge(first, marketer))

    with Image.open(blobs.local(first.image_sha256)) as before:
        expected = upscale.enlarged(before.convert("RGB"), (96, 64))
    assert np.array_equal(pixels(larger.image_sha256), np.asarray(expected))
    with Image.open(blobs.local(larger.image_sha256)) as master:
        assert not master.info


def test_page_and_file_for_colleagues_tell_what_enlarged_it(make_scene, marketer, at, in_english):
    [larger] = paint(enlarging.enlarge(paint(make_scene())[0], marketer))

    assert larger.lineage["enlarged_by"] == {
        "growth": 2.0,
        "passes": 1,
        "network": upscaler.NAME,
        "sha256": upscaler.SHA256,
    }
    page = at(marketer).get("asset-detail", larger.pk).text
    assert f"Enlarged 2 times by the network {upscaler.NAME}." in page
    assert "% changed" not in page
    told = origins.parameters_of(larger.lineage)
    assert "Size: 48x32" in told
    assert f"Postprocess upscale by: 2, Postprocess upscaler: {upscaler.NAME}" in told


def test_without_the_network_the_page_says_that_it_was_interpolated_and_why(
    make_scene, marketer, at, in_english, tmp_path, monkeypatch
):
    monkeypatch.setattr(upscaler, "BUNDLED", tmp_path / "gone.safetensors")
    [larger] = paint(enlarging.enlarge(paint(make_scene())[0], marketer))

    assert larger.state == AssetState.READY
    assert larger.lineage["enlarged_by"]["fault"] == "upscaler-missing"
    page = at(marketer).get("asset-detail", larger.pk).text
    assert "Enlarged 2 times by interpolation, without new detail" in page
    assert "gone.safetensors" in page


def test_what_was_decided_of_an_enlarged_picture_holds_however_it_was_enlarged(
    make_scene, marketer, brand_admin
):
    """Those of before there was a network were painted anew in tiles, changed by a tenth."""
    [first] = paint(make_scene())
    [larger] = paint(enlarging.enlarge(first, marketer))
    larger.ask_review(marketer)
    larger.decline(brand_admin, "too blue")
    Scene.objects.filter(pk=larger.scene_id).update(denoising_strength=0.1)

    assert code_of(enlarging.enlarge, first, marketer) == "same-as-declined"


def test_enlarged_picture_is_not_enlarged_again(make_scene, marketer):
    [first] = paint(make_scene())
    [larger] = paint(enlarging.enlarge(first, marketer))

    assert code_of(enlarging.enlarge, larger, marketer) == "enlarged-already"


def test_enlarging_counts_against_the_quota(make_ready, marketer, settings):
    settings.PICTURES_PER_DAY = 1
    [asset] = make_ready()

    assert code_of(enlarging.enlarge, asset, marketer) == "quota-day-over"


def test_unfinished_or_huge_pictures_are_not_enlarged(make_scene, make_ready, marketer):
    waiting = make_scene().assets.get()
    assert code_of(enlarging.enlarge, waiting, marketer) == "picture-waiting"
    [asset] = make_ready()
    Scene.objects.update(width=2056)
    asset.scene.refresh_from_db()

    assert code_of(enlarging.enlarge, asset, marketer) == "too-large-to-enlarge"


def test_retired_style_enlarges_nothing_more(make_ready, make_version, marketer, brand_admin):
    version = make_version()
    [asset] = make_ready(packs=((version, 0.7),))
    make_version()

    assert code_of(enlarging.enlarge, asset, marketer) == "pack-replaced"


# Taking it up again
@pytest.mark.parametrize("mode", [SceneMode.IMAGE, SceneMode.PRODUCT])
def test_again_and_sweep_keep_the_mode(
    make_ready, make_version, make_cutout, init_image, mode, marketer
):
    version = make_version()
    origin = {"placement": Placement(make_cutout(), 0.4, 0.8, 0.6, is_fixed=True)}
    if mode == SceneMode.IMAGE:
        origin = {"init_image": init_image, "denoising_strength": 0.3}
    [asset] = make_ready(packs=((version, 0.6),), **origin)

    for order in (reuse.again(asset, marketer), reuse.sweep(asset, marketer)):
        assert order.mode == mode
        assert (order.init_image, order.placement) == (
            origin.get("init_image"),
            origin.get("placement"),
        )
    usual = scenes.DEFAULT_DENOISING_STRENGTH
    expected = origin.get("denoising_strength", usual)
    assert reuse.again(asset, marketer).denoising_strength == expected
    assert Asset.objects.count() == 1
    assert InitImageUpload.objects.count() == 1


def test_car_is_placed_by_numbers_alone(at, marketer, form_data, make_cutout):
    cutout = make_cutout()
    sent = {"mode": "product", "cutout": cutout.pk, "cutout_x": "40", "cutout_width": "66.5"}

    answer = at(marketer).post("create", **form_data, **sent)

    assert answer.status_code == 302
    scene = Scene.objects.get()
    assert (scene.cutout, scene.cutout_x, scene.cutout_y) == (cutout, 0.4, Placement.y)
    assert scene.cutout_width == pytest.approx(0.665)


def test_favourite_on_the_stage_answers_with_the_stage(at, marketer, make_ready, client):
    [asset] = make_ready()
    client.force_login(marketer)

    answer = client.post(
        f"/assets/{asset.pk}/favourite/", {"next": "create"}, headers={"HX-Request": "true"}
    )

    assert asset.favourites.get().person == marketer
    assert 'id="results-list"' in answer.content.decode()


def test_words_for_a_car_are_left_out_around_the_real_one(make_scene, make_template, make_cutout):
    text = "a white {vehicle} on the left, qilou arcade street, {weather}"
    template = make_template("words", text=text, negative_prompt="blurry")
    cutout = make_cutout()
    Vehicle.objects.update(body="suv")

    scene = make_scene(template=template, placement=Placement(cutout))

    assert scene.prompt == "plain picture, qilou arcade street"
    assert scene.negative_prompt == "blurry, suv"
    assert scene.slot_values["vehicle"] == "GS8 suv"


def test_text_that_speaks_of_nothing_but_a_car_stays(make_scene, make_template, make_cutout):
    template = make_template(
        "car-only",
        text="a {vehicle}",
        sentence_zh="{vehicle}。",
        sentence_en="A {vehicle}.",
        slots=SLOTS[:1],
    )

    assert make_scene(template=template, placement=Placement(make_cutout())).prompt.endswith(
        "GS8 suv"
    )


def test_saved_link_still_opens_with_its_cut_out(at, marketer, make_cutout):
    cutout = make_cutout()

    shown = (
        at(marketer).get("create", way="product", plate=cutout.pk, plate_x="40").context["shown"]
    )

    assert shown.cutout == cutout
    assert shown.form["cutout_x"].value() == 40


@pytest.mark.usefixtures("in_english")
def test_page_tells_what_the_file_says_of_how_it_came_about(
    at, marketer, make_ready, make_scene, make_cutout
):
    [by_words] = make_ready()
    [with_car] = paint(make_scene(placement=Placement(make_cutout(), width=0.5)))

    assert "AI generated" in at(marketer).get("asset-detail", by_words.pk).text
    assert "composed with AI" in at(marketer).get("asset-detail", with_car.pk).text
