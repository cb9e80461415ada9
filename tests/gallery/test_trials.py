"""A draft is painted with by its maker alone, and what comes of it never leaves as published."""

import pytest

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import Asset, Rendition, Scene
from gallery.problems import REFUSALS
from gallery.services import assets as acts
from gallery.services import downloads, enlarging, policy, reuse, scenes
from gallery.services.checklist import all_confirmed
from gallery.services.sources import init_image_of
from tests.gallery.conftest import png

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(make_version):
    return make_version("fresh", state="draft")


@pytest.fixture
def trial(make_ready, designer, draft):
    """A finished picture that the designer painted with a draft of their own."""
    designer.may_write_prompts = True
    designer.save()
    [asset] = make_ready(by=designer, packs=((draft, 0.6),))
    return asset


def code_of(act, *arguments):
    with pytest.raises(REFUSALS) as refusal:
        act(*arguments)
    return refusal.value.code


def form_for(version, template, channel, **fields):
    return {
        "template": template.pk, "slot_vehicle": "GS8 suv", "slot_weather": "rain",
        "pack": [version.pk], f"strength_{version.pk}": "0.6", "channel": channel.slug,
        "count": 1, "steps": 20, "guidance": 3, "seed": "", "sweep": "", **fields,
    }  # fmt: skip


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_designer_tries_a_draft_by_the_form(
    at, designer, make_version, make_template, channel, state
):
    version = make_version("fresh", state=state)

    answer = at(designer).post("create", **form_for(version, make_template(), channel))

    assert answer.status_code == 302
    scene = Scene.objects.get()
    assert (scene.owner, scene.is_trial, scene.packs.get().version) == (designer, True, version)


def test_draft_is_tried_at_any_possible_strength(at, designer, draft, make_template, channel):
    template = make_template()
    browser = at(designer)
    far = {f"strength_{draft.pk}": "1.5"}
    too_far = {f"strength_{draft.pk}": "1.6"}

    assert browser.post("create", **form_for(draft, template, channel, **far)).status_code == 302
    assert (
        browser.post("create", **form_for(draft, template, channel, **too_far)).status_code == 422
    )


def test_nothing_is_recommended_of_a_draft(at, designer, draft, make_template):
    make_template()

    page = at(designer).get("create", pack=draft.pk).content.decode()

    assert "band__best" not in page


@pytest.mark.parametrize("who", ["marketer", "admin", "other designer"])
def test_nobody_else_tries_it_through_any_door(
    at, make_user, marketer, brand_admin, draft, trial, make_template, channel, who
):
    other = make_user("other", is_designer=True, is_marketer=True)
    person = {"marketer": marketer, "admin": brand_admin, "other designer": other}[who]
    person.may_write_prompts = person.may_leave_band = True
    person.save()
    Scene.objects.update(is_shared=True)
    browser, before = at(person), Scene.objects.count()

    form = form_for(draft, make_template(), channel)
    assert browser.post("create", **form).status_code == 422
    assert browser.post("create", **{**form, "sweep": "0.5 0.6"}).status_code == 422
    words = {**form, "template": "", "pack": [], "free": "a street <lora:fresh:0.6>"}
    assert browser.post("create", **words).status_code == 422
    start = {**form, "pack": [], "mode": "picture", "init_image": f"asset-{trial.pk}"}
    assert browser.post("create", **start).status_code == 422
    for door in ("asset-again", "asset-sweep", "asset-enlarge"):
        browser.post(door, trial.pk)
    assert Scene.objects.count() == before
    failed = Asset.objects.get(pk=trial.pk)
    assert code_of(scenes.retry, failed, person) == "pack-not-approved"
    assert draft.pk not in [v.pk for v in browser.get("create").context["form"].versions]


def test_designer_without_another_hat_paints_trials_only(
    at, designer, make_version, make_template, channel
):
    version = make_version()

    answer = at(designer).post("create", **form_for(version, make_template(), channel))

    assert answer.status_code == 422
    assert not Scene.objects.exists()


def test_trial_is_shown_as_one_and_is_a_proof_at_most(at, designer, trial):
    browser = at(designer)

    assert code_of(policy.rule_for, trial, designer, Rendition.PUBLICATION) == "trial-stays"
    refused = browser.get("asset-download", trial.pk, rendition="publication")
    assert (refused.status_code, refused.context["may_ask"]) == (403, False)
    assert downloads.deliver(trial, designer, Rendition.PROOF, None, "png").name.endswith(
        "proof.png"
    )
    page = browser.get("asset-detail", trial.pk)
    assert page.context["may_ask"] is False
    assert f"/assets/{trial.pk}/ask/" not in page.content.decode()


def test_trial_is_never_asked_for_review_even_once_its_draft_is_approved(
    at, designer, brand_admin, draft, trial
):
    services.submit(draft, designer)
    services.approve(draft, brand_admin, answers=all_confirmed())
    trial = Asset.objects.get()

    at(designer).post("asset-ask", trial.pk)

    assert code_of(acts.ask_review, trial, designer) == "trial-stays"
    assert Asset.objects.get().review == "private"
    # What goes on from its pixels is a trial as well; its settings painted anew are none.
    larger = enlarging.enlarge(trial, designer)
    assert larger.is_trial
    designer.is_marketer = True
    assert not scenes.compose_scene(reuse.again(trial, designer), designer).is_trial


def test_what_starts_from_a_trial_is_one(make_scene, designer, trial):
    designer.is_marketer = True

    scene = make_scene(by=designer, init_image=init_image_of(trial))

    assert scene.is_trial


def test_trial_that_was_taken_along_is_still_watermarked(trial, designer):
    Asset.objects.update(image_sha256=blobs.put_bytes(png("teal", (400, 300))))

    proof = downloads.deliver(Asset.objects.get(), designer, Rendition.PROOF, None, "png")

    size = f"{proof.width}x{proof.height}"
    template = trial.scene.template.slug
    assert proof.name == f"car_{template}-{trial.pk}_as-painted_{size}_v1_proof.png"
    with pytest.raises(Refused):
        downloads.deliver(Asset.objects.get(), designer, Rendition.PUBLICATION, None, "png")


def test_approved_version_goes_before_a_draft_of_the_same_name(
    at, make_user, make_version, make_template, channel
):
    both = make_user("both", is_designer=True, is_marketer=True, may_write_prompts=True)
    approved = make_version("fresh")
    draft = make_version("fresh", state="draft", made_by=both)
    browser = at(both)

    assert browser.get("create", pack="fresh").context["form"].initial["pack"] == [approved.pk]
    assert browser.get("create", pack=draft.pk).context["form"].initial["pack"] == [draft.pk]
    words = {"template": "", "pack": [], "free": "a street <lora:fresh:0.6>"}
    browser.post("create", **{**form_for(approved, make_template(), channel), **words})
    assert Scene.objects.get().packs.get().version == approved
