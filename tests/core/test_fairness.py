"""Whose row is next: nobody waits for all that another person asked for."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from brandstudio.core.models import User
from brandstudio.core.queue import fairness, work_queue
from tests.testapp.models import Counting, CountingState, Step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(make_user):
    return [make_user(name) for name in ("lin", "mei", "wong")]


@pytest.fixture
def ask(queue_redis):
    """ask(person, 3): so many rows of a person, queued one after the other."""

    def ask(owner, count=1, **fields):
        works = [Counting.objects.create(owner=owner, **fields) for _ in range(count)]
        for work in works:
            work_queue.enqueue_work(work)
        return works

    return ask


def owners(rows):
    return [row.owner for row in rows]


def test_people_are_served_by_turns(ask, people):
    lin, mei, _ = people
    ask(lin, 3)
    ask(mei, 2)

    assert owners(fairness.next_rows("train")) == [lin, mei, lin, mei, lin]


def test_latecomer_is_served_after_the_row_under_way(ask, people):
    lin, mei, _ = people
    ask(lin, 4)
    for _ in range(2):
        fairness.next_rows("train")[0].start(f"another-host:1:{_}")
    ask(mei)

    assert owners(fairness.next_rows("train"))[:2] == [mei, lin]


def test_priority_goes_before_turns(ask, people):
    lin, mei, wong = people
    ask(lin, 2)
    ask(mei, 1, priority=-1)
    ask(wong, 1, priority=1)

    assert owners(fairness.next_rows("train")) == [wong, lin, lin, mei]


def test_row_of_a_lost_worker_keeps_its_turn(ask, people):
    lin, mei, _ = people
    first, *_rest = ask(lin, 3)
    ask(mei, 1)
    first.start("another-host:1:1")

    first.requeue(why="worker-lost")
    work_queue.enqueue_work(first)

    assert owners(fairness.next_rows("train")) == [mei, lin, lin, lin]
    assert fairness.next_rows("train")[1] == first


def test_job_of_the_row_whose_turn_it_is_becomes_the_next_one(ask, people, queue_redis):
    lin, mei, _ = people
    ask(lin, 3)
    (hers,) = ask(mei)
    taken = queue_redis.lpop("rq:queue:train").decode()

    assert taken == Counting.objects.filter(owner=lin).earliest("pk").job_id
    assert work_queue.bring_forward("train")
    Counting.objects.get(pk=int(taken.split("-")[1])).start("another-host:1:1")
    assert work_queue.bring_forward("train")
    assert work_queue.position("train", hers.job_id) == 1


def test_two_workers_that_look_at_once_get_two_jobs_in_order(ask, people, queue_redis):
    lin, mei, _ = people
    ask(lin, 3)
    (hers,) = ask(mei)

    work_queue.bring_forward("train")
    queue_redis.lpop("rq:queue:train")  # taken, and not yet claimed in the row
    work_queue.bring_forward("train")

    assert work_queue.position("train", hers.job_id) == 1


def test_worker_is_offered_only_what_its_device_can_hold(ask, people):
    large, small = ask(people[0], 1, needs_mb=80_000), ask(people[0], 1, needs_mb=4_000)

    assert work_queue.bring_forward("train", can_hold=lambda row: row.needs_mb < 24_000)
    assert work_queue.position("train", small[0].job_id) == 1
    work_queue.withdraw("train", small[0].job_id)
    Counting.objects.filter(pk=small[0].pk).delete()
    assert not work_queue.bring_forward("train", can_hold=lambda row: row.needs_mb < 24_000)
    assert work_queue.position("train", large[0].job_id) == 1


def test_worker_leaves_what_it_cannot_hold_to_a_larger_one(start_worker, ask, people, wait_for):
    (large,) = ask(people[0], 1, needs_mb=80_000)
    (small,) = ask(people[0], 1)
    start_worker("train", STUDIO_DEVICE_MB="8000")
    wait_for(lambda: Counting.objects.filter(pk=small.pk, state=CountingState.DONE).exists())
    (later,) = ask(people[0], 1)
    wait_for(lambda: Counting.objects.filter(pk=later.pk, state=CountingState.DONE).exists())
    large.refresh_from_db()
    left = large.state

    start_worker("train", STUDIO_DEVICE_MB="96000")
    wait_for(lambda: Counting.objects.filter(pk=large.pk, state=CountingState.DONE).exists())

    assert left == CountingState.WAITING


def test_fifty_people_at_once_on_two_workers_are_served_in_turns(
    start_worker, ask, make_user, wait_for
):
    crowd = [make_user(f"m{number}") for number in range(50)]
    for person in crowd:
        ask(person, 3, total=1, pause=0)
    for _ in range(2):
        start_worker("train")

    wait_for(lambda: not Counting.objects.exclude(state=CountingState.DONE).exists(), 240)

    served = list(Step.objects.order_by("pk").values_list("work__owner", flat=True))
    # Two at work at once may overtake each other, by one at each round's end.
    for so_far in range(1, len(served) + 1):
        counts = Counter(served[:so_far])
        assert max(counts.values()) - min(counts.get(p.pk, 0) for p in crowd) <= 2


class TestTurns(TransactionTestCase):
    @settings(max_examples=20)
    @given(st.lists(st.integers(0, 3), max_size=12))
    def test_of_all_who_still_wait_nobody_was_served_two_more_than_another(self, asked_by):
        Counting.objects.all().delete()
        people = [User.objects.get_or_create(username=f"p{n}")[0] for n in range(4)]
        for number in asked_by:
            fairness.give_turn(Counting.objects.create(owner=people[number]))

        order = [row.owner_id for row in fairness.next_rows("train")]

        for served in range(len(order)):
            counts = [order[:served].count(person) for person in set(order[served:])]
            assert max(counts) - min(counts) <= 1
