"""This studio's key, and the studios it trusts."""

from django.conf import settings
from django.db import IntegrityError, transaction

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from brandstudio.core.process import secret_file
from gallery.engine import signing
from gallery.models import TrustedStudio


def signing_key():
    """The studio's private key: STUDIO_SIGNING_KEY, else the file's, which is made once.

    Raises EngineError("signing-key-unreadable").
    """
    line = settings.STUDIO_SIGNING_KEY or secret_file.read_or_make(
        settings.SIGNING_KEY_FILE, lambda: signing.new_key() + "\n"
    )
    return signing.private_key(line)


def public_key():
    """The studio's public key in one line. Raises as `signing_key`."""
    return signing.public_text(signing_key())


def trust(name, key, by):
    """Let in bundles that are signed with this public key. Returns the TrustedStudio.

    Raises EngineError("public-key-unreadable"), Refused: studio-known, studio-key-own.
    """
    key = signing.tidy_public(key)
    if key == public_key():
        raise Refused("studio-key-own")
    try:
        with transaction.atomic():
            studio = TrustedStudio.objects.create(name=name, public_key=key, added_by=by)
            _record(studio, "", "trusted", by)
    except IntegrityError as error:
        known = TrustedStudio.objects.get(public_key=key)
        facts = {"name": known.name, "fingerprint": known.fingerprint}
        raise Refused("studio-known", **facts) from error
    return studio


def distrust(studio, by):
    """Let in no more bundles of this studio; what came from it before stays as it was decided."""
    with transaction.atomic():
        _record(studio, "trusted", "removed", by)
        studio.delete()


def is_trusted(key):
    """Whether bundles signed with this public key are let in: a trusted studio's, or our own."""
    return TrustedStudio.objects.filter(public_key=key).exists() or key == public_key()


def _record(studio, source, target, by):
    AuditEntry.objects.record(
        studio, source, target, by=by, name=studio.name, fingerprint=studio.fingerprint
    )
