"""Who sees which page, what it costs, and what a form answers."""

import html
import io

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from transformers import CLIPTokenizer

from brandstudio.core.models import GlossaryTerm
from gallery import services
from gallery.engine import prompts, xmp
from gallery.models import (
    Asset,
    Download,
    EvidenceSheet,
    PromptTemplate,
    ReviewState,
    Scene,
    StylePack,
    StyleVersion,
)


# Doors
@pytest.mark.parametrize(
    ("page", "designers", "marketers", "admins"),
    [
        ("create", 403, 200, 200),
        ("asset-list", 200, 200, 200),
        ("pack-list", 200, 200, 200),
        ("template-list", 200, 200, 200),
        ("template-new", 200, 403, 200),
        ("version-import", 200, 403, 200),
        ("review", 403, 403, 200),
    ],
)
def test_doors_open_by_role(
    at, designer, marketer, brand_admin, page, designers, marketers, admins, base
):
    assert at(designer).get(page).status_code == designers
    assert at(marketer).get(page).status_code == marketers
    assert at(brand_admin).get(page).status_code == admins


def test_guest_is_asked_to_sign_in(client, db):
    answer = client.get(reverse("gallery:create"))

    assert answer.status_code == 302
    assert reverse("core:sign-in") in answer["Location"]


def test_marketers_do_not_see_drafts(at, marketer, designer, make_version):
    version = make_version(state="draft")

    assert at(marketer).get("version-detail", "ink", 1).status_code == 404
    assert at(marketer).get("evidence-image", version.images.first().pk).status_code == 404
    assert at(designer).get("version-detail", "ink", 1).status_code == 200


def test_strangers_pictures_are_private_until_shared(at, make_user, make_ready):
    [asset] = make_ready()
    stranger = make_user("stranger", is_marketer=True)

    for page in ("asset-detail", "asset-thumb", "asset-image", "asset-download"):
        assert at(stranger).get(page, asset.pk).status_code == 404
    Scene.objects.update(is_shared=True)
    assert at(stranger).get("asset-detail", asset.pk).status_code == 200


def test_strangers_cannot_act_on_a_picture(at, make_user, make_scene):
    asset = make_scene().assets.get()
    Scene.objects.update(is_shared=True)
    stranger = make_user("stranger", is_marketer=True)

    for act in ("asset-cancel", "asset-retry", "asset-ask", "asset-discard", "asset-favourite"):
        assert at(stranger).post(act, asset.pk).status_code == 404


# Create
def test_create_queues_a_scene_and_keeps_the_form(at, marketer, form_data):
    browser = at(marketer)
    answer = browser.post("create", **form_data)

    assert answer.status_code == 302
    shown = browser.get("create").context["shown"]
    assert shown.form["slot_weather"].value() == "rain"
    assert [c["strength"] for c in shown.choices if c["is_chosen"]] == ["0.6"]
    scene = Scene.objects.get()
    assert scene.prompt == "ink style, a white GS8 suv, qilou arcade street, rain"
    assert scene.packs.get().strength == 0.6
    assert scene.assets.count() == 2


def test_create_refuses_a_strength_beside_its_slider(at, marketer, form_data):
    version = form_data["pack"][0]
    answer = at(marketer).post("create", **{**form_data, f"strength_{version}": "0.95"})

    assert answer.status_code == 422
    assert f"strength_{version}" in answer.context["form"].errors
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Scene.objects.exists()


