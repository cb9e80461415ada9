"""A pair of packs is tested by a grid and decided by an admin, and orders are held to that."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.html import strip_tags

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from brandstudio.core.queue import stopping
from brandstudio.core.queue.devices import this_device
from gallery import jobs
from gallery.models import PackPair, PairGrid, PairState, SheetState
from gallery.services import pairs
from gallery.worker.pair_grid import render_grid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def pair(make_version):
    return PackPair.objects.of(make_version("ink"), make_version("paper"))


@pytest.fixture
def other_admin(make_user):
    return make_user("second", is_brand_admin=True)


def small(pair, designer):
    """The pair's grid, ordered and cut to what a toy base paints at once."""
    grid = pairs.order_test(pair, designer)
    plan = {**grid.plan, "first": [0.3, 0.9], "second": [0.3], "steps": 2}
    PairGrid.objects.update(plan={**plan, "prompts": plan["prompts"][:1]}, total=3)
    return PairGrid.objects.get()


def with_grid(pair, designer, *kept):
    """The pair with a grid whose cells stand at these shares, the last one lost."""
    pairs.order_test(pair, designer)
    cells = [
        {"first": 0.3, "second": 0.3, "scene": 0.9, "drift": 0.1, "distortion": 0.0,
         "shares": shares, "is_kept": True, "is_allowed": True}
        for shares in kept
    ]  # fmt: skip
    lost = {"first": 0.9, "second": 0.9, "scene": 0.3, "drift": 0.2, "distortion": 0.0,
            "shares": 2.0, "is_kept": False, "is_allowed": False}  # fmt: skip
    PairGrid.objects.update(state=SheetState.DONE, cells=[*cells, lost])
    return PackPair.objects.of(*pair.versions)


def code_of(act, *arguments, **named):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **named)
    return refusal.value.code


def test_grid_spans_both_bands_and_is_painted_by_the_renderer(pair, designer):
    grid = pairs.order_test(pair, designer)

    assert pair.state == PairState.TESTING
    assert grid.plan["first"] == grid.plan["second"] == [0.3, 0.5, 0.7, 0.9]
    assert (grid.total, grid.state, len(grid.plan["prompts"])) == (34, SheetState.WAITING, 2)
    assert pairs.order_test(PackPair.objects.of(*pair.versions), designer) == grid


def test_job_paints_and_measures_each_mixture(pair, designer):
    grid = small(pair, designer)

    jobs.render_pair_grid(grid.pk)

    grid.refresh_from_db()
    assert (grid.state, grid.done) == (SheetState.DONE, 3)
    images = {(image.first, image.second): image for image in grid.images.all()}
    assert list(images) == [(0.0, 0.0), (0.3, 0.3), (0.9, 0.3)]
    assert images[0.0, 0.0].prompt.startswith("ink style, paper style, a white GS8")
    assert len({image.sha256 for image in images.values()}) == 3
    weak, strong = grid.cells
    assert (weak["first"], strong["first"]) == (0.3, 0.9)
    assert weak["scene"] > strong["scene"]
    assert 0 < weak["drift"] < strong["drift"]
    assert strong["shares"] == pytest.approx(1 + 0.3 / 0.9)


def test_grid_of_a_killed_worker_goes_on_where_it_was(pair, designer):
    grid = small(pair, designer)
    asked = []

    def dies():
        asked.append(len(asked))
        return grid.images.exists() and len(asked) % 3 == 0  # in the middle of a later picture

    grid.start(worker="test:1:1")
    with this_device().rendering() as turn, pytest.raises(stopping.Stopped):
        render_grid(grid, turn, dies)
    PairGrid.objects.get().lose_worker()
    grid.refresh_from_db()
    there = set(grid.images.values_list("pk", "sha256"))
    assert grid.state == SheetState.WAITING
    assert 0 < len(there) < 3

    jobs.render_pair_grid(grid.pk)

    grid.refresh_from_db()
    assert grid.state == SheetState.DONE
    assert there < set(grid.images.values_list("pk", "sha256"))
    assert grid.images.count() == 3


