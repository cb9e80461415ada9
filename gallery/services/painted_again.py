"""Pictures that the same settings would paint again: what was decided of the first one holds.

Equal settings paint equal pixels, and at another size the same motif, so a decline is no matter of
pressing the button once more. Settings that differ only in how they are written down count as
equal; see `recipe`.
"""

from collections import defaultdict

from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview, SceneMode
from gallery.services import standing
from training.engine.prompts import word_weights

LEAST_GUIDANCE = 1  # up to here the renderer reads no negative prompt
_CODES = {
    AssetReview.DECLINED: "same-as-declined",
    AssetReview.WITHDRAWN: "same-as-withdrawn",
}
_PLACES = 4  # of a strength or a share: what differs less makes no other picture


def recipe(asset):
    """All that decides what a picture shows: equal for two that are painted alike, at whatever
    size.

    Words count as an encoder reads them, packs by their weights, whatever their order.
    """
    scene = asset.scene
    packs = [
        (version.weights_sha256, round(strength, _PLACES))
        for version, strength in asset.acting_packs()
        if strength
    ]
    return (
        (asset.seed, scene.base.sha256, scene.steps),
        (scene.scheduler, scene.guidance, scene.mode),
        word_weights.as_read(scene.prompt),
        word_weights.as_read(scene.negative_prompt) if scene.guidance > LEAST_GUIDANCE else (),
        tuple(sorted(packs)),
        _start_of(scene),
    )


def _start_of(scene):
    """What the scene is painted upon, as the renderer takes it."""
    car = scene.cutout and (
        scene.cutout.sha256,
        *(round(n, _PLACES) for n in (scene.cutout_x, scene.cutout_y, scene.cutout_width)),
    )
    is_changed = scene.mode == SceneMode.IMAGE  # enlarged, it shows the same
    share = round(scene.denoising_strength or 0, _PLACES) if is_changed else 0
    return (scene.init_image_sha256, share, car)


def refusals_of(assets):
    """{key: Refused} of those whose settings painted a picture against which a decision stands.

    Codes: same-as-declined, same-as-withdrawn; of several decisions the latest is told. An emptied
    bin makes no difference.
    """
    barred = (
        Asset.objects.barred()
        .filter(seed__in={asset.seed for asset in assets})
        .select_related("scene__base", "scene__cutout", "scene__template")
        .prefetch_related("scene__packs")
        .order_by("pk")
    )
    by_recipe = defaultdict(list)
    for asset in barred:
        by_recipe[recipe(asset)].append(asset)
    if not by_recipe:
        return {}
    decisions = standing.decisions_of(barred)
    refusals = {}
    for asset in assets:
        others = [other for other in by_recipe[recipe(asset)] if other.pk != asset.pk]
        if others:
            decision = standing.latest([decisions[other.pk] for other in others])
            refusals[asset.pk] = Refused(_CODES[decision.what], **decision.facts)
    return refusals


def check(asset):
    """Raise Refused, as `refusals_of`, for a picture that is to be painted once more."""
    if refusal := refusals_of([asset]).get(asset.pk):
        raise refusal


def pass_over_decided(assets):
    """Those of a scene's new pictures that may be painted; the others end failed, and say why.

    Raises Refused, as `refusals_of`, where that is all of them.
    """
    refusals = refusals_of(assets)
    if refusals and len(refusals) == len(assets):
        raise refusals[assets[0].pk]
    for asset in assets:
        if refusal := refusals.get(asset.pk):
            asset.fail(refusal.code, **refusal.facts)
    return [asset for asset in assets if asset.pk not in refusals]
