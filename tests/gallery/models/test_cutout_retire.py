"""Who may take a cut-out of the car out of the offer."""

import pytest

from brandstudio.core.models import AuditEntry, Vehicle, WrongState
from gallery.models import ProductCutout

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_cutout():
    """make_cutout(person, of_the_range=True)"""

    def make_cutout(person, *, of_the_range=False):
        fields = {"slug": "gs8", "name_zh": "GS8", "name_en": "GS8", "phrase": "GS8 suv"}
        vehicle = Vehicle.objects.create(**fields) if of_the_range else None
        return ProductCutout.objects.create(
            vehicle=vehicle, name="a", sha256="0" * 64, thumb_sha256="0" * 64, width=1, height=1,
            made_by=person,
        )  # fmt: skip

    return make_cutout


@pytest.mark.parametrize(
    ("role", "own_of_another", "of_the_range"),
    [
        ({"is_marketer": True}, 404, 404),
        ({"is_designer": True}, 404, 302),
        ({"is_brand_admin": True}, 302, 302),
    ],
)
def test_private_cut_out_is_retired_by_its_owner_or_an_admin(
    at, make_user, marketer, make_cutout, role, own_of_another, of_the_range
):
    browser = at(make_user("somebody", **role))
    private, shared = make_cutout(marketer), make_cutout(marketer, of_the_range=True)

    assert browser.post("cutout-retire", private.pk).status_code == own_of_another
    assert browser.post("cutout-retire", shared.pk).status_code == of_the_range
    private.refresh_from_db()
    assert private.is_retired is (own_of_another == 302)


@pytest.mark.usefixtures("in_english")
def test_retiring_a_cut_out_is_written_down_once(at, marketer, make_cutout):
    cutout = make_cutout(marketer)
    twin = ProductCutout.objects.get()

    at(marketer).post("cutout-retire", cutout.pk)

    assert "is offered no longer." in at(marketer).get("vehicle-list").text
    with pytest.raises(WrongState):
        twin.retire(marketer)
    [entry] = AuditEntry.objects.about(cutout)
    assert (entry.actor, entry.source, entry.target) == (marketer, "offered", "retired")