def test_worker_that_must_end_puts_the_grid_back(pair, designer):
    grid = small(pair, designer)
    stopping.stop_process()
    try:
        jobs.render_pair_grid(grid.pk)
    finally:
        stopping._process.clear()

    grid.refresh_from_db()
    assert grid.state == SheetState.WAITING


def test_failed_grid_is_told_and_painted_again(at, pair, designer, base):
    grid = small(pair, designer)
    type(base).objects.update(is_present=False)
    jobs.render_pair_grid(grid.pk)
    type(base).objects.update(is_present=True)
    page = at(designer).get("pair-detail", pair.first_id, pair.second_id)
    assert "The files of the base model toy are not there" in page.content.decode()

    at(designer).post("pair-test", pair.first_id, pair.second_id)
    jobs.render_pair_grid(grid.pk)

    grid.refresh_from_db()
    assert (grid.state, grid.problem) == (SheetState.DONE, "")


def test_limit_is_the_grids_or_narrower_never_wider(pair, designer, brand_admin, other_admin):
    pair = with_grid(pair, designer, 0.7, 1.3)

    assert code_of(pairs.allow, pair, brand_admin, 1.31) == "pair-limit-too-great"
    assert code_of(pairs.allow, pair, brand_admin, 0) == "pair-limit-too-great"
    pairs.allow(pair, brand_admin)
    assert (pair.state, pair.limit, pair.decided_by) == (PairState.TESTED, 1.3, brand_admin)
    pairs.allow(PackPair.objects.get(), other_admin, 1.1, "Safer at night")

    pair.refresh_from_db()
    assert (pair.limit, pair.reason) == (1.1, "Safer at night")
    assert list(AuditEntry.objects.about(pair).values_list("source", "target", "why")) == [
        ("tested", "tested", "Safer at night"),
        ("testing", "tested", ""),
        ("untested", "testing", ""),
    ]


def test_pair_is_decided_by_its_grid_alone(pair, designer, brand_admin):
    assert code_of(pairs.allow, pair, brand_admin) == "pair-untested"
    pair = with_grid(pair, designer)
    assert code_of(pairs.allow, pair, brand_admin) == "pair-lost"
    assert code_of(pairs.forbid, pair, brand_admin, " !") == "pair-reason"


def test_maker_of_either_version_does_not_decide(make_version, brand_admin, other_admin):
    own = make_version("own", made_by=other_admin)
    pair = PackPair.objects.of(make_version("ink"), own)

    assert code_of(pairs.forbid, pair, other_admin, "Mine alone") == "own-work"
    assert not PackPair.objects.exists()
    pairs.forbid(pair, brand_admin, "Red eats the car.")
    assert PackPair.objects.get().state == PairState.FORBIDDEN


def test_second_admin_is_told_that_the_first_decided(at, pair, designer, brand_admin, other_admin):
    pair = with_grid(pair, designer, 1.2)
    keys = (pair.first_id, pair.second_id)
    browser = at(other_admin)
    seen = browser.get("pair-detail", *keys).context["fingerprint"]
    pairs.forbid(PackPair.objects.get(), brand_admin, "Red eats the car.")

    answer = browser.post("pair-decide", *keys, decision="allow", seen=seen)

    assert answer.status_code == 422
    assert "decided since you opened the page" in str(answer.context["form"].non_field_errors())
    assert PackPair.objects.get().state == PairState.FORBIDDEN
    assert code_of(pairs.allow, pair, other_admin) == "decided-already"  # as last seen


