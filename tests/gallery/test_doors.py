"""Which page opens to whom."""

import pytest
from django.urls import reverse

from gallery.models import (
    Favourite,
    Scene,
)


@pytest.mark.parametrize(
    ("page", "designers", "marketers", "admins"),
    [
        ("create", 200, 200, 200),
        ("asset-list", 200, 200, 200),
        ("pack-list", 200, 200, 200),
        ("template-list", 200, 200, 200),
        ("template-new", 200, 403, 200),
        ("version-import", 200, 403, 200),
        ("review", 403, 403, 200),
    ],
)
def test_doors_open_by_role(
    at, designer, marketer, brand_admin, page, designers, marketers, admins, base
):
    assert at(designer).get(page).status_code == designers
    assert at(marketer).get(page).status_code == marketers
    assert at(brand_admin).get(page).status_code == admins


def test_guest_is_asked_to_sign_in(client, db):
    answer = client.get(reverse("gallery:create"))

    assert answer.status_code == 302
    assert reverse("core:sign-in") in answer["Location"]


def test_marketers_do_not_see_drafts(at, marketer, designer, make_version):
    version = make_version(state="draft")

    assert at(marketer).get("version-detail", "ink", 1).status_code == 404
    assert at(marketer).get("evidence-image", version.images.first().pk).status_code == 404
    assert at(designer).get("version-detail", "ink", 1).status_code == 200


def test_strangers_pictures_are_private_until_shared(at, make_user, make_ready):
    [asset] = make_ready()
    stranger = make_user("stranger", is_marketer=True)

    for page in ("asset-detail", "asset-thumb", "asset-image", "asset-download"):
        assert at(stranger).get(page, asset.pk).status_code == 404
    Scene.objects.update(is_shared=True)
    assert at(stranger).get("asset-detail", asset.pk).status_code == 200


def test_strangers_cannot_act_on_a_picture(at, make_user, make_scene):
    asset = make_scene().assets.get()
    Scene.objects.update(is_shared=True)
    stranger = make_user("stranger", is_marketer=True)

    for act in ("asset-cancel", "asset-retry", "asset-ask", "asset-discard"):
        assert at(stranger).post(act, asset.pk).status_code == 404


def test_favourite_is_everybodys_own_and_only_of_what_they_see(at, make_user, marketer, make_ready):
    [asset] = make_ready()
    stranger = make_user("stranger", is_marketer=True)

    assert at(stranger).post("asset-favourite", asset.pk).status_code == 404
    Scene.objects.update(is_shared=True)
    assert at(stranger).post("asset-favourite", asset.pk).status_code == 302

    assert [row.person for row in Favourite.objects.all()] == [stranger]
