"""Pictures that a scene starts from: the real car on nothing, and somebody's own picture."""

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import AuditEntry, RightsQuerySet, Vehicle, WithRights
from brandstudio.core.models.fields import BlobField
from brandstudio.core.models.states import update_as_last_seen
from gallery.engine import daylight


def _scenes():
    return apps.get_model("gallery", "Scene").objects.all()  # it knows these, not they it


class Daylight(models.TextChoices):
    """The light in which a real car was photographed, as the engine calls them."""

    DAY = daylight.DAY, _("by daylight")
    SUNSET = daylight.SUNSET, _("at sunset")
    NIGHT = daylight.NIGHT, _("at night")


class ProductCutoutQuerySet(RightsQuerySet):
    def first_of_cars(self):
        """One for each car: not those that show it in another light."""
        return self.filter(same_car=None)

    def of_the_car(self, cutout):
        """This cut-out and those of the same car in another light."""
        first = cutout.same_car_id or cutout.pk
        return self.filter(Q(pk=first) | Q(same_car=first))

    def as_the_day_goes(self):
        """In the order of Daylight's lights."""
        return self.order_by(
            Case(*(When(light=light, then=at) for at, light in enumerate(Daylight.values)))
        )

    def usable_by(self, person):
        """The cut-outs of the range, and those this person brought along."""
        return self.filter(is_retired=False).filter(Q(made_by=person) | ~Q(vehicle=None))

    def answered_for_by(self, person):
        """Those whose rights this person notes: who brought them, and admins."""
        return self if person.is_brand_admin else self.filter(made_by=person)

    def retirable_by(self, person):
        """Those this person may take out of the offer: their own, designers the range, admins all.

        Another's own cut-out concerns designers no more than their pictures do.
        """
        offered = self.filter(is_retired=False)
        if person.is_brand_admin:
            return offered
        own = Q(vehicle=None, made_by=person)
        return offered.filter(own | ~Q(vehicle=None) if person.is_designer else own)

    def visible_to(self, person):
        """Those this person may use or has used; admins see all."""
        if person.is_brand_admin:
            return self
        return self.filter(
            Q(made_by=person)
            | ~Q(vehicle=None)
            | Q(scenes__owner=person)
            | Q(scenes__is_shared=True)
        ).distinct()


class ProductCutout(WithRights):
    """A transparent PNG of the real car. Its pixels are kept as they are in every picture."""

    vehicle = models.ForeignKey(  # none: one person's own
        Vehicle, models.PROTECT, null=True, blank=True, related_name="cutouts"
    )
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(  # "" where all read the same name, such as a file's own
        _("English name"), max_length=120, blank=True
    )
    sha256 = BlobField()  # the PNG as it was uploaded
    thumb_sha256 = BlobField()  # WebP with its transparency
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    light = models.CharField(_("light"), max_length=8, choices=Daylight.choices, blank=True)
    same_car = models.ForeignKey(  # none: the one that stands for the car
        "self", models.PROTECT, null=True, blank=True, related_name="other_lights"
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    made_from = models.ForeignKey(  # the studio's own picture that came back as this file
        "gallery.Asset", models.SET_NULL, null=True, blank=True, related_name="cutouts_of_it"
    )
    is_retired = models.BooleanField(default=False)

    objects = ProductCutoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("product cut-out")
        verbose_name_plural = _("product cut-outs")
        ordering = ["vehicle__slug", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["same_car", "light"],
                condition=Q(is_retired=False),
                name="one_cutout_of_a_car_per_light",
            ),
            models.CheckConstraint(
                condition=Q(same_car=None) | ~Q(light=""), name="other_light_is_named"
            ),
        ]

    def __str__(self):
        return f"{self.vehicle} · {self.shown_name}" if self.vehicle_id else self.shown_name

    @property
    def shown_name(self):
        """Its name without the vehicle's, in the reader's language."""
        is_english = (get_language() or "").startswith("en")
        return self.name_en if is_english and self.name_en else self.name

    def get_absolute_url(self):
        """Its picture, for pages."""
        return reverse("gallery:cutout-image", args=[self.pk])

    @property
    def thumb_url(self):
        """Its picture, small, for pages."""
        return self.get_absolute_url()

    @property
    def brought_by_id(self):
        """The key of the person who answers for its rights."""
        return self.made_by_id

    @classmethod
    def used_condition(cls):
        return Q(pk__in=_scenes().exclude(cutout=None).values("cutout"))

    def retire(self, by):
        """Out of the offer, in every light when it stands for its car. Raises WrongState when it
        is out already."""
        with transaction.atomic():
            for other in self.other_lights.filter(is_retired=False):
                other.retire(by)
            update_as_last_seen(self, {"is_retired": False}, {"is_retired": True}, "retired")
            AuditEntry.objects.record(self, "offered", "retired", by=by)


class InitImageQuerySet(RightsQuerySet):
    def answered_for_by(self, person):
        """Those whose rights this person notes: their own; admins all."""
        return self if person.is_brand_admin else self.filter(owner=person)


class InitImageUpload(WithRights):
    """A picture that a person brought along to start from; only admins see it besides."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    made_from = models.ForeignKey(  # the studio's own picture that came back as this file
        "gallery.Asset", models.SET_NULL, null=True, blank=True, related_name="uploads_of_it"
    )
    sha256 = BlobField()  # upright, sRGB
    thumb_sha256 = BlobField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = InitImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("start picture")
        verbose_name_plural = _("start pictures")
        ordering = ["-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Its picture, small, for pages."""
        return reverse("gallery:init-image-thumb", args=[self.pk])

    @property
    def thumb_url(self):
        """Its picture, small, for pages."""
        return self.get_absolute_url()

    @property
    def brought_by_id(self):
        """The key of the person who answers for its rights."""
        return self.owner_id

    @classmethod
    def used_condition(cls):
        return Q(sha256__in=_scenes().values("init_image_sha256"))
