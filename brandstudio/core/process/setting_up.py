"""What `manage.py studio` does before the first process starts."""

import fcntl
import hashlib
import http.client
import json
import os
import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import OperationalError, connection

from brandstudio.core.access import demo_accounts, exposure
from brandstudio.core.models import User
from brandstudio.core.process.telling import telling


class CannotStart(Exception):
    """One line that says what stands in the way and what mends it."""


@contextmanager
def only_one(address):
    """Hold the data folder for this supervisor alone. Raises CannotStart when another one has it.

    The kernel frees the lock however the holder ends, so no stale file stands in the way.
    """
    folder = settings.DATA_DIR / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "studio.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(_already_running(lock)) from None
        lock.truncate(0)
        lock.write(json.dumps({"pid": os.getpid(), "address": address}))
        lock.flush()
        yield


def _already_running(lock):
    lock.seek(0)
    try:
        holder = json.load(lock)
    except ValueError:
        holder = {}  # it has the lock but has not signed it yet
    process = f" (process {holder['pid']})" if "pid" in holder else ""
    place = f" at {holder['address']}" if holder.get("address") else ""
    return f"Brand Studio already runs{place}{process}. Open that, or end it with Ctrl-C there."


def check_port(host, port):
    """Raises CannotStart when something else listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        # As the web server does: a connection that is still closing is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} can't be used ({error.strerror}). "
                f"End what uses it, or choose another: STUDIO_PORT={port + 1}."
            ) from None


def keep_private(folder):
    """Close what an earlier version left readable for others in the data folder.

    Folders keep all that is in them; what belongs to somebody else is left as it is.
    """
    mask = os.umask(0o077)
    os.umask(mask)
    for path in folder.iterdir():
        if not path.is_symlink() and path.stat().st_uid == os.getuid():
            path.chmod(path.stat().st_mode & 0o7777 & ~mask)


def prepare(say):
    """Bring database and static files up to date; on the very first run, add the demo content."""
    keep_private(settings.DATA_DIR)
    say("Preparing the database …")
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CannotStart(f"The database does not answer: {reason}. See DATABASE_URL.") from None
    with telling(say, "preparing the database"):
        call_command("migrate", interactive=False, verbosity=0)
    refuse_open_demo()
    with telling(say, "copying the static files"):
        collect_static()
    if not User.objects.exists():
        _first_run(say)
    connection.close()


def _first_run(say):
    """On the machine itself the demo; where others come in only what every studio needs."""
    if exposure.is_local_only():
        say("First run: adding the demo, which may take some minutes …")
        demo_accounts.make_demo_accounts()
        command, what = "import_demo", "adding the demo"
    else:
        say("First run: others may reach this studio, so it begins without the demo.")
        command, what = "seed_reference", "adding what every studio needs"
    if command in get_commands():
        with telling(say, what):
            call_command(command)


def refuse_open_demo():
    """Raises CannotStart where others may come in while the demo's password opens an account."""
    if exposure.is_local_only():
        return
    if names := demo_accounts.open_demo_accounts():
        raise CannotStart(
            f"The demo's password, which everybody knows, still opens {', '.join(names)}, and "
            "others may reach this studio (STUDIO_HOST, DJANGO_ALLOWED_HOSTS, STUDIO_ADDRESS, "
            "STUDIO_HTTPS or CSRF_TRUSTED_ORIGINS say so). Run `manage.py close_demo_accounts`, "
            "or give each a password of its own with `manage.py changepassword NAME`; then start "
            "again."
        )


def check_prepared():
    """Raises CommandError where the database has no tables yet."""
    if User._meta.db_table not in connection.introspection.table_names():
        raise CommandError(
            "The database is empty. Run `manage.py migrate` first, or `manage.py studio`, which "
            "prepares everything."
        )


def collect_static():
    """Copy the static files to where the web process serves them from, unless none has changed."""
    stamp = settings.DATA_DIR / "run" / "static.stamp"
    now = _static_version()
    if stamp.exists() and stamp.read_text() == now and settings.STATIC_ROOT.exists():
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)


def _static_version():
    """A hash that changes when a static file of ours, or a pinned package, does."""
    digest = hashlib.sha256((settings.ROOT / "requirements.txt").read_bytes())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                status = path.stat()
                digest.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serves(address):
    """Whether the web process answers a request, whatever it answers."""
    place = urlsplit(address)
    web = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    try:
        web.request("HEAD", "/")
        web.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return True
    finally:
        web.close()
