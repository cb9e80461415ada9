"""The review page: what it decides, and what it keeps from whom."""

from django.urls import reverse

from gallery import services
from gallery.models import ReviewState
from tests.gallery.conftest import CHECKED


def test_review_shows_and_decides(at, brand_admin, make_version):
    version = make_version(state="in_review")
    browser = at(brand_admin)
    item = browser.get("review").context["item"]
    assert item.row == version

    url = f"{reverse('gallery:review')}?item={item.key}"
    answer = browser.post("review")  # no decision
    assert answer.status_code == 400
    from_client = answer.client.post(url, {"decision": "approve", "reason": "", **CHECKED})

    assert from_client.status_code == 302
    version.refresh_from_db()
    assert version.state == ReviewState.APPROVED


def test_sending_back_without_a_reason_points_at_the_field(at, brand_admin, make_template):
    make_template(state="in_review")

    answer = at(brand_admin).post("review", decision="return", reason="")

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors


def test_own_work_is_closed_and_says_why(at, make_user, make_template):
    both = make_user("both", is_designer=True, is_brand_admin=True)
    template = make_template(state="draft", made_by=both)
    services.submit(template, both)

    browser = at(both)
    assert browser.get("review").context["closed"]
    assert browser.post("review", decision="approve", **CHECKED).status_code == 422
    template.refresh_from_db()
    assert template.state == ReviewState.IN_REVIEW


def test_picture_is_asked_for_and_approved(at, marketer, brand_admin, make_ready):
    [asset] = make_ready()
    at(marketer).post("asset-ask", asset.pk)

    at(brand_admin).post("review", decision="approve", **CHECKED)

    asset.refresh_from_db()
    assert asset.review == "approved"
