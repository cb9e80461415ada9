"""Words that name a real vehicle, and the colours that it is made in."""

import pytest

from brandstudio.core.models import Vehicle, VehicleColour
from brandstudio.core.problems import Refused
from gallery import services
from gallery.services import compose_scene, reference, reuse, vehicle_words
from gallery.services.validation import validate
from tests.gallery.conftest import SLOTS, slot_fields

COLOUR = {
    "name": "colour",
    "label_zh": "车色",
    "label_en": "Colour",
    "of_vehicle": True,
    "options": [
        {"value": "white", "zh": "白色", "en": "white"},
        {"value": "green", "zh": "绿色", "en": "green"},
    ],
}


WITH_COLOURS = {
    "slots": [COLOUR, *SLOTS],
    "sentence_zh": "{colour}{vehicle}，{weather}。",
    "sentence_en": "A {colour} {vehicle}, {weather}.",
    "text": "a {colour} {vehicle}, {weather}",
}


@pytest.fixture
def vehicles(db):
    """The vehicles of a new studio. GS8 comes in red, but not in green; nor does M8."""
    reference.seed_reference()


@pytest.fixture
def template(make_template, vehicles):
    green = VehicleColour.objects.create(
        vehicle=Vehicle.objects.get(slug="gs8"), name_zh="绿", name_en="Green", phrase="green"
    )
    template = make_template("colours", **WITH_COLOURS)
    green.delete()  # no vehicle is made in it any more, since the template was approved
    return template


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("a GS8 in an arcade", ["gs8"]),
        ("一辆传祺gs8停在骑楼", ["gs8"]),
        ("M8 and E8", ["e8", "m8"]),
        ("an M80, an ARM8 and a GS81", []),
        ("白色影豹", ["empow"]),
        ("an EMPOW sedan", ["empow"]),
        ("a Trumpchi suv", []),
        ("a white sedan by the harbour", []),
        ("传祺", []),
    ],
)
def test_text_names_a_vehicle_by_a_word_of_its_own(vehicles, text, slugs):
    assert [vehicle.slug for vehicle in Vehicle.objects.all().named_in(text)] == slugs


def test_options_that_name_a_vehicle_are_told(template):
    assert {
        slot: {value: vehicle.slug for value, vehicle in named.items()}
        for slot, named in vehicle_words.named_options(template).items()
    } == {"vehicle": {"GS8 suv": "gs8", "M8 mpv": "m8"}}


def values_of(colour, vehicle="GS8 suv"):
    return {"colour": colour, "vehicle": vehicle, "weather": ""}


@pytest.mark.parametrize("vehicle", ["GS8 suv", "M8 mpv"])
def test_colour_of_another_vehicle_is_refused_with_its_own(make_scene, template, vehicle):
    with pytest.raises(Refused) as refusal:
        make_scene(template=template, slot_values=values_of("green", vehicle))

    assert refusal.value.code == "colour-not-of-vehicle"
    assert refusal.value.facts["colours"] in ("white", "白色")


def test_colour_of_the_vehicle_is_painted(make_scene, template):
    scene = make_scene(template=template, slot_values=values_of("white"))

    assert scene.prompt.endswith("a white GS8 suv")


def test_vehicle_without_colours_takes_all(make_scene, template):
    VehicleColour.objects.filter(vehicle__slug="gs8").delete()

    assert "green" in make_scene(template=template, slot_values=values_of("green")).prompt


def test_vehicle_none_of_whose_colours_is_offered_is_told(make_scene, template):
    VehicleColour.objects.filter(vehicle__slug="gs8", phrase="white").delete()

    with pytest.raises(Refused) as refusal:
        make_scene(template=template, slot_values=values_of("white"))

    assert refusal.value.code == "vehicle-without-colours"


def test_colour_of_no_vehicle_is_refused_by_the_form(at, marketer, form_data, template):
    sent = {**form_data, "template": template.pk, "slot_colour": "green"}

    answer = at(marketer).post("create", **sent)

    assert answer.status_code == 422
    assert "template" in answer.context["form"].errors


