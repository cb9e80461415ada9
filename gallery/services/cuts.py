"""How a picture is cut for a channel: around its car, or around the point a person has set."""

from dataclasses import dataclass
from functools import lru_cache

from brandstudio.core import blobs
from gallery.engine import labelling, sizes, subject
from gallery.models import Channel, ChannelCut, SceneMode
from gallery.services import brand
from training.engine.data.images import open_rgb

NOTICEABLE = 0.02  # share of the car: below it no eye sees that some is gone
MOST_GONE = 0.5  # share of the car: beyond it the picture shows no car any more
WHEELS_NOTICEABLE = 0.1  # share of the wheels: less is within what the outline may be off by
WHEELS = 0.25  # share of the car's height, from below: its wheels down to the tyres
SAME = 0.002  # share of the picture: two cuts that differ by less are one
EVERYTHING = (0.0, 0.0, 1.0, 1.0)  # the box of all of a picture
LARGEST_FACTOR = 4  # beyond it an enlarged picture looks soft


@dataclass(frozen=True)
class Cut:
    """One picture in the shape of one channel.

    focus: what stands in the middle, shares of the picture. box: what is kept, and subject: where
    its car stands, both left, top, right, bottom as shares of the picture. is_set: by a person.
    version: rises each time it was set anew. place: where the label stands.
    factor: px of the file for one of the picture. suggested: the box that shows the car best.
    """

    channel: Channel
    focus: tuple[float, float]
    box: sizes.Box
    subject: sizes.Box
    is_set: bool
    version: int
    place: labelling.LabelPlace
    factor: float
    suggested: sizes.Box

    @property
    def is_moved(self):
        """Whether something else is kept than what is suggested."""
        return any(abs(a - b) > SAME for a, b in zip(self.box, self.suggested, strict=True))

    @property
    def lost(self):
        """Which share of the car is cut off, 0 to 1."""
        return sizes.lost_share(self.box, self.subject)

    @property
    def is_lossy(self):
        return self.lost > NOTICEABLE

    @property
    def is_gone(self):
        """Whether so much is cut off that no car is left. Of a picture that is all car, or shows
        none that was found, any cut shows some."""
        return self.subject != EVERYTHING and self.lost > MOST_GONE

    @property
    def loses_wheels(self):
        """Whether it goes through the wheels, which are little of the car's area."""
        left, top, right, bottom = self.subject
        wheels = (left, bottom - WHEELS * (bottom - top), right, bottom)
        return not self.is_gone and sizes.lost_share(self.box, wheels) > WHEELS_NOTICEABLE

    @property
    def hidden(self):
        """Which share of the car the platform's own buttons and words hide, 0 to 1."""
        return max(0.0, sizes.lost_share(self.clear, self.subject) - self.lost)

    @property
    def is_hidden(self):
        return self.hidden > NOTICEABLE

    @property
    def clear(self):
        """What is kept and not covered, as `box`."""
        left, top, right, bottom = clear_of(self.channel)
        wide, high = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return (
            self.box[0] + left * wide,
            self.box[1] + top * high,
            self.box[0] + right * wide,
            self.box[1] + bottom * high,
        )

    @property
    def is_soft(self):
        """Whether so much enlarging is seen."""
        return self.factor > LARGEST_FACTOR


def cut_for(asset, channel, focus=None, words=""):
    """The Cut of a finished picture for a channel.

    focus: (x, y) that a person points at now; None: as it was set before, else what shows the car
    best, clear of what the platform covers.
    words: of the label, where the caller has them at hand.
    """
    # All of a picture's, so that a page that has them at hand asks for none.
    own = next((cut for cut in asset.cuts.all() if cut.channel_id == channel.pk), None)
    car = subject_of(asset)
    focus = focus or (own and (own.x, own.y))
    width, height = asset.scene.width, asset.scene.height
    file_width, file_height = channel.file_size
    best = sizes.focus_for((width, height), file_width, file_height, car, clear_of(channel))
    middle = focus or best

    def around(point):
        left, top, right, bottom = sizes.cut_box((width, height), file_width, file_height, point)
        return (left / width, top / height, right / width, bottom / height)

    box = around(middle)
    return Cut(
        channel=channel,
        focus=middle,
        box=box,
        subject=car,
        is_set=bool(focus),
        version=own.version if own else 1,
        place=labelling.clearest_place(
            channel.file_size,
            channel.corners,
            channel.insets,
            _in_file(car, box, file_width, file_height),
            words or brand.label_words(),
        ),
        factor=file_width / max(width * (box[2] - box[0]), 1),
        suggested=around(best),
    )


def subject_of(asset):
    """Where the car stands: its cut-out's place, else what draws the eye most."""
    return real_car_of(asset.scene) or _likely_box(asset.image_sha256)


def real_car_of(scene):
    """Where the cut-out of a real car stands in a scene painted around it, as shares; else None."""
    if scene.mode != SceneMode.PRODUCT or not scene.cutout:
        return None
    shape = scene.cutout.height / scene.cutout.width * scene.width / scene.height
    half, tall = scene.cutout_width / 2, scene.cutout_width * shape
    x, foot = scene.cutout_x, scene.cutout_y
    return tuple(min(1.0, max(0.0, s)) for s in (x - half, foot - tall, x + half, foot))


@lru_cache(maxsize=2000)
def _likely_box(sha256):
    return subject.likely_box(open_rgb(blobs.local(sha256)))


def set_focus(asset, channel, focus):
    """Keep the point around which this picture is cut for this channel."""
    own, is_new = ChannelCut.objects.get_or_create(
        asset=asset, channel=channel, defaults={"x": focus[0], "y": focus[1]}
    )
    if not is_new and (own.x, own.y) != focus:
        own.x, own.y = focus
        own.version += 1
        own.save(update_fields=["x", "y", "version"])


def clear_of(channel):
    """What of a channel's file is neither cut off nor covered: left, top, right, bottom, shares."""
    width, height = channel.file_size
    above, on_right, below, on_left = channel.insets
    return on_left / width, above / height, 1 - on_right / width, 1 - below / height


def _in_file(part, box, width, height):
    """A box of the picture, in shares, as px of the file that is cut from it."""
    wide, high = box[2] - box[0], box[3] - box[1]
    return (
        (part[0] - box[0]) / wide * width,
        (part[1] - box[1]) / high * height,
        (part[2] - box[0]) / wide * width,
        (part[3] - box[1]) / high * height,
    )
