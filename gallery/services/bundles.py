"""Styles on their way between studios: a signed bundle out, and in through our own gates."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from brandstudio.core.problems import Refused
from gallery.engine import style_bundle
from gallery.models.style import BAND, CommercialUse
from gallery.services import export, studios, style_files
from gallery.services.publishing import publish_file
from training.models import BaseModel

CLAIMED = ("made_on", "version", "base", "band", "scores", "approval")


def signed_bundle(version):
    """An open file: what `export.external_files` writes, with a signed manifest.

    Raises Refused as `export.check_leaves`; blobs.BlobMissing; EngineError of the export,
    signing-key-unreadable.
    """
    export.check_leaves(version)
    key = studios.signing_key()

    def pack(packed, folder):
        files = export.external_files(version, folder)
        style_bundle.write(packed, files, _claims(version), key)

    return export.open_packed(pack)


def file_name(version):
    return export.file_stem(version) + style_bundle.ENDING


def _claims(version):
    """What the manifest says of a version: nothing of its prompts, pictures, people or folders."""
    pack = version.pack
    names = ("slug", "name_zh", "name_en", "summary_zh", "summary_en")
    approver = version.reviewed_by.shown_name if settings.BUNDLES_NAME_APPROVER else ""
    return {
        "studio": {"name": settings.STUDIO_NAME},
        "made_on": timezone.localdate().isoformat(),
        "pack": {name: getattr(pack, name) for name in names},
        "version": version.number,
        "base": {"family": version.base.family, "sha256": version.base.sha256},
        "band": {name: getattr(version, name) for name in BAND},
        "scores": scores_of(version),
        "trigger_words": version.trigger_words,
        "rights": export.rights_of(version),
        "approval": {
            "by": approver or "brand admin",
            "on": timezone.localdate(version.reviewed_at).isoformat(),
        },
    }


def scores_of(version):
    """[{strength, style, scene, drift}] of a version's sheet: figures alone, rounded."""
    evidence = version.evidence
    rows = evidence.get("figures", {}).get("rows") or evidence.get("scores") or []
    return [
        {"strength": row["strength"]}
        | {
            name: round(value, 4)
            for name, key in (("style", "style"), ("scene", "content"), ("drift", "drift"))
            if (value := _mean(row.get(name, row.get(key)))) is not None
        }
        for row in rows
    ]


def _mean(figure):
    """Of a figure with its spread over seeds, or of before spreads were measured."""
    return figure["mean"] if isinstance(figure, dict) else figure


def opened(path, name):
    """The style_bundle.Bundle at a path, from a studio that is trusted.

    Raises EngineError as style_bundle.open_signed, Refused("bundle-signer-unknown").
    """
    bundle = style_bundle.open_signed(path, name)
    if not studios.is_trusted(bundle.public_key):
        raise Refused(
            "bundle-signer-unknown",
            name=bundle.name,
            studio=bundle.studio[:120],
            fingerprint=bundle.fingerprint,
            key=bundle.public_key,
        )
    return bundle


def base_for(bundle, chosen=None):
    """The base a bundle is taken in for: the chosen one, else the very base it was made for, else
    one of its family. Raises Refused: bundle-base-differs, bundle-base-absent."""
    claimed = bundle.manifest["base"]
    facts = {"name": bundle.name, "family": claimed["family"][:40]}
    if chosen:
        if chosen.family != claimed["family"]:
            raise Refused("bundle-base-differs", base=chosen.name, other=chosen.family, **facts)
        return chosen
    bases = BaseModel.objects.usable().filter(family=claimed["family"])
    base = bases.filter(sha256=claimed["sha256"]).first() or bases.first()
    if base is None:
        raise Refused("bundle-base-absent", **facts)
    return base


def take_in(bundle, base, by, pack, changes=""):
    """A draft version with a bundle's weights; its own sheet is ordered, its own review needed.

    base: of `base_for`. pack: see publish. Raises EngineError as style_bundle.unpack and
    style_files.fitting; Refused as `publish`. Nothing is stored then.
    """
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        lora = style_bundle.unpack(bundle, Path(folder))
        return publish_file(
            style_files.fitting(lora.file, bundle.name, base),
            by,
            pack,
            trigger_words=bundle.manifest["trigger_words"],
            changes=changes,
            **_signed_rights(bundle),
            claim=claim_of(bundle),
        )


def _signed_rights(bundle):
    """The sender's word on the rights, as the columns of a version hold it."""
    rights = bundle.manifest["rights"]
    use = rights["commercial_use"]
    return {
        "origin_maker": rights["made_by"][:160],
        "licence": rights["licence"][:160],
        "commercial_use": use if use in CommercialUse.values else "",
    }


def claim_of(bundle):
    """What a version keeps of its bundle: the sender's word, never taken for our own evidence."""
    manifest = bundle.manifest
    return {
        "studio": bundle.studio,
        "fingerprint": bundle.fingerprint,
        "rights": _signed_rights(bundle),
        **{
            key: manifest[key]
            for key in ("made_on", "version", "base", "band", "scores", "approval")
        },
    }
