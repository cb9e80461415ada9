"""From the click to the first step: a whole studio in a folder of its own, one order after another.

    python -m benchmarks.first_step            five orders of one picture, on an idle renderer

Starts `manage.py studio` (web, Redis, workers), has one picture painted that counts for nothing,
then orders pictures as the page's form does and watches their rows. The time runs from the order
until a row tells its first step; what a browser and a network add is not in it.
"""

import argparse
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PATIENCE = 600  # s until the studio must be ready, and until a picture must be


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ |= {"STUDIO_DATA_DIR": folder, "STUDIO_PORT": str(probe.getsockname()[1])}
        probe.close()
        studio = subprocess.Popen(
            [sys.executable, "manage.py", "studio"], stdout=subprocess.DEVNULL
        )
        try:
            measure(options.orders, os.environ["STUDIO_PORT"])
        finally:
            studio.send_signal(signal.SIGINT)
            studio.wait(60)


def measure(orders: int, port: str) -> None:
    """Wait for the studio, order pictures one by one, print what each took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brandstudio.settings")
    import django  # its settings are read from the environment made above

    django.setup()
    from brandstudio.core.models import User  # models need the set-up
    from gallery.services import scenes

    wait_until(lambda: answers(port), "the site")
    who = User.objects.create_user(
        "clicker", password=secrets.token_urlsafe(), may_write_prompts=True
    )
    waits = []
    for number in range(orders + 1):
        order = scenes.SceneOrder(free="an arcade street at night", seed=number, count=1)
        wait = first_step_of(lambda order=order: scenes.compose_scene(order, who))
        print(f"order {number}: first step after {wait * 1000:.0f} ms", flush=True)
        if number:  # the first order waits for the studio's own start
            waits.append(wait)
        time.sleep(1)
    print(f"click to first step: median {statistics.median(waits) * 1000:.0f} ms")
    print(f"load: {os.getloadavg()[0]:.2f}")


def first_step_of(compose) -> float:
    """Seconds from the order to its first step; returns when its picture is there."""
    began = time.perf_counter()
    asset = compose().assets.get()
    wait_until(lambda: seen(asset).steps_done >= 1, "the first step", 0.005)
    wait = time.perf_counter() - began
    wait_until(lambda: seen(asset).state == "ready", "the picture")
    return wait


def seen(asset):
    """The row as it is now."""
    asset.refresh_from_db(fields=["steps_done", "state"])
    return asset


def answers(port: str) -> bool:
    """Whether the site listens; its database is ready then."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def wait_until(there, what: str, pause: float = 0.2) -> None:
    """Return once there() is true. Raises TimeoutError after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > end:
            raise TimeoutError(f"Waited {PATIENCE} s for {what}.")
        time.sleep(pause)


if __name__ == "__main__":
    main()
