"""Presets on the page of a new run: they follow the set, and mirror no writing."""

import pytest
from PIL import Image, ImageDraw

from training import services
from training.rules.mirroring import images_with_writing, names_writing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def drawings(designer, tmp_path):
    """A dataset of three flat drawings with captions."""
    dataset = services.make_dataset(designer, "Lines", trigger_word="lnink")
    paths = []
    for number in range(3):
        image = Image.new("RGB", (96, 64), "white")
        ImageDraw.Draw(image).rectangle((10 + number, 10, 60, 40), fill="red")
        paths.append(tmp_path / f"{number}.png")
        image.save(paths[-1])
    services.add_images(dataset, paths)
    for image in dataset.images.all():
        image.draft("lnink, arcade street")
    return dataset


def draft_of(client, dataset, base, preset="standard", **fields):
    data = {"base": base.pk, "preset_act": preset, **fields}
    return client.post(f"/datasets/{dataset.pk}/train/", data).context["draft"]


def test_drawings_take_the_bases_rate_and_photographs_a_third(
    client, designer, drawings, make_dataset, base
):
    client.force_login(designer)
    photographs = make_dataset(3)

    assert services.is_drawn(drawings)
    assert not services.is_drawn(photographs)
    assert draft_of(client, drawings, base).settings["learning_rate"] == 1e-3
    assert draft_of(client, photographs, base).settings["learning_rate"] == 3e-4


def test_page_says_why_the_values_are_as_they_are(client, designer, drawings, make_dataset, base):
    client.force_login(designer)

    assert draft_of(client, drawings, base).preset_reason == (
        "3 drawings on toy: rate 0.001, rank 4, 150 rounds, as the base asks for drawings."
    )
    assert draft_of(client, make_dataset(3), base, "light").preset_reason == (
        "3 photographs on toy: rate 0.00025, rank 4, 90 rounds; under a third of the rate of "
        "drawings, since photographs wear the scene away sooner."
    )


def test_set_whose_files_are_gone_counts_as_photographs(drawings):
    drawings.images.update(thumb_sha256="0" * 64)

    assert not services.is_drawn(drawings)


@pytest.mark.parametrize(
    ("caption", "speaks"),
    [
        ("ink, a GS8 with the brand's badge", True),
        ("an arcade street, Neon sign", True),
        ("the number plate of a car", True),
        ("骑楼下的招牌", True),
        ("车头，车标清楚", True),
        ("a plate of dim sum", False),
        ("a signal tower, assigned", False),
        ("骑楼，雨夜", False),
    ],
)
def test_captions_that_speak_of_writing(caption, speaks):
    assert names_writing(caption) == speaks


def test_writing_is_known_from_screening_and_from_captions(make_dataset, designer):
    dataset = make_dataset(4)
    first, second, *_rest = dataset.images.order_by("name")
    first.report = {"findings": [{"code": "text-found", "severity": "warning"}]}
    first.save(update_fields=["report"])
    second.check_caption("lnink, a shop sign", by=designer)

    assert images_with_writing(dataset) == ["000.jpg", "001.jpg"]


def test_preset_turns_mirroring_off_where_writing_was_found(client, designer, make_dataset, base):
    client.force_login(designer)
    base.info = base.info | {"recommended_training": {"flip": True}}
    base.save(update_fields=["info"])
    dataset = make_dataset(2)
    plain = draft_of(client, dataset, base)
    dataset.images.first().check_caption("lnink, a shop sign", by=designer)

    draft = draft_of(client, dataset, base)

    assert (plain.settings["flip"], plain.mirror_note) == (True, "")
    assert draft.settings["flip"] is False
    assert draft.mirror_note == (
        "Mirroring stays off: 1 picture carries writing, a badge or a plate (000.jpg)."
    )


def test_mirroring_turned_on_by_hand_is_warned_of_and_stops_nothing(make_dataset, designer, base):
    dataset = make_dataset(4)
    for image in dataset.images.all():
        image.check_caption("lnink, a shop sign", by=designer)

    problems = {p.code: p for p in services.preflight(dataset, base, {"flip": True})}

    assert problems["mirrors-writing"].stops is False
    assert "4 pictures" in problems["mirrors-writing"].sentence
    assert "000.jpg, 001.jpg, 002.jpg …" in problems["mirrors-writing"].sentence
    assert "mirrors-writing" not in {p.code for p in services.preflight(dataset, base, {})}
