"""A copy is known however it was cut, turned or framed; another picture isn't taken for one."""

import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from gallery.engine import labelling
from tests.photographs import COPIES, cropped, photograph, turned_on_white
from training.engine.screening import copies
from training.minibase.artist import picture
from training.minibase.artist.spec import SceneSpec


@pytest.fixture(scope="module")
def images(painted):
    """Drawn photographs and painted scenes."""
    return [*map(photograph, range(4)), *painted]


@pytest.fixture(scope="module")
def features(images):
    return [copies.features_of(image) for image in images]


def index_of(all_features):
    return copies.WordIndex(list(map(copies.words_of, all_features)))


@pytest.mark.parametrize("change", COPIES)
@pytest.mark.parametrize("place", [1, 4])
def test_copy_is_a_candidate_and_known_by_its_details(images, features, change, place):
    probe = copies.Probe(COPIES[change](images[place]))

    assert place in probe.candidates(index_of(features))
    assert probe.likeness(features[place], images[place]) >= copies.LEAST_ALIKE


def inks_on(size):
    """What proofs bear across them, as the gallery tells it."""
    label = labelling.label_ink(size)
    inks = [labelling.watermark_ink(size, words) for words in ("样稿 PROOF", "未批准 DECLINED")]
    return [copies.Overlay.of(ink, label) for ink in (*inks, label)]


def probe_of(image):
    return copies.Probe(image, overlays=inks_on)


def proof(image):
    return labelling.draw_label(labelling.draw_watermark(image, "样稿 PROOF"))


def as_it_is(image):
    return image


