"""Is a dataset drawn, or are its pictures photographs? Asked of its thumbnails."""

import contextlib
from functools import lru_cache

from brandstudio.core import blobs
from training.engine.data.images import open_rgb
from training.engine.data.medium import are_drawn, edge_share
from training.engine.data.spread import evenly
from training.engine.errors import EngineError

MOST = 24  # pictures that are looked at, evenly spread


def is_drawn(dataset):
    """Whether most of the dataset's pictures are drawings. Stored files that are gone don't count.

    A picture is looked at once in a process: about 10 ms each.
    """
    hashes = list(dataset.images.order_by("name").values_list("thumb_sha256", flat=True))
    return are_drawn(_edge_shares(evenly(hashes, MOST)))


def _edge_shares(hashes):
    for sha256 in hashes:
        # A picture that can't be read is named by the run itself.
        with contextlib.suppress(blobs.BlobMissing, EngineError):
            yield _edge_share(sha256)


@lru_cache(maxsize=4096)
def _edge_share(sha256):
    return edge_share(open_rgb(blobs.local(sha256)))
