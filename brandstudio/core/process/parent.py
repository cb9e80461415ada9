"""What a child process of the supervisor does about its parent."""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 20  # for a job to save, once the supervisor has vanished


def die_with_parent():
    """Ask the kernel for SIGTERM to this process when its parent dies, however it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_after_parent(parent):
    """Start a thread that ends this process when the parent is gone and SIGTERM was not enough.

    parent: the parent's process id as it knows itself. A job in a long computation can't hear
    SIGTERM, and where the kernel tells nothing (macOS) nobody sends one.
    """
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="parent").start()


def _watch(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
