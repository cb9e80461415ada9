import random
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.minibase import artist
from training.minibase.artist import SceneSpec, draw, draw_style, random_spec, vehicle_box
from training.minibase.cache import BUCKETS

specs = st.builds(
    SceneSpec,
    place=st.sampled_from(artist.PLACES),
    time=st.sampled_from(artist.TIMES),
    weather=st.sampled_from(artist.WEATHERS),
    vehicle=st.sampled_from(artist.VEHICLES),
    colour=st.sampled_from(artist.COLOURS),
    facing=st.sampled_from(artist.FACINGS),
    position=st.sampled_from(artist.POSITIONS),
    extra=st.sampled_from(artist.EXTRAS),
    seed=st.integers(0, 1 << 30),
)


def pixels(picture):
    return np.asarray(picture, np.int16)


@settings(max_examples=12, deadline=None)
@given(specs)
def test_same_scene_always_gives_the_same_pixels(spec):
    assert np.array_equal(pixels(draw(spec, 96)), pixels(draw(spec, 96)))


@settings(max_examples=12, deadline=None)
@given(specs, st.sampled_from(list(BUCKETS)))
def test_only_the_car_changes_with_its_colour(spec, size):
    red, blue = (pixels(draw(replace(spec, colour=c), size)) for c in ("red", "blue"))

    changed = np.abs(red - blue).max(2) > 40

    left, top, right, bottom = vehicle_box(spec, size)
    height, width = changed.shape
    rows, columns = np.nonzero(changed)
    share = changed.mean()
    assert 0.01 < share < 0.4
    assert columns.min() >= left * width - 8
    assert columns.max() <= right * width + 8
    assert rows.min() >= top * height - 8


@pytest.mark.parametrize("name", [f.name for f in fields(SceneSpec) if f.name != "seed"])
def test_every_attribute_shows_in_the_picture(name):
    allowed = getattr(
        artist, {"facing": "FACINGS", "weather": "WEATHERS"}.get(name, name.upper() + "S")
    )
    pictures = [pixels(draw(replace(SceneSpec(), **{name: value}), 128)) for value in allowed]

    for index, one in enumerate(pictures):
        for other in pictures[index + 1 :]:
            assert (np.abs(one - other).max(2) > 40).mean() > 0.005


def test_unknown_value_is_refused_with_its_name():
    with pytest.raises(ValueError, match="place must be one of"):
        SceneSpec(place="moon")


@pytest.mark.parametrize("size", [256, (352, 192), (192, 352), (512, 384)])
def test_picture_has_the_size_asked_for(size):
    picture = draw(SceneSpec(), size)

    assert picture.size == ((size, size) if isinstance(size, int) else size)
    assert picture.mode == "RGB"


def test_random_scenes_cover_every_value():
    rng = random.Random(1)

    drawn = [random_spec(rng) for _ in range(400)]

    for name, allowed in (("place", artist.PLACES), ("extra", artist.EXTRAS)):
        assert {getattr(spec, name) for spec in drawn} == set(allowed)


@pytest.mark.parametrize("style", artist.STYLES)
def test_style_repaints_the_scene_and_repeats_itself(style):
    spec = SceneSpec(place="teahouse", time="sunset", seed=4)

    painted = pixels(draw_style(style, spec, 128))

    assert np.array_equal(painted, pixels(draw_style(style, spec, 128)))
    assert np.abs(painted - pixels(draw(spec, 128))).mean() > 12


def test_styles_differ_from_each_other():
    painted = [pixels(draw_style(style, SceneSpec(), 128)) for style in artist.STYLES]

    assert len(painted) >= 5
    for index, one in enumerate(painted):
        for other in painted[index + 1 :]:
            assert np.abs(one - other).mean() > 12


@pytest.mark.parametrize("style", artist.STYLES)
def test_style_is_the_same_at_every_size_of_the_picture(style):
    spec = SceneSpec("arcade", "sunset", vehicle="suv", colour="blue")
    large = draw(spec, 256)

    small = pixels(artist.apply_style(style, large.reduce(2), 1))
    reduced = pixels(artist.apply_style(style, large, 1).reduce(2))

    rms = np.sqrt(np.mean((small.astype(float) - reduced) ** 2))
    assert rms < 20  # of 255: strokes, cells and shadows lie in the same places
