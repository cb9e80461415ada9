"""How much of the processor a process leaves to others."""

import os
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")


def leave_room(niceness):
    """Be so much nicer than now, 0 to 19, to everything else on the machine.

    Linux groups processes by session, and between groups only the group's own niceness counts, not
    that of its processes (sched(7), "The autogroup feature"): both are set. Elsewhere the group is
    not there and the process alone counts.
    """
    os.nice(niceness)
    with suppress(OSError):
        _GROUP.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
