import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.engine.evaluate.test_strength_sheet import noise, plain
from training.engine.data.labelers import ClipVocabularyLabeler
from training.engine.errors import EngineError
from training.engine.evaluate import distortion, evidence
from training.engine.evaluate.copy_check import CopyCheck
from training.engine.evaluate.scene_judge import (
    SceneJudge,
    bundled_judge,
    means_by_seed_and_prompt,
    scene_kept,
)
from training.engine.evaluate.scene_readers import ClipReader
from training.engine.evaluate.strength_band import Thresholds
from training.minibase import artist


def scene(place, colour="red", side=128):
    spec = artist.SceneSpec(place=place, time="day", vehicle="suv", colour=colour)
    return artist.draw(spec, side)


def saved(folder, images):
    paths = []
    for number, image in enumerate(images):
        paths.append(folder / f"{len(list(folder.iterdir()))}-{number}.png")
        image.save(paths[-1])
    return paths


def test_sheet_is_measured_per_strength_over_its_seeds(tmp_path):
    at_0 = [saved(tmp_path, [noise(1), noise(2)]), saved(tmp_path, [noise(3), noise(4)])]
    at_1 = [saved(tmp_path, [noise(1), plain("red")]), saved(tmp_path, [plain("red")] * 2)]
    references = saved(tmp_path, [plain("red"), noise(9)])

    figures = evidence.measure({1.0: at_1, 0.0: at_0}, ["a", "b"], references)

    base, full = figures.rows
    assert (base.strength, full.strength) == (0.0, 1.0)
    assert figures.judge == "edges"
    assert base.drift == evidence.Spread(0, 0, 0)
    assert base.scene.low == pytest.approx(1)
    assert full.scene.low < full.scene.high  # one seed kept one of its scenes, the other none
    assert full.style.high > base.style.high


def test_missing_picture_is_named(tmp_path):
    whole = [saved(tmp_path, [noise(1), noise(2)])]

    with pytest.raises(EngineError) as caught:
        evidence.measure({0.0: whole, 0.7: [whole[0][:1]]}, ["a", "b"])

    assert caught.value.code == "evidence-incomplete"
    assert caught.value.facts == {"strength": "0.7", "count": 1}


def test_copy_is_told_from_its_like():
    pictures = [scene(place) for place in ("arcade", "harbour", "bridge", "garden")]
    check = CopyCheck(pictures)

    again = check.nearest(Image.eval(pictures[2], lambda value: min(255, value + 6)))
    other = check.nearest(scene("mountain"))

    assert again.reference == 2
    assert check.is_copy(again, other)
    assert not check.is_copy(again, again)  # the base alone paints as near
    assert not check.is_copy(other, other)
    assert 0.8 <= check.limit <= 0.97


def test_distortion_is_measured_against_the_styles_own_pictures():
    smooth = [scene("arcade"), scene("garden")]
    rough = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))

    usual = distortion.usual(smooth)
    assert usual.exceeded_by(smooth[0], smooth[0]) == 0
    assert usual.exceeded_by(rough, smooth[0]) == 1
    assert usual.exceeded_by(rough, rough) == 0  # the base's own picture is as rough
    assert distortion.usual([rough]).exceeded_by(rough, smooth[0]) == 0


def test_judge_sees_when_the_scene_is_lost():
    judge = bundled_judge("studio-mini")
    prompts = ["a red suv, qilou arcade street by day", "a red suv, sea bridge by day"]
    base = [[scene("arcade"), scene("bridge")]]
    seen = judge.seen(base, prompts)

    [kept] = judge.kept(base, seen)
    [lost] = judge.kept([[noise(1), noise(2)]], seen)

    assert kept > 0.8
    assert lost < 0.5
    assert judge.seen(base, ["ein Auto", "une voiture"]) == []


def test_judge_tells_the_prompt_that_lost_its_scene():
    judge = bundled_judge("studio-mini")
    prompts = ["a red suv, qilou arcade street by day", "a red suv, sea bridge by day"]
    base = [[scene("arcade"), scene("bridge")]] * 2
    seen = judge.seen(base, prompts)

    chances = judge.chances_of_seen([[scene("arcade"), noise(2)]] * 2, seen)
    by_seed, (arcade, bridge) = means_by_seed_and_prompt(chances)

    assert arcade > 0.8
    assert bridge < 0.5
    assert bridge < by_seed[0] == by_seed[1] < arcade


def test_prompt_of_which_nothing_was_seen_counts_as_the_others_do():
    assert means_by_seed_and_prompt([[[0.8, 0.6], []], [[0.4], []]]) == (
        [pytest.approx(0.7), 0.4],
        [pytest.approx(0.6)] * 2,
    )


STYLED = [
    ("porcelain", "arcade", "a red suv facing right, qilou arcade street by day"),
    ("papercut", "bridge", "a red suv facing right, sea bridge by day"),
    (
        "porcelain",
        "harbour",
        "a red suv facing right, harbour skyline with the canton tower by day",
    ),
]


def test_bundled_judge_reads_the_styles_that_the_small_clip_does_not():
    specs = [artist.SceneSpec(place, "day", vehicle="suv", colour="red") for _, place, _ in STYLED]
    plain = [[artist.draw(spec, 128) for spec in specs]]
    drawn = [
        [
            artist.draw_style(style, spec, 128)
            for (style, *_), spec in zip(STYLED, specs, strict=True)
        ]
    ]
    prompts = [prompt for *_, prompt in STYLED]

    def kept(judge):
        return judge.kept(drawn, judge.seen(plain, prompts))[0]

    assert kept(bundled_judge("studio-mini")) > 0.6
    assert kept(bundled_judge("studio-mini")) > kept(
        SceneJudge(ClipReader(ClipVocabularyLabeler()))
    )


def test_bundled_judge_knows_the_wordings_of_captions():
    reader = bundled_judge("studio-mini").reader

    assert reader.named("an old teahouse late at night, a Trumpchi M8 mpv facing left") == (
        reader.named("teahouse with lattice windows at night, mpv facing left")
    )
    assert reader.named("ein Auto") == []


@given(st.floats(0, 1), st.floats(0, 1))
def test_scene_kept_lies_between_outlines_and_what_is_recognised(outlines, recognised):
    low, high = sorted((outlines, recognised))

    assert low - 1e-9 <= scene_kept(outlines, recognised) <= high + 1e-9
    # Neither alone carries a scene over the threshold.
    assert scene_kept(0, recognised) < Thresholds().scene
    assert scene_kept(outlines, 0) < Thresholds().scene


def test_other_bases_have_no_bundled_judge():
    assert bundled_judge("sdxl") is None
