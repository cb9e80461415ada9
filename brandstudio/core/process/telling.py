"""Lines that say of long work that it goes on, so that nobody takes it for hanging."""

import threading
import time
from contextlib import contextmanager

EVERY = 10  # seconds between two such lines


@contextmanager
def telling(say, what, every=EVERY):
    """While the block runs, say every so many seconds that it still does `what`."""
    began, over = time.monotonic(), threading.Event()

    def tell():
        while not over.wait(every):
            say(f"… still {what}, {time.monotonic() - began:.0f} s so far")

    teller = threading.Thread(target=tell, name="telling", daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()
