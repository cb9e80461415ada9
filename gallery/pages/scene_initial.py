"""What the create page's form opens with: a link's wishes, a picture's settings, the last order."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from brandstudio.core.input.numbers import parse_id, parse_number, parse_whole
from brandstudio.core.models import Campaign
from gallery import problems
from gallery.forms.scene_order import strength_of
from gallery.models import Asset, Channel, SceneMode, Scheduler
from gallery.problems import REFUSALS
from gallery.services import (
    cutouts,
    library,
    orders,
    reuse,
    sources,
    validation,
    vehicle_words,
)

_KEPT = "create-form"  # in the session
_FORMERLY = {  # what fields were called in links that people saved
    "way": "mode",
    "start": "init_image",
    "change": "denoising_strength",
    "plate": "cutout",
    "plate_x": "cutout_x",
    "plate_y": "cutout_y",
    "plate_width": "cutout_width",
}
_NOT_KEPT = ("csrfmiddlewaretoken", "made_from")


def remember(session, posted):
    """Keep what the form held, so that the page opens with it again. posted: a QueryDict."""
    session[_KEPT] = {name: values for name, values in posted.lists() if name not in _NOT_KEPT}


def asked_of(request):
    """What the create page is opened with: its address over what was last sent (a QueryDict)."""
    query = QueryDict(mutable=True)
    if "from" not in request.GET:
        last_form = request.session.get(_KEPT, {})
        template = request.GET.getlist("template")
        if "template" in request.GET and last_form.get("template") != template:
            # Another template has other slots, and its own idea of what should not be seen.
            last_form = {n: v for n, v in last_form.items() if not _is_of_template(n)}
        for name, values in last_form.items():
            query.setlist(_FORMERLY.get(name, name), values)
    for name, values in request.GET.lists():
        query.setlist(_FORMERLY.get(name, name), values)
    return query


def _is_of_template(name):
    return name == "negative" or name.startswith("slot_")


def _origin_of(order):
    """What the form's fields show of an order's start and of its real car."""
    mode = order.mode
    if order.is_larger:  # the form asks for pictures of the first size
        mode = SceneMode.PRODUCT if order.placement else SceneMode.TEXT
    fields = {"mode": mode.value}
    if order.init_image and not order.is_larger:
        fields |= {
            "init_image": order.init_image.key,
            "denoising_strength": round(order.denoising_strength * 100),
        }
    if placement := order.placement:
        fields["cutout"] = cutouts.first_of_car(placement.cutout).pk
        for name in ("x", "y", "width"):
            fields[f"cutout_{name}"] = round(getattr(placement, name) * 100, 1)
    return fields


def initial_of(query, person, template, versions):
    """What the form shows at first. query: the address's parameters (a QueryDict)."""
    if (number := parse_id(query.get("from"))) is not None:
        visible = Asset.objects.visible_to(person).titled()
        if asset := visible.filter(pk=number).first():
            initial = _initial_of_asset(asset, person)
            if query.get("mode") == SceneMode.IMAGE:  # its settings, and itself to start from
                init_image = sources.init_image_of(asset)
                initial |= {
                    "mode": SceneMode.IMAGE,
                    "init_image": init_image.key,
                    "seed": None,
                    "cutout": "",
                }
            return initial
    initial = {
        "template": template,
        "count": parse_whole(query.get("count"), 4),
        "seed": parse_whole(query.get("seed")),
        "steps": parse_whole(query.get("steps"), orders.DEFAULT_STEPS),
        "guidance": parse_number(query.get("guidance"), orders.DEFAULT_GUIDANCE),
        "scheduler": query.get("scheduler") or Scheduler.DPM,
        "free": query.get("free", ""),
        "channel": query.get("channel") or _first_channel(),
        "campaign": query.get("campaign", ""),
        "negative": query.get("negative", template.negative_prompt if template else ""),
        "sweep": query.get("sweep", ""),
        "reason": query.get("reason", ""),
    }
    for slot in template.slots if template else ():
        name = f"slot_{slot['name']}"
        values = [option["value"] for option in slot["options"]]
        initial[name] = query[name] if query.get(name) in values else values[0]
    if template and query.get("vehicle"):
        initial |= {f"slot_{n}": v for n, v in _slots_for(template, query["vehicle"]).items()}
    for name in ("further", "anew"):
        initial[name] = query.getlist(name)
    for name in ("mode", "init_image", "cutout", "cutout_light"):
        initial[name] = query.get(name, "")
    for name in ("denoising_strength", "cutout_x", "cutout_y", "cutout_width"):
        if (value := parse_number(query.get(name))) is not None:
            initial[name] = int(value) if value.is_integer() else value
    initial["pack"] = _picked(query, template, versions)
    for version in versions:
        if f"strength_{version.pk}" in query:
            initial[f"strength_{version.pk}"] = query[f"strength_{version.pk}"]
    return initial


