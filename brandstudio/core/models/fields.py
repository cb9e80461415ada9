"""Columns of the studio's own."""

from django.db import models


class BlobField(models.CharField):
    """The SHA-256 that names a stored file (`blobs`): what such a column names is kept."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 64, **kwargs})

    def deconstruct(self):
        # To the database it is text.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