@pytest.mark.parametrize("door", [reuse.again, reuse.same, reuse.sweep])
def test_colour_taken_from_the_vehicle_meanwhile_is_refused_when_made_again(
    make_ready, make_version, marketer, template, door
):
    [asset] = make_ready(
        template=template, slot_values=values_of("white"), packs=((make_version(), 0.6),)
    )
    VehicleColour.objects.filter(vehicle__slug="gs8", phrase="white").delete()
    order = door(asset, marketer)

    for act in (compose_scene, validate):
        with pytest.raises(Refused, match="vehicle-without-colours"):
            act(order, marketer)


def test_slot_that_is_not_held_offers_every_colour(make_scene, make_template, vehicles):
    template = make_template(
        "free-colours",
        slots=[{**COLOUR, "of_vehicle": False}, *SLOTS],
        sentence_zh="{colour}{vehicle}，{weather}。",
        sentence_en="A {colour} {vehicle}, {weather}.",
        text="a {colour} {vehicle}, {weather}",
    )

    assert "green" in make_scene(template=template, slot_values=values_of("green")).prompt


def form_of(template, slots):
    names = ("name_zh", "name_en", "slug", "sentence_zh", "sentence_en", "text", "negative_prompt")
    return {name: getattr(template, name) for name in names} | slot_fields(slots)


def test_colour_of_no_vehicle_is_refused_when_a_template_is_saved(
    at, brand_admin, make_template, vehicles
):
    template = make_template("plain", state="draft", **WITH_COLOURS)

    answer = at(brand_admin).post(
        "template-edit", "plain", 1, **form_of(template, [COLOUR, *SLOTS])
    )

    assert answer.status_code == 422
    [error] = answer.context["form"].errors["slots"]
    assert "绿色" in error
    assert "白色" not in error


def test_vehicle_without_a_colour_to_choose_is_refused_when_a_template_is_saved(
    at, brand_admin, make_template, vehicles
):
    template = make_template("plain", state="draft", **WITH_COLOURS)
    VehicleColour.objects.filter(vehicle__slug="m8", phrase="white").delete()
    only_white = {**COLOUR, "options": COLOUR["options"][:1]}

    answer = at(brand_admin).post(
        "template-edit", "plain", 1, **form_of(template, [only_white, *SLOTS])
    )

    [error] = answer.context["form"].errors["slots"]
    assert "M8" in error


@pytest.mark.parametrize("act", [services.submit, services.approve])
def test_colour_of_no_vehicle_is_refused_at_submission_and_approval(
    make_template, brand_admin, vehicles, act
):
    template = make_template("plain", state="draft", **WITH_COLOURS)
    if act == services.approve:
        template.submit(template.made_by)

    with pytest.raises(Refused) as refusal:
        act(template, brand_admin)

    assert refusal.value.code == "template-faulty"
    assert "绿色" in refusal.value.facts["faults"]


def test_every_first_template_offers_what_its_vehicles_come_in(designer, brand_admin, vehicles):
    templates = services.seed_templates(designer, brand_admin)

    assert [vehicle_words.refusals_of_colours(template) for template in templates] == [
        [] for _ in templates
    ]


def test_colour_that_comes_with_a_vehicle_of_the_address_is_told(
    at, marketer, template, in_english
):
    page = at(marketer).get("create", template=template.pk, vehicle="gs8").text

    assert "white is the first colour that this car is made in." in page


@pytest.mark.parametrize("name", ["vehicle", "channel", "campaign"])
def test_unknown_choice_of_the_address_is_told_by_name(at, marketer, template, in_english, name):
    page = at(marketer).get("create", template=template.pk, **{name: "nowhere"}).text
    plain = at(marketer).get("create", template=template.pk).text

    assert f"The address asks for the {name} “nowhere”" in page
    assert "The address asks" not in plain
