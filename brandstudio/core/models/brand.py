from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .fields import LineField


class BrandKitManager(models.Manager):
    def current(self):
        """The studio's one kit; one that nobody has saved yet says what the machine's settings
        say."""
        return self.first() or BrandKit(pk=1)


class BrandKit(models.Model):
    """What the brand says of itself in one row; an empty column leaves it to the machine's
    settings.

    label_words: of the visible label. picture limits: of one person.
    """

    producer_code = LineField(_("producer code"), max_length=40, blank=True)
    label_words = LineField(_("words of the label"), max_length=40, blank=True)
    images_per_day = models.PositiveIntegerField(
        _("pictures a person may ask for in a day"), null=True, blank=True
    )
    images_at_once = models.PositiveIntegerField(
        _("pictures a person may have under way"), null=True, blank=True
    )

    objects = BrandKitManager()

    class Meta:
        verbose_name = _("brand kit")
        verbose_name_plural = _("brand kits")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="brand_kit_is_one")]

    def __str__(self):
        return str(self._meta.verbose_name)

    @property
    def code(self):
        """The producer's code as it is written; "" while nobody has given one."""
        return self.producer_code or settings.AIGC_PRODUCER_CODE

    @property
    def day_limit(self):
        return _or(self.images_per_day, settings.PICTURES_PER_DAY)

    @property
    def limit_at_once(self):
        return _or(self.images_at_once, settings.PICTURES_AT_ONCE)

    @property
    def version(self):
        """Changes whenever what is written into a picture may."""
        return "-".join(part for part in (self.code or "demo", self.label_words) if part)


def _or(own, setting):
    return setting if own is None else own
