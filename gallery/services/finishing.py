"""The last steps of every file that leaves: labelled, marked, signed, and read back.

Nothing may change a file after its credentials were signed, and one that fails its reading back
reaches nobody.
"""

import io
from dataclasses import replace

from django.conf import settings
from django.core import checks
from django.utils import timezone

from brandstudio.core.process import secret_file
from gallery.engine import credentials, labelling, readback, xmp
from gallery.models import SceneMode
from gallery.services import shown
from training.engine.errors import EngineError

# What signing adds to a file, at most, in bytes: 3.1 to 3.5 kB with a short chain.
_CREDENTIALS_BYTES = 8192


def finished(
    image,
    asset,
    file_form,
    *,
    watermark="",
    place=labelling.IN_LOWER_RIGHT,
    packet="",
    poster=None,
):
    """The bytes of an RGB picture of this asset, with both marks and content credentials in it.

    file_form: a FileForm; its max_bytes counts what signing adds. place: of the visible label, None
    for none. packet: XMP that stands beside the marks. poster: the Poster that it stands on. Raises
    EngineError as `file_forms.write`, `credentials.credentials` and `readback.check`.
    """
    signer, mark = signing(), mark_of(asset, poster)
    source_type = source_type_of(asset.scene, poster)
    roomy = replace(file_form, reserved=_CREDENTIALS_BYTES)
    unsigned = marked(
        image, asset, roomy, watermark=watermark, place=place, packet=packet, poster=poster
    )
    signed = io.BytesIO()
    credentials.sign(
        io.BytesIO(unsigned),
        signed,
        file_form.content_type,
        signer,
        title=mark.produce_id,
        source_type=source_type,
    )
    content = signed.getvalue()
    promise = readback.Promise(image.size, file_form, mark, source_type, signer.root, place)
    readback.check(content, promise)
    return content


def marked(
    image,
    asset,
    file_form,
    *,
    watermark="",
    place=labelling.IN_LOWER_RIGHT,
    packet="",
    poster=None,
):
    """As `finished`, for a page to show: with both marks, unsigned."""
    file = io.BytesIO()
    labelling.write(
        image,
        file,
        file_form=file_form,
        mark=mark_of(asset, poster),
        source_type=source_type_of(asset.scene, poster),
        watermark=watermark,
        place=place,
        packet=packet,
    )
    return file.getvalue()


def mark_of(asset, poster=None):
    """The metadata mark of an asset, or of a poster with it; its number is unique and leads back
    to the row."""
    return shown.mark(_number_of(asset, poster), asset.image_sha256)


def produce_id_of(asset, poster=None):
    """The number in `mark_of`, for tables that ask who the producer is once."""
    return shown.produce_id(_number_of(asset, poster), asset.image_sha256)


def _number_of(asset, poster):
    number = f"studio-{asset.pk}"
    return f"{number}-poster{poster.pk or 0}" if poster else number


def source_type_of(scene, poster=None):
    """IPTC's word for how the picture came about: a real car is a photograph in a painted scene,
    and a poster's words and logo are no machine's."""
    is_composed = poster is not None or scene.mode == SceneMode.PRODUCT
    return xmp.COMPOSED if is_composed else xmp.GENERATED


def signing():
    """The Credentials that files are signed with: those of the settings, else the studio's own.

    Raises EngineError as `credentials.credentials`, and certificate-missing.
    """
    path = settings.C2PA_CREDENTIALS_FILE
    try:
        pem = path.read_text() if path else _own_credentials()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError("certificate-missing", path=str(path)) from error
    return credentials.credentials(pem, timezone.now())


def signing_fault():
    """The EngineError that keeps every file from being signed now, or None."""
    try:
        signing()
    except EngineError as error:
        return error
    return None


def check_certificate(app_configs, **_options):
    """A system check: every command says as it starts that no file could leave."""
    fault = signing_fault() if settings.C2PA_CREDENTIALS_FILE else None
    return [checks.Warning(str(fault), id="gallery.W001")] if fault else []


def _own_credentials():
    return secret_file.read_or_make(
        settings.OWN_CREDENTIALS_FILE,
        lambda: credentials.self_made(settings.STUDIO_NAME, timezone.now()),
    )
