"""The order that the fields of a sent SceneForm make."""

import unicodedata
from functools import partial

from brandstudio.core.problems import Refused
from gallery.engine import prompts
from gallery.models import SceneMode, Scheduler
from gallery.services import library, orders, sources
from gallery.services.orders import Placement, SceneOrder
from gallery.services.shapes import FurtherChannel
from training.engine.prompts import strengths, style_tags
from training.engine.prompts.style_tags import Tag


def order_of(form, words, packs):
    """The SceneOrder of a SceneForm whose fields are sound.

    words: the person's own, without style tags. packs: [(StyleVersion, strength)], as
    `words_and_packs` gives both. Raises Refused for what no field can see alone.
    """
    cleaned = form.cleaned_data
    template = cleaned["template"]
    return SceneOrder(
        template=template,
        slot_values={
            slot["name"]: cleaned.get(f"slot_{slot['name']}", "")
            for slot in (template.slots if template else ())
        },
        free=words,
        packs=tuple(strengths.added_up(packs)),
        channel=cleaned["channel"],
        count=cleaned["count"],
        seed=cleaned["seed"],
        steps=cleaned["steps"],
        guidance=cleaned["guidance"],
        scheduler=cleaned["scheduler"] or Scheduler.DPM,
        negative=cleaned.get("negative"),
        reason=cleaned.get("reason", ""),
        strengths=_sweep_of(cleaned["sweep"]),
        made_from=cleaned["made_from"],
        campaign=cleaned["campaign"],
        **_origin_of(cleaned, form.person),
    )


def further_of(cleaned):
    """[FurtherChannel] of a form's fields: all but the one that the pictures are painted for."""
    return [
        FurtherChannel(channel, channel in cleaned["anew"])
        for channel in cleaned["further"]
        if channel != cleaned["channel"]
    ]


def words_and_packs(form):
    """(own words without their style tags, [(StyleVersion, strength)] of ticks, then of tags)."""
    words, tagged = read_words(form, form.cleaned_data.get("free", ""))
    ticked = [(version, _sent_strength(form, version)) for version in form.cleaned_data["pack"]]
    return words, ticked + tagged


def read_words(form, text):
    """(own words without their style tags, [(StyleVersion, strength)] of the tags)."""
    words, tags = prompts.split_tags(text, partial(_tag_offered, form))
    versions = library.by_name(form.versions) if tags else {}
    return words, style_tags.packs_of(tags, versions, lambda version: version.strength)


def _tag_offered(form, name, strength):
    """The tag offered for a wrong one, at the style's own strength where it may not have this."""
    version = library.by_name(form.versions).get(unicodedata.normalize("NFC", name))
    if version and strength is not None and not version.allows(strength):
        strength = version.strength
    return style_tags.write_tag(Tag(name, strength))


def repeats_of(packs):
    """{pack's name: "0.5 + 0.6"} of packs that are ticked and called as well: they add up."""
    parts: dict[str, list[str]] = {}
    for version, strength in packs:
        parts.setdefault(str(version.pack), []).append(f"{strength:g}")
    return {name: " + ".join(terms) for name, terms in parts.items() if len(terms) > 1}


def _origin_of(cleaned, person):
    """What the scene starts from, besides words."""
    if cleaned["mode"] == SceneMode.IMAGE:
        if not cleaned["init_image"]:
            raise Refused("init-image-missing")
        init_image = sources.find_init_image(cleaned["init_image"], person)
        if init_image is None:
            raise Refused("init-image-gone")
        percent = cleaned["denoising_strength"]
        usual = orders.DEFAULT_DENOISING_STRENGTH
        return {
            "init_image": init_image,
            "denoising_strength": usual if percent is None else percent / 100,
        }
    if cleaned["mode"] == SceneMode.PRODUCT:
        if cleaned["cutout"] is None:
            raise Refused("cutout-missing")
        shares = {name: cleaned[f"cutout_{name}"] for name in ("x", "y", "width")}
        shares = {name: value / 100 for name, value in shares.items() if value is not None}
        light = cleaned["cutout_light"]
        return {"placement": Placement(cleaned["cutout"], light=light, **shares)}
    return {}


def _sent_strength(form, version):
    return strength_of(version, str(form.data.get(f"strength_{version.pk}", "")))


def strength_of(version, text):
    """What a person wrote, else the version's own. Raises Refused("strength-unreadable")."""
    if not text.strip():
        return version.strength
    strength = strengths.read(text)
    if strength is None:
        raise Refused("strength-unreadable", name=str(version.pack), value=text[:20])
    return round(strength, 3)


def _sweep_of(text):
    """The strengths of a sweep, or () for none. Raises Refused("sweep-unreadable")."""
    words = strengths.read_all(text)
    sweep = [strength for strength in words if strength is not None]
    if len(sweep) < len(words) or sweep and not 2 <= len(sweep) <= orders.MOST_IMAGES:
        raise Refused("sweep-unreadable")
    return tuple(round(strength, 3) for strength in sweep)
