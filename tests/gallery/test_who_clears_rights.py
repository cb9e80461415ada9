"""Ended rights of what reached something are cleared by an admin with a reason alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from gallery.models import ProductCutout
from training.models import TrainingImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def photograph(dataset, train_on, make_version):
    """A photograph that a version was trained on."""
    make_version(checkpoint=train_on(dataset))
    return dataset.images.get(name="red.png")


@pytest.fixture
def sent(client, in_english):
    """sent(person, address, …): what the page says then."""

    def sent(person, address, **data):
        client.force_login(person)
        return client.post(address, data, follow=True).text

    return sent


def end(row):
    row.rights_expire_at = timezone.now() - timedelta(days=1)
    row.save(update_fields=["rights_expire_at"])
    return row.rights_expire_at


def withdraw_address(image):
    return reverse("training:image-withdraw", args=[image.pk])


@pytest.mark.parametrize("day", ["", "2999-01-01"])
def test_designer_does_not_lift_a_hold_by_another_end_of_the_rights(
    sent, photograph, designer, dataset, day
):
    ended = end(photograph)

    said = sent(
        designer,
        reverse("training:dataset-rights", args=[dataset.pk]),
        rights_holder="Wu",
        rights_expire_at_0=day,
        licence="contract 9",
        scope="all",
    )

    photograph.refresh_from_db()
    assert photograph.rights_expire_at == ended
    assert "The end of the rights of red.png stays as it was" in said
    assert (photograph.rights_holder, photograph.licence) == ("Wu", "contract 9")
    other = dataset.images.get(name="blue.png")
    assert (other.rights_holder, bool(other.rights_expire_at)) == ("Wu", bool(day))
    assert photograph.is_holding


def test_end_is_corrected_freely_before_anything_was_made(sent, dataset, designer):
    image = dataset.images.get(name="red.png")
    end(image)

    sent(
        designer,
        reverse("training:dataset-rights", args=[dataset.pk]),
        rights_holder="Wu",
        clear=["rights_expire_at"],
        scope="all",
    )

    image.refresh_from_db()
    assert image.rights_expire_at is None


def test_withdrawn_photograph_is_cleared_by_an_admin_with_a_reason_alone(
    sent, photograph, designer, brand_admin, client
):
    photograph.withdraw(designer, "sold")
    address = withdraw_address(photograph)

    assert "Its rights are clear again" not in client_page(client, designer, photograph)
    said = sent(designer, address, act="reinstate", why="it was a mistake")
    assert "Something was made of red.png already" in said
    said = sent(brand_admin, address, act="reinstate", why=".")
    assert "Write why its rights are clear again" in said
    assert TrainingImage.objects.get(pk=photograph.pk).withdrawn_at
    assert "Its rights are clear again" in client_page(client, brand_admin, photograph)
    sent(brand_admin, address, act="reinstate", why="the contract was found")

    assert TrainingImage.objects.get(pk=photograph.pk).withdrawn_at is None
    assert AuditEntry.objects.about(photograph).first().why == "the contract was found"


def client_page(client, person, image):
    client.force_login(person)
    return client.get(reverse("training:image-detail", args=[image.pk])).text


def test_withdrawn_photograph_that_reached_nothing_is_cleared_by_its_designer(
    sent, dataset, designer
):
    image = dataset.images.get(name="red.png")
    image.withdraw(designer, "by mistake")

    sent(designer, withdraw_address(image), act="reinstate")

    assert TrainingImage.objects.get(pk=image.pk).withdrawn_at is None


def test_photograph_that_a_scene_started_from_has_reached_something(
    photograph, make_scene, dataset, designer
):
    loose = dataset.images.create(
        name="start.png", original_sha256="a" * 64, image_sha256="b" * 64, width=9, height=9
    )
    assert not loose.is_bound
    loose.withdraw(designer, "sold")
    assert not loose.is_bound
    scene = make_scene()
    scene.init_image_sha256 = "b" * 64
    scene.save(update_fields=["init_image_sha256"])

    assert loose.is_bound


def test_expired_cutout_in_a_scene_keeps_its_end_and_what_else_was_typed(
    client, in_english, marketer, make_scene
):
    cutout = ProductCutout.objects.create(
        made_by=marketer, name="car", sha256="c" * 64, thumb_sha256="c" * 64, width=9, height=9
    )
    scene = make_scene()
    scene.cutout = cutout
    scene.save(update_fields=["cutout"])
    ended = end(cutout)
    client.force_login(marketer)

    answer = client.post(
        reverse("gallery:source-rights", args=["cutout", cutout.pk]),
        {"rights_holder": "Wu", "rights_expire_at_0": "2999-01-01"},
    )

    cutout.refresh_from_db()
    assert cutout.rights_expire_at == ended
    assert answer.status_code == 422
    assert "Only an admin" in answer.text
    assert 'value="Wu"' in answer.text
    assert cutout.is_holding
