"""What was made from a picture that was withdrawn or declined: it goes along, or takes a reason."""

import pytest
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from gallery.models import Asset
from gallery.services import assets as acts
from gallery.services import lookalikes, own_images, sources
from gallery.services.checklist import all_confirmed
from tests.gallery.test_lookalikes import drawing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def first(in_state):
    return in_state("approved", seed=5)


@pytest.fixture
def made_of(in_state):
    """made_of(asset, "asked"): a picture in that state that was started from the asset."""

    def made_of(asset, state, seed=9):
        init_image = sources.init_image_of(Asset.objects.get(pk=asset.pk))
        return in_state(state, seed=seed, init_image=init_image, denoising_strength=0.5)

    return made_of


def test_withdrawal_takes_along_what_was_made_from_the_picture(
    at, first, made_of, in_state, brand_admin, marketer
):
    second = made_of(first, "approved", seed=6)
    third, other = made_of(second, "approved", seed=7), in_state("approved", seed=8)

    answer = at(brand_admin).post("asset-withdraw", first.pk, reason="The wheel is wrong.")

    states = dict(Asset.objects.values_list("pk", "review"))
    assert [states[row.pk] for row in (first, second, third, other)] == [
        *["withdrawn"] * 3,
        "approved",
    ]
    page = at(brand_admin).get("asset-detail", first.pk).text
    assert answer.status_code == 302
    assert "2 approved pictures that were made from it were withdrawn too." in page
    entry = AuditEntry.objects.about(third).filter(target="withdrawn").get()
    assert (entry.actor, entry.why) == (brand_admin, f"#{first.pk}: The wheel is wrong.")
    told = marketer.notices.filter(code="asset-withdrawn")
    assert told.count() == 3


def test_what_waits_and_was_made_from_it_is_approved_only_with_a_reason(
    at, first, made_of, brand_admin
):
    waiting = made_of(first, "asked")
    acts.withdraw(Asset.objects.get(pk=first.pk), brand_admin, "The wheel is wrong.")

    [found] = lookalikes.earlier([waiting])[waiting.pk]
    assert (found.decision.asset, found.bits) == (first, 0)
    for name in ("review", "review-pictures"):
        assert "or that this one was made from" in at(brand_admin).get(name).text
    with pytest.raises(Refused) as caught:
        acts.approve(waiting, brand_admin, all_confirmed())
    assert caught.value.code == "decided-before"
    acts.approve(waiting, brand_admin, all_confirmed(), "Repainted; the wheel is right here.")
    assert Asset.objects.get(pk=waiting.pk).review == "approved"


def test_file_that_may_be_the_declined_picture_comes_in_and_its_reviewer_is_told(
    first, made_of, in_state, marketer, brand_admin, tmp_path
):
    declined = in_state("declined", seed=11)
    path = tmp_path / "near.png"
    path.write_bytes(drawing(1))
    with Image.open(path) as image:
        look = lookalikes.look_of(image)
    Asset.objects.filter(pk=declined.pk).update(look=changed(look, own_images.SURE))
    with pytest.raises(Refused) as caught:
        own_images.look_up(path).origin()
    assert caught.value.code == "upload-declined"

    Asset.objects.filter(pk=declined.pk).update(look=changed(look, own_images.SURE + 1))

    assert own_images.look_up(path).origin() is None
    waiting = made_of(first, "asked")
    waiting.scene.init_image_asset = None
    waiting.scene.init_image_sha256 = blobs.put(path)
    waiting.scene.save()
    [found] = lookalikes.earlier([waiting])[waiting.pk]
    assert (found.decision.asset, found.bits) == (declined, own_images.SURE + 1)


def changed(look, bits):
    """A look in which so many bits of every hash differ."""
    mask = (1 << bits) - 1
    return "-".join(f"{int(part, 16) ^ mask:016x}" for part in look.split("-"))
