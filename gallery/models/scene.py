import math

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Vehicle
from brandstudio.core.models.fields import BlobField
from training.models import REACHES, BaseModel, Kind, TrainingImage

from .channel import Channel
from .scene_title import title_of
from .source import InitImageUpload, ProductCutout
from .style import StyleVersion
from .template import PromptTemplate

# The tile shapes of the stylesheet, by width / height.
TILE_SHAPES = {
    "tile--9x16": 9 / 16,
    "tile--2x3": 2 / 3,
    "tile--3x4": 3 / 4,
    "": 1,
    "tile--4x3": 4 / 3,
    "tile--3x2": 3 / 2,
    "tile--16x10": 16 / 10,
    "tile--16x9": 16 / 9,
    "tile--wide": 2.35,
}


def tile_shape(width, height):
    """The stylesheet's class whose shape is nearest to width × height."""
    return min(TILE_SHAPES, key=lambda name: abs(math.log(TILE_SHAPES[name] * height / width)))


class SceneMode(models.TextChoices):
    """How a scene comes about."""

    TEXT = "text", _("from words")
    IMAGE = "picture", _("from a picture")
    PRODUCT = "product", _("around the real car")
    LARGER = "larger", _("enlarged")


class Scheduler(models.TextChoices):
    """The ways from noise to a picture that the engine knows."""

    DPM = "dpm++", _("DPM++ 2M, the usual")
    EULER = "euler", "Euler"
    DDIM = "ddim", "DDIM"
    LCM = "lcm", _("LCM, for packs made for few steps")


def _held_versions():
    return StyleVersion.objects.held().values("pk")


# Rows that a title is made of, beside the packs.
TITLED_BY = ("template", "vehicle", "cutout", "channel")


class SceneQuerySet(models.QuerySet):
    def titled(self):
        """With all that their titles are made of."""
        return self.select_related(*TITLED_BY).prefetch_related("packs")

    def visible_to(self, person):
        """One's own, and what colleagues have shared; admins see all."""
        if person.is_brand_admin:
            return self
        return self.filter(Q(owner=person) | Q(is_shared=True))

    def held(self):
        """Those made of something that may not be used now: a pack, a cut-out, a start picture."""
        starts = InitImageUpload.objects.holding().filter(
            sha256=OuterRef("init_image_sha256"), owner=OuterRef("owner")
        )
        photographs = TrainingImage.with_removed.holding().values("image_sha256")
        return self.filter(
            Exists(ScenePack.objects.filter(scene=OuterRef("pk"), version__in=_held_versions()))
            | Q(cutout__in=ProductCutout.objects.holding().values("pk"))
            | Q(init_image_sha256__in=photographs)
            | Exists(starts)
        )