def test_create_refuses_a_slot_value_that_is_not_listed(at, marketer, form_data):
    answer = at(marketer).post("create", **{**form_data, "slot_vehicle": "tank"})

    assert answer.status_code == 422
    assert "template" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("field", "value"),
    [("seed", "-1"), ("seed", "4294967296"), ("steps", "500"), ("count", "3"), ("sweep", "0.5 x")],
)
def test_create_refuses_values_out_of_range(at, marketer, form_data, field, value):
    answer = at(marketer).post("create", **{**form_data, field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_tag_in_a_free_prompt_becomes_a_pack(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    sent = {
        **form_data,
        "template": "",
        "pack": [],
        "free": "a red suv <lora:ink:0.55>",
        "negative": "",
    }

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 302
    scene = Scene.objects.get()
    assert scene.prompt == "ink style, a red suv"
    assert scene.packs.get().strength == 0.55


def test_unknown_tag_names_the_nearest(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "free": "<lora:inky:0.5>", "negative": ""}

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 422
    assert "ink" in answer.context["form"].errors["free"][0]


@pytest.mark.parametrize("sign", [" ", ",", "，", "、", "；"])
def test_sweep_paints_one_picture_a_strength(at, marketer, form_data, sign):
    at(marketer).post("create", **{**form_data, "sweep": sign.join(["0.5", "0.6", "0.7", "0.8"])})

    strengths = Asset.objects.order_by("index").values_list("strength", flat=True)
    assert list(strengths) == [0.5, 0.6, 0.7, 0.8]


def test_gallery_names_each_picture_of_a_sweep_by_its_own_strength(
    at, marketer, make_ready, make_version
):
    make_ready(packs=((make_version(), 0.7),), strengths=(0.5, 0.65))

    page = at(marketer).get("asset-list").content.decode()

    assert ("0.50" in page, "0.65" in page, "0.70" in page) == (True, True, False)


def test_prompt_block_shows_what_would_be_sent(at, marketer, form_data, toy_base):
    answer = at(marketer).post("prompt", **form_data)

    assert [piece.kind for piece in answer.context["pieces"]][:2] == ["trigger", "text"]
    assert answer.context["token_limit"] == 32
    prompt = prompts.joined(answer.context["pieces"])
    own = CLIPTokenizer.from_pretrained(toy_base / "tokenizer")
    assert answer.context["tokens"] == len(own(prompt).input_ids)


def test_prompt_over_the_limit_says_so(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()
    answer = at(marketer).post("prompt", **{**form_data, "free": "lantern " * 40})

    assert str(answer.context["tokens"]) in answer.context["prompt_notes"][0]
    assert answer.context["pieces"][-1].text.count("lantern") == 40


def test_stage_answers_not_modified_until_something_happens(at, marketer, make_scene):
    asset = make_scene().assets.get()
    browser = at(marketer)
    first = browser.get("results")
    tag = {"HX-Request": "true", "HX-PTag": first["HX-PTag"]}

    assert browser.get("results", headers=tag).status_code == 304
    asset.start("test:1:1")
    assert browser.get("results", headers=tag).status_code == 200


def test_stage_stops_polling_when_all_is_done(at, marketer, make_scene, make_ready):
    make_ready()
    assert "hx-trigger" not in at(marketer).get("results").content.decode().split(">")[0]
    make_scene()
    assert 'hx-trigger="every 2s"' in at(marketer).get("results").content.decode()


def test_waiting_tile_says_its_place(at, marketer, make_scene, make_user):
    make_scene(by=make_user("other", is_marketer=True), count=2)
    make_scene(count=2)

    results = at(marketer).get("results").context["results"]

    # People take turns: mine is the second, and then the fourth.
    assert [tile.place for scene in results.scenes for tile in scene.tiles] == [2, 4]


def test_failed_tile_explains_itself(at, marketer, make_scene):
    make_scene().assets.get().fail("base-absent", name="toy")

    page = at(marketer).get("results").content.decode()

    assert 'data-state="failed"' in page
    assert "toy" in page


def test_drop_waiting_drops_mine_only(at, marketer, make_scene, make_user):
    make_scene(by=make_user("other", is_marketer=True))
    make_scene(count=2)

    at(marketer).post("drop-waiting")

    states = Asset.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "cancelled", "cancelled"]


def test_again_changes_only_the_seed(at, marketer, make_ready, make_version, channel):
    [asset] = make_ready(packs=((make_version(), 0.6),), channel=channel)

    at(marketer).post("asset-again", asset.pk)

    new = Scene.objects.first()
    assert new.made_from == asset
    assert (new.prompt, new.channel, new.steps) == (
        asset.scene.prompt,
        asset.scene.channel,
        asset.scene.steps,
    )
    assert new.seed != asset.seed
    assert new.packs.get().strength == 0.6


def test_create_page_takes_up_a_picture(at, marketer, make_ready, make_version):
    [asset] = make_ready(packs=((make_version(), 0.65),))

    shown = at(marketer).get("create", **{"from": asset.pk}).context["shown"]

    assert shown.form["seed"].value() == asset.seed
    assert [c["strength"] for c in shown.choices if c["is_chosen"]] == [0.65]


# Pictures and downloads
@pytest.mark.parametrize(("form", "format_"), [("png", "PNG"), ("jpg", "JPEG")])
def test_download_is_cut_labelled_and_noted(
    at, marketer, make_ready, channel, tmp_path, form, format_
):
    [asset] = make_ready(channel=channel)

    answer = at(marketer).get("asset-download", asset.pk, form=form)

    assert (
        answer["Content-Disposition"] == f'attachment; filename="studio-{asset.pk}-square.{form}"'
    )
    path = tmp_path / f"picture.{form}"
    path.write_bytes(answer.content)
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == (format_, (300, 300))
        corner = picture.convert("L").crop((150, 200, 300, 300))
    assert corner.getextrema()[1] > 240  # the label's white
    found = xmp.read_mark(path)
    assert found.is_right
    assert found.marks[0]["ContentProducer"] == "DEMO"
    assert found.marks[0]["ProduceID"].startswith(f"studio-{asset.pk}-")
    noted = Download.objects.get()
    assert (noted.person, noted.form, noted.width, noted.channel) == (marketer, form, 300, channel)


def test_download_carries_the_producers_code(at, marketer, make_ready, settings, tmp_path):
    settings.AIGC_PRODUCER_CODE = "0011" + "9" * 18 + "10000"
    [asset] = make_ready()

    path = tmp_path / "picture.png"
    path.write_bytes(at(marketer).get("asset-download", asset.pk).content)

    assert xmp.read_mark(path).marks[0]["ContentProducer"] == settings.AIGC_PRODUCER_CODE
    page = at(marketer).get("asset-detail", asset.pk).content.decode()
    assert "AIGC_PRODUCER_CODE" not in page


def test_page_warns_while_labels_say_demo(at, marketer, make_ready):
    [asset] = make_ready()

    assert "AIGC_PRODUCER_CODE" in at(marketer).get("asset-detail", asset.pk).content.decode()


def test_picture_on_the_page_is_labelled_too(at, marketer, make_ready):
    [asset] = make_ready()

    answer = at(marketer).get("asset-image", asset.pk)

    assert xmp.read_mark(io.BytesIO(answer.content)).is_right
    assert not Download.objects.exists()


def test_preview_asked_for_too_late_is_the_picture_itself(at, marketer, make_ready, make_scene):
    [asset] = make_ready()
    waiting = make_scene().assets.get()
    browser = at(marketer)

    answer = browser.get("asset-preview", asset.pk)

    assert answer.content == browser.get("asset-thumb", asset.pk).content
    assert browser.get("asset-preview", waiting.pk).status_code == 204


def test_unfinished_picture_can_not_be_downloaded(at, marketer, make_scene):
    asset = make_scene().assets.get()

    assert at(marketer).get("asset-download", asset.pk).status_code == 302
    assert not Download.objects.exists()


def test_bin_takes_and_gives_back(at, marketer, make_ready):
    [asset] = make_ready()
    browser = at(marketer)

    browser.post("asset-discard", asset.pk)
    assert list(browser.get("asset-list").context["page"]) == []
    assert list(browser.get("asset-list", bin=1).context["page"]) == [asset]
    browser.post("asset-restore", asset.pk)
    assert list(browser.get("asset-list").context["page"]) == [asset]


# Review
def test_review_shows_and_decides(at, brand_admin, make_version):
    version = make_version(state="in_review")
    browser = at(brand_admin)
    item = browser.get("review").context["item"]
    assert item.row == version

    url = f"{reverse('gallery:review')}?item={item.key}"
    answer = browser.post("review")  # no decision
    assert answer.status_code == 400
    from_client = answer.client.post(url, {"decision": "approve", "reason": ""})

    assert from_client.status_code == 302
    version.refresh_from_db()
    assert version.state == ReviewState.APPROVED


def test_sending_back_without_a_reason_points_at_the_field(at, brand_admin, make_template):
    make_template(state="in_review")

    answer = at(brand_admin).post("review", decision="return", reason="")

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors


def test_own_work_is_closed_and_says_why(at, make_user, make_template):
    both = make_user("both", is_designer=True, is_brand_admin=True)
    template = make_template(state="draft", made_by=both)
    services.submit(template, both)

    browser = at(both)
    assert browser.get("review").context["closed"]
    assert browser.post("review", decision="approve").status_code == 422
    template.refresh_from_db()
    assert template.state == ReviewState.IN_REVIEW


def test_picture_is_asked_for_and_approved(at, marketer, brand_admin, make_ready):
    [asset] = make_ready()
    at(marketer).post("asset-ask", asset.pk)

    at(brand_admin).post("review", decision="approve")

    asset.refresh_from_db()
    assert asset.review == "approved"


# Library
def test_draft_is_submitted_from_its_page(at, designer, make_version):
    version = make_version(state="draft")

    at(designer).post("version-submit", "ink", 1)

    version.refresh_from_db()
    assert version.state == ReviewState.IN_REVIEW
    assert version.submitted_by == designer


def test_imported_file_becomes_a_draft(at, designer, base, toy_weights):
    answer = at(designer).post(
        "version-import",
        file=SimpleUploadedFile("toy.safetensors", toy_weights.read_bytes()),
        base=base.pk,
        name_zh="玩具",
        name_en="Toy",
        slug="toy",
        trigger_words="toy style",
        **{
            "strength_min": 0.3,
            "best_min": 0.5,
            "strength": 0.6,
            "best_max": 0.8,
            "strength_max": 0.9,
        },
    )

    version = StyleVersion.objects.get()
    assert answer.status_code == 302
    assert (version.origin, version.state) == ("toy.safetensors", ReviewState.DRAFT)
    assert version.sheet.state == "waiting"


def test_pickle_is_refused_by_name(at, designer, base):
    file = SimpleUploadedFile("style.safetensors", b"\x80\x04\x95" + b"x" * 40)

    answer = at(designer).post("version-import", file=file, base=base.pk, slug="toy")

    assert answer.status_code == 422
    assert "style.safetensors" in answer.context["form"].errors["file"][0]


def test_template_is_written_with_its_slots(at, designer):
    at(designer).post(
        "template-new",
        name_zh="茶楼",
        name_en="Teahouse",
        slug="teahouse",
        sentence_zh="{car}停在茶楼。",
        sentence_en="A {car} at the teahouse.",
        text="a {car}, teahouse",
        slots="car | 车型 | Car\nGS8 suv | GS8 | GS8\nM8 mpv | M8 | M8",
    )

    template = PromptTemplate.objects.get()
    assert template.fill({"car": "M8 mpv"}) == "a M8 mpv, teahouse"


def test_template_with_an_unknown_slot_is_refused(at, designer):
    answer = at(designer).post(
        "template-new",
        name_zh="茶楼",
        name_en="Teahouse",
        slug="teahouse",
        sentence_zh="停在茶楼。",
        sentence_en="At the teahouse.",
        text="a {car}, teahouse",
        slots="",
    )

    assert answer.status_code == 422
    assert "car" in answer.context["form"].errors["text"][0]


# Costs
@pytest.mark.parametrize("page", ["create", "results", "asset-list"])
def test_more_scenes_cost_no_more_queries(at, marketer, make_ready, make_version, page):
    version = make_version()
    browser = at(marketer)
    make_ready(packs=((version, 0.6),))
    browser.get(page)  # whatever is kept after the first look

    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        costs.append(len(captured))
        make_ready(packs=((version, 0.6),), count=3)

    assert costs[0] == costs[1]


def test_more_waiting_scenes_cost_no_more_queries(at, marketer, make_scene):
    browser = at(marketer)
    make_scene(count=2)
    browser.get("results")

    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get("results")
        costs.append(len(captured))
        make_scene(count=2)

    assert costs[0] == costs[1]


@pytest.mark.parametrize("page", ["pack-list", "template-list", "review"])
def test_more_packs_cost_no_more_queries(at, brand_admin, make_version, make_template, page):
    browser = at(brand_admin)
    make_version("a", state="in_review")
    make_template("a", state="in_review")
    browser.get(page)

    costs = []
    for slugs in (("b", "c"), ()):
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        costs.append(len(captured))
        for slug in slugs:
            make_version(slug, state="in_review")
            make_template(slug, state="in_review")

    assert costs[0] == costs[1]


@pytest.mark.parametrize("name", ["ink", "岭南水墨", "Lingnan Ink", "ink pack"])
def test_tag_calls_a_pack_by_each_name_that_the_site_shows(
    at, marketer, form_data, make_version, name
):
    named = {"岭南水墨": {"name_zh": name}, "Lingnan Ink": {"name_en": name}}
    StylePack.objects.filter(slug="ink").update(**named.get(name, {}))
    make_version("red-papercut")
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "template": "", "free": f"a red suv <lora:{name}:0.6>", "negative": ""}
    sent.pop("pack", None)

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 302, answer.context["form"].errors
    called = Scene.objects.get().packs.get()
    assert (called.version.pack.slug, called.strength) == ("ink", 0.6)


def test_name_of_two_packs_calls_neither(at, marketer, form_data, make_version):
    make_version("red-papercut")
    StylePack.objects.update(name_zh="水墨")
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "free": "<lora:水墨:0.5>", "negative": ""}

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 422
    said = answer.context["form"].errors["free"][0]
    assert "ink = ink pack" in said
    assert "red-papercut = red-papercut pack" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("一辆红色的车", "“一辆红色的车” is not English"),
        ("a red suv, 骑楼街 at night", "The house's words: 骑楼街 = qilou arcade street."),
        ("красная машина", "is not English"),
        ("a red café, naïve, 2×", ""),
    ],
)
def test_own_words_that_the_base_cannot_read_are_told(client, at, marketer, form_data, words, told):
    GlossaryTerm.objects.update_or_create(term="骑楼街", defaults={"phrase": "qilou arcade street"})
    marketer.may_write_prompts = True
    marketer.save()
    sent = {**form_data, "template": "", "free": words, "negative": ""}
    client.cookies["django_language"] = "en"
    browser = at(marketer)

    shown = html.unescape(browser.post("prompt", **sent).content.decode())
    ordered = browser.post("create", **sent)
    said = " ".join(str(message) for message in get_messages(ordered.wsgi_request))

    assert ordered.status_code == 302
    for answer in (shown, said):
        assert ("is not English" in answer) is bool(told)
        assert told in answer


