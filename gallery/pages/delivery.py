"""The page on which pictures go to channels: how each is cut, and what stands in its way."""

import re
from dataclasses import dataclass, field, replace

from django.db.models import prefetch_related_objects

from brandstudio.core.input.numbers import parse_ids, parse_number
from gallery.engine import labelling, upscale
from gallery.models import Asset, ChannelFile, Rendition, SceneMode
from gallery.pages import enlargement
from gallery.pages.estimates import estimate
from gallery.pages.offers import known_of, why_not, why_not_there
from gallery.pages.placement import boxed, in_numbers
from gallery.pages.results import pace_of
from gallery.services import (
    brand,
    channel_files,
    cuts,
    downloads,
    orders,
    shapes,
    use_limits,
)
from training.engine.tools import upscaler

_FOCUS = re.compile(r"focus-(\d{1,12})-(.+)")


@dataclass(frozen=True)
class Cell:
    """A picture in the shape of a channel, as a drawing in px of the painted picture.

    asset: the picture that is drawn. stand_in: the one that was painted anew in this shape, else
    None; while that may not leave, stand_in_why says so, and the cut is drawn that may be sent
    instead. is_instead: whether that cut was asked for. is_anew: whether painting it anew was.
    is_carless: whether it was asked to be sent though the cut leaves no car.
    dragged: "x,y", the middle that a person just chose, or "".
    whole: its width and height. view: what is kept. label, covered: outlines on it. car: where it
    stands. why: the sentence that keeps the picture from this channel, or "". file: the
    ChannelFile of a large one, None for what is made at once or not asked for.
    way: the Enlargement by which the file is made. making_seconds: (low, high), about what a worker
    takes for a large file that is not made yet, else ().
    rendering_seconds: (low, high), about what painting it anew in this shape takes; None where that
    can't be done or would paint the same, or () where nothing was measured.
    """

    asset: Asset
    cut: cuts.Cut
    why: str
    whole: str
    view: dict
    label: str
    covered: list[str]
    car: dict
    is_large: bool
    file: ChannelFile | None
    way: upscale.Enlargement
    making_seconds: tuple[int, ...]
    rendering_seconds: tuple[int, ...] | None
    stand_in: Asset | None = None
    stand_in_why: str = ""
    is_instead: bool = False
    is_anew: bool = False
    is_carless: bool = False
    dragged: str = ""

    @property
    def view_box(self):
        """What is kept, as SVG wants it."""
        return in_numbers(self.view)

    @property
    def car_box(self):
        return in_numbers(self.car)

    @property
    def clear_box(self):
        """What no platform covers, in shares of the cut: "left top right bottom"."""
        return " ".join(f"{share:.4f}" for share in cuts.clear_of(self.cut.channel))

    @property
    def lost_percent(self):
        return round(self.cut.lost * 100)

    @property
    def hidden_percent(self):
        return round(self.cut.hidden * 100)

    @property
    def is_soft(self):
        return not self.why and self.cut.is_soft

    @property
    def suggested_place(self):
        """Left and top of the suggested cut, in px of the picture: "x y"."""
        width, height = (float(side) for side in self.whole.split())
        x, y = self.cut.suggested[:2]
        return f"{x * width:.2f} {y * height:.2f}"

    @property
    def is_to_come(self):
        """Whether a worker makes it before it leaves."""
        return self.is_large and not (self.file and self.file.is_ready)

    @property
    def is_harmed(self):
        """Whether it leaves though part of its car is cut off, or its wheels."""
        is_cut = self.cut.is_lossy or self.cut.loses_wheels
        return is_cut and not self.why and not self.cut.is_gone

    @property
    def lacks_car(self):
        """Whether it is left out since its cut leaves no car."""
        return self.cut.is_gone and not self.is_carless

    @property
    def fault_words(self):
        return enlargement.fault_of(self.way.facts)

    @property
    def factor(self):
        return round(self.cut.factor, 1)


@dataclass(frozen=True)
class Row:
    """A picture with its cells. why: the sentence that says why it does not leave, or ""; then
    the cells are those in which another picture stands for it."""

    asset: Asset
    why: str
    cells: list[Cell] = field(default_factory=list)

    @property
    def enlarged(self):
        """Its cells whose file is seen to be enlarged."""
        return [
            cell for cell in self.cells if not cell.why and cell.way.growth >= upscaler.LEAST_GROWTH
        ]

    @property
    def fault_words(self):
        """Why files are enlarged without new detail; "" where nothing keeps them from it."""
        return next((words for cell in self.enlarged if (words := cell.fault_words)), "")

    @property
    def is_soft(self):
        return bool(self._soft)

    @property
    def softest(self):
        """The picture of the softest file: the one to be enlarged."""
        return max(self._soft, key=lambda cell: cell.factor).asset

    @property
    def _soft(self):
        return [cell for cell in self.cells if cell.is_soft]


