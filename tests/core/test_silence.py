"""Who is silent because it hangs, and who because a full machine does not let it speak."""

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandstudio.core.process import hanging, silence
from brandstudio.core.process.silence import Reading, could_speak
from brandstudio.core.process.supervisor import Child, Program


def reading(at, cpu=0.0, wants=False):
    return Reading(float(at), cpu, wants)


@pytest.mark.parametrize(
    ("after", "counted"),
    [
        (reading(10, cpu=0.2, wants=True), 0.2),  # in line for a processor nearly all the time
        (reading(10, cpu=9.5, wants=True), 10),  # computes at full speed, and says nothing
        (reading(10, cpu=0.0, wants=False), 10),  # waits for a lock, or is frozen
    ],
)
def test_only_time_in_which_a_process_could_have_spoken_counts(after, counted):
    assert could_speak(reading(0), after) == pytest.approx(counted)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.booleans())
def test_counted_time_is_never_more_than_what_passed_or_was_given(passed, given_cpu, wants):
    counted = could_speak(reading(0), reading(passed, given_cpu, wants))

    assert 0 <= counted <= passed


@pytest.fixture
def make_process():
    """make_process(code): a Python process that runs the code once it has said so."""
    running = []

    def make_process(code):
        process = subprocess.Popen(
            [sys.executable, "-c", f"print('runs', flush=True)\n{code}"], stdout=subprocess.PIPE
        )
        running.append(process)
        process.stdout.readline()
        return process

    yield make_process
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.skipif(sys.platform != "linux", reason="threads' states are read on Linux only")
def test_reading_tells_who_wants_to_compute_from_who_waits(make_process, wait_for):
    busy, idle = make_process("while True: pass"), make_process("import time; time.sleep(600)")

    assert wait_for(lambda: silence.read(busy.pid).wants)
    assert wait_for(lambda: not silence.read(idle.pid).wants)
    wait_for(lambda: silence.read(busy.pid).cpu > 0.05)


def test_reading_of_a_process_that_has_ended_is_that_of_an_idle_one(make_process):
    process = make_process("")
    process.wait()

    found = silence.read(process.pid)

    assert (found.cpu, found.wants) == (0.0, False)


class Machine:
    """What the system would tell of every process, as a test sets it."""

    def __init__(self):
        self.at, self.cpu, self.wants = time.monotonic(), 0.0, False

    def __call__(self, pid):
        return Reading(self.at, self.cpu, self.wants)

    def passes(self, seconds, cpu=0.0, wants=False):
        self.at, self.cpu, self.wants = self.at + seconds, self.cpu + cpu, wants


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def said():
    return []


@pytest.fixture
def watch(machine, said, db):
    return hanging.Watch(said.append, 45, read=machine)


@pytest.fixture
def pulse(tmp_path):
    return tmp_path / "pulse"


@pytest.fixture
def child(tmp_path, pulse):
    """A worker of the supervisor's that sleeps; its pulse is touched by the test alone."""
    command = (sys.executable, "-c", "import time; time.sleep(600)")
    program = Program("worker-x", command, stop_seconds=1, env={"STUDIO_PULSE": str(pulse)})
    child = Child(program, tmp_path)
    child.start()
    yield child
    child.signal_group(9)
    child.process.wait()


def is_alive(child):
    return child.process.poll() is None


def test_worker_that_is_kept_from_the_processor_is_not_killed(child, watch, machine, said):
    for _ in range(100):
        machine.passes(10, cpu=0.1, wants=True)
        watch([child])

    assert (is_alive(child), said) == (True, [])


def test_worker_that_is_silent_though_it_could_speak_is_killed(child, watch, machine, said, pulse):
    pulse.touch()
    watch([child])

    machine.passes(46)
    watch([child])

    assert not is_alive(child)
    assert said == ["worker-x hangs: no sign of life for 46 s. Killing it."]


def test_sign_of_life_begins_the_silence_anew(child, watch, machine, said, pulse):
    for beat in range(10):
        pulse.touch()
        os.utime(pulse, (beat, beat))
        machine.passes(40)
        watch([child])

    assert (is_alive(child), said) == (True, [])


def test_worker_that_has_not_spoken_yet_is_given_longer(child, watch, machine):
    machine.passes(hanging.STARTING_SECONDS - 1)
    watch([child])
    assert is_alive(child)

    machine.passes(2)
    watch([child])
    assert not is_alive(child)


def test_each_kill_doubles_what_the_next_process_is_given_up_to_a_cap(
    child, watch, machine, said, pulse
):
    borne = []
    for _ in range(hanging.DOUBLINGS + 2):
        pulse.touch()
        watch([child])
        seconds = 0
        while is_alive(child):
            machine.passes(1)
            seconds += 1
            watch([child])
        borne.append(seconds)
        child.start()

    assert borne == [46, 91, 181, 361, 361]


def test_long_calm_life_forgives_earlier_silences(child, watch, machine, pulse):
    pulse.touch()
    watch([child])
    machine.passes(46)
    watch([child])
    child.start()
    os.utime(pulse, (1, 1))
    machine.passes(hanging.CALM_SECONDS + 100)
    watch([child])

    machine.passes(46)
    watch([child])

    assert not is_alive(child)
