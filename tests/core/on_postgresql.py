"""Run by test_postgresql.py in a process whose database is PostgreSQL; not collected by itself."""

import os
import shlex
import subprocess
import time

import pytest
from django.db import connection

from brandstudio.core.queue import work_queue
from tests.core.faults import steps_done_twice
from tests.testapp.models import Counting, CountingState


@pytest.mark.django_db(transaction=True)
def test_server_away_for_thirty_seconds(start_worker, queue_redis, wait_for):
    work = Counting.objects.create(total=60, pause=0.2)
    work_queue.enqueue_work(work)
    start_worker("train", STUDIO_CLOCK="1")
    wait_for(lambda: Counting.objects.filter(pk=work.pk, done__gte=4).exists(), 120)

    pause_server(seconds=30)
    connection.close()  # the one this process had is dead

    wait_for(
        lambda: Counting.objects.filter(pk=work.pk, state__in=("done", "failed")).exists(), 300
    )
    work.refresh_from_db()
    assert work.state == CountingState.DONE
    assert steps_done_twice(work) == []


def pause_server(seconds):
    control = shlex.split(os.environ["POSTGRES_CTL"])
    subprocess.run([*control, "-m", "fast", "stop"], check=True, capture_output=True)
    time.sleep(seconds)
    # Its output is not piped: the server would hold the pipe open for ever.
    subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL)
