"""What the tests of faults share."""

import sqlite3
import time
from collections import Counter

from django.db import connection


def steps_done_twice(work):
    """Numbers of the steps of a Counting that more than one attempt recorded."""
    times_done = Counter(work.steps.values_list("number", flat=True))
    return [number for number, times in times_done.items() if times > 1]


def lock_database(seconds):
    """Keep every other writer out of the database file for so long."""
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("PRAGMA busy_timeout=60000")
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(seconds)
    other.execute("COMMIT")
    other.close()
