import math

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input import territories
from brandstudio.core.models.fields import BlobField, LineField, ShortNameField
from brandstudio.core.models.limits import OUTGOING_USES
from brandstudio.core.models.vocabulary import Named
from gallery.engine import file_forms, labelling

LEAST_SIDE, MOST_SIDE = 64, 30_000  # px; on less no letter can be read
MOST_PIXELS = 150_000_000  # A1 at 300 dpi has 71 million; memory grows with them
MOST_SHAPE = 10  # a side for one of the other: beyond it a picture is a hairline
MOST_BLEED_MM = 20
LEAST_LIMIT = 30_000  # bytes: below it no picture of any use fits
MOST_COVERED = 45  # percent of a side


class FileFormChoice(models.TextChoices):
    """The forms of `engine.file_forms`."""

    JPG = "jpg", "JPEG"
    PNG = "png", "PNG"
    TIFF = "tiff", "TIFF"
    PDF = "pdf", "PDF"


class LabelCorner(models.TextChoices):
    """Where the visible label stands."""

    AUTO = "auto", _("away from the car")
    LOWER_RIGHT = "lower-right", _("lower right")
    LOWER_LEFT = "lower-left", _("lower left")
    UPPER_RIGHT = "upper-right", _("upper right")
    UPPER_LEFT = "upper-left", _("upper left")


class ChannelQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(is_current=True)


def _covered(label):
    return models.PositiveSmallIntegerField(
        label, default=0, validators=[MaxValueValidator(MOST_COVERED)]
    )


def _side(label):
    validators = [MinValueValidator(LEAST_SIDE), MaxValueValidator(MOST_SIDE)]
    return models.PositiveIntegerField(label, help_text="px", validators=validators)


