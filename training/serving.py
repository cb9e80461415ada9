"""Stored files over HTTP: always through a row that this person may see, never by hash alone."""

from django.http import FileResponse, HttpResponseNotModified
from django.utils.http import quote_etag

from brandstudio.core import blobs

_YEAR = 365 * 24 * 3600
_MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}


def serve_blob(request, sha256, *, content_type="", download_as=""):
    """The blob as a response that the reader's own browser may keep for ever, and nobody else.

    content_type: told from the first bytes if empty. download_as: a file name, for saving.
    """
    etag = quote_etag(sha256)
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        file = blobs.open(sha256)
        response = FileResponse(
            file,
            content_type=content_type or _sniff(file),
            as_attachment=bool(download_as),
            filename=download_as,
        )
    # Content behind an address that names a row's blob never changes.
    response["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    response["ETag"] = etag
    return response


def _sniff(file):
    start = file.read(4)
    file.seek(0)
    found = (kind for magic, kind in _MAGIC.items() if start.startswith(magic))
    return next(found, "application/octet-stream")