def _slots_for(template, slug):
    """{slot: phrase} that choose a vehicle by its short name, and a colour that it is made in."""
    values = {
        name: phrase
        for name, options in vehicle_words.named_options(template).items()
        for phrase, vehicle in options.items()
        if vehicle.slug == slug
    }
    for name, (chooser, goes_with) in vehicle_words.held_colours(template).items():
        if chooser in values:
            fitting = [c for c, vehicles in goes_with.items() if values[chooser] in vehicles]
            values |= {name: fitting[0]} if fitting else {}
    return values


def notes_on_address(query, template, versions, person):
    """What an address asks for and the form can't take, or chooses with it: a list of sentences.

    query: the address alone, without what was last sent. template: the one that is shown, or None.
    versions: what the person may paint with.
    """
    notes = _template_notes(query, template) + _pack_notes(query, versions)
    notes += _strength_notes(query, versions, person)
    if slug := query.get("vehicle"):
        slots = _slots_for(template, slug) if template else {}
        notes += _colour_notes(template, slots) if slots else [_not_offered(slug)]
    if (slug := query.get("channel")) and not Channel.objects.in_use().filter(slug=slug).exists():
        said = _("The address asks for the channel “{name}”, which is not in use. Choose another.")
        notes.append(said.format(name=slug))
    if (slug := query.get("campaign")) and not Campaign.objects.open().filter(slug=slug).exists():
        said = _("The address asks for the campaign “{name}”, which is over or unknown.")
        notes.append(said.format(name=slug))
    return notes


def _template_notes(query, template):
    choice = query.get("template", "")
    if not choice or choice == (str(template.pk) if template else "free"):
        return []
    if choice == "free":
        return [_("The address asks for a free prompt, which you may not write. Ask an admin.")]
    said = _("The address asks for the template “{name}”, which is unknown or not approved.")
    return [said.format(name=choice)]


def _pack_notes(query, versions):
    known = {*library.by_name(versions), *(str(version.pk) for version in versions)}
    said = _("The address asks for the style “{name}”, which is unknown or not approved.")
    names = dict.fromkeys(query.getlist("pack"))
    return [said.format(name=name) for name in names if name and name not in known]


def _strength_notes(query, versions, person):
    fields = {f"strength_{version.pk}": version for version in versions}
    unknown = _("The address asks for “{name}”, a strength of a style that you can't paint with.")
    notes = []
    for name, value in query.items():
        if name in fields and value.strip():
            notes += _strength_faults(fields[name], value, query.get("reason", ""), person)
        elif name.startswith("strength_") and name not in fields:
            notes.append(unknown.format(name=name))
    return notes


def _strength_faults(version, value, reason, person):
    try:
        validation.check_strength(version, strength_of(version, value), reason, person)
    except REFUSALS as error:
        return [problems.of(error)]
    return []


def _not_offered(slug):
    said = _("The address asks for the vehicle “{name}”, which this template does not offer.")
    return said.format(name=slug)


def _colour_notes(template, slots):
    """That a colour was chosen with a vehicle, one sentence for each slot of colours."""
    said = _("{colour} is the first colour that this car is made in. Choose another if need be.")
    labels = {
        (slot["name"], option["value"]): template.slot_label(option)
        for slot in template.slots
        for option in slot["options"]
    }
    held = vehicle_words.held_colours(template)
    return [said.format(colour=labels[name, slots[name]]) for name in held if name in slots]


def _initial_of_asset(asset, person):
    scene = asset.scene
    order = reuse.same(asset)
    initial = {
        "template": order.template,
        "made_from": asset.pk,
        "seed": asset.seed,
        "count": 1,
        "steps": scene.steps,
        "guidance": scene.guidance,
        "scheduler": scene.scheduler,
        "negative": order.negative,
        "free": order.free,
        "channel": scene.channel.slug if scene.channel else _first_channel(),
        "campaign": order.campaign.slug if order.campaign else "",
        "pack": [],
        **_origin_of(order),
    }
    if order.placement:
        initial["cutout_light"] = cutouts.chosen_light(order.placement, scene.prompt, person)
    initial.update({f"slot_{name}": value for name, value in scene.slot_values.items()})
    for version, strength in order.packs:
        initial["pack"].append(version.pk)
        initial[f"strength_{version.pk}"] = strength
    return initial


def _picked(query, template, versions):
    """Which packs are ticked at first: those asked for, else the template's, else the first."""
    if "pack" in query:
        names = set(query.getlist("pack"))  # names in links, numbers in what the form sent
        named = library.by_name(versions)  # a draft beside its approved version goes by number
        chosen = {named[name].pk for name in names if name in named}
        return [v.pk for v in versions if v.pk in chosen or str(v.pk) in names]
    usual = {pack.pk for pack in template.packs.all()} if template else set()
    return [v.pk for v in versions if v.pack_id in usual] or [v.pk for v in versions[:1]]


def _first_channel():
    channel = Channel.objects.in_use().first()
    return channel.slug if channel else ""
