"""Long work says that it goes on, and a first start says what it does."""

import threading

import pytest
from django.core.management import call_command

from brandstudio.core.process.telling import telling

SECONDS = 30  # that a thread is waited for, at the most


def test_long_work_says_what_still_goes_on():
    said, twice = [], threading.Event()

    def say(line):
        said.append(line)
        if len(said) > 1:
            twice.set()

    with telling(say, "preparing the database", every=0.01):
        assert twice.wait(SECONDS)
    count = len(said)

    assert said[0].startswith("… still preparing the database, ")
    assert len(said) == count  # nothing more once it is over


def test_short_work_adds_no_line():
    said = []

    with telling(said.append, "preparing the database", every=SECONDS):
        pass

    assert said == []


def test_work_that_fails_is_not_told_of_any_longer():
    with pytest.raises(OSError, match="full"), telling(print, "copying", every=SECONDS):
        raise OSError("full")

    assert "telling" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.django_db
def test_demo_names_each_thing_that_it_adds(tmp_path, capsys):
    call_command("import_demo", tmp_path)

    assert "  Channels, vehicles, glossary and templates …" in capsys.readouterr().out
