"""Stored files over HTTP: always through a row that this person may see, never by hash alone.

Who may see a row can change at any moment (a picture is shared no longer, a colleague signs in at
the same browser), so a browser asks again each time it shows a file. An unchanged one costs the
look-up of the row and an empty answer.
"""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, quote_etag
from django.utils.module_loading import import_string

from brandstudio.core import blobs
from brandstudio.core.models import BrandKit

ASK_AGAIN = "private, max-age=0, must-revalidate"


@dataclass(frozen=True)
class MadeImage:
    """A picture that a machine made, as a row names it.

    sha256: the blob it is made ready from. number: leads from the mark in the file back to the row,
    such as "sample-12". longest: px that neither side exceeds; None is as large as the blob.
    ready_sha256: a blob that was made ready before and is served as it is, if it still is right.
    watermark: words across it, of a picture that nobody is to use.
    """

    sha256: str
    number: str
    longest: int | None = None
    ready_sha256: str = ""
    watermark: str = ""

    @property
    def version(self):
        """Changes whenever the bytes that are served may."""
        # Hashed: words of a watermark or a label may be Chinese, which no header holds.
        words = f"{self.watermark}|{BrandKit.objects.current().version}"
        drawn = hashlib.sha256(words.encode()).hexdigest()[:16]
        return "-".join((self.sha256, self.number, str(self.longest or "whole"), drawn))


_MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}


def serve_blob(request, sha256, *, content_type="", download_as=""):
    """The blob as a response. For files that people brought along and for weights.

    Pictures that a machine made go through `serve_made`, which marks them.
    content_type: told from the first bytes if empty. download_as: a file name, for saving.
    """

    def response():
        try:
            file = blobs.open(sha256)
        except ValueError as error:  # no hash: the row names no file
            raise Http404 from error
        return FileResponse(
            file,
            content_type=content_type or _sniff(file),
            as_attachment=bool(download_as),
            filename=download_as,
        )

    return _unless_known(request, sha256, response)


def serve_labelled(content, content_type):
    """A picture as it leaves the studio, to be looked at: made anew each time."""
    return HttpResponse(content, content_type=content_type, headers={"Cache-Control": ASK_AGAIN})


def send_file(content, name, content_type="application/octet-stream"):
    """A file made for this one download, as bytes or an open file: saved, and kept by no cache."""
    if not isinstance(content, bytes):
        return FileResponse(content, as_attachment=True, filename=name)
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=content_type, headers=headers)


def serve_made(request, image):
    """A machine-made picture as browsers get it: never bare. image: a MadeImage."""

    def response():
        try:
            content = import_string(settings.MADE_IMAGES)(image)
        except ValueError as error:
            raise Http404 from error
        return HttpResponse(content, content_type="image/webp")

    return _unless_known(request, image.version, response)


def _unless_known(request, version, make_response):
    """The response, or 304 where the browser has this version already."""
    etag = quote_etag(version)
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponseNotModified()
    else:
        response = make_response()
    response["Cache-Control"] = ASK_AGAIN
    response["ETag"] = etag
    return response


def _sniff(file):
    start = file.read(4)
    file.seek(0)
    matches = (kind for magic, kind in _MAGIC.items() if start.startswith(magic))
    return next(matches, "application/octet-stream")
