"""Noting who took which weight file out of the studio."""

import hashlib
from http import HTTPStatus

from training.models import WeightsDownload, WeightsForm


def note_stored(request, sha256, response):
    """Note that the stored file itself leaves, unless the browser only asks or has it already."""
    if request.method == "GET" and response.status_code == HTTPStatus.OK:
        _note(request.user, sha256, WeightsForm.FILE, sha256)


def note_made(request, weights_sha256, form, file):
    """Note that a file made of stored weights leaves. file: open, and at its beginning again after.

    form: a WeightsForm.
    """
    if request.method == "GET":
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        _note(request.user, weights_sha256, form, sha256)


def _note(person, weights_sha256, form, sha256):
    WeightsDownload.objects.create(
        person=person, weights_sha256=weights_sha256, form=form, sha256=sha256
    )
