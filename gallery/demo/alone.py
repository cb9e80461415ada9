"""A studio of its own for one command: a fresh data folder, and no queue but the command itself."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from brandstudio.core.process import programs

_MARK = "STUDIO_DEMO_FOLDER"


def in_own_studio(folder):
    """Whether this process already works in its own studio; if not, run this command again there.

    folder: emptied, and used as the data folder. Returns True inside; outside it ends the process
    with the inner one's exit code.
    """
    if os.environ.get(_MARK):
        # The command carries out every job itself, so nobody misses the queue.
        logging.getLogger("brandstudio.core.queue.work_queue").setLevel(logging.ERROR)
        call_command("migrate", interactive=False, verbosity=0)
        return True
    folder = Path(folder).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "STORAGE_URL"}
    }
    environment |= {"STUDIO_DATA_DIR": str(folder), _MARK: str(folder)}
    environment.setdefault("OMP_NUM_THREADS", str(programs.WORKER_THREADS))
    command = [sys.executable, str(settings.ROOT / "manage.py"), *sys.argv[1:]]
    sys.exit(subprocess.run(command, env=environment, check=False).returncode)
