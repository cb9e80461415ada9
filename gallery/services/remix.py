"""Taking up what was before: the create page filled from a link, a picture or the last time."""

from django.http import QueryDict

from gallery.models import Asset, Channel, Scheduler, Way
from gallery.services import scenes, sources
from gallery.services.scenes import Placed, SceneOrder

SWEEP = (0.5, 0.6, 0.7, 0.8)
_KEPT = "create-form"  # in the session


def again(asset):
    """The order of one more picture like this one, with any other seed."""
    return _order_of(asset, seed=None, count=1)


def sweep(asset):
    """The order of this picture at rising strengths: the usual four, those its pack allows."""
    packs = _packs_of(asset)
    allowed = [s for s in SWEEP if packs and packs[0][0].allows(s)]
    if packs and len(allowed) < 2:
        low, high = packs[0][0].strength_min, packs[0][0].strength_max
        allowed = [round(low + (high - low) * share / 3, 2) for share in range(4)]
    return _order_of(asset, seed=asset.seed, count=max(1, len(allowed)), strengths=tuple(allowed))


def _order_of(asset, *, seed, count, strengths=()):
    scene = asset.scene
    return SceneOrder(
        template=scene.template,
        slot_values=scene.slot_values,
        free="" if scene.template else _own_words(scene),
        packs=_packs_of(asset),
        channel=scene.channel,
        count=count,
        seed=seed,
        steps=scene.steps,
        guidance=scene.guidance,
        scheduler=scene.scheduler,
        negative=scene.negative_prompt,
        base=scene.base,
        reason=scene.reason,
        strengths=strengths,
        made_from=asset,
        campaign=scene.campaign,
        start=_start_of(scene),
        change=scenes.DEFAULT_CHANGE if scene.change is None else scene.change,
        placed=_placed_of(scene),
    )


def _start_of(scene):
    """What the scene started from, as it was; None for a scene from words alone."""
    if scene.way != Way.PICTURE:
        return None
    return sources.kept_start(scene)


def _placed_of(scene):
    if scene.plate is None:
        return None
    return Placed(scene.plate, scene.plate_x, scene.plate_y, scene.plate_width)


def _packs_of(asset):
    packs = [
        (pack.version, pack.strength)
        for pack in asset.scene.packs.select_related("version__pack", "version__base")
    ]
    if packs and asset.strength is not None:
        packs[0] = (packs[0][0], asset.strength)
    return tuple(packs)


def _own_words(scene):
    """A free prompt without the words that the studio put in front."""
    opening = [pack.version.trigger_words for pack in scene.packs.select_related("version")]
    text = scene.prompt
    for words in [*opening, scene.base.info.get("neutral_phrase", "")]:
        if words and text.startswith(f"{words}, "):
            text = text[len(words) + 2 :]
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
    shown = {"way": order.way.value}
    if order.start:
        shown |= {"start": order.start.key, "change": round(order.change * 100)}
    if placed := order.placed:
        shown["plate"] = placed.plate.pk
        for name in ("x", "y", "width"):
            shown[f"plate_{name}"] = round(getattr(placed, name) * 100, 1)
    return shown


def initial_of(asked, person, template, versions):
    """What the form shows at first. asked: the address's parameters (a QueryDict)."""
    if asked.get("from", "").isdigit():
        visible = Asset.objects.visible_to(person).select_related("scene__template")
        if asset := visible.filter(pk=asked["from"]).first():
            initial = _initial_of_asset(asset)
            if asked.get("way") == Way.PICTURE:  # its settings, and itself to start from
                start = sources.start_of(asset)
                initial |= {"way": Way.PICTURE, "start": start.key, "seed": None, "plate": ""}
            return initial
    initial = {
        "template": template,
        "count": _number(asked.get("count"), 4),
        "seed": _number(asked.get("seed")),
        "steps": _number(asked.get("steps"), scenes.DEFAULT_STEPS),
        "guidance": _number(asked.get("guidance"), scenes.DEFAULT_GUIDANCE, float),
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
        if (value := _number(asked.get(name), None, float)) is not None:
            initial[name] = int(value) if value.is_integer() else value
    initial["pack"] = _picked(asked, template, versions)
    for version in versions:
        if f"strength_{version.pk}" in asked:
            initial[f"strength_{version.pk}"] = asked[f"strength_{version.pk}"]
    return initial


def _initial_of_asset(asset):
    scene = asset.scene
    initial = {
        "template": scene.template,
        "made_from": asset.pk,
        "seed": asset.seed,
        "count": 1,
        "steps": scene.steps,
        "guidance": scene.guidance,
        "scheduler": scene.scheduler,
        "negative": scene.negative_prompt,
        "free": "" if scene.template else _own_words(scene),
        "channel": scene.channel.slug if scene.channel else _first_channel(),
        "pack": [],
        **_origin_of(_order_of(asset, seed=asset.seed, count=1)),
    }
    initial.update({f"slot_{name}": value for name, value in scene.slot_values.items()})
    for version, strength in _packs_of(asset):
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
    """The order that an unsent or refused form shows, for the prompt beside it."""
    template = form.shown_template
    chosen = [choice for choice in form.pack_choices() if choice["is_chosen"]]
    slug = form["channel"].value()
    return SceneOrder(
        template=template,
        slot_values={
            slot["name"]: form[f"slot_{slot['name']}"].value() or ""
            for slot in (template.slots if template else ())
        },
        free=(form["free"].value() or "") if "free" in form.fields else "",
        packs=tuple((choice["version"], _strength_shown(choice)) for choice in chosen),
        channel=Channel.objects.filter(slug=slug).first() if slug else None,
        placed=_placed_shown(form),
    )


def _placed_shown(form):
    plate = form.plate_shown() if form.way_shown() == Way.PRODUCT else None
    return plate and Placed(plate)


def _strength_shown(choice):
    return _number(choice["strength"], choice["version"].strength, float)


def _first_channel():
    channel = Channel.objects.first()
    return channel.slug if channel else ""


def _number(text, default=None, kind=int):
    try:
        return kind(text)
    except (TypeError, ValueError):
        return default
