"""Orders of the results' buttons, tables and acts on several at once: what is refused says so in
its status, and nothing is done."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from brandstudio.core.models import GlossaryTerm, Vehicle
from gallery.models import Asset, AssetReview, AssetState, Scene
from gallery.services import assets as acts
from gallery.services import publishing
from gallery.services.checklist import all_confirmed
from tests.gallery.conftest import CHECKED, png

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

UNREADABLE = b"\x00\x01\x02" * 20


def sent_file(name, content):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def retired(make_ready, make_version, brand_admin):
    """A finished picture whose style was retired since."""
    version = make_version()
    [asset] = make_ready(packs=((version, 0.6),))
    publishing.retire(version, brand_admin, "out of date")
    return asset


@pytest.mark.parametrize("act", ["asset-again", "asset-sweep", "asset-enlarge"])
def test_order_with_a_retired_style(at, marketer, retired, act):
    answer = at(marketer).post(act, retired.pk, next="create")

    assert (answer.status_code, "Nothing was done" in answer.text) == (403, True)
    assert "ink pack" in answer.text
    assert f'href="{reverse("gallery:create")}#results"' in answer.text
    assert Scene.objects.count() == 1


def test_refused_order_leads_back_to_the_picture_where_it_was_asked(at, marketer, retired):
    answer = at(marketer).post("asset-enlarge", retired.pk)

    assert answer.status_code == 403
    assert f'href="{retired.get_absolute_url()}"' in answer.text


def test_refused_retry(at, marketer, retired):
    Asset.objects.filter(pk=retired.pk).update(state=AssetState.FAILED)

    assert at(marketer).post("asset-retry", retired.pk, next="create").status_code == 403
    retired.refresh_from_db()
    assert retired.state == AssetState.FAILED


def test_over_the_days_quota(at, marketer, make_ready, settings):
    [asset] = make_ready()
    settings.PICTURES_PER_DAY = 1

    assert at(marketer).post("asset-again", asset.pk).status_code == 422
    assert Scene.objects.count() == 1


def test_order_by_htmx_leaves_the_results_and_tells_above_them(client, marketer, retired):
    client.force_login(marketer)

    address = reverse("gallery:asset-again", args=[retired.pk])
    answer = client.post(address, {"next": "create"}, headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Reswap"]) == (403, "beforebegin")
    assert "data-refusal" in answer.text
    assert "<html" not in answer.text


def test_shape_anew_with_a_retired_style(at, marketer, retired, channel):
    chosen = {"pick": retired.pk, "channel": channel.slug, "anew": f"{retired.pk}-{channel.slug}"}

    answer = at(marketer).post("paint-anew", **chosen)

    assert (answer.status_code, "Nothing was done" in answer.text) == (403, True)
    assert Scene.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "status"), [("", b"", 422), ("start.png", UNREADABLE, 422)]
)
def test_unusable_start_picture_keeps_what_the_form_held(at, marketer, name, content, status):
    file = {"init_image_file": sent_file(name, content)} if name else {}
    browser = at(marketer)

    answer = browser.post("add-source", mode="text", slot_weather="rain", template="free", **file)

    assert (answer.status_code, "Nothing was done" in answer.text) == (status, True)
    assert browser.get("create").context["form"]["mode"].value() == "text"


# Tables
def take_in(browser, content):
    return browser.post("glossary-import", file=sent_file("terms.csv", content.encode()))


def test_table_of_which_no_row_is_taken_in(at, brand_admin):
    rows = "".join(f"词{number},中文,place\n" for number in range(30))

    answer = take_in(at(brand_admin), "term,phrase,category\n" + rows)

    assert (answer.status_code, "Nothing was done" in answer.text) == (422, True)
    assert answer.text.count("was left out.") == 20
    assert "10 more rows" in answer.text
    assert not GlossaryTerm.objects.exists()


def test_table_of_which_one_row_is_taken_in(at, brand_admin):
    answer = take_in(at(brand_admin), "term,phrase,category\n骑楼,arcade,place\n词,中文,place\n")

    assert answer.status_code == 302
    assert list(GlossaryTerm.objects.values_list("term", flat=True)) == ["骑楼"]


@pytest.mark.parametrize("content", [None, "nothing,of,the,kind\n1,2,3,4\n"])
def test_no_table(at, brand_admin, content):
    browser = at(brand_admin)

    answer = take_in(browser, content) if content else browser.post("glossary-import")

    assert (answer.status_code, "Nothing was done" in answer.text) == (422, True)


# Several at once
def test_several_of_which_none_is_decided(at, client, brand_admin, in_state):
    asked = [in_state("asked") for _ in range(2)]
    seen = {f"seen-{asset.pk}": asset.fingerprint for asset in asked}
    for asset in asked:
        acts.approve(Asset.objects.get(pk=asset.pk), brand_admin, all_confirmed())
    waits = in_state("asked")

    def decide(*assets):
        chosen = {"pick": [asset.pk for asset in assets], "decision": "approve"}
        return at(brand_admin).post("review-pictures", **chosen, **CHECKED, **seen)

    refused = decide(*asked)
    assert refused.status_code == 409
    assert "decided meanwhile" in refused.text
    assert refused.context["chosen"] == [asset.pk for asset in asked]
    seen[f"seen-{waits.pk}"] = waits.fingerprint
    assert decide(*asked, waits).status_code == 302
    waits.refresh_from_db()
    assert waits.review == AssetReview.APPROVED


def test_several_that_are_all_ones_own(at, make_user, make_ready):
    both = make_user("both", is_marketer=True, is_brand_admin=True)
    own = [make_ready(by=both)[0] for _ in range(2)]
    for asset in own:
        acts.ask_review(asset, both)

    answer = at(both).decide(
        "review-pictures", pick=[asset.pk for asset in own], decision="approve", **CHECKED
    )

    assert answer.status_code == 403
    assert set(Asset.objects.values_list("review", flat=True)) == {AssetReview.ASKED}


def test_zip_without_a_channel_or_of_what_may_not_leave(at, marketer, in_state, channel):
    asset = in_state("approved")

    none = at(marketer).post("deliver-zip", pick=asset.pk)
    declined = at(marketer).post("deliver-zip", pick=in_state("declined").pk, channel=channel.slug)

    assert (none.status_code, declined.status_code) == (422, 403)
    assert none.context["back"] == f"{reverse('gallery:deliver')}?pick={asset.pk}"


def test_cutout_without_a_file_or_of_none_that_is_one(at, designer):
    vehicle = Vehicle.objects.create(slug="gs8", name_zh="传祺", name_en="GS8")

    assert at(designer).post("cutout-add", vehicle.slug).status_code == 422
    broken = at(designer).post("cutout-add", vehicle.slug, file=sent_file("car.png", UNREADABLE))
    assert broken.status_code == 422
    opaque = at(designer).post("cutout-add", vehicle.slug, file=sent_file("car.png", png()))
    assert opaque.status_code == 422
