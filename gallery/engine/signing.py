"""The keys by which studios know each other: Ed25519 (RFC 8032), as short lines of base64."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from training.engine.errors import EngineError

KEY_BYTES = 32
SIGNATURE_BYTES = 64


def new_key() -> str:
    """A new private key in one line."""
    return _text(Ed25519PrivateKey.generate().private_bytes_raw())


def private_key(text: str) -> Ed25519PrivateKey:
    """The key of `new_key`'s line. Raises EngineError("signing-key-unreadable")."""
    raw = _bytes(text)
    if raw is None:
        raise EngineError("signing-key-unreadable")
    return Ed25519PrivateKey.from_private_bytes(raw)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half in one line of 44 letters, to be told to other studios."""
    return _text(key.public_key().public_bytes_raw())


def tidy_public(text: str) -> str:
    """A public key as `public_text` writes it, whatever blanks were pasted with it.

    Raises EngineError("public-key-unreadable").
    """
    raw = _bytes(text)
    if raw is None:
        raise EngineError("public-key-unreadable")
    return _text(raw)


def fingerprint(public: str) -> str:
    """What people compare of a public key: 32 hexadecimal digits of its SHA-256, in fours."""
    digits = hashlib.sha256(base64.b64decode(public)).hexdigest()[:32]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def is_signed(public: str, signature: bytes, content: bytes) -> bool:
    """Whether the content was signed with the other half of this public key."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes | None:
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == KEY_BYTES else None
