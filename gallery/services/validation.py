"""Whether a person may have what they ask for: every order passes here, from whatever page."""

from dataclasses import dataclass, replace

from brandstudio.core.input import reasons
from brandstudio.core.models import User
from brandstudio.core.problems import Refused, name_of
from gallery.engine import prompts
from gallery.models import Asset, ProductCutout, ReviewState, Scheduler, StyleVersion
from gallery.models.style import LEAST, MOST
from gallery.services import (
    banned_names,
    cutouts,
    glossary,
    holds,
    mixing,
    orders,
    own_images,
    painted_again,
    sources,
)
from gallery.services.orders import SceneOrder
from training.engine.errors import EngineError
from training.engine.prompts import checks, strengths
from training.models import BaseModel


@dataclass(frozen=True)
class ValidOrder:
    """An order that may be painted, with all that follows from it. Only `validate` makes one."""

    order: SceneOrder
    by: User
    base: BaseModel
    packs: tuple  # (StyleVersion, strength), each version once
    prompt: str
    negative: str
    size: tuple[int, int]


def validate(order, by):
    """The ValidOrder. Raises Refused or EngineError for what this person may not have."""
    order = replace(order, packs=tuple(strengths.added_up(order.packs)))
    base = orders.base_of(order)
    _check_settings(order)
    _check_hats(order, by)
    _check_rights(order, by)
    _check_packs(order, by)
    prompt = prompts.joined(orders.pieces_of(order))
    if order.placement:
        order = replace(order, placement=cutouts.in_its_light(order.placement, prompt, by))
    _check_origin(order, by)
    negative = orders.negative_of(order)
    prompts.check_length(glossary.in_english(order.free, base).text)
    prompts.check_length(negative)
    checks.check(prompt, negative)
    banned_names.check(prompt)
    if not base.is_present:
        raise Refused("base-absent", name=base.name)
    return ValidOrder(order, by, base, order.packs, prompt, negative, orders.size_of(order))


def _check_settings(order):
    """Raise for numbers that no form offers."""
    for setting, value, (least, most) in (
        ("count", order.image_count, (1, orders.MOST_IMAGES)),
        ("steps", order.steps, orders.STEPS),
        ("guidance", order.guidance, orders.GUIDANCE),
        ("seed", order.seed or 0, (0, orders.LARGEST_SEED)),
    ):
        if not least <= value <= most:
            facts = {"setting": setting, "value": value, "minimum": least, "maximum": most}
            raise EngineError("setting-out-of-range", **facts)
    if order.scheduler not in Scheduler.values:
        choices = ", ".join(Scheduler.values)
        raise EngineError(
            "setting-unknown", setting="scheduler", value=order.scheduler, choices=choices
        )
    if order.init_image and not 0 < order.denoising_strength <= 1:
        raise Refused("denoising-strength-out-of-range")


def _check_hats(order, by):
    """Raise unless this person paints pictures, or tries a style of their own."""
    if not (by.is_marketer or by.is_brand_admin or orders.is_trial(order)):
        raise Refused("trial-only")
    if order.campaign and orders.is_trial(order):
        raise Refused("trial-in-campaign", campaign=str(order.campaign))


def _check_rights(order, by):
    """Raise unless the template is approved, and words of one's own are this person's right."""
    template = order.template
    if template is not None and not (
        template.state == ReviewState.APPROVED or template.may_be_tried_by(by)
    ):
        raise Refused("template-not-approved", name=str(template))
    if by.may_write_prompts:
        return
    if template is None or order.free or _clauses(order) != _clauses(replace(order, negative=None)):
        raise Refused("prompt-not-yours")


def _clauses(order):
    return {clause.strip() for clause in orders.negative_of(order).split(",")} - {""}


def _check_packs(order, by):
    if len(order.packs) > orders.MOST_PACKS:
        raise Refused("packs-too-many", limit=orders.MOST_PACKS)
    if order.strengths and not order.packs:
        raise Refused("sweep-needs-one-pack")
    for place, (version, strength) in enumerate(order.packs):
        check_pack(version, by)
        for value in (strength, *(order.strengths if place == 0 else ())):
            check_strength(version, value, order.reason, by)
    rules = mixing.Rules([version for version, _strength in order.packs])
    for packs in _mixtures(order):
        mixing.check(rules.mix(packs), by, order.reason)


def _mixtures(order):
    """The packs at every combination of strengths that is painted: a sweep moves the first."""
    if not order.strengths:
        return [order.packs]
    (first, _strength), *others = order.packs
    return [((first, strength), *others) for strength in order.strengths]


def check_pack(version, by):
    """Raise Refused unless approved, or a draft of this person's own, and held by no rights.

    What was recalled is retired besides: that it was recalled, and why, is what a person is told.
    """
    holds.check_version(version)
    if version.state == ReviewState.APPROVED or version.may_be_tried_by(by):
        return
    newer = version.pack.approved_version
    if newer:
        raise Refused("pack-replaced", name=name_of(version), number=newer.number)
    raise Refused("pack-not-approved", name=name_of(version))


def check_still_allowed(asset):
    """[(version, strength)] that a picture that waited is painted with.

    Raises Refused once what it was ordered with may not be used: rights may have ended, a style
    been recalled, retired or replaced, a pair forbidden, the same picture declined.
    """
    holds.check_asset(asset)
    painted_again.check(asset)
    packs = asset.acting_packs()
    for version, _strength in packs:
        check_pack(version, asset.scene.owner)
    mixing.check_not_forbidden(packs)
    return packs


def check_strength(version, strength, reason, by):
    """Raise unless the strength is inside the version's band, or the person may leave it.

    A draft is tried at any strength that is possible.
    """
    is_draft = version.may_be_tried_by(by)
    if StyleVersion.is_possible(strength) if is_draft else version.allows(strength):
        return
    facts = {
        "name": str(version.pack),
        "strength": f"{strength:g}",
        "minimum": f"{LEAST if is_draft else version.strength_min:g}",
        "maximum": f"{MOST if is_draft else version.strength_max:g}",
    }
    if not (by.may_leave_band and StyleVersion.is_possible(strength)):
        raise EngineError("strength-out-of-band", **facts)
    if not reasons.written(reason):
        raise Refused("reason-missing", **facts)


def _check_origin(order, by):
    """Raise unless what the scene starts from is there, and this person's to use."""
    if order.made_from and not Asset.objects.visible_to(by).filter(pk=order.made_from.pk).exists():
        raise Refused("init-image-gone")
    if order.init_image:
        sources.check_init_image(order.init_image, by)
        holds.check_start(order.init_image, by)
    if order.placement:
        _check_placement(order.placement, by)


def _check_placement(placement, by):
    """Raise unless the cut-out is this person's to use, and some of it stands in the frame."""
    if not ProductCutout.objects.usable_by(by).filter(pk=placement.cutout.pk).exists():
        raise Refused("cutout-gone")
    holds.check_cutout(placement.cutout)
    if placement.cutout.made_from_id:
        own_images.check_no_cutout(placement.cutout.made_from_id)
    half = placement.width / 2
    in_view = -half < placement.x < 1 + half and 0 < placement.y <= 1.5
    if not (in_view and 0.05 <= placement.width <= 2):
        raise EngineError("cutout-outside")
