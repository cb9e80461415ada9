"""Orders that take a picture up again: the same, one more like it, at rising strengths."""

from dataclasses import replace

from brandstudio.core.models import CampaignState
from brandstudio.core.problems import Refused
from gallery.engine import prompts
from gallery.models import SceneMode
from gallery.models.style import LEAST
from gallery.services import car_placement, glossary, mixing, orders, sources
from gallery.services.orders import Placement, SceneOrder
from training.engine.errors import EngineError
from training.engine.prompts import word_weights
from training.engine.prompts.mixing import STEP

SWEEP = 4  # pictures


def again(asset, by=None):
    """The order of one more picture like this one, with any other seed.

    by: who asks. A reason for leaving the band is only its writer's.
    """
    _check_original(asset)
    return _order_of(asset, by, seed=None)


def same(asset, by=None):
    """The order of this very picture once more."""
    return _order_of(asset, by, seed=asset.seed)


def in_shape_of(asset, channel, by=None):
    """The order of this picture, same seed, in the shape of another channel."""
    _check_original(asset)
    order = _order_of(asset, by, seed=asset.seed)
    return car_placement.in_shape(order, channel, shape_of=(asset,), size=None)


def sweep(asset, by=None):
    """The order of this picture at rising strengths of its first pack: even steps over the pack's
    own band, as far as the other packs allow it."""
    _check_original(asset)
    order = _order_of(asset, by, seed=asset.seed)
    if not order.packs:
        raise Refused("sweep-needs-one-pack")
    return replace(order, strengths=_sweep_strengths(order.packs))


def _sweep_strengths(packs):
    (first, _strength), *others = packs
    rules = mixing.Rules([version for version, _strength in packs])

    def allowed(strengths):
        # A draft that is tried may have no band yet.
        in_band = [s for s in strengths if first.allows(s) or not first.has_band]
        return [s for s in in_band if rules.allow([(first, s), *others])]

    low, high = (first.strength_min, first.strength_max) if first.has_band else (LEAST, 1.0)
    possible = allowed(round(low + n * STEP, 2) for n in range(round((high - low) / STEP) + 1))
    if len(possible) >= SWEEP:  # with fewer the door says what is too strong
        high = possible[-1]
    return tuple(round(low + (high - low) * n / (SWEEP - 1), 2) for n in range(SWEEP))


def _check_original(asset):
    """Raise Refused for an enlarged picture: its settings are those of the one before it."""
    if asset.scene.mode == SceneMode.LARGER:
        raise Refused("enlarged-already")


def _order_of(asset, by, *, seed):
    scene = asset.scene
    template, free = _words_of(scene)
    free = _as_typed(scene.own_words, free, scene.base)
    is_larger = scene.mode == SceneMode.LARGER
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
        negative=_as_typed(scene.own_negative, scene.negative_prompt, scene.base),
        base=scene.base,
        reason=scene.reason if by and by.pk == scene.owner_id else "",
        made_from=asset,
        campaign=_open_campaign(asset),
        init_image=_init_image_of(scene),
        denoising_strength=(
            orders.DEFAULT_DENOISING_STRENGTH
            if scene.denoising_strength is None
            else scene.denoising_strength
        ),
        placement=_placement_of(scene),
        size=(scene.width, scene.height) if is_larger else None,
        is_larger=is_larger,
    )


def _open_campaign(asset):
    """The campaign that a picture like this one joins; none once it has ended."""
    campaign = asset.campaign
    return None if campaign is None or campaign.state == CampaignState.ENDED else campaign


def _as_typed(typed, sent, base):
    """What its maker typed, while the glossary still makes the same of it; else what was sent."""
    same = typed and prompts.tidy(glossary.in_english(typed, base).text) == sent
    return typed if same else sent


def _init_image_of(scene):
    """What the scene started from, as it was; None for a scene from words alone."""
    if scene.mode not in (SceneMode.IMAGE, SceneMode.LARGER):
        return None
    return sources.former_init_image(scene)


def _placement_of(scene):
    if scene.cutout is None:
        return None
    shares = (scene.cutout_x, scene.cutout_y, scene.cutout_width)
    return Placement(scene.cutout, *shares, is_fixed=True)


def _words_of(scene):
    """(template or None, own words) whose prompt the scene's is.

    Where the template's words can't be told apart from the person's own, all are their own.
    """
    body, template = _without_opening(scene), scene.template
    if template is None:
        return None, body
    text = template.scenery if scene.cutout else template.text
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
    opening = [pack.version.trigger_words for pack in scene.packs.all()]
    text = scene.prompt
    for words in [*opening, scene.base.info.get("neutral_phrase", "")]:
        for phrase in dict.fromkeys((word_weights.literal(prompts.tidy(words)), words)):
            if phrase and text.startswith(f"{phrase}, "):
                text = text[len(phrase) + 2 :]
                break
    return text
