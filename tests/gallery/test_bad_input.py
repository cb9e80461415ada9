"""Whatever a marketer sends in: one clear line each, and nothing typed is lost."""

import html
import re

import pytest
from django.urls import reverse

from brandstudio.core.queue import reconcile
from gallery import jobs
from gallery.forms import SceneForm
from gallery.models import (
    Asset,
    AssetState,
    Channel,
    ReviewState,
    Scene,
)
from gallery.services import scenes

pytestmark = pytest.mark.usefixtures("in_english")


@pytest.fixture
def refused(at, writer, form_data):
    """refused(field=value, …): the page that answers this form, which must make no scene."""

    def refused(**changes):
        answer = at(writer).post("create", **{**form_data, "negative": "", **changes})
        assert answer.status_code == 422
        assert not Scene.objects.exists()
        return answer

    return refused


def errors_of(answer):
    return " ".join(
        sentence for found in answer.context["form"].errors.values() for sentence in found
    )


def test_prompt_of_ten_thousand_characters(refused):
    words = "lantern, " * 1112

    answer = refused(template="", free=words, negative="fog")

    assert "10006" in errors_of(answer) or "10007" in errors_of(answer)
    assert "2000" in errors_of(answer)
    typed = re.search(r"<textarea[^>]*>(.*?)</textarea>", answer.content.decode(), re.S)[1]
    assert html.unescape(typed).strip() == words.strip()
    assert 'value="fog"' in answer.content.decode()


def test_prompt_over_the_token_limit_is_painted_whole(at, writer, form_data):
    long = ", ".join(f"lantern number {n}" for n in range(30))
    answer = at(writer).post("create", **{**form_data, "free": long, "negative": ""})

    assert answer.status_code == 302
    assert Scene.objects.get().prompt.endswith("lantern number 29")


def test_long_own_words_do_not_end_in_the_address(at, writer, form_data):
    words = "灯笼" * 900
    browser = at(writer)

    answer = browser.post("create", **{**form_data, "template": "", "free": words, "negative": ""})

    assert len(answer["Location"]) < 100
    kept = browser.get("create", template="free").context["form"]
    assert kept["free"].value() == words


@pytest.mark.parametrize(
    "tag", ["<lora:nobody:0.7>", "<lora:ink:much>", "<lora:ink:nan>", "<lora::0.5>"]
)
def test_tag_that_means_nothing(refused, tag):
    answer = refused(free=f"a suv {tag}")

    assert "free" in answer.context["form"].errors
    assert html.escape(tag) in answer.content.decode()


@pytest.mark.parametrize(
    "form",
    [
        "<lora:ink:0.7",
        "ora:ink:0.7",
        "<lyco:ink:0.7>",
        "<lora:ink:0.5:0.6>",
        "<hypernet:ink:1>",
        "[red|blue]",
        "[red:0.5]",
        "(red:1,2)",
        "a cat AND a dog",
    ],
)
def test_form_that_would_be_read_as_words_is_refused(refused, form):
    answer = refused(free=f"a suv, {form}")

    assert "“" in answer.context["form"].errors["free"][0]
    assert form in answer.context["form"]["free"].value()


@pytest.mark.parametrize("tag", ["<lora:nobody:1>", "<lora：ink：1>", "<lora:ink", "ora:ink:0.7"])
def test_tag_in_the_negative_prompt_is_refused(refused, tag):
    answer = refused(negative=f"blurry, {tag}")

    assert "negative prompt" in answer.context["form"].errors["negative"][0]


def test_tag_in_full_width_acts(at, writer, form_data):
    sent = {**form_data, "pack": [], "free": "＜lora：ink：０.５５＞ and a lion", "negative": ""}

    assert at(writer).post("create", **sent).status_code == 302
    scene = Scene.objects.get()
    assert scene.packs.get().strength == 0.55
    assert scene.prompt.endswith("rain, and a lion")


@pytest.mark.parametrize("ticked", [False, True])
def test_pack_that_is_called_twice_adds_up_and_keeps_its_band(at, writer, form_data, ticked):
    [pack] = form_data["pack"]
    sent = {**form_data, f"strength_{pack}": "0.3", "negative": "", "free": "<lora:ink:0.5>"}
    if not ticked:
        sent |= {"pack": [], "free": "<lora:ink:0.3> and <lora:ink:0.5>"}
    browser = at(writer)

    assert browser.post("create", **sent).status_code == 302
    assert Scene.objects.get().packs.get().strength == 0.8
    writer.may_leave_band = False
    writer.save()
    answer = browser.post("create", **{**sent, "free": sent["free"] + " <lora:ink:0.4>"})
    assert answer.status_code == 422
    parts = "0.3 + 0.9 = 1.2, outside 0.3 to 0.9" if ticked else "1.2 of ink pack is outside"
    assert parts in errors_of(answer)


