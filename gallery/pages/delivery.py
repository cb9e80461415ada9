"""The page on which pictures go to channels: how each is cut, and what stands in its way."""

from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from gallery.engine import labelling
from gallery.models import Asset, ChannelFile, Rendition, SceneMode
from gallery.pages.offers import known_of, why_not, why_not_there
from gallery.pages.placement import boxed, in_numbers
from gallery.pages.results import estimate, pace_of
from gallery.services import brand, channel_files, cuts, downloads, orders, use_limits


@dataclass(frozen=True)
class Cell:
    """A picture in the shape of a channel, as a drawing in px of the painted picture.

    whole: its width and height. view: what is kept. label, covered: outlines on it. car: where it
    stands. why: the sentence that keeps the picture from this channel, or "". file: the
    ChannelFile of a large one, None for what is made at once or not asked for.
    rendering_seconds: (low, high), about what painting it anew in this shape takes; None where that
    can't be done, or () where nothing was measured.
    """

    cut: cuts.Cut
    why: str
    whole: str
    view: dict
    label: str
    covered: list[str]
    car: dict
    is_large: bool
    file: ChannelFile | None
    rendering_seconds: tuple[int, ...] | None

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
    def factor(self):
        return round(self.cut.factor, 1)


@dataclass(frozen=True)
class Row:
    """A picture with its cells. why: the sentence that says why it does not leave, or ""."""

    asset: Asset
    why: str
    cells: list[Cell] = field(default_factory=list)


def chosen_channels(slugs, campaign, channels, assets):
    """The channels asked for; else the campaign's, else those the pictures were painted for."""
    if not slugs and campaign:
        slugs = list(campaign.places.values_list("channel__slug", flat=True))
    if not slugs:
        slugs = [asset.scene.channel.slug for asset in assets if asset.scene.channel]
    return [channel for channel in channels if channel.slug in slugs]


def rows_of(assets, channels, person):
    """A Row of each asset. channels: those that it is cut for."""
    prefetch_related_objects(assets, "cuts")
    words = brand.label_words()
    known = known_of(assets)
    rows = []
    for asset, pace, facts in zip(assets, _paces_of(assets), known, strict=True):
        why = why_not(asset, person, Rendition.PUBLICATION, facts)
        cells = [] if why else [_cell(asset, one, words, pace, facts.limits) for one in channels]
        rows.append(Row(asset, why, cells))
    return rows


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
    """The Pace of each asset's base, or None."""
    paces = {base: pace_of(base) for base in {asset.scene.base for asset in assets}}
    return [paces[asset.scene.base] for asset in assets]


def _rendering_seconds(asset, channel, pace):
    scene = asset.scene
    if scene.mode == SceneMode.LARGER:
        return None
    size = orders.native_size(scene.base, channel)
    return estimate(pace.seconds(scene.steps, *size)) if pace else ()


def _cell(asset, channel, words, pace, limits):
    cut = cuts.cut_for(asset, channel, words=words)
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
    return Cell(
        cut=cut,
        why=why_not_there(asset, Rendition.PUBLICATION, channel, limits),
        whole=f"{width} {height}",
        view=view,
        label=on_image(label),
        covered=[on_image(zone) for zone in cuts.covered(channel)],
        car=_whole(cut.subject, width, height),
        is_large=is_large,
        file=channel_files.made_before(asset, channel, cut) if is_large else None,
        rendering_seconds=_rendering_seconds(asset, channel, pace),
    )


def _whole(shares, width, height):
    """A box in shares of a picture as one in its px."""
    x, y = shares[0] * width, shares[1] * height
    return boxed(x, y, shares[2] * width - x, shares[3] * height - y)
