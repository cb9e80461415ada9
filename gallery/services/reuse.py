"""Taking up what was before: the create page filled from a link, a picture or the last time."""

from dataclasses import replace

from django.http import QueryDict

from brandstudio.core.input.numbers import parse_id, parse_number, parse_whole
from gallery.engine import prompts
from gallery.models import Asset, Channel, Scheduler, Way
from gallery.problems import Refused
from gallery.services import orders, sources
from gallery.services.orders import Placed, SceneOrder
from training.engine.errors import EngineError
from training.engine.prompts import strengths, word_weights

SWEEP = (0.5, 0.6, 0.7, 0.8)
_KEPT = "create-form"  # in the session


def again(asset, by=None):
    """The order of one more picture like this one, with any other seed.

    by: who asks. A reason for leaving the band is only its writer's.
    """
    _check_original(asset)
    return _order_of(asset, by, seed=None)


def same(asset, by=None):
    """The order of this very picture once more."""
    return _order_of(asset, by, seed=asset.seed)


def sweep(asset, by=None):
    """The order of this picture at rising strengths: the usual four, those its pack allows."""
    _check_original(asset)
    packs = asset.acting_packs()
    if not packs:
        raise Refused("sweep-needs-one-pack")
    allowed = [strength for strength in SWEEP if packs[0][0].allows(strength)]
    if len(allowed) < 2:
        low, high = packs[0][0].strength_min, packs[0][0].strength_max
        allowed = [round(low + (high - low) * share / 3, 2) for share in range(4)]
    return replace(_order_of(asset, by, seed=asset.seed), strengths=tuple(allowed))


def _check_original(asset):
    """Raise Refused for an enlarged picture: its settings are those of the one before it."""
    if asset.scene.way == Way.LARGER:
        raise Refused("enlarged-already")


def _order_of(asset, by, *, seed):
    scene = asset.scene
    template, free = _words_of(scene)
    is_larger = scene.way == Way.LARGER
    return SceneOrder(
        template=template,
        slot_values=scene.slot_values,
        free=free,
        packs=tuple(asset.acting_packs()),
        channel=scene.channel,
        count=1,
        seed=seed,
        steps=scene.steps,
        guidance=scene.guidance,
        scheduler=scene.scheduler,
        negative=scene.negative_prompt,
        base=scene.base,
        reason=scene.reason if by and by.pk == scene.owner_id else "",
        made_from=asset,
        campaign=scene.campaign,
        start=_start_of(scene),
        change=orders.DEFAULT_CHANGE if scene.change is None else scene.change,
        placed=_placed_of(scene),
        size=(scene.width, scene.height) if is_larger else None,
        is_larger=is_larger,
    )


def _start_of(scene):
    """What the scene started from, as it was; None for a scene from words alone."""
    if scene.way not in (Way.PICTURE, Way.LARGER):
        return None
    return sources.kept_start(scene)


def _placed_of(scene):
    if scene.plate is None:
        return None
    return Placed(scene.plate, scene.plate_x, scene.plate_y, scene.plate_width)


def _words_of(scene):
    """(template or None, own words) whose prompt the scene's is.

    Where the template's words can't be told apart from the person's own, all are their own.
    """
    body, template = _without_opening(scene), scene.template
    if template is None:
        return None, body
    text = template.scenery if scene.plate else template.text
    try:
        filled = prompts.joined(prompts.compose(text, scene.slot_values))
    except EngineError:  # every slot is empty
        return template, body
    except KeyError:
        return None, body
    if body == filled:
        return template, ""
    if body.startswith(f"{filled}, "):
        return template, body[len(filled) + 2 :]
    return None, body


def _without_opening(scene):
    """The scene's prompt without the words that the studio put in front."""
    opening = [pack.version.trigger_words for pack in scene.packs.select_related("version")]
    text = scene.prompt
    for words in [*opening, scene.base.info.get("neutral_phrase", "")]:
        for written in dict.fromkeys((word_weights.literal(prompts.tidy(words)), words)):
            if written and text.startswith(f"{written}, "):
                text = text[len(written) + 2 :]
                break
    return text


_NOT_KEPT = ("csrfmiddlewaretoken", "made_from")


def remember(session, sent):
    """Keep what the form held, so that the page opens with it again. sent: a QueryDict."""
    session[_KEPT] = {name: values for name, values in sent.lists() if name not in _NOT_KEPT}


def asked_of(request):
    """What the create page is opened with: its address over what was last sent (a QueryDict)."""
    asked = QueryDict(mutable=True)
    if "from" not in request.GET:
        kept = request.session.get(_KEPT, {})
        if kept.get("template") != request.GET.getlist("template") and "template" in request.GET:
            # Another template has other slots, and its own idea of what should not be seen.
            kept = {n: v for n, v in kept.items() if n != "negative" and not n.startswith("slot_")}
        for name, values in kept.items():
            asked.setlist(name, values)
    for name, values in request.GET.lists():
        asked.setlist(name, values)
    return asked


