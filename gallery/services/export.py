"""How a style leaves the house: the LoRA file for other tools, with its card and a picture."""

import json
import tempfile
import zipfile
from pathlib import Path

from django.conf import settings

from brandstudio.core import blobs
from gallery.engine import labelling
from gallery.services import policy
from gallery.services.shown import mark
from training.engine.data.images import open_rgb
from training.engine.files.safetensors_header import read_header
from training.engine.lora import kohya_file, profiles


def external_zip(version):
    """An open zip file: the weights in the external profile, WebUI's card and a labelled preview.

    The weights are those of the approved version byte for byte; their metadata keeps what other
    tools need, the licence (STYLE_LICENCE) and the trigger words, and nothing of the house.
    Raises Refused: pack-not-approved, pack-held; blobs.BlobMissing, EngineError of lora_export.
    """
    policy.check_style_leaves(version)
    weights = blobs.local(version.weights_sha256, str(version))
    metadata = profiles.profile(
        read_header(weights).metadata, "external", settings.STYLE_LICENCE, version.trigger_words
    )
    if version.checkpoint_id and not version.trigger_words:  # cleared when it was published
        metadata.pop("modelspec.trigger_phrase", None)
    packed = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    try:
        _pack(packed, version, weights, metadata)
    except BaseException:
        packed.close()
        raise
    packed.seek(0)
    return packed


def _pack(packed, version, weights, metadata):
    name = file_stem(version)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
        target = Path(folder) / f"{name}.safetensors"
        kohya_file.rewrite(weights, target, metadata)
        archive.write(target, target.name)
        card = profiles.card(
            read_header(target).metadata, version.strength, family=version.base.family
        )
        archive.writestr(f"{name}.json", json.dumps(card, ensure_ascii=False, indent=2))
        if preview := _preview(version):
            with archive.open(f"{name}.preview.png", "w") as file:
                _write_labelled(preview, file, version)


def file_stem(version):
    """What a version's files are called, without their ending."""
    return f"{version.pack.slug}-v{version.number}"


def _preview(version):
    """The evidence picture nearest the default strength; None before its sheet is painted."""
    return min(
        version.images.all(),
        key=lambda image: abs(image.strength - version.strength),
        default=None,
    )


def _write_labelled(preview, file, version):
    image = open_rgb(blobs.local(preview.sha256, str(version)))
    labelling.write(image, file, form="png", mark=mark(f"style-{version.pk}", preview.sha256))
