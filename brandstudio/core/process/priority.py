"""How much of the processor a process leaves to others."""

import os
from contextlib import suppress
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")


def leave_room(niceness):
    """Be at least so nice, 0 to 19, to everything else on the machine; nicer where it is already.

    Linux groups processes by session, and between groups only the group's own niceness counts, not
    that of its processes (sched(7), "The autogroup feature"): both are set. Elsewhere the group is
    not there and the process alone counts.
    """
    os.nice(max(0, niceness - os.getpriority(os.PRIO_PROCESS, 0)))
    with suppress(OSError):
        _GROUP.write_text(str(os.getpriority(os.PRIO_PROCESS, 0)))