def test_weights_reach_the_scene_and_its_lineage(at, writer, form_data):
    plain = {**form_data, "template": "", "count": 1, "seed": 3, "steps": 4, "negative": ""}
    pictures = {}
    for words in ("a red suv", "a (red:1.8) suv", "a red BREAK suv", r"a \(red\) suv"):
        at(writer).post("create", **{**plain, "free": words})
        asset = Asset.objects.order_by("-pk").first()
        jobs.render(asset.pk)
        asset.refresh_from_db()
        assert asset.lineage["prompt"] == f"ink style, {words}"
        pictures[words] = asset.image_sha256
    assert len(set(pictures.values())) == 4


def test_prompt_block_says_what_of_the_words_is_not_supported(at, writer, form_data):
    sent = {**form_data, "free": "[red|blue]", "negative": ""}

    page = at(writer).post("prompt", **sent).content.decode()

    assert "[red|blue]" in page
    assert "not supported" in page


def test_tag_becomes_a_pack_beside_the_prompt(at, writer, form_data):
    typed = {**form_data, "pack": [], "free": "<lora:ink:0.55> and a lion", "negative": ""}

    page = " ".join(at(writer).post("prompt", **typed).content.decode().split())

    assert re.search(r'<span class="chip chip--plain">.*?ink pack 0\.55 ?</span>', page)
    assert "lora" not in re.search(r'<p class="prompt".*?</p>', page)[0]
    assert "and a lion" in page


def test_retired_pack_is_named(refused, make_version):
    version = make_version("paper")
    type(version).objects.filter(pk=version.pk).update(state=ReviewState.RETIRED)

    answer = refused(pack=[version.pk])

    assert "paper pack" in answer.context["form"].errors["pack"][0]


def test_pack_that_never_was(refused):
    assert "does not exist" in refused(pack=[4711]).context["form"].errors["pack"][0]
    assert "does not exist" in refused(pack=["x"]).context["form"].errors["pack"][0]


def test_band_changed_between_form_and_submit(at, marketer, form_data, make_version):
    browser = at(marketer)
    assert browser.get("create").status_code == 200
    make_version(strength_min=0.5, strength=0.7, strength_max=0.9)  # the next version, narrower

    answer = browser.post("create", **{**form_data, "slot_weather": "rain"})

    assert answer.status_code == 422
    assert "version 2" in answer.context["form"].errors["pack"][0]
    assert answer.context["form"]["slot_weather"].value() == "rain"
    assert not Scene.objects.exists()


def test_narrower_band_of_the_same_version_is_enforced(at, marketer, form_data):
    [pack] = form_data["pack"]
    browser = at(marketer)
    version = browser.get("create").context["shown"].choices[0]["version"]
    type(version).objects.filter(pk=pack).update(strength_min=0.7, best_min=0.7)

    answer = browser.post("create", **form_data)

    assert "outside 0.7 to 0.9" in answer.context["form"].errors[f"strength_{pack}"][0]
    assert 'value="0.60"' in answer.content.decode()


def test_slot_value_that_is_not_listed(refused):
    answer = refused(slot_vehicle="tank", slot_weather="rain")

    assert "tank" in answer.context["form"].errors["template"][0]
    assert answer.context["form"]["slot_weather"].value() == "rain"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seed", "-1"),
        ("seed", "99999999999999999999"),
        ("seed", "many"),
        ("steps", "0"),
        ("guidance", "1e9"),
        ("sweep", "0.5 2 x"),
    ],
)
def test_advanced_value_out_of_range_opens_the_drawer(refused, field, value):
    answer = refused(**{field: value})

    assert field in answer.context["form"].errors
    page = answer.content.decode()
    assert re.search(r'<details class="drawer" id="advanced" open', page)
    assert f'value="{html.escape(value)}"' in page


@pytest.mark.parametrize("size", [(64, 64), (20000, 64), (64, 5000), (101, 103), (30000, 30000)])
def test_any_channel_becomes_a_size_the_base_can_paint(make_scene, base, size):
    channel = Channel.objects.create(
        slug="odd", name_zh="怪", name_en="Odd", width=size[0], height=size[1]
    )

    scene = make_scene(channel=channel)

    multiple = base.info["size_multiple"]
    assert (scene.width % multiple, scene.height % multiple) == (0, 0)
    area = base.info["default_width"] * base.info["default_height"]
    assert area / 4 <= scene.width * scene.height <= area * 4


