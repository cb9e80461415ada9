"""Taking up what was made before: the create page filled from a link or a picture."""

from urllib.parse import urlencode

from gallery.models import Asset, Channel
from gallery.services import scenes
from gallery.services.scenes import SceneOrder

SWEEP = (0.5, 0.6, 0.7, 0.8)


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
        negative=scene.negative_prompt,
        base=scene.base,
        reason=scene.reason,
        strengths=strengths,
        made_from=asset,
        campaign=scene.campaign,
    )


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


def query_of(order):
    """The order as the create page's address, so that the form keeps it after sending."""
    pairs = [("template", order.template.pk if order.template else "free")]
    pairs += [(f"slot_{name}", value) for name, value in order.slot_values.items()]
    for version, strength in order.packs:
        pairs += [("pack", version.pack.slug), (f"strength_{version.pk}", f"{strength:g}")]
    if not order.packs:
        pairs.append(("pack", ""))
    if order.channel:
        pairs.append(("channel", order.channel.slug))
    pairs.append(("count", order.count))
    for name, default in (
        ("steps", scenes.DEFAULT_STEPS),
        ("guidance", scenes.DEFAULT_GUIDANCE),
        ("seed", None),
    ):
        value = getattr(order, name)
        if value not in (None, default):
            pairs.append((name, value))
    if order.free:
        pairs.append(("free", order.free))
    return urlencode(pairs)


def initial_of(asked, person, template, versions):
    """What the form shows at first. asked: the address's parameters (a QueryDict)."""
    if asked.get("from", "").isdigit():
        visible = Asset.objects.visible_to(person).select_related("scene__template")
        if asset := visible.filter(pk=asked["from"]).first():
            return _initial_of_asset(asset)
    initial = {
        "template": template,
        "count": _number(asked.get("count"), 4),
        "seed": _number(asked.get("seed")),
        "steps": _number(asked.get("steps"), scenes.DEFAULT_STEPS),
        "guidance": _number(asked.get("guidance"), scenes.DEFAULT_GUIDANCE, float),
        "free": asked.get("free", ""),
        "channel": asked.get("channel") or _first_channel(),
        "negative": template.negative_prompt if template else "",
    }
    for slot in template.slots if template else ():
        name = f"slot_{slot['name']}"
        values = [option["value"] for option in slot["options"]]
        initial[name] = asked[name] if asked.get(name) in values else values[0]
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
        "negative": scene.negative_prompt,
        "free": "" if scene.template else _own_words(scene),
        "channel": scene.channel.slug if scene.channel else _first_channel(),
        "pack": [],
    }
    initial.update({f"slot_{name}": value for name, value in scene.slot_values.items()})
    for version, strength in _packs_of(asset):
        initial["pack"].append(version.pk)
        initial[f"strength_{version.pk}"] = strength
    return initial


def _picked(asked, template, versions):
    """Which packs are ticked at first: those asked for, else the template's, else the first."""
    if "pack" in asked:
        slugs = set(asked.getlist("pack"))
        return [version.pk for version in versions if version.pack.slug in slugs]
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
        packs=tuple((choice["version"], choice["version"].strength) for choice in chosen),
        channel=Channel.objects.filter(slug=slug).first() if slug else None,
    )


def _first_channel():
    channel = Channel.objects.first()
    return channel.slug if channel else ""


def _number(text, default=None, kind=int):
    try:
        return kind(text)
    except (TypeError, ValueError):
        return default
