"""Where a real car stands when its picture is painted anew in the shape of another channel."""

from dataclasses import replace

from gallery.engine import sizes
from gallery.services import cuts, orders


def in_shape(order, channel, **changes):
    """The SceneOrder in the shape of a channel, its real car clear of what the platform covers.

    changes: of the order's other fields. Raises Refused as `orders.base_of`.
    """
    placement = order.placement
    if placement:
        placement = clear(placement, channel, orders.native_size(orders.base_of(order), channel))
    return replace(order, channel=channel, placement=placement, **changes)


def clear(placement, channel, size):
    """The Placement moved, and made smaller where it must be, until no platform covers the car.

    size: (width, height) in px of what is painted for the channel.
    """
    start, top, end, bottom = room(channel, size)
    shape = placement.cutout.height / placement.cutout.width * size[0] / size[1]
    width = min(placement.width, end - start, (bottom - top) / shape)
    x = min(max(placement.x, start + width / 2), end - width / 2)
    y = min(max(placement.y, top + width * shape), bottom)
    return replace(placement, x=x, y=y, width=width)


def room(channel, size):
    """What the channel keeps of the middle and leaves free: shares of the painted picture."""
    cut = sizes.cut_box(size, *channel.file_size)
    free = cuts.clear_of(channel)
    wide, high = cut[2] - cut[0], cut[3] - cut[1]
    return (
        (cut[0] + free[0] * wide) / size[0],
        (cut[1] + free[1] * high) / size[1],
        (cut[0] + free[2] * wide) / size[0],
        (cut[1] + free[3] * high) / size[1],
    )