class Channel(Named):
    """Where a picture goes, and what its file must be there. Platforms change: admins edit these.

    width, height: px of what is seen, without bleed. covered_*: percent of the side that the
    platform's own buttons and words hide. max_bytes 0: no limit.
    """

    slug = ShortNameField(unique=True)
    width, height = _side(_("width")), _side(_("height"))
    form = models.CharField(
        _("file form"), max_length=4, choices=FileFormChoice, default=FileFormChoice.JPG
    )
    max_bytes = models.PositiveBigIntegerField(_("largest file"), default=0)
    dpi = models.PositiveSmallIntegerField(
        _("resolution"), default=72, validators=[MinValueValidator(36), MaxValueValidator(1200)]
    )
    bleed_mm = models.FloatField(
        _("bleed"), default=0, validators=[MinValueValidator(0), MaxValueValidator(MOST_BLEED_MM)]
    )
    # An ICC profile of four colours; empty is sRGB.
    profile_sha256 = BlobField(blank=True)
    profile_name = models.CharField(max_length=120, blank=True)
    label_corner = models.CharField(
        _("corner of the label"), max_length=12, choices=LabelCorner, default=LabelCorner.AUTO
    )
    covered_top, covered_right = _covered(_("covered above")), _covered(_("covered on the right"))
    covered_bottom, covered_left = _covered(_("covered below")), _covered(_("covered on the left"))
    declaration = models.TextField(_("what to declare there"), blank=True, max_length=600)
    source = LineField(_("where these figures come from"), blank=True, max_length=300)
    source_en = LineField(_("the same in English"), blank=True, max_length=300)
    # What its files are for and where they are seen; empty while nobody has said.
    use = models.CharField(_("use"), max_length=9, choices=OUTGOING_USES, blank=True)
    territory = LineField(_("territory"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_current = models.BooleanField(_("in use"), default=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(width__range=(LEAST_SIDE, MOST_SIDE))
                & Q(height__range=(LEAST_SIDE, MOST_SIDE)),
                name="channel_size_in_reason",
            ),
            models.CheckConstraint(
                condition=Q(profile_sha256="") | Q(form__in=file_forms.IN_CMYK),
                name="channel_four_colours_in_a_form_that_has_them",
            ),
        ]

    def get_absolute_url(self):
        return reverse("gallery:channel-edit", args=[self.slug])

    def clean(self):
        """Raise ValidationError for what each column allows and all together don't."""
        if None in (self.width, self.height, self.dpi, self.bleed_mm):
            return  # those have said so themselves
        width, height = self.file_size
        if width * height > MOST_PIXELS:
            message = _(
                "{width} × {height} px are {count} million pixels; at most {limit} can be made."
            )
            facts = {"count": round(width * height / 1e6), "limit": round(MOST_PIXELS / 1e6)}
            raise ValidationError({"width": message.format(width=width, height=height, **facts)})
        if max(self.width, self.height) > MOST_SHAPE * min(self.width, self.height):
            message = _(
                "{width} × {height} px is {shape}: no side may be more than {most} times as long "
                "as the other. Make the longer one shorter, or the shorter one longer."
            )
            facts = {"shape": self.ratio, "most": MOST_SHAPE}
            said = message.format(width=self.width, height=self.height, **facts)
            raise ValidationError({"width": said})
        if 0 < self.max_bytes < LEAST_LIMIT:
            message = _("No picture fits into less than {limit} MB. Leave it empty for no limit.")
            raise ValidationError(message.format(limit=file_forms.in_megabytes(LEAST_LIMIT)))

    @property
    def source_shown(self):
        """In English to readers of English, where somebody has written it so."""
        is_english = (get_language() or "").startswith("en")
        return (is_english and self.source_en) or self.source

    @property
    def territory_shown(self):
        """In the reader's language, as far as its places are known."""
        return territories.shown(self.territory)

    @property
    def territory_doubt(self):
        return territories.doubt(self.territory)

    @property
    def bleed(self):
        """In px of its resolution."""
        return file_forms.mm_in_px(self.bleed_mm, self.dpi)

    @property
    def file_size(self):
        """(width, height) in px of the file, bleed included."""
        return self.width + 2 * self.bleed, self.height + 2 * self.bleed

    @property
    def megabytes(self):
        """The limit as people say it; 0 for none."""
        return self.max_bytes / file_forms.BYTES_PER_MB

    @property
    def limit_words(self):
        """The limit to be read, in MB."""
        return file_forms.in_megabytes(self.max_bytes)

    @property
    def is_covered(self):
        """Whether the platform's own buttons and words hide some of what is sent there."""
        sides = (self.covered_top, self.covered_right, self.covered_bottom, self.covered_left)
        return any(sides)

    @property
    def insets(self):
        """px above, on the right, below and on the left of the file that are cut off or covered."""
        width, height = self.file_size
        shares = (
            (height, self.covered_top),
            (width, self.covered_right),
            (height, self.covered_bottom),
            (width, self.covered_left),
        )
        return tuple(self.bleed + round(side * percent / 100) for side, percent in shares)

    @property
    def covered(self):
        """Boxes in px of the file that the platform's buttons and words hide."""
        width, height = self.file_size
        above, on_right, below, on_left = (inset - self.bleed for inset in self.insets)
        zones = (
            (0, 0, width, above),
            (width - on_right, 0, width, height),
            (0, height - below, width, height),
            (0, 0, on_left, height),
        )
        return [zone for zone in zones if zone[2] > zone[0] and zone[3] > zone[1]]

    @property
    def covered_path(self):
        """The outlines of `covered` as SVG wants them, in px of what is seen; "" for none."""
        moved = [[side - self.bleed for side in zone] for zone in self.covered]
        return "".join(f"M{x} {y}H{end}V{bottom}H{x}z" for x, y, end, bottom in moved)

    @property
    def corners(self):
        """The corners that the label may stand in, the one to prefer first."""
        if self.label_corner != LabelCorner.AUTO:
            return (self.label_corner,)
        return labelling.CORNERS

    @property
    def ratio(self):
        """The shape in words, such as 3:4 or 2.35:1."""
        divisor = math.gcd(self.width, self.height)
        wide, high = self.width // divisor, self.height // divisor
        if max(wide, high) <= 16:
            return f"{wide}:{high}"
        share = self.width / self.height
        return f"{share:.2f}:1" if share >= 1 else f"1:{1 / share:.2f}"

    @property
    def drawing(self):
        """x, y, width, height of a rectangle of this shape inside 36 × 28, as SVG wants them, and
        the scale at which it shows the channel."""
        scale = min(34 / self.width, 25 / self.height)
        width, height = self.width * scale, self.height * scale
        sides = ((36 - width) / 2, (28 - height) / 2, width, height)
        box = dict(zip(("x", "y", "width", "height"), (f"{s:.1f}" for s in sides), strict=True))
        return {**box, "scale": f"{scale:.5f}"}


class ChannelCut(models.Model):
    """Around which point a picture is cut for a channel, as a person has set it.

    x, y: shares of the picture's width and height in [0, 1]. version: rises when it is set anew.
    """

    asset = models.ForeignKey("gallery.Asset", models.CASCADE, related_name="cuts")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    x = models.FloatField()
    y = models.FloatField()
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        verbose_name = _("cut")
        verbose_name_plural = _("cuts")
        constraints = [
            models.UniqueConstraint(fields=["asset", "channel"], name="cut_once"),
            models.CheckConstraint(
                condition=Q(x__range=(0, 1)) & Q(y__range=(0, 1)), name="cut_inside"
            ),
        ]

    def __str__(self):
        return f"{self.asset} → {self.channel}"
