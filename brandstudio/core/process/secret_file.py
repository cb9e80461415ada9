"""Secrets of this installation that are made on first use: one file each, its owner's alone."""

import os
import secrets
from contextlib import suppress


def read_or_make(path, make):
    """The text in the file at path; where there is none, what make() gives, whole or not at all."""
    if not path.exists():
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(make())
            with suppress(FileExistsError):  # another process was faster
                os.link(temporary, path)
        finally:
            temporary.unlink()
    return path.read_text()
