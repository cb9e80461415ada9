"""From what a marketer asked for to rows that a renderer paints."""

import random
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from brandstudio.core import blobs, queue
from brandstudio.core.models import AuditEntry, Vehicle, WrongState
from gallery.engine import prompts, sizes
from gallery.engine.plate import PlacedProduct
from gallery.models import Asset, AssetState, Plate, ReviewState, Scene, ScenePack, Scheduler, Way
from gallery.problems import Refused
from gallery.services import quota
from gallery.services.sources import Start
from training.engine.errors import EngineError
from training.models import BaseModel

MOST_PACKS = 3
MOST_PICTURES = 8
LARGEST_SEED = 2**32 - 1
DEFAULT_STEPS = 20
DEFAULT_GUIDANCE = 3.0
DEFAULT_CHANGE = 0.6
URGENT = 1  # priority in the queue; everybody's is 0


@dataclass(frozen=True)
class Placed:
    """A plate on the frame: its middle x, its foot y and its width, as shares of the frame."""

    plate: Plate
    x: float = 0.5
    y: float = 0.9
    width: float = 0.8


@dataclass(frozen=True)
class SceneOrder:
    """What a marketer asked for, read from the form; `compose_scene` judges it once more.

    slot_values: slot name → phrase. free: what the person wrote themselves. packs: (StyleVersion,
    strength) in order. strengths: of a sweep, else (). seed None: any. negative None: the
    template's. base: only asked where no pack decides it.
    """

    template: object = None
    slot_values: dict = field(default_factory=dict)
    free: str = ""
    packs: tuple = ()
    channel: object = None
    count: int = 4
    seed: int | None = None
    steps: int = DEFAULT_STEPS
    guidance: float = DEFAULT_GUIDANCE
    scheduler: str = Scheduler.DPM
    negative: str | None = None
    base: object = None
    reason: str = ""
    strengths: tuple = ()
    made_from: object = None
    campaign: object = None
    start: Start | None = None
    change: float = DEFAULT_CHANGE
    placed: Placed | None = None

    @property
    def way(self):
        return Way.PRODUCT if self.placed else Way.PICTURE if self.start else Way.TEXT


def compose_scene(order, by):
    """Freeze the order as a Scene with one Asset per picture, and queue them after the commit.

    Raises Refused or EngineError, as `judge` and `quota.check` do; nothing is kept then.
    """
    count = len(order.strengths) or order.count
    with transaction.atomic():
        quota.check(by, count)
        judge(order, by)
        base = base_of(order)
        scene = Scene.objects.create(
            owner=by,
            template=order.template,
            slot_values=order.slot_values if order.template else {},
            title=title_of(order),
            prompt=prompts.joined(pieces_of(order)),
            negative_prompt=negative_of(order),
            base=base,
            channel=order.channel,
            campaign=order.campaign,
            steps=order.steps,
            guidance=order.guidance,
            scheduler=order.scheduler,
            seed=random.randint(0, LARGEST_SEED) if order.seed is None else order.seed,
            count=count,
            reason=order.reason,
            made_from=order.made_from,
            **dict(zip(("width", "height"), native_size(base, order.channel), strict=True)),
            **origin_of(order),
        )
        ScenePack.objects.bulk_create(
            ScenePack(scene=scene, version=version, strength=strength)
            for version, strength in order.packs
        )
        queue.enqueue_together(make_assets(scene, order.strengths))
    return scene


def paint_first(scene, by):
    """Let what waits of a scene be taken before everybody else's pictures; an admin's act."""
    with transaction.atomic():
        waiting = scene.assets.waiting()
        for asset in waiting:
            AuditEntry.objects.record(asset, asset.state, asset.state, by=by, why="painted-first")
        waiting.update(priority=URGENT)


def origin_of(order):
    """The columns that say what a scene starts from."""
    columns = {"way": order.way}
    if order.start:
        columns |= {
            "start_sha256": order.start.sha256,
            "start_asset": order.start.asset,
            "start_name": order.start.upload.name if order.start.upload else "",
            "change": order.change,
        }
    if placed := order.placed:
        columns |= {
            "plate": placed.plate,
            "plate_x": placed.x,
            "plate_y": placed.y,
            "plate_width": placed.width,
        }
    return columns


def make_assets(scene, strengths):
    """One row per picture: seeds count up, unless a sweep holds the seed and moves the strength."""
    now = timezone.now()
    return Asset.objects.bulk_create(
        Asset(
            scene=scene,
            index=index,
            seed=scene.seed if strengths else (scene.seed + index) % (LARGEST_SEED + 1),
            strength=strengths[index] if strengths else None,
            attempt=1,
            queued_at=now,
        )
        for index in range(scene.count)
    )


def judge(order, by):
    """Raise Refused or EngineError for anything this person may not have, or that can't be made."""
    template = order.template
    if template is not None and template.state != ReviewState.APPROVED:
        raise Refused("template-not-approved", name=str(template))
    if (template is None or order.free) and not by.may_write_prompts:
        raise Refused("prompt-not-yours")
    if len(order.packs) > MOST_PACKS:
        raise Refused("packs-too-many", limit=MOST_PACKS)
    for version, strength in order.packs:
        check_pack(version)
        for value in {strength, *order.strengths} if order.packs[0][0] == version else {strength}:
            check_strength(version, value, order.reason, by)
    if order.strengths and not order.packs:
        raise Refused("sweep-needs-one-pack")
    if order.start and not 0 < order.change <= 1:
        raise Refused("change-out-of-range")
    if order.placed:
        _check_placed(order.placed, by)
    pieces_of(order)
    if not base_of(order).is_present:
        raise Refused("base-absent", name=base_of(order).name)


