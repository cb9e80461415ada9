"""Whether a fault means that a disk is full: each library says so in its own way."""

import errno
import shutil
import sqlite3

from django.conf import settings

_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_WORDS = ("No space left on device", "disk is full", "os error 28", "Disk quota exceeded")
# SQLite could not grow a file, or open a temporary one; which of all reasons it does not say.
_SQLITE_VAGUE = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_NOTHING = 1 << 20  # bytes free: less is none


def is_full(error):
    """Whether this exception, or one that it was made from, says that a disk is full."""
    visited = set()
    while error is not None and id(error) not in visited:
        if _says_full(error):
            return True
        visited.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _says_full(error):
    if getattr(error, "errno", None) in _ERRNOS or getattr(error, "sqlstate", "") == "53100":
        return True
    if any(word in str(error) for word in _WORDS):
        return True
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return code == sqlite3.SQLITE_FULL or (code in _SQLITE_VAGUE and _has_no_room())
    # Pillow drops the system's reason when it can't write a picture.
    return isinstance(error, OSError) and "encoder error" in str(error) and _has_no_room()


def _has_no_room():
    places = (settings.DATA_DIR, settings.FILE_UPLOAD_TEMP_DIR)
    return any(shutil.disk_usage(place).free < _NOTHING for place in places)
