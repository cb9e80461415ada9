"""Two packs together are held to what their bands, or their tested pair, allow, at every door."""

import pytest
from django.utils import timezone

from gallery import services
from gallery.models import Asset, AssetState, PackPair, PairState, Scene
from gallery.problems import REFUSALS
from gallery.services import enlarging, mixing, pairs, reuse, scenes
from tests.gallery.conftest import BAND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def ink(make_version):
    return make_version("ink")  # 0.3 to 0.9, as the paper


@pytest.fixture
def paper(make_version):
    return make_version("paper")


@pytest.fixture
def order_form(ink, paper, make_template, channel):
    """order_form(0.6, 0.3, …): what the create page sends for both packs."""
    template = make_template()

    def order_form(first, second, **fields):
        return {
            "template": template.pk, "slot_vehicle": "GS8 suv", "slot_weather": "rain",
            "pack": [ink.pk, paper.pk], f"strength_{ink.pk}": first, f"strength_{paper.pk}": second,
            "channel": channel.slug, "count": 1, "steps": 20, "guidance": 3, "seed": "",
            "sweep": "", **fields,
        }  # fmt: skip

    return order_form


def too_strong(total, limit=100, mend="Lower one of them."):
    return (
        "Too strong together: each style counts by how much of its highest allowed strength it "
        f"uses; that makes {total} %, at most {limit} %. {mend}"
    )


def code_of(act, *arguments):
    with pytest.raises(REFUSALS) as refusal:
        act(*arguments)
    return refusal.value.code


def test_untested_pair_is_held_to_its_bands_and_told_under_the_sliders(at, marketer, order_form):
    browser = at(marketer)

    assert browser.post("create", **order_form("0.5", "0.4")).status_code == 302
    refused = browser.post("create", **order_form("0.6", "0.5"))

    assert refused.status_code == 422
    [error] = refused.context["form"].errors["mix"]
    assert error == too_strong(123)
    assert refused.context["mixture"].sentence == error
    assert refused.content.decode().count(error) == 1
    assert Scene.objects.count() == 1


def test_form_says_live_what_the_door_would(at, marketer, order_form, ink, paper):
    browser = at(marketer)

    within = browser.post("prompt", **order_form("0.5", "0.4")).context["mixture"]
    over = browser.post("prompt", **order_form("0.9", "0.7")).context["mixture"]

    assert within.sentence == "Together 100 %, at most 100 %."
    assert (within.is_refused, within.lowered) == (False, [])
    assert within.parts == [(ink.pack, 0.5, 0.9, "56"), (paper.pack, 0.4, 0.9, "44")]
    assert over.sentence == too_strong(178)
    assert over.is_refused
    lowered = dict(over.lowered)
    assert sum(map(float, lowered.values())) == pytest.approx(0.9, abs=0.02)
    again = order_form(lowered[f"strength_{ink.pk}"], lowered[f"strength_{paper.pk}"])
    assert browser.post("create", **again).status_code == 302


def test_one_pack_has_nothing_said_of_it(at, marketer, form_data):
    assert at(marketer).post("prompt", **form_data).context["mixture"] is None


def test_sweep_is_held_at_each_strength(at, marketer, order_form):
    browser = at(marketer)

    assert browser.post("create", **order_form("0.3", "0.3", sweep="0.5 0.6")).status_code == 302
    refused = browser.post("create", **order_form("0.3", "0.3", sweep="0.5 0.7"))

    assert refused.context["form"].errors["mix"] == [too_strong(112)]


def test_tags_count_as_sliders_do(at, make_user, order_form, ink):
    writer = make_user("writer", is_marketer=True, may_write_prompts=True)
    browser = at(writer)
    tagged = {"template": "", "free": "a street <lora:ink:0.6> <lora:paper:0.5>", "pack": []}

    assert browser.post("create", **order_form("", "", **tagged)).status_code == 422
    both = {"free": "<lora:paper:0.5>", "pack": [ink.pk]}
    over = browser.post("create", **order_form("0.6", "", **both))
    assert "mix" in over.context["form"].errors
    assert over.context["mixture"].lowered == []  # sliders alone don't lower a tag
    assert not Scene.objects.exists()


