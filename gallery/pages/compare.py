"""Two pictures beside each other: the settings in which they differ."""

from django.utils.translation import gettext as _

from brandstudio.core.problems import Facts
from gallery.pages import enlargement


def differences(first, second):
    """[(label, of the first, of the second)] of the settings in which two pictures differ."""
    rows = []
    for label, read in (
        (_("Prompt"), lambda line: line.get("prompt")),
        (_("Seed"), lambda line: line.get("seed")),
        (_("Steps"), lambda line: line.get("steps")),
        (_("Guidance"), lambda line: line.get("guidance")),
        (_("Scheduler"), lambda line: line.get("scheduler")),
        (_("Size"), lambda line: f"{line.get('width')} × {line.get('height')}"),
        (_("Base model"), lambda line: line.get("base", {}).get("name")),
        (_("Not in it"), lambda line: line.get("negative_prompt")),
        (_("Start picture"), _init_image_in_words),
        (_("Enlarged by"), lambda line: enlargement.words_of(line.get("enlarged_by")) or None),
        (_("The real car"), _cutout_in_words),
    ):
        rows.append((label, read(first.lineage), read(second.lineage)))
    rows.append((_("Style packs"), _packs_in_words(first), _packs_in_words(second)))
    return [row for row in rows if row[1] != row[2]]


def _init_image_in_words(line):
    if not (init_image := line.get("init_image")):
        return None
    share = init_image.get("denoising_strength")  # none of what was enlarged
    changed = "" if share is None else f" {round(share * 100)} %"
    return f"{init_image['sha256'][:8]}…{changed}"


def _cutout_in_words(line):
    cutout = line.get("cutout") and Facts(line["cutout"])
    return cutout and ", ".join(
        [cutout["name"], *(f"{round(cutout[name] * 100)} %" for name in ("x", "y", "width"))]
    )


def _packs_in_words(asset):
    return ", ".join(f"{version} {strength:.2f}" for version, strength in asset.acting_packs())
