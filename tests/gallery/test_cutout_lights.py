"""A real car in several lights: a scene takes the picture that fits its time of day."""

import pytest

from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from gallery.engine.daylight import light_of
from gallery.models import Daylight, ProductCutout, PromptTemplate
from gallery.services import cutouts, reuse
from gallery.services.scenes import Placement
from tests.gallery.conftest import cut_out

pytestmark = pytest.mark.django_db

WORDS = "{vehicle}, {weather}"  # the slots of make_template


@pytest.fixture
def car(make_cutout, sent, brand_admin):
    """A car of the range by daylight and at night."""
    first = make_cutout(light=Daylight.DAY)
    upload = sent("night.png", cut_out(edge=5))
    cutouts.take_other_light(upload, brand_admin, first, Daylight.NIGHT)
    return first


@pytest.fixture
def ask(make_scene, make_template):
    """ask(words, cutout, **placement): the scene of a template with these words around a car."""

    def ask(words, cutout, **placement):
        number = PromptTemplate.objects.count()
        template = make_template(f"t{number}", text=f"{WORDS}, harbour {words}")
        return make_scene(template=template, placement=Placement(cutout, **placement))

    return ask


@pytest.mark.parametrize(
    ("prompt", "light"),
    [
        ("qilou arcade street at night, rain", "night"),
        ("Harbour At Sunset", "sunset"),
        ("a garden at dusk before the night market", "sunset"),
        ("a nightingale in the garden", "day"),
        ("midnights", "day"),
        ("骑楼老街，夜里", "night"),
        ("傍晚的大桥", "sunset"),
        ("by day", "day"),
        ("", "day"),
    ],
)
def test_light_is_what_the_prompt_names_first(prompt, light):
    assert light_of(prompt) == light


def test_scene_takes_the_car_in_its_own_light(ask, car):
    night = car.other_lights.get()

    assert ask("at night", car).cutout == night
    assert ask("by day", car).cutout == car
    assert ask("by day", night).cutout == car  # whichever of them an old link names
    assert ask("at sunset", car).cutout == car  # there is none: the one that stands for the car


def test_light_that_was_chosen_holds_whatever_the_words_say(ask, car):
    assert ask("by day", car, light=Daylight.NIGHT).cutout == car.other_lights.get()
    assert ask("at night", car, light=Daylight.DAY).cutout == car


def test_picture_made_again_keeps_its_car_when_another_light_came(ask, car, sent, brand_admin):
    asset = ask("at sunset", car).assets.get()

    cutouts.take_other_light(sent("s.png", cut_out(edge=6)), brand_admin, car, Daylight.SUNSET)

    placement = reuse.same(asset).placement
    prompt = asset.scene.prompt
    assert cutouts.in_its_light(placement, prompt, asset.scene.owner).cutout == car
    assert cutouts.chosen_light(placement, prompt, asset.scene.owner) == Daylight.DAY


def test_held_or_retired_light_is_passed_over(ask, car, brand_admin):
    night = car.other_lights.get()
    night.withdraw(brand_admin, "the photographer asked")

    assert ask("at night", car).cutout == car

    night.retire(brand_admin)
    assert ask("by night", car).cutout == car


def test_retiring_a_car_retires_it_in_every_light(car, brand_admin):
    car.retire(brand_admin)

    assert not ProductCutout.objects.filter(is_retired=False).exists()
    with pytest.raises(WrongState):
        car.retire(brand_admin)


@pytest.mark.parametrize(
    ("content", "light", "code"),
    [
        (cut_out(), Daylight.NIGHT, "light-twice"),
        (cut_out(), Daylight.DAY, "light-twice"),
        (cut_out((80, 40)), Daylight.SUNSET, "light-of-another-shape"),
        (cut_out(), "noon", "light-missing"),
        (cut_out(), "", "light-missing"),
    ],
)
def test_light_that_can_not_be_taken_leaves_nothing(car, sent, brand_admin, content, light, code):
    with pytest.raises(Refused) as refused:
        cutouts.take_other_light(sent("a.png", content), brand_admin, car, light)

    assert refused.value.code == code
    assert ProductCutout.objects.count() == 2


def test_light_may_come_again_once_the_former_was_retired(car, sent, brand_admin):
    car.other_lights.get().retire(brand_admin)

    taken = cutouts.take_other_light(sent("n.png", cut_out()), brand_admin, car, Daylight.NIGHT)

    assert taken.same_car == car


# The pages
def test_prompt_beside_the_form_names_the_picture_that_will_stand_there(
    at, marketer, form_data, make_template, car, in_english
):
    night = make_template("night", text=f"{WORDS}, harbour at night")
    fields = form_data | {"template": night.pk, "mode": "product", "cutout": car.pk, "pack": []}

    answer = at(marketer).post("prompt", **fields).content.decode()

    assert f'data-car-of="{car.pk}"' in answer
    assert f'data-car-picture="{car.other_lights.get().get_absolute_url()}"' in answer
    assert "stands there at night" in answer


def test_light_that_is_not_there_is_said(at, marketer, form_data, car, in_english):
    fields = form_data | {"mode": "product", "cutout": car.pk, "pack": [], "cutout_light": "sunset"}

    answer = at(marketer).post("prompt", **fields).content.decode()

    assert "There is no picture of" in answer
    assert "it stands there by daylight" in answer


def test_list_offers_each_car_once_and_remembers_a_chosen_light(at, marketer, ask, car):
    asset = ask("by day", car, light=Daylight.NIGHT).assets.get()

    form = at(marketer).get("create", **{"from": asset.pk}).context["form"]

    assert list(form.fields["cutout"].queryset) == [car]
    assert form["cutout"].value() == car.pk
    assert form["cutout_light"].value() == Daylight.NIGHT


@pytest.mark.parametrize(
    ("role", "status"),
    [({"is_marketer": True}, 404), ({"is_designer": True}, 302), ({"is_brand_admin": True}, 302)],
)
def test_other_light_is_added_by_those_who_keep_the_range(
    at, make_user, make_cutout, sent, role, status
):
    car = make_cutout()
    file = sent("sunset.png", cut_out())
    file.seek(0)

    answer = at(make_user("somebody", **role)).post(
        "cutout-light", car.pk, file=file, light="sunset"
    )

    assert answer.status_code == status
    assert car.other_lights.filter(light="sunset").count() == (status == 302)


def test_page_shows_the_lights_of_a_car_as_the_day_goes(at, car, sent, brand_admin):
    cutouts.take_other_light(sent("s.png", cut_out(edge=6)), brand_admin, car, Daylight.SUNSET)

    page = at(brand_admin).get("vehicle-list")

    (shown,) = page.context["vehicles"][0].cutouts.all()
    assert shown == car
    assert [other.light for other in shown.other_lights.all()] == [Daylight.SUNSET, Daylight.NIGHT]
    assert page.content.decode().count('class="cutout__lights"') == 1
