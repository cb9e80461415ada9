"""The pictures beside the create page: their places, waiting times and what went wrong."""

import pytest

from brandstudio.core.queue import lease
from brandstudio.core.ui.context import queue_counts
from gallery.models import (
    Asset,
    EvidenceSheet,
)


def test_stage_answers_not_modified_until_something_happens(at, marketer, make_scene):
    asset = make_scene().assets.get()
    browser = at(marketer)
    first = browser.get("results")
    tag = {"HX-Request": "true", "HX-PTag": first["HX-PTag"]}

    assert browser.get("results", headers=tag).status_code == 304
    asset.start("test:1:1")
    assert browser.get("results", headers=tag).status_code == 200


def test_stage_stops_polling_when_all_is_done(at, marketer, make_scene, make_ready):
    make_ready()
    assert "hx-trigger" not in at(marketer).get("results").content.decode().split(">")[0]
    make_scene()
    assert 'hx-trigger="every 2s"' in at(marketer).get("results").content.decode()


def test_waiting_tile_says_its_place(at, marketer, make_scene, make_user):
    make_scene(by=make_user("other", is_marketer=True), count=2)
    make_scene(count=2)

    results = at(marketer).get("results").context["results"]

    # People take turns: mine is the second, and then the fourth.
    assert [tile.place for scene in results.scenes for tile in scene.tiles] == [2, 4]


def test_waiting_says_that_no_renderer_runs_yet_and_since_when(
    at, marketer, make_scene, queue_redis, in_english
):
    asset = make_scene().assets.get()
    Asset.objects.filter(pk=asset.pk).update(queued_at="2026-03-04T05:06Z")
    first = at(marketer).get("results")
    detail = at(marketer).get("asset-detail", asset.pk)
    queue_redis.sadd("rq:workers:render", f"rq:worker:{lease.this_worker()}")
    queue_redis.hset(f"rq:worker:{lease.this_worker()}", "state", "idle")

    attended = at(marketer).get(
        "results", headers={"HX-Request": "true", "HX-PTag": first["HX-PTag"]}
    )

    words = "has not started yet; it begins by itself. Waiting since 4 Mar 2026, 13:06."
    assert words in " ".join(first.content.decode().split())
    assert "has not started yet" in detail.content.decode()
    assert attended.status_code == 200
    assert "has not started yet" not in attended.content.decode()


def test_failed_tile_explains_itself(at, marketer, make_scene):
    make_scene().assets.get().fail("base-absent", name="toy")

    page = at(marketer).get("results").content.decode()

    assert 'data-state="failed"' in page
    assert "toy" in page


def test_drop_waiting_drops_mine_only(at, marketer, make_scene, make_user):
    make_scene(by=make_user("other", is_marketer=True))
    make_scene(count=2)

    at(marketer).post("drop-waiting")

    states = Asset.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["waiting", "cancelled", "cancelled"]


@pytest.mark.parametrize("begun", [True, False])
def test_waiting_time_counts_the_pictures_of_a_strength_sheet(
    at, marketer, make_version, make_scene, make_ready, begun
):
    make_ready()
    asset = make_scene().assets.get()
    Asset.objects.filter(pk=asset.pk).update(turn=9)

    def wait():
        [tile] = [t for s in at(marketer).get("results").context["results"].scenes for t in s.tiles
                  if t.pk == asset.pk]  # fmt: skip
        return tile.seconds_left

    alone = wait()
    version = make_version(state="draft", sheet="rendering" if begun else "waiting")
    EvidenceSheet.objects.filter(version=version).update(total=12, done=2, turn=1)

    assert wait() == pytest.approx(11 * alone)


def test_waiting_time_counts_what_is_left_of_the_picture_in_hand(
    at, marketer, make_scene, make_ready
):
    make_ready()
    other, mine = make_scene().assets.get(), make_scene().assets.get()
    other.start("host:1:1")
    Asset.objects.filter(pk=other.pk).update(steps_done=1, steps_total=4)

    tiles = [t for s in at(marketer).get("results").context["results"].scenes for t in s.tiles]
    left = {tile.pk: tile.seconds_left for tile in tiles if tile.is_active}

    assert left[mine.pk] == pytest.approx(left[other.pk] * (1.75 / 0.75))


@pytest.mark.usefixtures("in_english")
def test_admin_sees_the_sheets_that_wait_are_painted_or_failed(
    at, brand_admin, marketer, make_version
):
    waiting, painted, failed, decided, _done = (
        make_version(slug, state=state, sheet=sheet)
        for slug, state, sheet in (
            ("waits", "draft", "waiting"),
            ("painted", "draft", "rendering"),
            ("failed", "in_review", "failed"),
            ("decided", "approved", "done"),
            ("done", "draft", "done"),
        )
    )
    EvidenceSheet.objects.filter(version=painted).update(done=2, total=40)
    EvidenceSheet.objects.filter(version=failed).update(problem="evidence-failed")
    EvidenceSheet.objects.filter(version=decided).update(state="failed")

    answer = at(brand_admin).get("results")

    shown = [row.name for row in answer.context["results"].sheets]
    assert sorted(shown[:2]) == sorted([str(waiting), str(painted)])
    assert shown[2:] == [str(failed)]
    assert "3 strength sheets and grids are under way or failed" in answer.text
    assert "2 of 40 pictures" in answer.text
    assert "The strength sheet failed. Let it be painted again first." in answer.text
    assert 'hx-trigger="every 2s"' in answer.text
    assert at(marketer).get("results").context["results"].sheets == []
    tag = {"HX-Request": "true", "HX-PTag": answer["HX-PTag"]}
    assert at(brand_admin).get("results", headers=tag).status_code == 304
    EvidenceSheet.objects.filter(version=painted).update(state="failed")
    assert at(brand_admin).get("results", headers=tag).status_code == 200


@pytest.mark.usefixtures("in_english")
def test_queue_in_the_top_bar_counts_sheets_and_says_what_it_counts(
    at, designer, make_version, make_scene
):
    make_scene()
    make_version(state="draft", sheet="waiting")

    assert queue_counts(designer) == {"mine": 1, "all": 2}
    assert "<b>1</b> mine of 2 tasks" in at(designer).get("asset-list").text