def test_unknown_channel_and_template(refused):
    assert "does not exist" in refused(channel="nowhere").context["form"].errors["channel"][0]
    assert "template" in refused(template="4711").context["form"].errors


def test_way_without_its_picture(refused):
    answer = refused(mode="picture")
    assert "init_image" in answer.context["form"].errors
    assert "init_image" in refused(mode="picture", init_image="own-999").context["form"].errors
    assert "cutout" in refused(mode="product").context["form"].errors
    assert "cutout" in refused(mode="product", cutout="999").context["form"].errors
    assert (
        "denoising_strength"
        in refused(mode="picture", denoising_strength="0").context["form"].errors
    )


# Workers
def test_worker_lost_in_mid_render_is_told_and_made_good(at, marketer, make_scene, queue_redis):
    asset = make_scene().assets.get()
    asset.start("another-host:1:1")
    asset.begin_rendering()
    Asset.objects.update(lease_until="2020-01-01T00:00Z", steps_done=2)

    reconcile.lost_workers()

    asset.refresh_from_db()
    assert (asset.state, asset.attempt, asset.steps_done) == (AssetState.WAITING, 2, 0)
    assert "renderer was lost" in at(marketer).get("results").content.decode()


def test_picture_given_up_says_so_and_offers_another_try(at, marketer, make_scene):
    asset = make_scene().assets.get()
    asset.give_up()

    page = at(marketer).get("results").content.decode()

    assert "renderer was lost" in page
    assert reverse("gallery:asset-retry", args=[asset.pk]) in page


# Fair use
@pytest.mark.parametrize("limit", ["PICTURES_PER_DAY", "PICTURES_AT_ONCE"])
def test_quota_refuses_with_a_line_and_keeps_the_form(refused, settings, limit):
    setattr(settings, limit, 1)

    answer = refused(count=2, slot_weather="rain")

    assert "1" in answer.context["form"].non_field_errors()[0]
    assert answer.context["form"]["slot_weather"].value() == "rain"


def test_admin_lets_a_colleague_go_first(at, brand_admin, make_user, make_scene):
    make_scene(by=make_user("lin", is_marketer=True), count=2)
    hurried = make_scene(by=make_user("mei", is_marketer=True))
    browser = at(brand_admin)
    assert [scene.waits for scene in browser.get("results").context["results"].others] == [2, 1]

    browser.post("scene-first", hurried.pk)

    assert Asset.objects.in_turn().first().scene == hurried
    assert "goes first" in browser.get("results").content.decode()


def test_only_admins_change_the_order(at, marketer, make_scene):
    scene = make_scene()

    assert at(marketer).post("scene-first", scene.pk).status_code == 403
    assert at(marketer).get("results").context["results"].others == []
    assert scene.assets.get().priority < scenes.URGENT


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": "99"}, "How many: Choose 1, 2, 4 or 8."),
        ({"count": ""}, "How many: This field is required."),
        ({"made_from": "999"}, "The picture that this was to be made from is not there any more"),
        ({"made_from": "9" * 30}, "The picture that this was to be made from is not there"),
        ({"mode": "sideways"}, "What to start from: Choose one of the three."),
        (
            {"mode": "text", "denoising_strength": "3"},
            "How much changes: At least 5 is needed here",
        ),
        ({"mode": "picture", "cutout": "99"}, "The real car: Select a valid choice."),
        ({"mode": "", "cutout_x": "far"}, "Middle, from the left: Enter a number."),
    ],
)
def test_refused_field_that_the_page_does_not_show_is_told_above_it(refused, changes, said):
    page = html.unescape(refused(**changes).content.decode())

    notice = re.search(r'notice--failed" role="alert">.*?</div>\s*</div>', page, re.S)[0]
    assert said in notice


def test_picture_that_is_gone_does_not_hold_the_form_for_good(refused):
    assert 'name="made_from"' not in refused(made_from="999").content.decode()


@pytest.mark.parametrize("name", sorted(SceneForm.base_fields))
def test_no_field_is_refused_without_a_word_on_the_page(refused, name):
    odd = {"mode": "product"} if name.startswith("cutout") else {"mode": "picture"}
    page = refused(**{**odd, "init_image": "", name: "odd words"}).content.decode()

    errors = page.count('class="field__error"') + page.count("notice--failed")
    assert errors