@dataclass(frozen=True)
class ZipPlan:
    """What a zip will hold. count: files, of `whole` cells. left_out: [(picture, channel, why)] of
    pictures that may leave; to_come: [(picture, channel)] of large files that are made first.
    harmed: [(picture, Cell)] of files that leave with part of the car cut off. carless: [(picture,
    channel, whether it is sent all the same)] of files that most of the car is cut off from.
    is_ordering: whether a large file is still to be ordered.
    """

    count: int
    whole: int
    left_out: list
    to_come: list
    harmed: list
    carless: list
    is_ordering: bool

    @property
    def may_begin(self):
        """Whether pressing download may do anything: a zip, or the order of a large file. A cut
        that leaves no car can be moved first."""
        return self.count > 0 or self.is_ordering or bool(self.carless)


def plan_of(rows, channels):
    """The ZipPlan of a page's Rows, each cut for these channels."""
    left_out, to_come, harmed, carless, count = [], [], [], [], 0
    for row in rows:
        for cell in row.cells:
            if not cell.why and cell.cut.is_gone:
                carless.append((row.asset, cell.cut.channel, cell.is_carless))
            if cell.is_harmed:
                harmed.append((row.asset, cell))
            if why := _why_not(cell):
                left_out.append((row.asset, cell.cut.channel, why))
            elif cell.is_to_come and not cell.lacks_car:
                to_come.append((row.asset, cell.cut.channel))
            else:
                count += not cell.lacks_car
    cells = [cell for row in rows for cell in row.cells if not cell.why and not cell.lacks_car]
    is_ordering = any(cell.is_large and cell.file is None for cell in cells)
    whole = len(rows) * len(channels)
    return ZipPlan(count, whole, left_out, to_come, harmed, carless, is_ordering)


def _why_not(cell):
    return cell.why or ("" if cell.is_instead else cell.stand_in_why)


def campaign_of(assets):
    """The Campaign to which all of the pictures belong; None for none."""
    campaigns = {asset.campaign for asset in assets}
    return campaigns.pop() if len(campaigns) == 1 else None


def chosen_channels(slugs, campaign, channels, assets, *, with_ordered=False):
    """The channels asked for; else the campaign's, else those the pictures were ordered for.

    with_ordered: the latter beside the campaign's.
    """
    if not slugs and campaign:
        slugs = set(campaign.places.values_list("channel__slug", flat=True))
        slugs |= shapes.channels_of(assets) if with_ordered else set()
    if not slugs:
        slugs = shapes.channels_of(assets)
    return [channel for channel in channels if channel.slug in slugs]


@dataclass(frozen=True)
class Wishes:
    """What a person chose on the page. focuses: {(asset's key, channel's slug): (x, y)} of cuts
    that were dragged. instead, anew: keys as `deliveries.among` takes them, of the first pictures'
    cuts and of what is painted anew. carless: as well, of what is sent though the cut leaves no
    car. posters: keys."""

    focuses: dict
    instead: list
    anew: list
    carless: list
    posters: list

    @classmethod
    def of(cls, data):
        """As the page's form sent them; what can't be read is passed over."""
        focuses = {}
        for name in data:
            key, focus = _FOCUS.fullmatch(name), _focus(data[name])
            if key and focus:
                focuses[int(key[1]), key[2]] = focus
        return cls(
            focuses,
            data.getlist("cut"),
            data.getlist("anew"),
            data.getlist("carless"),
            sorted(parse_ids(data.getlist("poster"))),
        )

    def pairs(self):
        """[(name, value)], for an address of the page that shows them again."""
        dragged = [
            (f"focus-{pk}-{slug}", _as_text(focus)) for (pk, slug), focus in self.focuses.items()
        ]
        ticked = [
            (name, key)
            for name, keys in (
                ("cut", self.instead),
                ("anew", self.anew),
                ("carless", self.carless),
            )
            for key in keys
        ]
        return dragged + ticked + [("poster", pk) for pk in self.posters]


def _as_text(focus):
    return ",".join(f"{share:.4f}" for share in focus)


def _focus(text):
    """(x, y) of "0.25,0.6"; None for anything else or what lies outside."""
    numbers = [parse_number(part, None) for part in text.split(",")]
    if len(numbers) != 2 or None in numbers or not all(0 <= number <= 1 for number in numbers):
        return None
    return tuple(numbers)