@pytest.mark.django_db(transaction=True)
def test_two_admins_at_one_moment_decide_once(pair, designer, brand_admin, other_admin):
    with_grid(pair, designer, 1.2)
    rows = [PackPair.objects.of(*pair.versions) for _ in range(2)]
    start, codes = threading.Barrier(2), []

    def decide(act, *arguments):
        start.wait()
        try:
            act(*arguments)
        except Refused as error:
            codes.append(error.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(pairs.allow, rows[0], brand_admin)),
        threading.Thread(target=decide, args=(pairs.forbid, rows[1], other_admin, "No.")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == ["decided-already"]
    assert AuditEntry.objects.about(pair).filter(target__in=("tested", "forbidden")).count() == 1


def test_database_insists(pair, brand_admin, designer):
    with_grid(pair, designer, 1.2)
    for changes in (
        {"state": "tested"}, {"state": "tested", "limit": 1.2}, {"state": "forbidden"},
        {"first": pair.second, "second": pair.first},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            PackPair.objects.update(**changes)


@pytest.mark.parametrize(
    ("who", "sees", "tests", "decides"),
    [("marketer", 200, 403, 403), ("designer", 200, 302, 403), ("brand_admin", 200, 302, 302)],
)
def test_pages_open_by_role(at, request, pair, who, sees, tests, decides):
    browser, keys = at(request.getfixturevalue(who)), (pair.first_id, pair.second_id)

    assert browser.get("pair-list").status_code == sees
    assert browser.get("pair-detail", *keys).status_code == sees
    assert browser.post("pair-test", *keys).status_code == tests
    decision = {"decision": "forbid", "reason": "No.", "seen": "testing"}
    assert browser.post("pair-decide", *keys, **decision).status_code == decides


def test_page_takes_the_decision_and_shows_the_grid(at, pair, designer, brand_admin):
    pair = with_grid(pair, designer, 1.2)
    browser, keys = at(brand_admin), (pair.first_id, pair.second_id)

    page = browser.get("pair-detail", *keys)
    seen = page.context["fingerprint"]
    assert page.context["computed"] == "Together at most 120 %."
    wide = browser.post("pair-decide", *keys, decision="allow", percent="121", seen=seen)
    assert wide.context["form"].errors["percent"] == [
        "The grid keeps the scene up to 120 %. You may narrow that, never widen it."
    ]
    browser.post("pair-decide", *keys, decision="allow", percent="110", seen=seen)

    pair = PackPair.objects.get()
    assert (pair.state, pair.limit) == (PairState.TESTED, 1.1)
    limit = "Together at most 110 %."
    assert limit in browser.get("pair-detail", *keys).content.decode()
    assert limit in browser.get("pair-list", pack="ink").content.decode()
    assert limit not in browser.get("pair-list", pack="other").content.decode()


def test_pair_whose_grid_is_drawn_is_not_said_to_be_tested_still(at, pair, designer):
    pair = with_grid(pair, designer, 1.34)

    for page in (
        at(designer).get("pair-detail", pair.first_id, pair.second_id).text,
        at(designer).get("pair-list").text,
    ):
        assert "drawn, to be decided" in page
        assert "being tested" not in page


def test_poll_of_a_finished_grid_says_what_it_allows(at, pair, designer):
    pair = with_grid(pair, designer, 1.34)

    page = at(designer).get("pair-grid", pair.first_id, pair.second_id).text

    assert "What the grid allows Together at most 134 %." in " ".join(strip_tags(page).split())


def test_what_cannot_be_mixed_is_no_pair(at, designer, make_version, pair):
    newer = make_version("ink")

    assert at(designer).get("pair-detail", pair.first_id, newer.pk).status_code == 404
    assert at(designer).get("pair-detail", pair.first_id, pair.first_id).status_code == 404
    pair.first.refresh_from_db()  # replaced by the newer one
    assert code_of(pairs.order_test, PackPair.objects.of(*pair.versions), designer) == (
        "pair-not-approved"
    )


def test_pictures_of_a_grid_are_for_those_who_see_both_versions(at, marketer, pair, designer):
    grid = small(pair, designer)
    jobs.render_pair_grid(grid.pk)
    image = grid.images.first()

    assert at(marketer).get("pair-image", image.pk).status_code == 200
    type(pair.first).objects.filter(pk=pair.first_id).update(state="draft")
    assert at(marketer).get("pair-image", image.pk).status_code == 404
