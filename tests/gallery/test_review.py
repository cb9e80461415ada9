"""The review page: what it decides, and what it keeps from whom."""

from django.urls import reverse

from gallery import services
from gallery.models import ReviewState, StyleVersion
from tests.gallery.conftest import CHECKED


def test_review_shows_and_decides(at, brand_admin, make_version):
    version = make_version(state="in_review")
    browser = at(brand_admin)
    item = browser.get("review").context["item"]
    assert item.row == version

    url = f"{reverse('gallery:review')}?item={item.key}"
    answer = browser.post("review")  # no decision
    assert answer.status_code == 400
    sent = {"decision": "approve", "reason": "", "seen": item.fingerprint, **CHECKED}
    from_client = answer.client.post(url, sent)

    assert from_client.status_code == 302
    version.refresh_from_db()
    assert version.state == ReviewState.APPROVED


def test_sending_back_without_a_reason_points_at_the_field(at, brand_admin, make_template):
    make_template(state="in_review")

    answer = at(brand_admin).decide("review", decision="return", reason="")

    assert answer.status_code == 422
    assert "reason" in answer.context["form"].errors


def test_own_work_is_closed_and_says_why(at, make_user, make_template):
    both = make_user("both", is_designer=True, is_brand_admin=True)
    template = make_template(state="draft", made_by=both)
    services.submit(template, both)

    browser = at(both)
    assert browser.get("review").context["closed"]
    assert browser.decide("review", decision="approve", **CHECKED).status_code == 422
    template.refresh_from_db()
    assert template.state == ReviewState.IN_REVIEW


def test_picture_is_asked_for_and_approved(at, marketer, brand_admin, make_ready):
    [asset] = make_ready()
    at(marketer).post("asset-ask", asset.pk)

    at(brand_admin).decide("review", decision="approve", **CHECKED)

    asset.refresh_from_db()
    assert asset.review == "approved"


def test_earlier_approved_version_stands_beside_the_new_one(at, brand_admin, make_version):
    scores = [{"strength": s, "style": s, "content": 0.9, "drift": 0.1} for s in (0.0, 0.7)]
    earlier = make_version(evidence={"scores": scores})
    make_version(state="draft")  # never approved: nobody works with it
    better = [{**row, "style": 0.8, "content": 0.7, "drift": 0.3} for row in scores]
    make_version(state="in_review", evidence={"scores": better}, strength=0.6)

    page = at(brand_admin).get("review", item=f"version-{StyleVersion.objects.latest('pk').pk}")

    assert page.context["former"] == earlier
    shown = page.context["beside"]
    assert (shown.strengths, shown.at) == ([0.0, 0.7], 0.7)
    changes = [round(change, 2) for _label, _before, _now, change in dict(shown.figures)[0.7]]
    assert changes == [0.1, -0.2, 0.2]  # style, scene, drift
    [row] = shown.rows
    assert [(left.seed, left.strength) for _s, left, _right in row.cells] == [
        (right.seed, right.strength) for _s, _left, right in row.cells
    ]
    assert page.content.decode().count('data-at="0.7"') == 4  # press, figures, two pictures


def test_first_version_stands_beside_its_base(at, brand_admin, make_version):
    make_version(state="in_review")

    context = at(brand_admin).get("review").context

    assert (context["former"], context["beside"]) == (None, None)
    assert [image.strength for image in context["alone"]] == [0.0, 0.7]
