"""A picture as it was painted, without the visible label: for a reason, by agreement, and noted.

Article 9 of 《人工智能生成合成内容标识办法》 lets such a file be given to who asks
for it, is told of the duty to label it, and is put on record. The metadata mark and the content
credentials stay in it.
"""

from django.utils.translation import gettext

from brandstudio.core import blobs
from brandstudio.core.input import lengths, reasons
from brandstudio.core.problems import Refused
from gallery.engine.file_forms import FileForm
from gallery.models import MetadataProfile, Rendition
from gallery.services import downloads, file_names, finishing, origins, policy
from training.engine.data.images import open_rgb

_FORM = FileForm("png")


def duty():
    """The words that a person agrees to, in their language."""
    return gettext(
        "I take on the duty of labelling: whoever publishes this file, or what is made of it, puts "
        "a visible label on it first. The studio keeps on record that I took it, when and why."
    )


def deliver(asset, person, why, agreed, profile=MetadataProfile.EXTERNAL, channel=None):
    """The OutgoingFile of a picture as it was painted, and its Download.

    channel: what it is for, None for the scene's own. why: the person's reason. agreed: whether
    they agreed to `duty`. profile: a MetadataProfile.
    Raises Refused as
    `policy.rule_for`, original-why-missing, original-not-agreed; EngineError as
    `finishing.finished`. Nothing is noted then.
    """
    where = channel or asset.scene.channel
    policy.rule_for(asset, person, Rendition.ORIGINAL, where)
    why = reasons.written(lengths.within(why, reasons.LONGEST))
    if not why:
        raise Refused("original-why-missing")
    if not agreed:
        raise Refused("original-not-agreed")
    image = open_rgb(blobs.local(asset.image_sha256, str(asset)))
    packet = origins.packet_of(asset, profile)
    content = finishing.finished(image, asset, _FORM, place=None, packet=packet)
    name = f"{file_names.of(asset, None, image.size, 1)}_original.{_FORM.form}"
    file = downloads.OutgoingFile(content, name, _FORM.content_type, *image.size)
    record = {"why": why, "agreed_to": duty(), "metadata": profile}
    downloads.note(asset, person, Rendition.ORIGINAL, where, file, **record)
    return file
