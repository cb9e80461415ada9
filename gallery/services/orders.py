"""What a person asks for, and what follows from it: base, prompt, size."""

from dataclasses import dataclass, field

from brandstudio.core.models import Vehicle
from brandstudio.core.problems import Refused
from gallery.engine import prompts, sizes
from gallery.models import ProductCutout, ReviewState, SceneMode, Scheduler
from gallery.services import glossary, vehicle_words
from gallery.services.sources import InitImage
from training.engine import families
from training.models import BaseModel

DRAFTS = (ReviewState.DRAFT, ReviewState.IN_REVIEW)
MOST_PACKS = 3
MOST_IMAGES = 8
LARGEST_SEED = 2**32 - 1
STEPS = (4, 60)
GUIDANCE = (1, 15)
DEFAULT_STEPS = 20
DEFAULT_GUIDANCE = 3.0
DEFAULT_DENOISING_STRENGTH = 0.6


@dataclass(frozen=True)
class Placement:
    """A cut-out on the frame: its middle x, its foot y and its width, as shares of the frame.

    light: of Daylight, in which the car is to be seen; "" follows the words of the scene.
    is_fixed: this very cut-out, whatever the light, because a picture is made once more.
    """

    cutout: ProductCutout
    x: float = 0.5
    y: float = 0.9
    width: float = 0.8
    light: str = ""
    is_fixed: bool = False


@dataclass(frozen=True)
class SceneOrder:
    """What a person asked for, however they asked; `scenes.compose_scene` validates it.

    slot_values: slot name → phrase. free, negative: as the person typed them; the glossary puts
    them into English. negative None: the template's. packs: (StyleVersion, strength) in order.
    strengths: of a sweep, else (). seed None: any. base: only asked where no pack decides it.
    reason: the person's own for leaving the band. size: (width, height) in px; None is the base's
    for the channel. is_larger: the start is painted at twice its size. shape_of: the pictures that
    these are in another channel's shape, one for each; else ().
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
    init_image: InitImage | None = None
    denoising_strength: float = DEFAULT_DENOISING_STRENGTH
    placement: Placement | None = None
    size: tuple[int, int] | None = None
    is_larger: bool = False
    shape_of: tuple = ()

    @property
    def image_count(self):
        """How many pictures are asked for."""
        return len(self.strengths) or self.count

    @property
    def mode(self):
        if self.is_larger:
            return SceneMode.LARGER
        if self.placement:
            return SceneMode.PRODUCT
        return SceneMode.IMAGE if self.init_image else SceneMode.TEXT


def is_trial(order):
    """Whether the order is with a draft, or goes on from a picture that was."""
    start = order.init_image.asset if order.init_image else None
    drafts = [version for version, _strength in order.packs if version.state in DRAFTS]
    drafts += [order.template] if order.template and order.template.state in DRAFTS else []
    return bool(drafts or start and start.scene.is_trial)


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
    return next((b for b in usable if b.family == families.BUNDLED), usable[0] if usable else None)


def pieces_of(order):
    """The prompt as it will be sent, in pieces that say where they come from."""
    base = base_of(order)
    text = ""
    if order.template:
        _check_slots(order.template, order.slot_values)
        # Words for a car would have a second one painted around the real one.
        text = order.template.scenery if order.placement else order.template.text
    return prompts.compose(
        text,
        order.slot_values,
        triggers=[version.trigger_words for version, _strength in order.packs],
        free=glossary.in_english(order.free, base).text,
        neutral=base.info.get("neutral_phrase", ""),
    )


def _check_slots(template, values):
    for slot in template.slots:
        value = values.get(slot["name"])
        if value not in {option["value"] for option in slot["options"]}:
            raise Refused("slot-value-unknown", value=value, slot=template.slot_label(slot))
    vehicle_words.check_colours(template, values)


def negative_of(order):
    """What the picture should not show: the person's own words, else the template's.

    Around the real car no other one is wanted, which small bases must be told.
    """
    words = order.negative
    if words is None:
        words = order.template.negative_prompt if order.template else ""
    words = glossary.in_english(words, base_of(order)).text
    if not order.placement:
        return words
    bodies = Vehicle.objects.exclude(body="").values_list("body", flat=True)
    phrases = words.split(", ")
    return ", ".join(filter(None, [words, *sorted({b for b in bodies if b not in phrases})]))


def title_of(order):
    """What the scene is called in lists when its template is gone."""
    if order.template:
        return order.template.name_zh[:120]
    return (order.free or prompts.joined(pieces_of(order)))[:120]


def size_of(order):
    """(width, height) in px at which an order is painted."""
    return order.size or native_size(base_of(order), order.channel)


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
