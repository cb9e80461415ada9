"""What files that leave are called, so that a campaign's folder sorts itself."""

import re

from gallery.services import vehicle_words

_UNFIT = re.compile(r"[^a-z0-9-]+")


def of(asset, channel, size, version):
    """vehicle_scene_channel_WxH_version, without an ending: "gs8_arcade-217_moments_1080x1080_v1".

    The scene's part ends in the asset's number, so that two pictures never share a name.
    """
    scene = asset.scene
    parts = (
        _vehicle_of(scene),
        f"{_scene_of(scene)}-{asset.pk}",
        channel.slug if channel else "as-painted",
        f"{size[0]}x{size[1]}",
        f"v{version}",
    )
    return "_".join(parts)


def of_style(slug, number):
    """What a style's weights are called in other houses and tools, without an ending."""
    return f"{slug}-v{number}"


def _vehicle_of(scene):
    if scene.cutout_id and scene.cutout.vehicle_id:
        return scene.cutout.vehicle.slug
    named = vehicle_words.by_words_only(scene)
    return named[0].slug if named else "car"


def _scene_of(scene):
    """The template's short name, else the first words of the prompt."""
    words = scene.template.slug if scene.template_id else scene.prompt
    return _UNFIT.sub("-", words.lower()).strip("-")[:40].strip("-") or "scene"
