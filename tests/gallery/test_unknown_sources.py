"""A picture made of one that nobody knows whose it is: neither approved nor published."""

import pytest
from django.urls import reverse

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.models import Download, InitImageUpload, ProductCutout
from gallery.services import assets as acts
from gallery.services import sources
from gallery.services.checklist import all_confirmed
from gallery.services.orders import Placement
from tests.gallery.conftest import CHECKED
from tests.gallery.test_origins import CAR, cut_out

pytestmark = pytest.mark.django_db

NOTED = {"rights_holder": "Lin", "licence": "contract 7"}


@pytest.fixture
def kept():
    """The columns of a stored picture."""
    sha256 = blobs.put_bytes(cut_out())
    return {"sha256": sha256, "thumb_sha256": sha256, "width": CAR[0], "height": CAR[1]}


@pytest.fixture
def start(marketer, kept):
    return InitImageUpload.objects.create(owner=marketer, name="street.png", **kept)


@pytest.fixture
def cutout(marketer, kept):
    return ProductCutout.objects.create(made_by=marketer, name="car", **kept)


@pytest.fixture(params=["start", "cutout"])
def asked(request, in_state, marketer):
    """(source row, the picture that was made of it and waits for review)"""
    row = request.getfixturevalue(request.param)
    return row, in_state("asked", **made_of(row, marketer))


def made_of(row, person):
    if isinstance(row, ProductCutout):
        return {"placement": Placement(row)}
    return {"init_image": sources.find_init_image(f"own-{row.pk}", person)}


def rights_page(row):
    kind = "cutout" if isinstance(row, ProductCutout) else "start"
    return reverse("gallery:source-rights", args=[kind, row.pk])


@pytest.mark.parametrize("rights", [{}, {"rights_holder": "Lin", "rights_from_file": True}])
def test_picture_of_unknown_rights_is_not_approved_one_by_one_nor_several_at_once(
    at, client, brand_admin, asked, rights
):
    row, asset = asked
    type(row).objects.update(**rights)
    browser = at(brand_admin)
    sent = {"decision": "approve", "seen": asset.fingerprint, **CHECKED}

    one = client.post(reverse("gallery:review") + f"?item=asset-{asset.pk}", sent)
    several = {"pick": [asset.pk], f"seen-{asset.pk}": asset.fingerprint}
    browser.post("review-pictures", decision="approve", **several, **CHECKED)

    assert one.status_code == 422
    assert str(row) in one.context["form"].non_field_errors()[0]
    asset.refresh_from_db()
    assert asset.review == "asked"


def test_noted_rights_let_it_be_approved_and_published(at, brand_admin, marketer, asked):
    row, asset = asked
    row.note_rights(marketer, NOTED)

    acts.approve(asset, brand_admin, all_confirmed())

    answer = at(brand_admin).get("asset-download", asset.pk, rendition="publication")
    assert answer.status_code == 200


def test_publication_file_stays_once_the_rights_are_unknown_again(at, brand_admin, marketer, asked):
    row, asset = asked
    row.note_rights(marketer, NOTED)
    acts.approve(asset, brand_admin, all_confirmed())
    type(row).objects.update(rights_holder="")
    browser = at(brand_admin)

    answer = browser.get("asset-download", asset.pk, rendition="publication")
    browser.get("asset-download", asset.pk)

    assert answer.status_code == 403
    assert str(row) in answer.context["why"]
    assert list(Download.objects.values_list("rendition", flat=True)) == ["proof"]


def test_what_was_started_from_it_is_not_approved_either(marketer, brand_admin, asked, make_scene):
    _row, asset = asked
    init_image = sources.init_image_of(asset)
    [further] = make_scene(init_image=init_image).assets.all()
    type(further).objects.filter(pk=further.pk).update(state="ready", image_sha256="a" * 64)
    further.refresh_from_db()
    acts.ask_review(further, marketer)

    with pytest.raises(Refused) as caught:
        acts.approve(further, brand_admin, all_confirmed())

    assert caught.value.code == "sources-unknown"


def test_upload_whose_entry_is_gone_counts_as_unknown_until_it_is_brought_again(
    in_state, brand_admin, marketer, start, kept
):
    asset = in_state("asked", **made_of(start, marketer))
    start.note_rights(marketer, NOTED)
    start.delete()

    with pytest.raises(Refused):
        acts.approve(asset, brand_admin, all_confirmed())
    InitImageUpload.objects.create(owner=marketer, name="again.png", **kept, **NOTED)

    acts.approve(asset, brand_admin, all_confirmed())


def test_rights_of_a_colleagues_upload_of_the_same_file_say_nothing_of_mine(
    in_state, brand_admin, marketer, start, kept, make_user
):
    asset = in_state("asked", **made_of(start, marketer))
    InitImageUpload.objects.create(
        owner=make_user("other", is_marketer=True), name="b.png", **kept, **NOTED
    )

    with pytest.raises(Refused):
        acts.approve(asset, brand_admin, all_confirmed())


def test_review_shows_the_source_with_its_rights_and_where_they_are_noted(
    at, client, brand_admin, marketer, asked
):
    row, asset = asked
    browser = at(brand_admin)

    for page in (browser.get("review", item=f"asset-{asset.pk}"), browser.get("review-pictures")):
        assert f'src="{row.get_absolute_url()}"' in page.text
        assert rights_page(row) in page.text
    assert 'aria-describedby="closed"' in browser.get("review", item=f"asset-{asset.pk}").text
    assert client.get(row.get_absolute_url()).status_code == 200
    row.note_rights(marketer, NOTED)
    page = browser.get("review", item=f"asset-{asset.pk}").text
    assert "contract 7" in page
    assert 'aria-describedby="closed"' not in page


def test_maker_is_led_to_where_the_rights_are_noted_and_strangers_are_not(
    at, marketer, make_user, asked
):
    row, asset = asked
    asset.scene.is_shared = True
    asset.scene.save()

    assert rights_page(row) in at(marketer).get("asset-detail", asset.pk).text
    stranger = at(make_user("other", is_marketer=True)).get("asset-detail", asset.pk).text
    assert rights_page(row) not in stranger
    assert f'src="{row.get_absolute_url()}"' not in stranger


def test_without_the_setting_unknown_rights_pass(settings, at, brand_admin, asked):
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False
    _row, asset = asked

    acts.approve(asset, brand_admin, all_confirmed())

    answer = at(brand_admin).get("asset-download", asset.pk, rendition="publication")
    assert answer.status_code == 200
