"""Pictures are told by what they show, in the reader's language: captions, prompts, lineage."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from brandstudio.core.models import GlossaryTerm
from brandstudio.core.ui.wording import labelled, listed
from gallery.models import Asset, Recall, Scene, SceneMode
from gallery.pages.compare import differences
from gallery.pages.scene_words import words_of
from gallery.services import glossary, sources
from gallery.services.orders import Placement
from tests.gallery.conftest import SLOTS
from training.models import Checkpoint, TrainingRun

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("in_english")
def test_tiles_of_create_are_captioned_by_what_they_show(at, marketer, make_ready, make_version):
    [asset] = make_ready(packs=((make_version(), 0.7),), seed=98765)
    make_ready(packs=((make_version("paper"), 0.7),), strengths=(0.5, 0.6))

    page = at(marketer).get("results").text

    assert f'<span class="tile__title">{asset}</span>' in page
    assert str(asset).startswith("GS8 · ")
    assert "98765" not in page
    assert "strength 0.50" in page


def test_template_says_its_sentence_in_the_readers_language(make_scene):
    scene = make_scene()

    with override("zh-hans"):
        [chinese] = words_of(scene)
    with override("en"):
        [english] = words_of(scene)

    # The weather was left open.
    assert (chinese, english) == ("GS8停在骑楼。", "A GS8 in an arcade.")


@pytest.mark.parametrize(
    ("names", "chinese", "english"),
    [
        (
            ("白色，朝左", "White, facing left"),
            "gs8停在骑楼，车头朝左，雨。",
            "gs8 in an arcade, facing left, rain.",
        ),
        (("car.png", ""), "gs8停在骑楼，雨。", "gs8 in an arcade, rain."),
    ],
)
def test_real_car_faces_as_its_cutout_does(
    make_scene, make_template, make_cutout, names, chinese, english
):
    ways = (("right", "朝右", "right"), ("left", "朝左", "left"))
    facing = {"name": "facing", "label_zh": "朝向", "label_en": "Facing"}
    facing["options"] = [dict(zip(("value", "zh", "en"), way, strict=True)) for way in ways]
    template = make_template(
        text="a {vehicle} facing {facing}, qilou arcade street, {weather}",
        sentence_zh="{vehicle}停在骑楼，车头{facing}，{weather}。",
        sentence_en="{vehicle} in an arcade, facing {facing}, {weather}.",
        slots=[*SLOTS, facing],
    )
    cutout = make_cutout()
    cutout.name, cutout.name_en = names
    cutout.save()
    values = {"vehicle": "M8 mpv", "weather": "rain", "facing": "right"}
    scene = make_scene(template=template, slot_values=values, placement=Placement(cutout))

    with override("zh-hans"):
        assert words_of(scene) == [chinese]
    with override("en"):
        assert words_of(scene) == [english]


@pytest.mark.usefixtures("in_english")
def test_slots_left_empty_leave_no_comma_behind(make_scene):
    scene = make_scene()
    scene.template.sentence_en = "A {vehicle} in an arcade, {weather}, {weather}."

    assert words_of(scene) == ["A GS8 in an arcade."]


def test_slot_that_is_no_longer_there_says_nothing_wrong(make_scene):
    scene = make_scene()
    scene.slot_values = {**scene.slot_values, "vehicle": "a car of before"}

    assert words_of(scene) == []


def test_own_words_are_read_back_by_the_glossary(make_scene, writer):
    GlossaryTerm.objects.create(term="骑楼", phrase="qilou arcade")
    GlossaryTerm.objects.create(term="骑楼老街", phrase="qilou arcade street")
    scene = make_scene(by=writer)
    Scene.objects.filter(pk=scene.pk).update(
        template=None, prompt="a quiet Qilou arcade street, arcadeish"
    )
    scene = Scene.objects.get(pk=scene.pk)

    with override("zh-hans"):
        assert words_of(scene) == ["a quiet 骑楼老街, arcadeish"]
    with override("en"):
        assert words_of(scene) == []


def test_text_without_a_known_phrase_is_not_read_back():
    assert glossary.in_chinese("a quiet street") == ""


def test_enlarged_picture_stands_beside_the_one_before(at, marketer, in_state, in_english):
    first = in_state("private")
    larger = in_state("private", seed=6, init_image=sources.init_image_of(first))
    Scene.objects.filter(pk=larger.scene_id).update(mode=SceneMode.LARGER, width=128, height=96)

    page = at(marketer).get("asset-detail", larger.pk).text

    assert "Before and after" in page
    assert f"Before: {first.scene.width} × {first.scene.height} px" in page
    assert "After: 128 × 96 px" in page
    assert page.count(reverse("gallery:asset-image", args=[first.pk])) == 1
    assert "Before and after" not in at(marketer).get("asset-detail", first.pk).text


def test_picture_that_a_colleague_made_it_from_is_named_to_whom_may_see_it(
    at, marketer, make_user, in_state, make_scene, in_english
):
    first = in_state("private")
    first.own_title = "The first arcade"
    first.save(update_fields=["own_title"])
    again = in_state("approved", seed=6, made_from=first)
    stranger = make_user("mei", is_marketer=True)

    assert "The first arcade" in at(marketer).get("asset-detail", again.pk).text
    assert "The first arcade" not in at(stranger).get("asset-detail", again.pk).text
    address = reverse("gallery:asset-detail", args=[first.pk])
    assert f'href="{address}"' not in at(stranger).get("asset-detail", again.pk).text


def test_names_put_together_follow_the_language():
    with override("zh-hans"):
        assert labelled("模板", "骑楼") == "模板：骑楼"
        assert listed(["甲", "乙"]) == "甲、乙"
    with override("en"):
        assert labelled("Template", "Arcade") == "Template: Arcade"
        assert listed(["a", "b"]) == "a, b"
        assert listed(["<b>", "c"]) == "&lt;b&gt;, c"


def test_recall_is_headed_in_the_readers_language(at, client, brand_admin):
    recall = Recall.objects.create(
        kind="version",
        source_key="1",
        source_name={"en": "Red-gold papercut v1", "zh-hans": "红金剪纸 v1"},
        why="错",
        by=brand_admin,
    )
    browser = at(brand_admin)
    client.cookies["django_language"] = "zh-hans"

    assert "召回：红金剪纸 v1</h1>" in browser.get("recall-detail", recall.pk).text


def test_checkpoint_is_named_in_the_readers_language():
    checkpoint = Checkpoint(run=TrainingRun(name="水墨"), step=160)

    with override("en"):
        assert str(checkpoint) == "“水墨”, step 160"
    with override("zh-hans"):
        assert str(checkpoint) == "“水墨”，第 160 步"


def test_compared_styles_are_told_by_their_names(make_ready, make_version):
    [first] = make_ready(packs=((make_version(), 0.7),))
    [second] = make_ready(packs=((make_version("paper"), 0.6),))
    rows = Asset.objects.titled().in_bulk([first.pk, second.pk])

    with override("zh-hans"):
        told = {str(label): (a, b) for label, a, b in differences(rows[first.pk], rows[second.pk])}

    assert told["风格包"] == ("ink 包 v1 0.70", "paper 包 v1 0.60")
