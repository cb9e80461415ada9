"""How a style leaves the house: the LoRA file for other tools, with its card and a picture."""

import json
import tempfile
import zipfile
from pathlib import Path

from django.conf import settings

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.engine import labelling
from gallery.engine.file_forms import FileForm
from gallery.services import file_names, policy
from gallery.services.shown import mark
from training.engine.data.images import open_rgb
from training.engine.files.safetensors_header import read_header
from training.engine.lora import kohya_file, profiles


def external_zip(version):
    """An open zip file: what `external_files` writes.

    Raises Refused as `check_leaves`; blobs.BlobMissing, EngineError of lora_export.
    """
    check_leaves(version)

    def pack(packed, folder):
        with zipfile.ZipFile(packed, "w") as archive:
            for name, path in external_files(version, folder).items():
                archive.write(path, name)

    return open_packed(pack)


def check_leaves(version):
    """Raise Refused unless the files of this style may go to other houses: as
    `policy.check_style_leaves`, and licence-unknown."""
    policy.check_style_leaves(version)
    if not rights_of(version)["licence"]:
        raise Refused("licence-unknown", name=str(version))


def open_packed(pack):
    """An open temporary file that `pack(file, folder)` has filled, with a folder of its own to work
    in."""
    packed = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    try:
        with tempfile.TemporaryDirectory() as folder:
            pack(packed, Path(folder))
    except BaseException:
        packed.close()
        raise
    packed.seek(0)
    return packed


def external_files(version, folder):
    """{name: path} of the style's files for other houses, written into a folder: the weights in the
    external profile, WebUI's card and a labelled preview.

    The weights are those of the approved version byte for byte; their metadata keeps what other
    tools need, the licence and the trigger words, and nothing of the house.
    """
    name = file_stem(version)
    weights, card = folder / f"{name}.safetensors", folder / f"{name}.json"
    source = blobs.local(version.weights_sha256, str(version))
    kohya_file.rewrite(source, weights, _external_metadata(version, source))
    metadata = read_header(weights).metadata
    content = profiles.card(metadata, version.strength, family=version.base.family)
    card.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
    files = {path.name: path for path in (weights, card)}
    if preview := _preview(version):
        labelled = folder / f"{name}.preview.png"
        with labelled.open("wb") as file:
            _write_labelled(preview, file, version)
        files[labelled.name] = labelled
    return files


def rights_of(version):
    """{"made_by", "licence", "commercial_use"} of a style's file, as its page shows them and as it
    leaves with them; "" for what nobody knows.

    Of what was trained here, the studio itself is the maker, and says by its licence alone what it
    may be used for.
    """
    if version.is_from_elsewhere:
        made_by, licence = version.origin_maker, version.licence
    else:
        made_by, licence = settings.STUDIO_NAME, settings.STYLE_LICENCE
    return {"made_by": made_by, "licence": licence, "commercial_use": version.commercial_use}


def _external_metadata(version, weights):
    metadata = profiles.profile(
        read_header(weights).metadata,
        "external",
        rights_of(version)["licence"],
        version.trigger_words,
    )
    if version.checkpoint_id and not version.trigger_words:  # cleared when it was published
        metadata.pop("modelspec.trigger_phrase", None)
    return metadata


def file_stem(version):
    """What a version's files are called, without their ending."""
    return file_names.of_style(version.pack.slug, version.number)


def _preview(version):
    """The evidence picture nearest the default strength; None before its sheet is painted."""
    return min(
        version.images.all(),
        key=lambda image: abs(image.strength - version.strength),
        default=None,
    )


def _write_labelled(preview, file, version):
    image = open_rgb(blobs.local(preview.sha256, str(version)))
    labelling.write(
        image, file, file_form=FileForm("png"), mark=mark(f"style-{version.pk}", preview.sha256)
    )
