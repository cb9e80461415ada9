"""What a web process holds for good is loaded before the first visitor comes.

Python's garbage collector looks through every object of the process at each full collection.
Modules, models and pages are some 140,000 of them and never go away; a visitor whose answer happens
to set the collector off would wait for it (https://docs.python.org/3/library/gc.html#gc.freeze).
"""

import gc

from django.urls import get_resolver


def settle() -> int:
    """Loads all pages and takes what is there out of the collector's sight; how many objects."""
    _load(get_resolver())
    gc.collect()
    gc.freeze()
    return gc.get_freeze_count()


def _load(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            _load(pattern)