def test_negative_words_that_the_base_cannot_read_are_told(at, marketer, form_data):
    marketer.may_write_prompts = True
    marketer.save()

    answer = at(marketer).post("prompt", **{**form_data, "free": "", "negative": "雾"})

    assert "雾" in answer.content.decode()


@pytest.mark.parametrize("begun", [True, False])
def test_waiting_time_counts_the_pictures_of_a_strength_sheet(
    at, marketer, make_version, make_scene, make_ready, begun
):
    make_ready()
    asset = make_scene().assets.get()
    Asset.objects.filter(pk=asset.pk).update(turn=9)

    def wait():
        [tile] = [t for s in at(marketer).get("results").context["results"].scenes for t in s.tiles
                  if t.pk == asset.pk]  # fmt: skip
        return tile.seconds_left

    alone = wait()
    version = make_version(state="draft", sheet="rendering" if begun else "waiting")
    EvidenceSheet.objects.filter(version=version).update(total=12, done=2, turn=1)

    assert wait() == pytest.approx(11 * alone)


def test_waiting_time_counts_what_is_left_of_the_picture_in_hand(
    at, marketer, make_scene, make_ready
):
    make_ready()
    other, mine = make_scene().assets.get(), make_scene().assets.get()
    other.start("host:1:1")
    Asset.objects.filter(pk=other.pk).update(steps_done=1, steps_total=4)

    tiles = [t for s in at(marketer).get("results").context["results"].scenes for t in s.tiles]
    left = {tile.pk: tile.seconds_left for tile in tiles if tile.is_active}

    assert left[mine.pk] == pytest.approx(left[other.pk] * (1.75 / 0.75))
