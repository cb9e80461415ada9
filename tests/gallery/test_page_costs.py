"""More rows cost no more queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.mark.parametrize("page", ["create", "results", "asset-list"])
def test_more_scenes_cost_no_more_queries(at, marketer, make_ready, make_version, page):
    version = make_version()
    browser = at(marketer)
    make_ready(packs=((version, 0.6),))
    browser.get(page)  # whatever is kept after the first look

    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        costs.append(len(captured))
        make_ready(packs=((version, 0.6),), count=3)

    assert costs[0] == costs[1]


def test_more_waiting_scenes_cost_no_more_queries(at, marketer, make_scene):
    browser = at(marketer)
    make_scene(count=2)
    browser.get("results")

    costs = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as captured:
            browser.get("results")
        costs.append(len(captured))
        make_scene(count=2)

    assert costs[0] == costs[1]


@pytest.mark.parametrize("page", ["pack-list", "template-list", "review"])
def test_more_packs_cost_no_more_queries(at, brand_admin, make_version, make_template, page):
    browser = at(brand_admin)
    make_version("a", state="in_review")
    make_template("a", state="in_review")
    browser.get(page)

    costs = []
    for slugs in (("b", "c"), ()):
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        costs.append(len(captured))
        for slug in slugs:
            make_version(slug, state="in_review")
            make_template(slug, state="in_review")

    assert costs[0] == costs[1]


def test_page_of_a_picture_reads_the_download_policy_once(at, brand_admin, in_state):
    asset = in_state("approved")
    browser = at(brand_admin)

    with CaptureQueriesContext(connection) as captured:
        page = browser.get("asset-detail", asset.pk)

    asked = [one for one in captured if 'FROM "gallery_downloadrule"' in one["sql"]]
    assert page.context["duty"]
    assert len(asked) == 1