class Scene(models.Model):
    """A marketer's request, frozen as it was sent. Its state follows from its assets."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="scenes")
    template = models.ForeignKey(PromptTemplate, models.PROTECT, null=True, related_name="scenes")
    slot_values = models.JSONField(default=dict, blank=True)
    title = models.CharField(_("title"), max_length=120)
    prompt = models.TextField(_("prompt"))  # as sent, trigger words included
    negative_prompt = models.TextField(_("negative prompt"), blank=True)
    # What its maker typed, where the glossary put it into English; else empty.
    own_words = models.TextField(_("own words"), blank=True)
    own_negative = models.TextField(_("own words, not in the picture"), blank=True)
    base = models.ForeignKey(BaseModel, models.PROTECT, related_name="scenes")
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="scenes")
    # Channels that its pictures are to go to besides, cut for them or painted anew in their shape.
    further_channels = models.ManyToManyField(Channel, blank=True, related_name="+")
    vehicle = models.ForeignKey(  # that is seen in it, or that its words name
        Vehicle, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    steps = models.PositiveSmallIntegerField()
    guidance = models.FloatField()
    scheduler = models.CharField(
        _("scheduler"), max_length=10, choices=Scheduler, default=Scheduler.DPM
    )
    seed = models.BigIntegerField()
    count = models.PositiveSmallIntegerField()
    reason = models.TextField(_("reason for leaving the band"), blank=True)
    made_from = models.ForeignKey(  # the asset whose settings were taken up
        "gallery.Asset", models.SET_NULL, null=True, blank=True, related_name="reused_by"
    )
    mode = models.CharField(max_length=10, choices=SceneMode, default=SceneMode.TEXT)
    init_image_sha256 = BlobField(blank=True)  # the picture that it starts from
    init_image_name = models.CharField(max_length=200, blank=True)  # of a file that was uploaded
    init_image_asset = models.ForeignKey(  # where the start is a picture of the gallery
        "gallery.Asset", models.SET_NULL, null=True, blank=True, related_name="continued"
    )
    # 0 … 1: how much of the start is repainted
    denoising_strength = models.FloatField(null=True, blank=True)
    cutout = models.ForeignKey(
        ProductCutout, models.PROTECT, null=True, blank=True, related_name="scenes"
    )
    cutout_x = models.FloatField(null=True, blank=True)  # its middle, as a share of the width
    cutout_y = models.FloatField(null=True, blank=True)  # its foot, as a share of the height
    cutout_width = models.FloatField(null=True, blank=True)  # as a share of the width
    # With a draft of its maker's own style: to be judged in the house, never published.
    is_trial = models.BooleanField(_("trial"), default=False)
    is_shared = models.BooleanField(_("shared with colleagues"), default=False)
    made_at = models.DateTimeField(auto_now_add=True)
    # Whether `services.words` has read it: not those of before there was a search.
    has_words = models.BooleanField(default=False, editable=False)

    objects = SceneQuerySet.as_manager()

    class Meta:
        verbose_name = _("scene")
        verbose_name_plural = _("scenes")
        ordering = ["-made_at", "-pk"]
        # What a picture reached is asked by its hash.
        indexes = [
            models.Index(fields=["init_image_sha256"], name="scene_start"),
            models.Index(fields=["id"], condition=Q(has_words=False), name="scene_unread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(mode__in=(SceneMode.IMAGE, SceneMode.LARGER))
                | ~Q(init_image_sha256=""),
                name="scene_from_image_has_one",
            ),
            models.CheckConstraint(
                condition=~Q(mode=SceneMode.PRODUCT)
                | Q(cutout__isnull=False, cutout_x__gte=0, cutout_y__gte=0, cutout_width__gt=0),
                name="scene_with_product_has_a_cutout",
            ),
        ]

    def __str__(self):
        return title_of(self)

    @property
    def starts_from_upload(self):
        """Whether it starts from a file that its maker brought, be it a picture of the gallery."""
        is_asset = self.init_image_asset_id is not None and not self.init_image_name
        return bool(self.init_image_sha256) and not is_asset

    @property
    def tile_shape(self):
        """The class of this scene's tiles: the shape in which its pictures are delivered."""
        size = self.channel or self
        return tile_shape(size.width, size.height)


class ScenePackManager(models.Manager):
    def get_queryset(self):
        """Rows with their version, its pack and base: nobody wants one without them."""
        return super().get_queryset().select_related("version__pack", "version__base")


class ScenePack(models.Model):
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="packs")
    version = models.ForeignKey(StyleVersion, models.PROTECT, related_name="scene_packs")
    strength = models.FloatField()

    objects = ScenePackManager()

    class Meta:
        verbose_name = _("pack of a scene")
        verbose_name_plural = _("packs of scenes")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["scene", "version"], name="scene_pack_once")]

    def __str__(self):
        return f"{self.version} @ {self.strength}"


def _started_from_training_images():
    starts = Scene.objects.exclude(init_image_sha256="")
    return Q(image_sha256__in=starts.values("init_image_sha256"))


REACHES.append(_started_from_training_images)