@pytest.fixture
def mixed(make_ready, ink, paper):
    """A finished picture of both packs, within."""
    [asset] = make_ready(packs=((ink, 0.5), (paper, 0.4)))
    return asset


def forbid(ink, paper, by, reason="Red eats the car."):
    pair = PackPair.objects.of(ink, paper)
    pairs.forbid(pair, by, reason)
    return pair


def have_tested(by, limits):
    """Have pairs tested with these limits, {(version, version): greatest sum of shares}."""
    for versions, limit in limits.items():
        pair = PackPair.objects.of(*versions)
        pair.save()
        pair.allow(by, limit)


def test_forbidden_pair_is_refused_through_every_door(
    at, marketer, brand_admin, order_form, mixed, ink, paper
):
    forbid(paper, ink, brand_admin)
    browser, before = at(marketer), Scene.objects.count()

    refused = browser.post("create", **order_form("0.3", "0.3"))

    assert refused.context["form"].errors["mix"] == [
        "ink pack and paper pack may not be mixed: Red eats the car. Take one of them away."
    ]
    for door in ("asset-again", "asset-sweep", "asset-enlarge"):
        browser.post(door, mixed.pk)
    assert Scene.objects.count() == before
    assert code_of(scenes.compose_scene, reuse.again(mixed, marketer), marketer) == "pair-forbidden"
    assert code_of(enlarging.enlarge, mixed, marketer) == "pair-forbidden"
    Asset.objects.update(state=AssetState.FAILED)
    failed = Asset.objects.get()
    assert code_of(scenes.retry, failed, marketer) == "pair-forbidden"
    assert code_of(scenes.compose_scene, reuse.sweep(mixed, marketer), marketer) == "pair-forbidden"


def test_who_may_leave_the_band_leaves_the_sum_with_a_reason_never_a_forbidden_pair(
    at, make_user, brand_admin, order_form, ink, paper
):
    person = make_user("free", is_marketer=True, may_leave_band=True)
    browser = at(person)

    dot = order_form("0.6", "0.5", reason=".")
    [error] = browser.post("create", **dot).context["form"].errors["mix"]
    with_reason = browser.post("create", **order_form("0.6", "0.5", reason="A test for the fair"))
    forbid(ink, paper, brand_admin)
    forbidden = browser.post("create", **order_form("0.6", "0.3", reason="A test for the fair"))

    assert error == too_strong(
        123, mend="You may go beyond: write the reason, it stays with the picture."
    )
    assert with_reason.status_code == 302
    assert Scene.objects.get().reason == "A test for the fair"
    assert forbidden.status_code == 422


def test_tested_pair_has_the_limit_of_its_grid(at, marketer, brand_admin, order_form, ink, paper):
    PackPair.objects.create(
        first=ink, second=paper, state=PairState.TESTED, limit=1.2 / 0.9,
        decided_by=brand_admin, decided_at=timezone.now(),
    )  # fmt: skip
    browser = at(marketer)

    assert browser.post("create", **order_form("0.7", "0.5")).status_code == 302
    [error] = browser.post("create", **order_form("0.7", "0.51")).context["form"].errors["mix"]
    assert error == too_strong(135, 133)


def test_new_version_makes_a_new_pair_that_nobody_has_tested(
    marketer, brand_admin, make_version, make_scene, ink, paper
):
    forbid(ink, paper, brand_admin)

    newer = make_version("paper")

    assert make_scene(packs=((ink, 0.5), (newer, 0.4))).packs.count() == 2
    assert PackPair.objects.of(newer, ink).state == PairState.UNTESTED


