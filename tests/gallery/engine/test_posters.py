"""Posters as plans and pixels: nothing overlaps, a preview is the file in small."""

import numpy as np
import pytest
from PIL import Image

from gallery.engine import labelling, poster_layouts, posters, sizes, upscale
from gallery.engine.poster_layouts import Words
from training.engine.errors import EngineError

CHINESE = Words(
    "岭南年味，一路团圆",
    "传祺 GS8 陪你穿过骑楼下的灯火，回到饭桌边。",
    "12.98 万元起",
    "官方指导价",
    "图片由人工智能生成，仅供参考，请以实车为准。",
)
ENGLISH = Words(
    "Home before the lanterns go out",
    "The new GS8 takes the whole family through the arcades of Lingnan.",
    "From RMB 129,800",
    "Guide price",
    "Picture made with AI for illustration only. The car on sale may differ.",
)
SIZES = [(1080, 1440), (1080, 1080), (1080, 1920), (1920, 1080), (900, 383), (1146, 717)]


def plan_of(name, size, words=CHINESE, **more):
    return poster_layouts.plan(words, posters.style(posters.TEMPLATES[name]), size, **more)


def drawn(name, plan):
    gradient = Image.linear_gradient("L").convert("RGB")
    template = posters.TEMPLATES[name]
    return posters.draw(
        plan,
        template,
        posters.palette(template),
        lambda size: upscale.cut_to(gradient, *size, most=0),
    )


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", posters.TEMPLATES)
def test_parts_keep_clear_of_each_other_and_of_the_edges(name, size, words):
    insets = (12, 12, 12, 12)
    plan = plan_of(name, size, words, insets=insets, logo_shape=3.5)
    label = labelling.label_box(size, plan.label)
    parts = [setting.box for setting in plan.settings] + [plan.logo, label]

    for number, part in enumerate(parts):
        assert min(part[:2]) >= 11
        assert part[2] <= size[0] - 11
        assert part[3] <= size[1] - 11
        assert all(sizes.overlap(part, other) == 0 for other in parts[number + 1 :])
    solid = plan.picture[1] + plan.fade if plan.side == "top" else plan.picture[1]
    if plan.side == "top":
        assert all(part[3] <= solid or part[1] >= plan.picture[3] for part in parts)


@pytest.mark.parametrize("corner", labelling.CORNERS)
@pytest.mark.parametrize("size", [(1080, 1440), (1920, 1080)])
def test_label_stands_in_the_corner_that_the_channel_names(size, corner):
    plan = plan_of("spring", size, corners=(corner,), logo_shape=3.5)

    label = labelling.label_box(size, plan.label)

    assert plan.label.corner == corner
    assert (label[0] < size[0] / 2) is corner.endswith("left")
    assert (label[1] < size[1] / 2) is corner.startswith("upper")
    assert all(sizes.overlap(label, s.box) == 0 for s in plan.settings)
    assert sizes.overlap(label, plan.logo) == 0


@pytest.mark.parametrize("size", [(1080, 1440), (1920, 1080)])
@pytest.mark.parametrize("name", posters.TEMPLATES)
def test_preview_is_the_file_in_small(name, size):
    plan = plan_of(name, size, logo_shape=0)

    file = drawn(name, plan)
    preview = drawn(name, plan.scaled(0.5))

    assert preview.size == (size[0] // 2, size[1] // 2)
    small = file.resize(preview.size, Image.Resampling.BOX)
    difference = np.abs(np.asarray(small, np.float32) - np.asarray(preview, np.float32))
    assert difference.mean() < 2.5  # of 255: hinting and the edges of strokes
    blocks = Image.fromarray(difference.mean(axis=2)).resize((30, 30), Image.Resampling.BOX)
    assert np.asarray(blocks).max() < 30  # nothing has moved


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (Words("满城灯火等你回家" * 9), "headline"),
        (Words("回家", subline="穿过骑楼下的灯火，" * 15), "subline"),
        (Words("回家", legal="图片仅供参考。" * 60), "legal"),
    ],
)
def test_words_without_room_are_refused_with_how_much_is_too_much(words, part):
    with pytest.raises(EngineError) as error:
        plan_of("spring", (900, 383), words)

    assert error.value.code == "poster-words-long"
    assert error.value.facts["part"] == part
    assert 0 < error.value.facts["over"] < len(getattr(words, part))


def test_channel_that_covers_nearly_all_is_refused():
    with pytest.raises(EngineError) as error:
        plan_of("plain", (1000, 1000), insets=(400, 0, 400, 0))

    assert error.value.code == "poster-small"


@pytest.mark.parametrize("ground", ["#ffffff", "#000000", "#c8102e", "#ffd400", "#7f7f7f"])
def test_words_can_be_read_on_whatever_ground_the_brand_has(ground):
    for template in posters.TEMPLATES.values():
        colours = posters.palette(template, ground)
        assert posters.contrast(colours.ink, ground) >= 4
        assert posters.contrast(colours.accent, ground) >= 4


@pytest.mark.parametrize("name", posters.TEMPLATES)
def test_templates_own_words_can_be_read(name):
    template = posters.TEMPLATES[name]

    assert posters.contrast(template.ink, template.ground) >= 5.9
    assert posters.contrast(template.accent, template.ground) >= 3  # large type


def test_white_to_black_is_the_greatest_contrast():
    assert posters.contrast("#000000", "#ffffff") == pytest.approx(21)
