"""What is claimed of the rights of a file from elsewhere: noted with who and what before."""

from django.db import transaction

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused

CLAIMS = ("origin_maker", "licence", "commercial_use")
NOTED = "claims noted"  # the audit entry of it


def note_claims(version, by, claims):
    """Write a draft's claims; each that changes goes into its history, before and after.

    claims: a value for each of CLAIMS. What came signed in a bundle stays as its sender signed it;
    only what the sender left open is noted here. Raises Refused("claims-signed"), WrongState.
    """
    signed = _signed(version)
    if any(signed[name] and claims[name] != signed[name] for name in CLAIMS):
        raise Refused("claims-signed", name=str(version), studio=version.claim["studio"])
    before = {name: getattr(version, name) for name in CLAIMS}
    changed = {
        name: [before[name], claims[name]] for name in CLAIMS if claims[name] != before[name]
    }
    with transaction.atomic():
        version.edit(by, **claims)
        if changed:
            AuditEntry.objects.record(version, "", NOTED, by=by, claims=changed)


def _signed(version):
    """What the sender of a bundle signed, by name; of one from before that was kept, what stands
    there now."""
    if not version.claim:
        return dict.fromkeys(CLAIMS, "")
    signed = version.claim.get("rights")
    return signed or {name: getattr(version, name) for name in CLAIMS}