def test_three_packs_are_held_pair_by_pair_and_all_together(
    marketer, brand_admin, make_scene, make_version, ink, paper
):
    third = make_version("third")
    have_tested(brand_admin, {(ink, paper): 1.2, (ink, third): 1.0, (paper, third): 1.4})

    assert make_scene(packs=((ink, 0.3), (paper, 0.3), (third, 0.3))).packs.count() == 3
    over = services.SceneOrder(
        packs=((ink, 0.3), (paper, 0.3), (third, 0.35)), template=Scene.objects.get().template,
        slot_values={"vehicle": "GS8 suv", "weather": ""},
    )  # fmt: skip
    assert code_of(services.compose_scene, over, marketer) == "mix-too-strong"
    forbid(paper, third, brand_admin)
    within = reuse.again(Asset.objects.get(), marketer)
    assert code_of(services.compose_scene, within, marketer) == "pair-forbidden"


def test_three_of_which_two_were_not_tested_are_refused_whatever_their_strengths(
    at, make_user, brand_admin, order_form, make_version, ink, paper
):
    third = make_version("third")
    have_tested(brand_admin, {(ink, paper): 1.2, (ink, third): 1.0})
    free = make_user("free", is_marketer=True, may_leave_band=True)
    form = order_form("0.3", "0.3", pack=[ink.pk, paper.pk, third.pk], reason="for the fair")
    form[f"strength_{third.pk}"] = "0.3"
    browser = at(free)

    [error] = browser.post("create", **form).context["form"].errors["mix"]

    assert error == (
        "Three styles go together only when every two of them were tested, and paper pack with "
        "third pack was not. Take one of the three away, or ask an admin to have that pair tested."
    )
    mixture = browser.post("prompt", **form).context["mixture"]
    assert (mixture.sentence, mixture.lowered) == (error, [])
    have_tested(brand_admin, {(paper, third): 1.0})
    assert browser.post("create", **form).status_code == 302


def test_even_the_least_strengths_may_be_too_much(at, marketer, make_version, order_form, paper):
    PackPair.objects.all().delete()
    strong = make_version("strong", strength_min=0.5, best_min=0.5, strength_max=0.8)
    stronger = make_version("stronger", strength_min=0.5, best_min=0.5, strength_max=0.8)
    form = order_form("", "", pack=[strong.pk, stronger.pk])

    [error] = at(marketer).post("create", **form).context["form"].errors["mix"]

    assert error == too_strong(
        175,
        mend="Even their lowest strengths are too much: take one away, or have the pair tested.",
    )


def test_sweep_of_a_mixture_stays_within(make_ready, marketer, ink, paper):
    [asset] = make_ready(packs=((ink, 0.3), (paper, 0.4)))

    order = reuse.sweep(asset, marketer)

    assert order.strengths == (0.3, 0.37, 0.43, 0.5)
    assert scenes.compose_scene(order, marketer).count == 4


# With a draft of one's own: computed band, else 1.0
@pytest.mark.parametrize(
    ("band", "limit"),
    [({}, 0.9), (dict.fromkeys(BAND), 2 / (1 / 0.9 + 1 / 1.0))],
    ids=["with its band", "without one"],
)
def test_draft_of_ones_own_is_mixed_within_a_limit_too(
    at, designer, ink, make_version, make_template, channel, band, limit
):
    draft = make_version("fresh", state="draft", **band)
    form = {
        "template": make_template().pk, "slot_vehicle": "GS8 suv", "slot_weather": "rain",
        "pack": [ink.pk, draft.pk], "channel": channel.slug, "count": 1, "steps": 20,
        "guidance": 3, "seed": "", "sweep": "",
    }  # fmt: skip
    browser = at(designer)
    half, over = limit / 2 - 0.01, limit / 2 + 0.02
    strengths = [f"strength_{ink.pk}", f"strength_{draft.pk}"]

    refused = browser.post("create", **form, **dict.fromkeys(strengths, f"{over:.2f}"))
    assert refused.status_code == 422
    [error] = refused.context["form"].errors["mix"]
    assert error.startswith("Too strong together: each style counts by how much of ")
    assert (
        browser.post("create", **form, **dict.fromkeys(strengths, f"{half:.2f}")).status_code == 302
    )
    assert code_of(
        mixing.check, mixing.Rules([ink, draft]).mix([(ink, 0.9), (draft, 1.5)]), designer
    ) == ("mix-too-strong")