def rows_of(assets, channels, person, stand_ins, wishes):
    """A Row of each asset. channels: those that it is cut for. stand_ins: `shapes.stand_ins`.
    wishes: the person's Wishes."""
    everything = [*assets, *stand_ins.values()]
    prefetch_related_objects(everything, "cuts")
    words = brand.label_words()
    known = dict(zip((one.pk for one in everything), known_of(everything), strict=True))
    paces = _paces_of(assets)

    def why_of(asset):
        return why_not(asset, person, Rendition.PUBLICATION, known[asset.pk])

    def drawn(asset, channel, pace=None):
        focus = wishes.focuses.get((asset.pk, channel.slug))
        cell = _cell(asset, channel, focus, words, pace, known[asset.pk].limits)
        is_carless = f"{asset.pk}-{channel.slug}" in wishes.carless
        return replace(cell, is_carless=is_carless, dragged=_as_text(focus) if focus else "")

    def cell_of(asset, channel, *, may_be_cut=True):
        key = f"{asset.pk}-{channel.slug}"
        stand_in = stand_ins.get((asset.pk, channel.pk))
        if stand_in is None:
            cell = drawn(asset, channel, paces[asset.scene.base_id])
            return replace(cell, is_anew=key in wishes.anew)
        why, is_instead = why_of(stand_in), may_be_cut and key in wishes.instead
        cell = drawn(asset if why or is_instead else stand_in, channel)
        return replace(cell, stand_in=stand_in, stand_in_why=why, is_instead=is_instead)

    def row_of(asset):
        if why := why_of(asset):
            cells = [
                cell_of(asset, one, may_be_cut=False)
                for one in channels
                if (asset.pk, one.pk) in stand_ins
            ]
            return Row(asset, why, [cell for cell in cells if not cell.stand_in_why])
        return Row(asset, "", [cell_of(asset, channel) for channel in channels])

    return [row_of(asset) for asset in assets]


def closed_channels(assets, channels):
    """The keys of those channels to which the rights of none of these pictures reach."""
    limits = use_limits.limits_of(assets)
    return {
        channel.pk
        for channel in channels
        if all(_obstacle(asset, channel, limits[asset.pk]) for asset in assets)
    }


def _obstacle(asset, channel, limits):
    return use_limits.obstacle_of(asset, Rendition.PUBLICATION, channel, limits)


def _paces_of(assets):
    """{base's key: its Pace, or None} of these assets."""
    return {base.pk: pace_of(base) for base in {asset.scene.base for asset in assets}}


def _would_be_clear(scene, cut):
    """Whether its car would be placed clear of what the platform covers, painted anew."""
    return scene.mode == SceneMode.PRODUCT and cut.is_hidden


def _rendering_seconds(asset, channel, pace, cut):
    scene = asset.scene
    size = orders.native_size(scene.base, channel)
    is_same = size == (scene.width, scene.height) and not _would_be_clear(scene, cut)
    if scene.mode == SceneMode.LARGER or is_same:
        return None
    return estimate(pace.seconds(scene.steps, *size)) if pace else ()


def _cell(asset, channel, focus, words, pace, limits):
    cut = cuts.cut_for(asset, channel, focus, words=words)
    width, height = asset.scene.width, asset.scene.height
    file_width, file_height = channel.file_size
    view = _whole(cut.box, width, height)
    scale = view["width"] / file_width

    def on_image(box):
        x, y = view["x"] + box[0] * scale, view["y"] + box[1] * scale
        wide, high = (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
        return f"M{x:.2f} {y:.2f}h{wide:.2f}v{high:.2f}h{-wide:.2f}z"

    label = labelling.label_box((file_width, file_height), cut.place)
    is_large = downloads.is_large(channel)
    file = channel_files.made_before(asset, channel, cut) if is_large else None
    size = channel.file_size
    way = downloads.enlargement_for(asset.scene, size, cut.focus, downloads.most_pixels(size))
    is_to_come = is_large and not (file and file.is_ready)
    return Cell(
        asset=asset,
        cut=cut,
        why=why_not_there(asset, Rendition.PUBLICATION, channel, limits),
        whole=f"{width} {height}",
        view=view,
        label=on_image(label),
        covered=[on_image(zone) for zone in channel.covered],
        car=_whole(cut.subject, width, height),
        is_large=is_large,
        file=file,
        way=way,
        making_seconds=estimate(channel_files.seconds_for(way, channel)) if is_to_come else (),
        rendering_seconds=_rendering_seconds(asset, channel, pace, cut),
    )


def _whole(shares, width, height):
    """A box in shares of a picture as one in its px."""
    x, y = shares[0] * width, shares[1] * height
    return boxed(x, y, shares[2] * width - x, shares[3] * height - y)