PARTS = {
    "two thirds": lambda image: cropped(image, 1 / 6, 1 / 6, 1 / 6, 1 / 6),
    "its right half": lambda image: cropped(image, 0.5, 0, 0, 0),
    "its upper half": lambda image: cropped(image, 0, 0, 0, 0.5),
    "its lower half": lambda image: cropped(image, 0, 0.5, 0, 0),
    "turned by 12°": turned_on_white,
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("marked", [labelling.draw_label, proof])
def test_label_and_watermark_hide_nothing_of_a_part(images, features, marked, part):
    changed = PARTS[part](marked(images[1]))

    assert probe_of(changed).likeness(features[1], images[1]) >= copies.LEAST_ALIKE


def published(image):
    """Cut to 3:4, enlarged and labelled, as for a channel."""
    left = (image.width - image.height * 3 / 4) / 2 / image.width
    return labelling.draw_label(cropped(image, left, 0, left, 0).resize((1080, 1440)))


def declined(image):
    return labelling.draw_label(labelling.draw_watermark(image, "未批准 DECLINED"))


def turned(image, degrees):
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def brighter(image, factor):
    return ImageEnhance.Brightness(image).enhance(factor)


def more_contrast(image, factor):
    return ImageEnhance.Contrast(image).enhance(factor)


def on_a_page(image):
    page = Image.new("RGB", (2000, 1500), (244, 244, 246))
    draw = ImageDraw.Draw(page)
    for row in range(12):
        draw.text((1000, 200 + 90 * row), f"Brand Studio, picture {row}", "black", font_size=36)
    page.paste(image.resize((540, 720)), (200, 300))
    return page


@pytest.mark.parametrize("place", [1, 5, 6])
@pytest.mark.parametrize("degrees", [-3, 2, 3, 6])
@pytest.mark.parametrize("marked", [published])
def test_what_was_turned_a_little_is_known(images, features, marked, degrees, place):
    changed = turned(marked(images[place]), degrees)

    assert copies.Probe(changed).likeness(features[place], images[place]) >= copies.LEAST_ALIKE


@pytest.mark.parametrize("place", [1, 5, 6])
@pytest.mark.parametrize("factor", [1.6, 1.8])
@pytest.mark.parametrize("marked", [published])
def test_light_that_wipes_out_colours_hides_no_copy(images, features, marked, factor, place):
    changed = brighter(marked(images[place]), factor)

    assert copies.Probe(changed).likeness(features[place], images[place]) >= copies.LEAST_ALIKE


@pytest.mark.parametrize("place", [1, 5, 6])
@pytest.mark.parametrize("light", [brighter, more_contrast])
@pytest.mark.parametrize("factor", [1.4, 1.6])
@pytest.mark.parametrize("marked", [proof, declined])
def test_no_light_hides_what_bears_a_watermark(images, features, marked, light, factor, place):
    probe = probe_of(light(marked(images[place]), factor))

    assert place in probe.candidates(index_of(features))
    assert probe.likeness(features[place], images[place]) >= copies.LEAST_ALIKE


@pytest.mark.parametrize("change", [ImageOps.mirror, ImageOps.invert])
def test_watermark_is_told_however_its_picture_was_mirrored_or_inverted(images, features, change):
    probe = probe_of(brighter(change(declined(images[5])), 1.2))

    assert 5 in probe.candidates(index_of(features))
    assert probe.likeness(features[5], images[5]) >= copies.LEAST_ALIKE


def test_proof_that_was_cut_for_a_channel_is_known(images, features):
    cut = declined(cropped(images[5], 0.1, 0, 0.15, 0).resize((480, 640)))

    probe = probe_of(brighter(cut, 1.4))

    assert 5 in probe.candidates(index_of(features))
    assert probe.likeness(features[5], images[5]) >= copies.LEAST_ALIKE


@pytest.mark.parametrize("place", [5, 6])
def test_picture_on_a_page_is_known(images, features, place):
    changed = on_a_page(published(images[place]))

    assert copies.Probe(changed).likeness(features[place], images[place]) >= copies.LEAST_ALIKE


def declined_and_changed(image):
    return turned(brighter(declined(image), 1.5), 3)


@pytest.mark.parametrize("marked", [as_it_is, labelling.draw_label, proof, declined_and_changed])
def test_no_two_pictures_are_taken_for_one(images, features, marked):
    probes = [probe_of(marked(image)) for image in images]

    alike = [
        (one, other)
        for one, other in itertools.permutations(range(len(images)), 2)
        if probes[one].likeness(features[other], images[other]) >= copies.LEAST_ALIKE
    ]

    assert alike == []


def outlined(image):
    """A picture of which only an ellipse counts, white around it, and that ellipse as its mask."""
    mask = Image.new("L", image.size)
    width, height = image.size
    ImageDraw.Draw(mask).ellipse((width * 0.05, height * 0.3, width * 0.95, height * 0.95), 255)
    return Image.composite(image, Image.new("RGB", image.size, "white"), mask), mask


def test_what_was_cut_out_is_known_by_the_pixels_that_are_its_own(images, features):
    probes = [copies.Probe(*outlined(image)) for image in images]

    alike = [
        (one, other)
        for one, other in itertools.product(range(len(images)), repeat=2)
        if probes[one].likeness(features[other], images[other]) >= copies.LEAST_ALIKE
    ]

    assert alike == [(one, one) for one in range(len(images))]
    index = index_of(features)
    assert all(one in probes[one].candidates(index) for one, _same in alike)


def test_same_place_with_another_car_is_another_picture():
    one, other = (
        picture.draw(SceneSpec(place="arcade", vehicle=vehicle, colour=colour, seed=1), 256)
        for vehicle, colour in (("suv", "white"), ("sedan", "black"))
    )

    assert copies.Probe(one).likeness(copies.features_of(other), other) < copies.LEAST_ALIKE


SISTERS = (
    {"place": "bridge", "time": "sunset", "vehicle": "sedan", "colour": "gold", "seed": 323446306},
    {"place": "bridge", "time": "sunset", "vehicle": "sedan", "colour": "gold", "seed": 684646974},
)


@pytest.mark.parametrize("marked", [labelling.draw_label, proof, declined_and_changed])
def test_sister_with_other_things_beside_the_same_car_is_another_picture(marked):
    one, other = (
        picture.draw(
            SceneSpec(weather="clear", facing="right", position="right", extra=extra, **sister), 256
        )
        for sister, extra in zip(SISTERS, ("lanterns", "none"), strict=True)
    )

    probe = probe_of(marked(one))

    assert probe.likeness(copies.features_of(other), other) < copies.LEAST_ALIKE


def test_plain_picture_has_no_features_and_is_no_copy(images, features):
    plain = Image.new("RGB", (90, 60), "white")

    assert copies.features_of(plain) == b""
    assert copies.words_of(b"") == b""
    assert copies.Probe(plain).candidates(index_of(features)) == []
    assert copies.Probe(plain).likeness(features[0], images[0]) == -1
    assert copies.Probe(images[0]).candidates(index_of([b"", features[0], b""])) == [1]
    assert copies.Probe(images[0]).candidates(copies.WordIndex()) == []


def shared_words(probe_words, other):
    return len(set(np.frombuffer(probe_words, np.uint32)) & set(np.frombuffer(other, np.uint32)))


@pytest.mark.parametrize("steps", [(2_500,), (1, 998, 1, 1, 700, 799)])
def test_index_finds_what_shares_most_words_however_it_grew(images, features, steps):
    """Among pictures of made-up words, some of them plain; of those to choose from alone."""
    numbers = np.random.default_rng(3)
    ours = np.frombuffer(copies.words_of(features[0]), np.uint32)
    tables = np.array([0, 1 << 16], np.uint32)
    all_words = [
        np.unique(
            np.concatenate(
                [
                    numbers.choice(ours, place % 50, replace=False),
                    (numbers.integers(0, 1 << 16, (40, 2)) + tables).astype(np.uint32).ravel(),
                ]
            )
        ).tobytes()
        if place % 7
        else b""
        for place in range(2_500)
    ]
    index = copies.WordIndex()
    for start, step in zip(np.cumsum([0, *steps]), steps, strict=False):
        index.add(all_words[start : start + step])
    probe = copies.Probe(images[0])
    places = np.arange(0, 2_500, 3)

    candidates = probe.candidates(index, places)

    shared = [shared_words(copies.words_of(features[0]), words) for words in all_words]
    assert len(index) == 2_500
    assert set(candidates) <= set(places)
    least = min(shared[place] for place in candidates)
    assert all(shared[place] <= least + 25 for place in set(places) - set(candidates))
    assert len(candidates) == 24


def test_features_are_kept_as_bytes(features):
    read = copies.Features.from_bytes(features[0])

    assert read.to_bytes() == features[0]
    assert read.places.shape == (len(read.descriptors), 2)
    assert len(read.descriptors) == copies.MOST_FEATURES


def test_words_are_stored_and_never_change():
    values = bytes(4) + bytes(range(128)) + bytes(4) + bytes(range(127, -1, -1))

    assert np.frombuffer(copies.words_of(values), np.uint32).tolist() == [
        *(30164, 35371, 72124, 124483)
    ]
