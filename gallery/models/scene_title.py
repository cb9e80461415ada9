"""What a scene is called: its car, its place, its time and its style, in the reader's language."""

from .template import VEHICLE_SLOTS

_LONGEST_WORDS = 40  # characters of a free prompt that name a scene
_UNTOLD = {"facing"}  # slots that tell nothing of what a picture is about


def title_of(scene):
    """ "White GS8 · Arcade street · at night · Ink wash": whatever of these the scene tells."""
    values = scene.slot_values or {}
    slots = scene.template.slots if scene.template_id else []
    labels = [(slot, label) for slot in slots if (label := _label(scene.template, slot, values))]
    parts = [_car(scene, labels), _place(scene)]
    parts += [label for slot, label in labels if not _is_of_car(slot)]
    parts.append(" + ".join(str(pack.version.pack) for pack in scene.packs.all()))
    title = " · ".join(part for part in parts if part)
    return title[:1].upper() + title[1:]


def _label(template, slot, values):
    """The reader's word for the option that was chosen; "" where it adds nothing to the prompt."""
    value = values.get(slot["name"])
    if not value or slot["name"] in _UNTOLD:
        return ""
    chosen = next((one for one in slot["options"] if one["value"] == value), None)
    return template.slot_label(chosen) if chosen else ""


def _is_of_car(slot):
    return bool(slot.get("of_vehicle")) or slot["name"] in VEHICLE_SLOTS


def _car(scene, labels):
    if scene.cutout_id:  # the words of its slots were not painted
        return str(scene.vehicle) if scene.vehicle_id else scene.cutout.name
    words = [label for slot, label in labels if _is_of_car(slot)]
    return " ".join(words) or (str(scene.vehicle) if scene.vehicle_id else "")


def _place(scene):
    if scene.template_id:
        return str(scene.template)
    words = scene.own_words or scene.title or scene.prompt
    return words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS].rstrip()}…"
