"""What a file for colleagues tells of how it was painted; one for others tells nothing of it."""

from gallery.engine import xmp
from gallery.models import MetadataProfile
from gallery.services import file_names

_SYSTEM = "Brand Studio"


def packet_of(asset, profile):
    """The XMP that a file of this MetadataProfile has beside its marks; "" for none."""
    if profile == MetadataProfile.EXTERNAL:
        return ""
    lineage = asset.lineage
    base = lineage.get("base", {})
    origin = xmp.Origin(
        prompt=parameters_of(lineage),
        writer=asset.scene.owner.shown_name,
        system=f"{_SYSTEM}, {base.get('name', '')}",
        version=base.get("sha256", "")[:10],
    )
    return xmp.told(origin)


def parameters_of(lineage):
    """The settings as one text, in the form that WebUI reads when it is pasted."""
    packs = lineage.get("packs", [])
    tags = "".join(f" <lora:{_file_stem_of(pack)}:{pack['strength']:g}>" for pack in packs)
    lines = [lineage.get("prompt", "") + tags]
    if negative := lineage.get("negative_prompt"):
        lines.append(f"Negative prompt: {negative}")
    way = lineage.get("enlarged_by", {})
    growth = way.get("growth", 1)
    width, height = (round(lineage.get(side, 0) / growth) for side in ("width", "height"))
    facts = {
        "Steps": lineage.get("steps"),
        "Sampler": lineage.get("scheduler"),
        "CFG scale": lineage.get("guidance"),
        "Seed": lineage.get("seed"),
        "Size": f"{width}x{height}",
        "Model hash": lineage.get("base", {}).get("sha256", "")[:10],
        "Model": lineage.get("base", {}).get("name"),
    }
    if way:
        facts["Postprocess upscale by"] = f"{growth:g}"
        facts["Postprocess upscaler"] = way.get("network", "Lanczos")
    if packs:
        hashes = ", ".join(f"{_file_stem_of(pack)}: {pack['sha256'][:12]}" for pack in packs)
        facts["Lora hashes"] = f'"{hashes}"'
    lines.append(", ".join(f"{name}: {value}" for name, value in facts.items()))
    return "\n".join(lines)


def _file_stem_of(pack):
    return file_names.of_style(pack["pack"], pack["version"])
