"""What the tests of damaged stored files share."""

from brandstudio.core import blobs


def overwrite(sha256, content):
    """Put other content over a stored file, as a person or a broken disk does. Returns its path."""
    path = blobs.local(sha256)
    path.chmod(0o600)
    path.write_bytes(content)
    return path


def cut(sha256):
    """Leave the first half of a stored file."""
    path = blobs.local(sha256)
    return overwrite(sha256, path.read_bytes()[: path.stat().st_size // 2])


def flip_a_byte(sha256):
    """Change the middle byte of a stored file."""
    content = bytearray(blobs.local(sha256).read_bytes())
    content[len(content) // 2] ^= 1
    return overwrite(sha256, bytes(content))


def lose(sha256):
    """Remove a stored file."""
    blobs.local(sha256).unlink()


DAMAGES = [flip_a_byte, cut, lose]
