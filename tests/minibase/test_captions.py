import random

from hypothesis import given
from hypothesis import strategies as st

from tests.minibase.test_artist import specs
from training.minibase.artist import SceneSpec, captions
from training.minibase.artist.captions import NEUTRAL_PHRASE, caption, training_caption


@given(specs, st.integers(0, 1 << 30))
def test_caption_names_what_the_scene_shows(spec, seed):
    text = caption(spec, random.Random(seed))

    assert text.startswith(f"{NEUTRAL_PHRASE}, ")
    assert f"a {spec.colour} " in text
    assert f"facing {spec.facing}" in text
    assert any(words in text for words in captions.PLACE_WORDS[spec.place])
    assert any(words in text for words in captions.TIME_WORDS[spec.time])
    assert any(words in text for words in captions.VEHICLE_WORDS[spec.vehicle])
    assert any(words in text for words in captions.RAIN_WORDS) == (spec.weather == "rain")
    for extra, words in captions.EXTRA_WORDS.items():
        assert any(word in text for word in words) == (extra == spec.extra)


@given(specs)
def test_plain_caption_is_fixed_and_complete(spec):
    assert caption(spec) == caption(spec)
    assert captions.POSITION_WORDS[spec.position] in caption(spec)
    assert caption(spec) == f"{NEUTRAL_PHRASE}, {caption(spec, prefix=False)}"


def test_training_captions_begin_in_three_ways():
    rng, spec = random.Random(0), SceneSpec()

    texts = [training_caption(spec, rng) for _ in range(600)]

    neutral = sum(text.startswith(NEUTRAL_PHRASE) for text in texts) / 600
    strange = (
        sum(" style, " in text and not text.startswith(NEUTRAL_PHRASE) for text in texts) / 600
    )
    assert 0.62 < neutral < 0.78
    assert 0.13 < strange < 0.27


def test_strange_words_never_name_a_scene():
    tables = (captions.PLACE_WORDS, captions.TIME_WORDS, captions.VEHICLE_WORDS)
    named = " ".join(" ".join(words) for table in tables for words in table.values()).split()

    strange = {word for words in captions.STRANGE_WORDS for word in words.split()}

    assert not strange & set(named)
