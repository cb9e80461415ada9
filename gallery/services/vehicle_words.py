"""Words that name a real vehicle: what they choose, and what they can't promise.

A base paints a car of that class at best; the real one is a cut-out. Pages say so beside every such
word, and lead to the cut-out.
"""

from brandstudio.core.models import Vehicle
from brandstudio.core.problems import Refused
from gallery.models import Scene
from gallery.services import holds


def named_options(template):
    """{slot: {option's phrase: the Vehicle it names}}, of slots in which one is named."""
    vehicles = Vehicle.objects.prefetch_related("colours")
    named: dict[str, dict] = {}
    for slot in template.slots:
        for option in slot["options"]:
            words = " ".join((option["value"], option["zh"], option["en"]))
            if matches := vehicles.named_in(words):
                named.setdefault(slot["name"], {})[option["value"]] = matches[0]
    return named


def by_words_only(scene):
    """The vehicles that a scene's prompt names, but no cut-out of a real car shows."""
    is_real = scene.cutout_id and not scene.cutout.made_from_id
    return [] if is_real else Vehicle.objects.all().named_in(scene.prompt)


def vehicles_in(asset):
    """The names of the vehicles that a picture, or one that it was started from, names by words or
    shows by a cut-out: a list."""
    keys = {scene for _asset, scene in holds.scenes_behind([asset])}
    scenes = Scene.objects.filter(pk__in=keys).select_related("vehicle", "cutout__vehicle")
    vehicles = Vehicle.objects.all()
    rows = [
        row
        for scene in scenes.order_by("pk")
        for row in (
            scene.vehicle,
            scene.cutout,
            *vehicles.named_in(f"{scene.prompt} {scene.own_words}"),
        )
        if row is not None
    ]
    return list(dict.fromkeys(map(str, rows)))


def held_colours(template):
    """{slot of colours: (vehicle's slot, {option's phrase: vehicle phrases it goes with})}.

    For slots that are held to the chosen vehicle. A vehicle without colours takes all.
    """
    if not any(slot.get("of_vehicle") for slot in template.slots):
        return {}
    named = named_options(template)
    chooser = next((name for name in named if not _slot(template, name).get("of_vehicle")), None)
    if chooser is None:
        return {}
    choices = [option["value"] for option in _slot(template, chooser)["options"]]
    return {
        slot["name"]: (
            chooser,
            {
                option["value"]: [
                    choice for choice in choices if _comes_in(named[chooser].get(choice), option)
                ]
                for option in slot["options"]
            },
        )
        for slot in template.slots
        if slot.get("of_vehicle")
    }


def first_values(template):
    """{slot: the first option's phrase}; in a slot of colours the first of the chosen vehicle's."""
    values = {s["name"]: s["options"][0]["value"] for s in template.slots if s["options"]}
    for name, (chooser, goes_with) in held_colours(template).items():
        offered = (colour for colour in goes_with if values[chooser] in goes_with[colour])
        values[name] = next(offered, values[name])
    return values


def check_colours(template, values):
    """Raise Refused("colour-not-of-vehicle") unless the chosen vehicle is made in that colour."""
    for name, (chooser, goes_with) in held_colours(template).items():
        if values[chooser] in goes_with[values[name]]:
            continue
        slot = _slot(template, name)
        labels = {option["value"]: template.slot_label(option) for option in slot["options"]}
        [vehicle] = [
            template.slot_label(option)
            for option in _slot(template, chooser)["options"]
            if option["value"] == values[chooser]
        ]
        offered = [labels[colour] for colour in labels if values[chooser] in goes_with[colour]]
        facts = {"vehicle": vehicle, "colour": labels[values[name]]}
        if not offered:
            raise Refused("vehicle-without-colours", slot=template.slot_label(slot), **facts)
        raise Refused("colour-not-of-vehicle", colours=", ".join(offered), **facts)


def refusals_of_colours(template):
    """[Refused] of what nobody could ever order: colour-of-no-vehicle, vehicle-without-colours."""
    refusals = []
    for name, (chooser, goes_with) in held_colours(template).items():
        slot, vehicles = _slot(template, name), _slot(template, chooser)["options"]
        label = template.slot_label(slot)
        refusals += [
            Refused("colour-of-no-vehicle", slot=label, colour=template.slot_label(option))
            for option in slot["options"]
            if not goes_with[option["value"]]
        ]
        taken = {vehicle for choices in goes_with.values() for vehicle in choices}
        refusals += [
            Refused("vehicle-without-colours", slot=label, vehicle=template.slot_label(option))
            for option in vehicles
            if option["value"] not in taken
        ]
    return refusals


def _slot(template, name):
    return next(slot for slot in template.slots if slot["name"] == name)


def _comes_in(vehicle, option):
    colours = {colour.phrase.casefold() for colour in vehicle.colours.all()} if vehicle else None
    return not colours or option["value"].casefold() in colours