def _check_placed(placed, by):
    """Raise unless the plate is this person's to use, and some of it stands in the frame."""
    if not Plate.objects.usable_by(by).filter(pk=placed.plate.pk).exists():
        raise Refused("plate-gone")
    reach = placed.width / 2
    in_view = -reach < placed.x < 1 + reach and 0 < placed.y <= 1.5
    if not (in_view and 0.05 <= placed.width <= 2):
        raise EngineError("plate-outside")


def check_pack(version):
    """Raise Refused unless the version is approved."""
    if version.state == ReviewState.APPROVED:
        return
    newer = version.pack.approved_version
    if newer:
        raise Refused("pack-replaced", name=str(version), number=newer.number)
    raise Refused("pack-not-approved", name=str(version))


def check_strength(version, strength, reason, by):
    """Raise unless the strength is inside the version's band, or the person may leave it."""
    if version.allows(strength):
        return
    facts = {
        "name": str(version.pack),
        "strength": f"{strength:g}",
        "minimum": f"{version.strength_min:g}",
        "maximum": f"{version.strength_max:g}",
    }
    if not (by.may_leave_band and 0 <= strength <= 1.5):
        raise EngineError("strength-out-of-band", **facts)
    if not reason.strip():
        raise Refused("reason-missing", **facts)


def base_of(order):
    """The base model the packs were made for; without packs the one asked for, or the first."""
    bases = {version.base_id: version for version, _strength in order.packs}
    if len(bases) > 1:
        first, second = list(bases.values())[:2]
        raise Refused("packs-of-two-bases", first=str(first.pack), second=str(second.pack))
    if bases:
        return next(iter(bases.values())).base
    base = order.base or default_base()
    if base is None:
        raise Refused("base-none")
    return base


def default_base():
    """The bundled base, or the first that is there, or None."""
    usable = list(BaseModel.objects.usable())
    return next((b for b in usable if b.family == "studio-mini"), usable[0] if usable else None)


def pieces_of(order):
    """The prompt as it will be sent, in pieces that say where they come from."""
    base = base_of(order)
    text = ""
    if order.template:
        _check_slots(order.template, order.slot_values)
        # Words for a car would have a second one painted around the real one.
        text = order.template.scenery if order.placed else order.template.text
    return prompts.compose(
        text,
        order.slot_values,
        triggers=[version.trigger_words for version, _strength in order.packs],
        free=order.free,
        neutral=base.info.get("neutral_phrase", ""),
    )


def _check_slots(template, values):
    for slot in template.slots:
        value = values.get(slot["name"])
        if value not in {option["value"] for option in slot["options"]}:
            raise Refused("slot-value-unknown", value=value, slot=template.slot_label(slot))


def negative_of(order):
    """What the picture should not show: the person's own words, else the template's.

    Around the real car no other one is wanted, which small bases must be told.
    """
    words = order.negative
    if words is None:
        words = order.template.negative_prompt if order.template else ""
    if not order.placed:
        return words
    bodies = Vehicle.objects.exclude(body="").values_list("body", flat=True)
    said = words.split(", ")
    return ", ".join(filter(None, [words, *sorted({b for b in bodies if b not in said})]))


def title_of(order):
    """What the scene is called in lists when its template is gone."""
    if order.template:
        return order.template.name_zh[:120]
    return (order.free or prompts.joined(pieces_of(order)))[:120]


def native_size(base, channel):
    """(width, height) in px that the base paints for a channel; its own size without one."""
    info = base.info
    width, height = info["default_width"], info["default_height"]
    if channel is None:
        return width, height
    return sizes.native_size(
        channel.width,
        channel.height,
        default_width=width,
        default_height=height,
        # Half a bucket's step: the network pads one level by itself, and shapes come closer.
        multiple=max(info["size_multiple"], info["bucket_step"] // 2),
    )


def product_of(scene):
    """The real car of a scene as the engine places it, or None. Raises Refused("plate-gone")."""
    if scene.plate is None:
        return None
    try:
        path = blobs.local(scene.plate.sha256)
    except blobs.BlobMissing as error:
        raise Refused("plate-gone") from error
    return PlacedProduct(path, scene.plate_x, scene.plate_y, scene.plate_width)


def retry(asset, by):
    """Let a failed picture be painted once more."""
    with transaction.atomic():
        asset.requeue(by=by, why="again")
        queue.enqueue_work(asset)


def cancel(assets, by):
    """Stop or drop these pictures; those that ended meanwhile stay. Returns how many."""
    stopped = 0
    for asset in assets:
        try:
            asset.cancel(by)
        except WrongState:
            continue
        stopped += 1
        # The row tells the renderer by itself; this only spares the wait.
        transaction.on_commit(lambda a=asset: queue.withdraw(a.QUEUE, a.job_id))
    return stopped


def waiting_of(person):
    return Asset.objects.filter(scene__owner=person, state=AssetState.WAITING)