def _origin_of(order):
    """What the form's fields show of an order's start and of its real car."""
    way = order.way
    if order.is_larger:  # the form asks for pictures of the first size
        way = Way.PRODUCT if order.placed else Way.TEXT
    shown = {"way": way.value}
    if order.start and not order.is_larger:
        shown |= {"start": order.start.key, "change": round(order.change * 100)}
    if placed := order.placed:
        shown["plate"] = placed.plate.pk
        for name in ("x", "y", "width"):
            shown[f"plate_{name}"] = round(getattr(placed, name) * 100, 1)
    return shown


def initial_of(asked, person, template, versions):
    """What the form shows at first. asked: the address's parameters (a QueryDict)."""
    if (number := parse_id(asked.get("from"))) is not None:
        visible = Asset.objects.visible_to(person).select_related("scene__template")
        if asset := visible.filter(pk=number).first():
            initial = _initial_of_asset(asset)
            if asked.get("way") == Way.PICTURE:  # its settings, and itself to start from
                start = sources.start_of(asset)
                initial |= {"way": Way.PICTURE, "start": start.key, "seed": None, "plate": ""}
            return initial
    initial = {
        "template": template,
        "count": parse_whole(asked.get("count"), 4),
        "seed": parse_whole(asked.get("seed")),
        "steps": parse_whole(asked.get("steps"), orders.DEFAULT_STEPS),
        "guidance": parse_number(asked.get("guidance"), orders.DEFAULT_GUIDANCE),
        "scheduler": asked.get("scheduler") or Scheduler.DPM,
        "free": asked.get("free", ""),
        "channel": asked.get("channel") or _first_channel(),
        "negative": asked.get("negative", template.negative_prompt if template else ""),
        "sweep": asked.get("sweep", ""),
        "reason": asked.get("reason", ""),
    }
    for slot in template.slots if template else ():
        name = f"slot_{slot['name']}"
        values = [option["value"] for option in slot["options"]]
        initial[name] = asked[name] if asked.get(name) in values else values[0]
    for name in ("way", "start", "plate"):
        initial[name] = asked.get(name, "")
    for name in ("change", "plate_x", "plate_y", "plate_width"):
        if (value := parse_number(asked.get(name))) is not None:
            initial[name] = int(value) if value.is_integer() else value
    initial["pack"] = _picked(asked, template, versions)
    for version in versions:
        if f"strength_{version.pk}" in asked:
            initial[f"strength_{version.pk}"] = asked[f"strength_{version.pk}"]
    return initial


def _initial_of_asset(asset):
    scene = asset.scene
    order = _order_of(asset, None, seed=asset.seed)
    initial = {
        "template": order.template,
        "made_from": asset.pk,
        "seed": asset.seed,
        "count": 1,
        "steps": scene.steps,
        "guidance": scene.guidance,
        "scheduler": scene.scheduler,
        "negative": scene.negative_prompt,
        "free": order.free,
        "channel": scene.channel.slug if scene.channel else _first_channel(),
        "pack": [],
        **_origin_of(order),
    }
    initial.update({f"slot_{name}": value for name, value in scene.slot_values.items()})
    for version, strength in order.packs:
        initial["pack"].append(version.pk)
        initial[f"strength_{version.pk}"] = strength
    return initial


def _picked(asked, template, versions):
    """Which packs are ticked at first: those asked for, else the template's, else the first."""
    if "pack" in asked:
        wanted = set(asked.getlist("pack"))  # names in links, numbers in what the form sent
        return [v.pk for v in versions if v.pack.slug in wanted or str(v.pk) in wanted]
    usual = {pack.pk for pack in template.packs.all()} if template else set()
    return [v.pk for v in versions if v.pack_id in usual] or [v.pk for v in versions[:1]]


def order_shown(form):
    """The order that an unsent or refused form shows, for the prompt beside it.

    Raises EngineError for own words that can't be read.
    """
    template = form.shown_template
    chosen = [choice for choice in form.pack_choices() if choice["is_chosen"]]
    slug = form["channel"].value()
    free, called = form.read_words((form["free"].value() or "") if "free" in form.fields else "")
    ticked = [(choice["version"], _strength_shown(choice)) for choice in chosen]
    return SceneOrder(
        template=template,
        slot_values={
            slot["name"]: form[f"slot_{slot['name']}"].value() or ""
            for slot in (template.slots if template else ())
        },
        free=free,
        packs=tuple(strengths.added_up([*ticked, *called])),
        channel=Channel.objects.filter(slug=slug).first() if slug else None,
        placed=_placed_shown(form),
        negative=form["negative"].value() if "negative" in form.fields else None,
    )


def _placed_shown(form):
    plate = form.plate_shown() if form.way_shown() == Way.PRODUCT else None
    return plate and Placed(plate)


def _strength_shown(choice):
    return parse_number(choice["strength"], choice["version"].strength)


def _first_channel():
    channel = Channel.objects.first()
    return channel.slug if channel else ""
