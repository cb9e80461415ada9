"""The frame on which a real car is placed: what the page draws and what its script is told."""

from dataclasses import dataclass

from brandstudio.core.input.numbers import parse_number
from gallery.engine import labelling
from gallery.engine.daylight import light_of
from gallery.models import Daylight, ProductCutout
from gallery.services import brand, car_placement, cutouts, orders


@dataclass(frozen=True)
class PlacedCar:
    """Which picture of a car will stand in the scene. first: the one that stands for the car.

    light: in which it should be seen, in words.
    """

    cutout: ProductCutout
    first: ProductCutout
    light: str
    is_fitting: bool


def car_in_its_light(placement, prompt, person):
    """The PlacedCar of a Placement, None where there is none."""
    if placement is None:
        return None
    light = placement.light or light_of(prompt)
    fitting = cutouts.in_its_light(placement, prompt, person).cutout
    first = cutouts.first_of_car(fitting)
    return PlacedCar(fitting, first, Daylight(light).label, fitting.light == light)


def framed(channels, base):
    """The channels, each with `.paints`, the size in px that the base paints for it, and `.label`,
    the box of its visible label in px of the channel, also as `.label_box` for the script, which
    takes `.room` too: what the platform leaves free, left, top, right, bottom as shares."""
    channels = list(channels)
    words = brand.label_words()
    for channel in channels:
        channel.paints = (
            orders.native_size(base, channel) if base else (channel.width, channel.height)
        )
        channel.label = _label(channel, words)
        channel.label_box = in_numbers(channel.label)
        channel.room = " ".join(
            f"{share:.4f}" for share in car_placement.room(channel, channel.paints)
        )
    return channels


def frame_of(shown_form, channels):
    """The numbers of the drawing for a ShownForm's channel, in px of the painted picture, or None.

    {"width", "height", "cut", "transform", "channel", "label", "car"}; cut, label and car are boxes
    with x, y, width, height: what the channel keeps, where its label will stand, and the car (None
    while none is chosen). transform: from px of the channel to the drawing, as SVG wants it.
    """
    if not channels:
        return None
    slug = shown_form.form["channel"].value()
    channel = next((one for one in channels if one.slug == slug), channels[0])
    width, height = channel.paints
    cut = _cut(width, height, channel)
    scale = cut["width"] / channel.width
    return {
        "width": width,
        "height": height,
        "cut": cut,
        "transform": f"translate({cut['x']} {cut['y']}) scale({scale:.5f})",
        "channel": channel,
        "label": _scaled(channel.label, cut, scale),
        "car": _car(shown_form, width, height),
    }


def _cut(width, height, channel):
    scale = min(width / channel.width, height / channel.height)
    size = (channel.width * scale, channel.height * scale)
    return boxed((width - size[0]) / 2, (height - size[1]) / 2, *size)


def _label(channel, words):
    place = labelling.LabelPlace(channel.corners[0], channel.insets, words)
    x, y, right, bottom = labelling.label_box(channel.file_size, place)
    return boxed(x - channel.bleed, y - channel.bleed, right - x, bottom - y)


def _scaled(box, frame, scale):
    """A box in px of a channel as one in the frame that shows the channel."""
    x, y = frame["x"] + box["x"] * scale, frame["y"] + box["y"] * scale
    return boxed(x, y, box["width"] * scale, box["height"] * scale)


def _car(shown_form, width, height):
    cutout = shown_form.cutout
    if cutout is None:
        return None
    shares = {name: _share(shown_form.form, f"cutout_{name}") for name in ("x", "y", "width")}
    wide = shares["width"] * width
    high = wide * cutout.height / cutout.width
    return {
        **boxed(shares["x"] * width - wide / 2, shares["y"] * height - high, wide, high),
        "url": cutout.get_absolute_url(),
    }


def _share(form, name):
    return parse_number(form[name].value(), form.fields[name].initial) / 100


def boxed(x, y, width, height):
    """A box of a drawing, in units of which hundredths don't matter."""
    return {
        name: round(value, 2)
        for name, value in (("x", x), ("y", y), ("width", width), ("height", height))
    }


def in_numbers(box):
    """A box as SVG and scripts want it: "x y width height"."""
    return " ".join(str(box[name]) for name in ("x", "y", "width", "height"))
